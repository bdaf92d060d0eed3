"""What a checkpoint is to a model, in words that every format uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.numbers import binary, whole
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.analysis.weights import Inspection
    from cnninspect.frontends.checkpoints.stored import Stored
    from cnninspect.ir import Node
    from cnninspect.passes.matching import Row
    from cnninspect.values import Shape

NAMES = {"shape": "wrong shape", "defaulted": "begins at 0"}
DIFFERENT = ("missing", "unexpected", "shape")


class Line(Record):
    """A tensor, and what both sides know of it."""

    row: Row
    node: Node | None
    stored: Stored | None


def lines(found: Inspection, *, every: bool) -> list[Line]:
    """A line for each tensor that does not load, or for each at all."""
    graph, matching = found.loaded.graph, found.matching
    assert graph is not None
    assert matching is not None
    stored = {tensor.key: tensor for tensor in found.checkpoint.tensors}
    return [
        Line(
            row,
            None if row.node is None else graph.nodes[row.node],
            stored.get(row.stored or "") if row.stored is not None else None,
        )
        for row in matching.rows
        if every or row.status in DIFFERENT
    ]


def words(line: Line) -> tuple[str, str, str, str, str, str]:
    """Status, name, shape in the network, shape and type in the checkpoint, layer, and line of the model."""
    row, node, stored = line
    return (
        NAMES.get(row.status, row.status),
        clip(row.key if row.key is not None else row.stored, 4096),
        ("" if row.wanted is None else sizes(row.wanted)) + (f", in Keras {sizes(row.kept)}" if row.kept else ""),
        "" if stored is None else f"{sizes(stored.shape)} {stored.dtype}",
        "" if node is None else clip(node.name, 4096),
        "" if node is None else clip(node.span, 4096),
    )


def sizes(shape: Shape) -> str:
    """A shape as tables have it; one number has none."""
    return "x".join(map(str, shape)) or "one number"


def by_dtype(found: Inspection) -> list[list[str]]:
    """For each data type how many tensors there are and what they take."""
    counts: dict[str, tuple[int, int]] = {}
    for tensor in found.checkpoint.tensors:
        count, size = counts.get(tensor.dtype, (0, 0))
        counts[tensor.dtype] = (count + 1, size + tensor.bytes)
    return [
        [dtype, f"{whole(count)} {'tensor' if count == 1 else 'tensors'}", binary(size)]
        for dtype, (count, size) in counts.items()
    ]
