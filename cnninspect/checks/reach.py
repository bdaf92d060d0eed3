"""How far each layer can see, quickly: enough to tell that there is nothing to tell, which is so for most networks.

Windows alone are followed: one size, one centre and one step for each axis. What does anything else in space is not
known here, and whoever needs it asks the exact pass (``passes/field.py``), which takes ten times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node
    from cnninspect.values import Window

    Axis = tuple[int, float, int]
    """The size of the field, its centre, and how far it moves from one position to the next."""
    Reach = tuple[Axis, ...]

POINTWISE = frozenset(["activation", "norm", "noise"])
"""Roles of layers that look at each position by itself, where they keep the map's size; statistics are left out."""


def reaches(graph: Graph) -> list[Reach | None]:
    """For each node what one of its units sees of the first input on each axis; None where that is not known quickly."""
    found: list[Reach | None] = []
    start: Reach = ((1, 0.0, 1),) * (len(graph.inputs[0].shape) - 1)
    known: dict[tuple[int, int], Reach] = {}
    for node in graph.nodes:
        reach: Reach | None = None
        seen = [
            start if tensor.node == -1 else found[tensor.node] if tensor.node >= 0 else None for tensor in node.inputs
        ]
        first = seen[0]
        if first is not None and node.facts is not None and node.layer is not None:
            if len(seen) > 1:
                reach = _joined(graph, node, seen)
            elif node.facts.window is not None:
                key = (id(first), id(node.facts))
                reach = known.get(key)
                if reach is None and not node.facts.window.transposed:
                    reach = known[key] = _slid(first, node.facts.window)
            elif node.layer.role in POINTWISE or (not node.layer.role and node.layer.linear):
                reach = first
        found.append(reach)
    return found


def _slid(reach: Reach, window: Window) -> Reach:
    made = []
    for (size, centre, step), kernel, stride, dilation, (before, _) in zip(reach, *window[:4], strict=False):
        width = dilation * (kernel - 1)
        made.append((size + width * step, centre + (width / 2 - before) * step, step * stride))
    return tuple(made)


def _joined(graph: Graph, node: Node, seen: list[Reach | None]) -> Reach | None:
    """The union of inputs that look at the same places; None where they do not, or are not joined cell by cell."""
    made = (node.outputs[0] or ())[1:]
    axes: Reach | None = None
    for tensor, reach in zip(node.inputs, seen, strict=True):
        size = (graph.shape(tensor) or ())[1:]
        if size != made and getattr(node.layer, "weighs", False) and max(size, default=1) == 1:
            continue  # a gate
        if reach is None or size != made or (node.facts is not None and node.facts.macs):
            return None
        if axes is None:
            axes = reach
        elif axes != reach:
            if any(one[1:] != two[1:] for one, two in zip(axes, reach, strict=True)):
                return None
            axes = tuple([(max(one[0], two[0]), *one[1:]) for one, two in zip(axes, reach, strict=True)])
    return axes
