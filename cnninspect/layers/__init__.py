"""Every layer type, found by name and imported when a network first uses it.

A module of this package that defines layers is found by itself; for the layers that most networks use
it is known which one. A family that fills several modules is named in all but the first, as ``FAMILY``.
Layers of other packages come after ours, through the entry-point group
``cnninspect.layers`` (each entry names a module that defines layers) or ``--plugin``.
"""

from __future__ import annotations

from importlib import import_module
from os import listdir
from os.path import dirname
from typing import TYPE_CHECKING

from cnninspect.layers.base import REGISTRY
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.layers.base import Layer

GROUP = "cnninspect.layers"
HOMES = {
    **dict.fromkeys(("relu", "relu6", "leaky_relu"), "activation"),
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "silu", "hard_swish", "gelu", "tanh"), "activation_curves"),
    "softmax": "activation_axis",
    **dict.fromkeys(("adaptive_avg_pool", "global_avg_pool"), "adaptive_pool"),
    "conv": "conv",
    **dict.fromkeys(("depthwise_conv", "separable_conv"), "conv_separable"),
    "conv_transpose": "conv_transpose",
    "linear": "linear",
    **dict.fromkeys(("add", "mul"), "merge"),
    "concat": "merge_axes",
    "batch_norm": "norm",
    **dict.fromkeys(("layer_norm", "group_norm", "local_response_norm"), "norm_own"),
    "max_pool": "pool",
    "avg_pool": "pool_mean",
    **dict.fromkeys(("dropout", "drop_path"), "regularisation"),
    "upsample": "resample",
    **dict.fromkeys(("flatten", "reshape", "permute"), "reshape"),
}
"""The modules of the layers that most networks use, so that one network loads no other's."""
SUPPORT = ("__init__", "base", "divisors", "windows")
"""Modules that define no layers."""

broken_plugins: list[str] = []
"""What is wrong with plugins that could not be imported."""
_pending: list[str] = []
_plugins_loaded = False


def _modules() -> list[str]:
    """The modules that have not been imported yet."""
    if not _pending:
        files = {file[:-3] for file in listdir(dirname(__file__)) if file.endswith(".py")}
        _pending.extend([*sorted(files.difference(SUPPORT)), ""])
    return _pending


def find(name: str) -> type[Layer] | None:
    """The layer type of that name, None where neither this package nor a plugin has one."""
    found = REGISTRY.get(name)
    if found is not None:
        return found
    modules = _modules()
    home = HOMES.get(name)
    if home in modules:
        modules.remove(home)
        import_module(f"{__name__}.{home}")
    while modules[0] and name not in REGISTRY:
        import_module(f"{__name__}.{modules.pop(0)}")
    if name not in REGISTRY:
        load_plugins()
    return REGISTRY.get(name)


def load_all() -> dict[str, type[Layer]]:
    """Every layer type by name, plugins included."""
    find("")
    return REGISTRY


def load_plugins() -> None:
    """Import what other packages offer, once a process."""
    global _plugins_loaded  # noqa: PLW0603 - once a process
    if _plugins_loaded:
        return
    _plugins_loaded = True
    from importlib.metadata import entry_points  # only when a name is not one of ours

    for entry in entry_points(group=GROUP):
        try:
            load_plugin(entry.value.partition(":")[0])
        except Problem as problem:  # another package's mistake: told where a layer is missed
            broken_plugins.append(problem.message)


def foreign() -> bool:
    """Whether any layer type comes from another package."""
    return any(not kind.__module__.startswith(f"{__name__}.") for kind in REGISTRY.values())


def load_plugin(module: str) -> None:
    """Import one module that defines layers; raises a Problem where that fails."""
    try:
        import_module(module)
    except Exception as error:
        why = clip(f"{type(error).__name__}: {error}", 200)
        raise Problem(
            "plugin-failed",
            f"the plugin '{clip(module)}' cannot be imported: {why}",
            help="a plugin is an importable module whose import defines layers",
        ) from error
