"""The smallest input on which a layer fits that does not fit now: the remedy for a map that has shrunk away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.ports import likely_misread
from cnninspect.frontends.yaml.tree import Enough, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.ir import Graph
    from cnninspect.values import Shape

    Fails = Callable[[Shape], bool]

CODE = "size-reached-zero"
MOST_TRIED = 500
"""Layers up to which a smaller input is searched for: each try elaborates the network again."""
LARGEST = 8192
"""Inputs are tried up to this size an axis."""


def add_smallest_input(
    graph: Graph, report: Report, build: Callable[[Shape, Report], Graph | None], *, last: bool
) -> None:
    """Where a map has shrunk to nothing, tell with which input the first such layer would have fitted.

    ``build`` elaborates the network again for another input, whose channels come ``last`` in its file or not.
    """
    index = next((i for i, finding in enumerate(report.findings) if finding.code == CODE), None)
    if index is None or len(graph.inputs) != 1:
        return
    finding = report.findings[index]
    misread = "" if last else likely_misread(graph.inputs[0].shape)
    if misread:
        report.findings[index] = finding._replace(notes=(*finding.notes, misread))
    if misread or len(graph.nodes) > MOST_TRIED:  # another size would not be the remedy
        return

    def fails(shape: Shape) -> bool:
        again = Report()
        try:
            tried = build((*shape[1:], shape[0]) if last else shape, again)
        except Enough:
            return True
        node = next((node for node in tried.nodes if node.name == finding.layer), None) if tried else None
        if node is None:  # a condition has changed the network: any mistake is one too many
            return tried is None or again.broken
        return node.facts is None

    found = smallest_input(graph.inputs[0].shape, fails)
    if found is not None:
        written = "x".join(map(str, (*found[1:], found[0]) if last else found))
        note = f"the smallest input of the network that passes here is {written}"
        report.findings[index] = finding._replace(notes=(*finding.notes, note))


def smallest_input(shape: Shape, fails: Fails) -> Shape | None:
    """The smallest sizes, axis by axis, with which the failure is gone; None where no size up to the limit helps."""
    grown = shape
    step = 1
    while fails(grown):
        if max(grown[1:], default=LARGEST) >= LARGEST:
            return None
        grown = (shape[0], *[size + step for size in shape[1:]])
        step *= 2
    for axis in range(1, len(shape)):
        grown = _shrink(grown, axis, fails)
    return grown


def _shrink(shape: Shape, axis: int, fails: Fails) -> Shape:
    low, high = 0, shape[axis]  # low fails (or is no size at all), high does not
    while high - low > 1:
        middle = (low + high) // 2
        if fails((*shape[:axis], middle, *shape[axis + 1 :])):
            low = middle
        else:
            high = middle
    return (*shape[:axis], high, *shape[axis + 1 :])
