"""Every layer type, found by name and imported when a network first uses it.

A module of this package that defines layers is found by itself; those that most networks use are
looked into first. Layers of other packages come after ours, through the entry-point group
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
COMMON = ("conv", "activation", "pool", "norm", "linear", "reshape", "merge", "adaptive_pool", "regularisation")
"""Modules in the order in which they are looked into; all others follow."""
SUPPORT = ("__init__", "base", "windows")
"""Modules that define no layers."""

broken_plugins: list[str] = []
"""What is wrong with plugins that could not be imported."""
_pending: list[str] = []
_plugins_loaded = False


def _modules() -> list[str]:
    """The modules that have not been imported yet."""
    if not _pending:
        files = {file[:-3] for file in listdir(dirname(__file__)) if file.endswith(".py")}
        _pending.extend([*COMMON, *sorted(files.difference(COMMON, SUPPORT)), ""])
    return _pending


def find(name: str) -> type[Layer] | None:
    """The layer type of that name, None where neither this package nor a plugin has one."""
    found = REGISTRY.get(name)
    if found is not None:
        return found
    modules = _modules()
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
