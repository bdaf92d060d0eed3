"""Rows and columns that are left over: where a window stops short of the end of what it slides over.

On an axis of n cells with pads b and a, out positions of stride s and an extent of ke read the first
(out - 1) s + ke of the n + b + a padded cells; the rest, (n + b + a - ke) mod s where sizes are rounded
down, is left over. The last cells are padding: only what exceeds ``a`` is a part of the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.ir import Tensor
from cnninspect.passes.usage import at_inference
from cnninspect.reads import POINT
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node
    from cnninspect.reads import Reading
    from cnninspect.values import Facts, Shape


class Left(Record):
    """What one layer leaves over on one axis."""

    cells: int
    """Rows or columns of the padded map behind the last window."""
    padding: int
    """How many of them are padding, and nothing is lost with them."""

    @property
    def real(self) -> int:
        """Rows or columns of the map itself that the layer does not read."""
        return self.cells - self.padding


class Dropped(Record):
    """A layer that leaves something over, axis by axis."""

    node: Node
    shape: Shape
    """What it reads."""
    axes: tuple[Left, ...]


NOTHING: tuple[Left, ...] = ()
Known = dict[tuple[int, int, int], tuple["Reading", int]]
"""What readings came to; a reading is kept with it, so that its identity stays its own."""


def leftovers(facts: Facts, shape: Shape) -> tuple[Left, ...]:
    """What a layer leaves over on each axis of its input; empty where it slides no window."""
    window = facts.window
    if window is None or window.transposed or len(facts.outputs[0]) != len(shape):
        return NOTHING
    found = []
    sizes = zip(shape[1:], facts.outputs[0][1:], *window[:4], strict=True)
    for n, out, kernel, stride, dilation, (before, after) in sizes:
        cells = max(n + before + after - (out - 1) * stride - dilation * (kernel - 1) - 1, 0)
        found.append(Left(cells, min(cells, max(after, 0))))
    return tuple(found)


def dropped(graph: Graph) -> list[Dropped]:
    """Every layer that leaves something over at inference, in the order in which they run."""
    found = []
    for node, runs in zip(graph.nodes, at_inference(graph), strict=True):
        shape = graph.shape(node.inputs[0])
        if node.facts is None or shape is None or not runs:
            continue
        axes = leftovers(node.facts, shape)
        if any(left.cells for left in axes):
            found.append(Dropped(node, shape, axes))
    return found


# --- what nothing reads at all -------------------------------------------------------------


def unread(graph: Graph) -> dict[str, tuple[tuple[int, ...], ...]]:
    """For each input and spatial axis the positions that no output depends on, at inference.

    A layer that does not state what it reads is taken to read everything.
    """
    live: dict[Tensor, list[int]] = {}
    for output in graph.outputs:
        if not output.training:
            live[output.tensor] = [_all(n) for n in (graph.shape(output.tensor) or ())[1:]]
    known: Known = {}
    for index in range(len(graph.nodes) - 1, -1, -1):
        _pass_back(graph, index, live, known)
    found = {}
    for index, given in enumerate(graph.inputs):
        masks = live.get(Tensor(-1 - index), [0] * (len(given.shape) - 1))
        found[given.name] = tuple(
            [
                tuple([place for place in range(n) if not mask >> place & 1])
                for n, mask in zip(given.shape[1:], masks, strict=True)
            ]
        )
    return found


def _all(n: int) -> int:
    return (1 << n) - 1


def _pass_back(graph: Graph, index: int, live: dict[Tensor, list[int]], known: Known) -> None:
    """From what is needed of a node's outputs to what is needed of its inputs."""
    node = graph.nodes[index]
    outputs = [(number, live.get(Tensor(index, number))) for number in range(len(node.outputs))]
    needed = {number: masks for number, masks in outputs if masks is not None and (all(masks) or not masks)}
    if not needed:
        return
    shapes = [graph.shape(tensor) for tensor in node.inputs]
    given = [shape for shape in shapes if shape is not None]
    stated = None if node.layer is None or len(given) < len(shapes) else node.layer.reads(given)
    if stated is None:
        for tensor, shape in zip(node.inputs, shapes, strict=True):
            _need(live, tensor, [_all(n) for n in (shape or ())[1:]])
        return
    for reads in stated:
        masks = needed.get(reads.output)
        if masks is None:
            continue
        sizes = given[reads.input][1:]
        found = []
        for axis, (reading, n) in enumerate(zip(reads.axes, sizes, strict=True)):
            follows = axis + 1 if reads.order is None else reads.order[axis + 1]
            whole = reading is None or not 0 < follows <= len(masks)
            found.append(_all(n) if whole or reading is None else _read(reading, masks[follows - 1], n, known))
        _need(live, node.inputs[reads.input], found)


def _need(live: dict[Tensor, list[int]], tensor: Tensor, masks: list[int]) -> None:
    before = live.get(tensor)
    live[tensor] = masks if before is None else [old | new for old, new in zip(before, masks, strict=True)]


def _read(reading: Reading, wanted: int, n: int, known: Known) -> int:
    """The positions of an axis of n that the wanted positions read, both as bits."""
    if reading is POINT:
        return wanted & _all(n)
    key = (id(reading), wanted, n)
    if key in known:
        return known[key][1]
    found = 0
    for place in range(wanted.bit_length()):
        if wanted >> place & 1:
            start = place // reading.period * reading.step
            for tap in reading.taps[place % reading.period]:
                inside = _inside(start + tap, n, reading.outside)
                if inside is not None:
                    found |= 1 << inside
    known[key] = (reading, found)
    return found


def _inside(place: int, n: int, rule: str) -> int | None:
    """Where a position lies, those outside the map by the rule for them."""
    if 0 <= place < n:
        return place
    if rule == "edge":
        return min(max(place, 0), n - 1)
    if rule == "wrap":
        return place % n
    if rule == "reflect":
        return -place if place < 0 else 2 * (n - 1) - place
    return None
