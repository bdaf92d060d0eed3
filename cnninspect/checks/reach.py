"""How far each layer can see, quickly: enough to tell that there is nothing to tell, which is so for most networks.

Windows alone are followed: one size, one centre and one step for each axis. What does anything else in space is not
known here, and whoever needs it asks the exact pass (``passes/field.py``), which takes ten times as long.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.checks.structure import Known
    from cnninspect.ir import Graph
    from cnninspect.values import Window

    Reach = tuple[tuple[int, ...], tuple[tuple[float, int], ...]]
    """The size of the field on each axis; and on each its centre and how far it moves from one position to the next."""

POINTWISE = frozenset(["activation", "norm", "noise"])
"""Roles of layers that look at each position by itself, where they keep the map's size; statistics are left out."""


def reaches(graph: Graph, known: list[Known | None]) -> list[Reach | None]:
    """For each node what one of its units sees of the first input on each axis; None where that is not known quickly.

    At its end, from behind, the same of the network's own inputs, which are the nodes -1, -2 and so on.
    """
    found: list[Reach | None] = [None] * (len(known) + len(graph.inputs))
    rank = len(graph.inputs[0].shape) - 1
    found[-1] = (1,) * rank, ((0.0, 1),) * rank
    for index, one in enumerate(known):
        first = found[one.above] if one is not None else None
        if one is None or first is None:
            continue
        if len(one.node.inputs) > 1:
            found[index] = _joined(graph, one, [found[at] for at, _ in one.node.inputs])
        elif one.facts.window is not None:
            found[index] = None if one.window.transposed else _slid(first, one.window)
        elif one.role in POINTWISE or (not one.role and one.layer.linear):
            found[index] = first
    return found


@lru_cache(maxsize=4096)  # networks slide few different windows
def _slid(reach: Reach, window: Window) -> Reach:
    sizes, places = [], []
    for size, (centre, step), kernel, stride, dilation, (before, _) in zip(*reach, *window[:4], strict=False):
        width = dilation * (kernel - 1)
        sizes.append(size + width * step)
        places.append((centre + (width / 2 - before) * step, step * stride))
    return tuple(sizes), tuple(places)


def _joined(graph: Graph, one: Known, seen: list[Reach | None]) -> Reach | None:
    """The union of inputs that look at the same places; None where they do not, or are not joined cell by cell."""
    made = one.y[1:]
    found: Reach | None = None
    for tensor, reach in zip(one.node.inputs, seen, strict=True):
        size = (graph.shape(tensor) or ())[1:]
        if size != made and getattr(one.layer, "weighs", False) and max(size, default=1) == 1:
            continue  # a gate
        if reach is None or size != made or one.facts.macs:
            return None
        if found is None:
            found = reach
        elif found[1] != reach[1]:
            return None
        else:
            found = tuple(map(max, found[0], reach[0])), found[1]
    return found
