"""Receptive fields: what each unit of a network sees of its inputs, exactly, on an unbounded image.

A path of layers maps each output position to a set of image positions, with holes where windows are
dilated; over all paths the union counts. Up to the border the sets repeat along the map: position
``i + period`` sees what i sees, moved by ``step``, which makes the jump ``step / period``. The outputs of a
period are taken together, moved back by ``⌊i · step / period⌋`` for output i where that makes their union smaller:
a pool of 13 positions to 6 sees 3 of them, not 13, and a pooled map that is stretched again what it was pooled of.
The image being unbounded, a field may start before it: negative positions are padding. Axes are followed
separately: where paths differ on two axes at once, the field is the box around them.
"""

from __future__ import annotations

from itertools import product as combined
from math import lcm
from typing import TYPE_CHECKING

from cnninspect.passes.field_flow import NOTHING, UNKNOWN, Flow
from cnninspect.passes.field_sets import MOST_SETS, TooMuch, clipped, count, gathered, join, together
from cnninspect.passes.field_sight import Unbounded
from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph
    from cnninspect.passes.field_sets import Led
    from cnninspect.passes.field_sight import Axes
    from cnninspect.values import Shape


class Field(Record):
    """What one node sees of one network input; each figure is one for each spatial axis of the input."""

    size: tuple[int, ...]
    """From the lowest to the highest position that the outputs of one period see, both included, in the tighter of
    two frames: as they lie, or each moved back by ``⌊i · step / period⌋``. Where paths move unlike, each in its own."""
    start: tuple[int, ...]
    """The lowest of these positions; negative in the padding."""
    steps: tuple[int | None, ...]
    """How far the field moves over one period; None where paths move unlike, or only some move."""
    periods: tuple[int, ...]
    """After how many outputs the same field comes again."""
    whole: tuple[bool, ...]
    """Whether all of the axis is read; size and start are clipped to the input then."""
    varies: tuple[bool, ...]
    """Whether the outputs of one period see unlike sets in that frame, so that the size is that of their union."""
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
        """The middle between the first and the last position of the field."""
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
            alike = axis and len(several) == 1 == len(axes[0]) and several[0][1] is axes[0][0][1] and len(shape) > 1
            if alike and not several[0][1].whole:
                rows.append(rows[0])
            else:
                rows.append(_figures(several, shape, image[axis + 1]))
    except TooMuch:
        return None
    return Field(*(zip(*rows) if rows else [()] * len(NAMES)))  # noqa: B905


def _figures(several: tuple[Led, ...], shape: Shape, size: int) -> tuple[object, ...]:
    """One axis of each figure of a field, in their order."""
    family = several[0][1]
    if len(several) == 1 == family.period and len(shape) != 1 and not family.whole:  # the commonest, made quick
        (one,) = family.sets
        return one[1], one[0], family.step, 1, False, False, one[1], one[1], count(one)
    if len(shape) == 1:  # the features of a vector are no places: what they see counts together
        several = ((-1, gathered([family for _, family in several], shape[0], size)),)
    if any(family.whole for _, family in several):
        return _whole(several, shape, size)
    if len(several) > 1:
        return _unlike(several, shape)
    family = several[0][1]
    sets, union = family.framed()
    sizes = [span for _, span, _ in sets]
    varies = any(one != sets[0] for one in sets)
    return union[1], union[0], family.step, family.period, False, varies, min(sizes), max(sizes), count(union)


def _unlike(several: tuple[Led, ...], shape: Shape) -> tuple[object, ...]:
    """The figures where paths move unlike: the sizes are those of all outputs, wherever they lie on the map."""
    union = join([family.framed()[1] for _, family in several])
    drivers = sorted({driver for driver, _ in several if driver >= 0})
    if product([shape[driver] for driver in drivers]) > MOST_SETS:
        raise TooMuch
    sizes = set()
    for places in combined(*[range(shape[driver]) for driver in drivers]):
        at = dict(zip((*drivers, -1), (*places, 0)))  # noqa: B905 - one place for each
        sizes.add(join([family.at(at[driver]) for driver, family in several])[1])
    period = lcm(*[family.period for _, family in several])
    return union[1], union[0], None, period, False, True, min(sizes), max(sizes), count(union)


def _whole(several: tuple[Led, ...], shape: Shape, size: int) -> tuple[object, ...]:
    """The figures where all of an axis is read, which the image bounds."""
    parts = [together(family, shape[driver] if driver >= 0 else 1) for driver, family in several]
    union = clipped(join(parts), size)
    return union[1], union[0], 0, 1, True, False, union[1], union[1], count(union)
