"""Receptive fields: what each unit of a network sees of its inputs, exactly, on an unbounded image.

A path of layers maps each output position to a set of image positions, with holes where windows are
dilated; over all paths the union counts. Up to the border the sets repeat along the map: position
``i + period`` sees what i sees, moved by ``step``, which makes the jump ``step / period``. The image being
unbounded, a field may start before it: negative positions are padding. Axes are followed separately: where
paths differ on two axes at once, the field is the box around them.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from cnninspect.passes.field_flow import NOTHING, UNKNOWN, Flow
from cnninspect.passes.field_sets import MOST_SETS, TooMuch, clipped, everywhere, join, together
from cnninspect.passes.field_sight import Unbounded
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph
    from cnninspect.passes.field_sets import Led
    from cnninspect.passes.field_sight import Axes
    from cnninspect.values import Shape


class Field(Record):
    """What one node sees of one network input; each figure is one for each spatial axis of the input."""

    size: tuple[int, ...]
    """From the lowest to the highest position that the outputs of one period see, both included."""
    start: tuple[int, ...]
    """The lowest of these positions; negative in the padding."""
    steps: tuple[int | None, ...]
    """How far the field moves over one period; None where paths move unlike."""
    periods: tuple[int, ...]
    """After how many outputs the same field comes again."""
    whole: tuple[bool, ...]
    """Whether all of the axis is read; size and start are clipped to the input then."""
    varies: tuple[bool, ...]
    """Whether the outputs of one period see unlike sets, so that the size is that of their union."""
    least: tuple[int, ...]
    """The size of the smallest field of a single output."""
    most: tuple[int, ...]
    """The size of the largest field of a single output."""
    seen: tuple[int, ...]
    """How many positions are read; fewer than the size where dilation leaves holes."""

    @property
    def everything(self) -> bool:
        """Whether it is global: all of every axis is read."""
        return all(self.whole)

    @property
    def jump(self) -> tuple[int | float | None, ...]:
        """The distance between the fields of two neighbours, a float where it is no whole number."""
        return tuple([_ratio(step, period) for step, period in zip(self.steps, self.periods)])  # noqa: B905

    @property
    def centre(self) -> tuple[float, ...]:
        """The middle of the field of output 0."""
        return tuple([start + (size - 1) / 2 for start, size in zip(self.start, self.size)])  # noqa: B905


NAMES = ("size", "start", "steps", "periods", "whole", "varies", "least", "most", "seen")
"""The figures of a field, in the order of its record."""


def _ratio(step: int | None, period: int) -> int | float | None:
    if step is None:
        return None
    return step / period if step % period else step // period


Fields = list[dict[int, "Field | None"]]
"""For each node, by the index of the network input: the field, None where unknown, absent where it sees nothing."""


def flows(graph: Graph, *, through_gates: bool = False) -> list[Flow[Axes]]:
    """What every tensor sees of each network input."""
    return [
        Flow(graph, index, Unbounded(given.shape), through_gates=through_gates)
        for index, given in enumerate(graph.inputs)
    ]


def fields(graph: Graph, *, through_gates: bool = False, found: Sequence[Flow[Axes]] | None = None) -> Fields:
    """The receptive field of every node with respect to each network input.

    ``through_gates`` leaves out paths that weigh rather than look: the broadcast factor of a
    squeeze-excite block, the statistics of an instance, group or layer norm. ``found`` spares the work
    where the flows are known already.
    """
    made: Fields = [{} for _ in graph.nodes]
    for index, flow in enumerate(found or flows(graph, through_gates=through_gates)):
        image = graph.inputs[index].shape
        known: dict[tuple[int, Shape | None], Field | None] = {}
        for number, node in enumerate(graph.nodes):
            state = flow.all_of(number)
            if state == NOTHING:
                continue
            key = (state, node.outputs[0])
            if key not in known:
                axes = flow.states[state]
                known[key] = None if state == UNKNOWN or axes is None else field(axes, node.outputs[0] or (), image)
            made[number][index] = known[key]
    return made


def field(axes: Axes, shape: Shape, image: Shape) -> Field | None:
    """The field of a tensor of this shape; None where it is too large to follow."""
    rows: list[tuple[object, ...]] = []
    try:
        for axis, several in enumerate(axes):
            alike = axis and len(shape) > 1 and len(several) == 1 == len(axes[0]) and several[0][1] is axes[0][0][1]
            if alike and not several[0][1].whole:
                rows.append(rows[0])
            else:
                rows.append(_figures(several, shape, image[axis + 1]))
    except TooMuch:
        return None
    return Field(*(zip(*rows) if rows else [()] * len(NAMES)))  # noqa: B905


def _figures(several: tuple[Led, ...], shape: Shape, size: int) -> tuple[object, ...]:
    """One axis of each figure of a field, in their order."""
    if len(shape) == 1:  # the features of a vector are no places: what they see counts together
        several = tuple([(-1, everywhere(family, shape[0], size)) for _, family in several])
    families = [family for _, family in several]
    moving = [family for driver, family in several if driver >= 0]
    if any(family.whole for family in families):
        return _whole(several, shape, size)
    period = lcm(*[family.period for family in moving])
    if period > MOST_SETS:
        raise TooMuch
    sets = [join([family.at(position) for family in families]) for position in range(period)]
    sizes = [mask.bit_length() for _, mask in sets]
    low, mask = join(sets)
    span = mask.bit_length()
    step = None if len(moving) > 1 else moving[0].step if moving else 0
    varies = period > 1 or len(families) > 1
    return span, low, step, period, False, varies, min(sizes), max(sizes), mask.bit_count()


def _whole(several: tuple[Led, ...], shape: Shape, size: int) -> tuple[object, ...]:
    """The figures where all of an axis is read, which the image bounds."""
    parts = [together(family, shape[driver] if driver >= 0 else 1) for driver, family in several]
    low, mask = clipped(join(parts), size)
    span = mask.bit_length()
    return span, low, 0, 1, True, False, span, span, mask.bit_count()
