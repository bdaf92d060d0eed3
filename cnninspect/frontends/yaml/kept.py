"""Which layer took away the axes that a layer misses: a remedy is named only where it has been tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import Problem, Problems, show_shape

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.growing import Growing
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.ir import Node, Tensor
    from cnninspect.layers.base import Layer
    from cnninspect.values import Shape

ALIKE = ("activation", "norm", "noise", "view")
"""Roles of layers that take a map as well as what is left of it, where they keep the shape."""


def explain(growing: Growing, problem: Problem, layer: Layer, start: Tensors) -> None:
    """Name the layer that took axes away, where this one could be placed without that."""
    shapes = [_shape(growing, tensor) for tensor in start]
    colliding: tuple[int, ...] = getattr(problem, "inputs", (0,))
    short = min(colliding, key=lambda index: len(shapes[index]))
    left = shapes[short]
    node, shapes[short] = _taker(growing, start[short])
    if node is None or not _takes(layer, shapes):
        return
    first = "write keep: true at" if "keep" in node.layer.schema_options else "drop"  # type: ignore[union-attr]
    instead = f", or reshape {show_shape(left)} to {[*shapes[short]]}" if left else ""
    problem.help = f"{first} {node.op} '{node.name}'{instead}"


def _takes(layer: Layer, shapes: list[Shape]) -> bool:
    """Whether a layer can be placed on these shapes."""
    try:
        type(layer)(layer.given, len(shapes[0]) - 1).facts(shapes)
    except (Problem, Problems):
        return False
    return True


def _shape(growing: Growing, tensor: Tensor) -> Shape:
    """The shape of a tensor that has one."""
    return growing.sizes[tensor] or ()


def _taker(growing: Growing, tensor: Tensor) -> tuple[Node | None, Shape]:
    """The layer that made a map lose axes, and what it would give if it had kept them; None where there is none."""
    while tensor.node >= 0:
        node = growing.nodes[tensor.node]
        layer, x, y = node.layer, _shape(growing, node.inputs[0]), _shape(growing, tensor)
        assert layer is not None  # the shape of what it makes is known
        if len(x) > len(y) and "keep" in layer.schema_options:
            return node, type(layer)({**layer.given, "keep": True}, len(x) - 1).facts((x,)).outputs[0]
        if len(x) > len(y) and layer.role == "view":
            return node, x
        if x != y or layer.role not in ALIKE:
            break
        tensor = node.inputs[0]
    return None, ()
