"""What each position of each layer sees of the actual, bounded inputs: the support of the gradient, on each axis.

Position i of an axis sees the image positions on which the sum of the outputs at i depends, whatever their
positions on the other axes. Padding with zeros is no image; padding that is filled from the map is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.field import flows
from cnninspect.passes.field_flow import NOTHING, UNKNOWN, Flow
from cnninspect.passes.field_sets import join, places
from cnninspect.passes.support_sight import Bounded
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph
    from cnninspect.passes.field_sets import Led, Set
    from cnninspect.passes.support_sight import Line, Lines
    from cnninspect.values import Shape


class Support(Record):
    """What the positions of one node see of one network input."""

    axes: tuple[tuple[Line, ...], ...]
    """For each spatial axis of the input: what is seen of it, by the axis of the node's shape that leads there."""
    shape: Shape
    """The node's own shape."""

    def masks(self, axis: int) -> list[int]:
        """What the node's positions on the same axis see of a spatial axis of the input: bit j for position j.

        One mask alone where the node's positions on that axis make no difference.
        """
        own = [sets for driver, sets in self.axes[axis] if driver == axis + 1]
        rest = join([one for driver, sets in self.axes[axis] if driver != axis + 1 for one in sets])
        return [places(join([one, rest])) for one in own[0]] if own else [places(rest)]

    def at(self, position: Sequence[int]) -> tuple[int, ...]:
        """What the units at one position, in all channels, see of each spatial axis of the input."""
        found = []
        for lines in self.axes:
            parts: list[Set] = []
            for driver, sets in lines:
                parts += [sets[position[driver - 1]]] if driver > 0 else sets
            found.append(places(join(parts)))
        return tuple(found)


Supports = list[dict[int, "Support | None"]]
"""For each node, by the index of the network input; None where unknown, absent where nothing is seen."""


def support(graph: Graph, *, through_gates: bool = False) -> Supports:
    """What every position of every node sees of each network input."""
    made: Supports = [{} for _ in graph.nodes]
    for index in range(len(graph.inputs)):
        flow = bounded(graph, index, through_gates=through_gates)
        for number, node in enumerate(graph.nodes):
            state = flow.all_of(number)
            if state == NOTHING:
                continue
            lines, shape = flow.states[state], node.outputs[0]
            unlike = len({*node.outputs}) > 1  # outputs of unlike sizes have no positions in common
            known = state != UNKNOWN and lines is not None and shape is not None and not unlike
            made[number][index] = Support(lines, shape) if known else None  # type: ignore[arg-type]
    return made


def bounded(graph: Graph, index: int, *, through_gates: bool = False) -> Flow[Lines]:
    """What every tensor sees of one actual input."""
    return Flow(graph, index, Bounded(), through_gates=through_gates)


class Padding(Record):
    """How much of what the units of one node look at is padding, not image."""

    centre: float
    """The share of the centre unit's box that lies outside the image."""
    mean: float
    """The mean of that share over all units."""
    cut: tuple[tuple[int, int], ...]
    """For each spatial axis how many positions at its start and at its end look beyond the image."""


def padding(graph: Graph, index: int = 0, *, through_gates: bool = False) -> list[Padding | None]:
    """The padding that every node looks at of one input; None where nothing is seen or it is unknown."""
    flow = flows(graph, through_gates=through_gates)[index]
    sizes = graph.inputs[index].shape[1:]
    made: list[Padding | None] = []
    for number, node in enumerate(graph.nodes):
        state = flow.states[flow.all_of(number)]
        made.append(None if state is None else _padding(state, node.outputs[0] or (), sizes))
    return made


def _padding(axes: tuple[tuple[Led, ...], ...], shape: Shape, sizes: Shape) -> Padding:
    """The shares of boxes: what lies inside on one axis, times what lies inside on the next."""
    middle, average, cut = 1.0, 1.0, []
    for several, size in zip(axes, sizes):  # noqa: B905 - one for each axis
        boxes = _boxes(several, shape)
        inside = [(min(end, size) - max(start, 0)) / (end - start) for start, end in boxes if end > start]
        inside = [max(share, 0.0) for share in inside] or [1.0]
        middle *= inside[len(inside) // 2]
        average *= sum(inside) / len(inside)
        cut.append((_run([start < 0 for start, _ in boxes]), _run([end > size for _, end in reversed(boxes)])))
    return Padding(1 - middle, 1 - average, tuple(cut))


def _boxes(several: tuple[Led, ...], shape: Shape) -> list[tuple[int, int]]:
    """From where to where each position of the leading axis looks."""
    leading = max([driver for driver, _ in several], default=-1)
    count = shape[leading] if 0 <= leading < len(shape) else 1
    boxes = []
    for position in range(count):
        low, span, _ = join([family.at(position if driver == leading else 0) for driver, family in several])
        boxes.append((low, low + span))
    return boxes


def _run(flags: list[bool]) -> int:
    """How many of the first ones are true."""
    return next((i for i, flag in enumerate(flags) if not flag), len(flags))
