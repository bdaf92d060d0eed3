"""How the weights of a file's network begin, where the model says so: a method of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import Group, identifier, lines, literal, quoted
from cnninspect.module_names import MODULE_NAMES

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Start
    from cnninspect.values import Shape


Call = tuple[str, tuple[str, ...]]


def begin(graph: Graph, taken: set[str]) -> tuple[str, list[str]]:
    """The name of the method and its lines; ``taken`` are the network's attributes. No lines where torch begins all."""
    name = identifier("initialise", {*MODULE_NAMES, *taken})
    rows = [
        f"    def {name}(self) -> None:",
        '        """Let weights begin as the model says, the others as torch has them."""',
        "        weights = dict(self.named_parameters())",
    ]
    groups = _groups(graph)
    for (function, arguments), keys in groups:
        rows += _applied(function, arguments, keys)
    return name, rows if groups else []


def _groups(graph: Graph) -> list[tuple[Call, list[str]]]:
    """What is done, each with the weights it is done to: what is drawn in the order of the layers, as build draws it."""
    drawn: list[tuple[Call, list[str]]] = []
    constant: dict[Call, list[str]] = {}
    for node in graph.nodes:
        for start in node.init:
            assert node.facts is not None
            key = node.weight_key(start.weight)
            if start.how == "torch":
                continue
            call = _call(start, node.facts.weights[start.weight])
            if start.how == "constant":
                constant.setdefault(call, []).append(key)
            elif drawn and drawn[-1][0] == call:
                drawn[-1][1].append(key)
            else:
                drawn.append((call, [key]))
    return [*drawn, *constant.items()]


def _applied(function: str, arguments: tuple[str, ...], keys: list[str]) -> list[str]:
    if len(keys) == 1:
        return lines(Group(f"nn.init.{function}(", (f"weights[{quoted(keys[0])}]", *arguments), ")"), 8)
    rows = lines(Group("(", tuple([quoted(key) for key in keys]), ")"), 8, "for name in ", ":")
    return [*rows, *lines(Group(f"nn.init.{function}(", ("weights[name]", *arguments), ")"), 12)]


def _call(start: Start, shape: Shape) -> Call:
    """The function of torch, and what it is told besides the weight."""
    number = literal(start.number)
    if start.how == "kaiming":
        matrix = len(shape) == 2  # noqa: PLR2004 - a linear layer's
        return "kaiming_normal_", (*(() if matrix else ('mode="fan_out"',)), 'nonlinearity="relu"')
    if start.how == "trunc_normal":
        cut = literal(2 * (start.number or 0.0))
        return "trunc_normal_", (f"std={number}", f"a=-{cut}", f"b={cut}")
    return {
        "xavier": ("xavier_uniform_", ()),
        "orthogonal": ("orthogonal_", ("gain=2**0.5",)),
        "constant": ("constant_", (number,)),
        "normal": ("normal_", (f"std={number}",)),
        "uniform": ("uniform_", (f"a=-{number}", f"b={number}")),
    }[start.how]
