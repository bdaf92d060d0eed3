"""How a layer and its call are spelled in a file that people read: defaults left out, equal sizes written once."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import quoted
from cnninspect.module_names import MODULE_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.values import Call

TORCH = "torch.nn:"
OWN = "cnninspect."
NAMES = frozenset(
    [
        "torch",
        "nn",
        "F",
        "Tensor",
        "OrderedDict",
        "Any",
        "Literal",
        "Sequence",
        "self",
        "super",
        "range",
        "print",
        "sum",
        "len",
        "zip",
        "math",
        "frozen",
        "int",
        "float",
        "bool",
        "str",
        "tuple",
        "list",
        "dict",
        "type",
        "object",
    ]
)
"""What the code of a file uses by its name: nothing else in it may have one of these."""
EVEN = {"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size", "normalized_shape"}
"""Arguments of torch's modules that one number stands for where it is the same on every axis."""
DEFAULTS: dict[str, object] = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "bias": True,
    "padding_mode": "zeros",
    "output_padding": 0,
    "eps": 1e-5,
    "momentum": 0.1,
    "affine": True,
    "track_running_stats": True,
    "ceil_mode": False,
    "count_include_pad": True,
    "elementwise_affine": True,
    "approximate": "none",
}
"""What torch's own modules assume, whichever of them it is; see ``unlike``."""
POSITIONAL = {
    "Conv": 2,
    "Line": 2,
    "Grou": 2,
    "Batc": 1,
    "Inst": 1,
    "Laye": 1,
    "MaxP": 1,
    "AvgP": 1,
    "Adap": 1,
    "Drop": 1,
    "Alph": 1,
    "Feat": 1,
    "Loca": 1,
    "Flat": 1,
}
"""How many arguments people write without their names, by how a class of torch begins."""


def is_module(target: str) -> bool:
    """Whether a target is a class to be built, rather than a function."""
    return target.rpartition(":")[2].rpartition(".")[2][:1].isupper()


def plain(name: str) -> bool:
    """Whether a child of this name is an ordinary attribute."""
    return name.isidentifier() and name not in MODULE_NAMES and not iskeyword(name) and not name.startswith("__")


def access(path: str, *, weight: bool = False) -> str:
    """A module by its path from the class, or a weight that stands by itself."""
    if all(plain(part) for part in path.split(".")):
        return f"self.{path}"
    if any(part in MODULE_NAMES for part in path.split(".")):
        *above, last = path.split(".")
        owner = "self" + "".join([f"._modules[{quoted(part)}]" for part in above])
        return f"{owner}.{'_parameters' if weight else '_modules'}[{quoted(last)}]"
    return f"self.get_{'parameter' if weight else 'submodule'}({quoted(path)})"


def unlike(target: str, key: str) -> bool:
    """Whether a module of torch has another default than most for an argument."""
    name = target.rpartition(":")[2]
    pooled = "Pool" in name and key == "stride"
    return pooled or (name.startswith("Instance") and key in ("affine", "track_running_stats")) or name == "RMSNorm"


def arguments(call: Call) -> tuple[tuple[str, object], ...]:
    """A call's arguments with equal sizes written once."""
    if not call.target.startswith(TORCH):
        return tuple([(key, _plain(value)) for key, value in call.arguments.items()])
    return tuple([(key, _even(value) if key in EVEN else _plain(value)) for key, value in call.arguments.items()])


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _even(value: object) -> object:
    value = _plain(value)
    return value[0] if isinstance(value, tuple) and value and len(set(value)) == 1 else value


def shown(target: str, pairs: Sequence[tuple[str, object]]) -> list[tuple[str, object]]:
    """The arguments worth writing: those that are not what torch assumes."""
    if not target.startswith(TORCH):
        return list(pairs)
    kernel = dict(pairs).get("kernel_size")
    kept = []
    for key, value in pairs:
        if "Pool" in target and key == "stride" and same(value, kernel):
            continue
        if unlike(target, key) or key not in DEFAULTS or not same(value, DEFAULTS[key]):
            kept.append((key, value))
    return kept


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of one type: true is not 1."""
    return type(one) is type(other) and one == other


def positional(target: str) -> int:
    """How many of its arguments are written without their names."""
    name = target.rpartition(":")[2]
    if not target.startswith(TORCH):
        return 0
    return POSITIONAL.get(name, POSITIONAL.get(name[:4], 0))


def stateless(target: str, weights: int) -> bool:
    """Whether a module keeps nothing, so that it may have any name."""
    return weights == 0 and not target.startswith("cnninspect.backends.torch_layers2:ScaleShift")
