"""What a network costs on other inputs: a table, and a formula where there is one."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from cnninspect.analysis.probe import Refusal, TooDear
from cnninspect.passes.cost import costs, total
from cnninspect.passes.growth import SPARE, Formula, degree, through
from cnninspect.passes.memory import memory_totals
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.analysis.axes import Moved
    from cnninspect.analysis.probe import Probe
    from cnninspect.ir import Graph
    from cnninspect.values import Shape

FIGURES = ("macs", "flops", "parameters", "weight_bytes", "activation_bytes", "peak_activation_bytes",
           "saved_activation_bytes")  # fmt: skip
LADDER = ((1, 4), (3, 8), (1, 2), (3, 4), (1, 1), (5, 4), (3, 2), (2, 1), (3, 1))
"""Parts of the declared size at which the table stands by itself."""
MOST_COMPARED = 40
"""Values of k up to which a formula is held against the figures."""
FEWEST_COMPARED = 6
MOST_LAYERS = 6000
"""Layers of all networks together that it is held against: many layers, fewer values."""
TOLERABLE = 20
"""An approximation that is further off than one part of this is no help."""


class Sums(Record):
    """The figures of a network, at a batch and data type; None is unknown."""

    parameters: int | None
    macs: int | None
    flops: int | None
    weight_bytes: int | None
    activation_bytes: int | None
    """Every output of every layer that runs at inference, added up."""
    peak_activation_bytes: int | None
    """The most bytes of activations alive at once at inference."""
    saved_activation_bytes: int | None
    """What a step of training keeps for backward."""


class Point(Record):
    """The figures at one size."""

    size: int
    totals: Sums | None
    refusal: Refusal | None


class Growth(Record):
    """How the figures grow with some sizes."""

    moved: Moved
    points: tuple[Point, ...]
    formulas: dict[str, Formula]
    """By the name of the figure, where one was found."""
    batch: int
    dtype: str


class Figures:
    """The totals at a size, worked out once."""

    def __init__(self, probe: Probe, moved: Moved, declared: Sequence[Shape], batch: int, dtype: str) -> None:
        self.probe = probe
        self.moved = moved
        self.declared = declared
        self.batch = batch
        self.dtype = dtype
        self._known: dict[int, Sums | None] = {}

    def at(self, size: int) -> Sums | None:
        """The totals, None where the size is refused; raises TooDear."""
        if size not in self._known:
            graph = self.probe.graph(self.moved.shapes(self.declared, size))
            self._known[size] = None if graph is None else sums(graph, self.batch, self.dtype)
        return self._known[size]

    def point(self, size: int) -> Point:
        """A row of the table."""
        answer = self.probe.accepts(self.moved.shapes(self.declared, size))
        if isinstance(answer, Refusal):
            return Point(size, None, answer)
        return Point(size, self.at(size), None)


def sums(graph: Graph, batch: int, dtype: str) -> Sums:
    """The figures of a graph."""
    added = total(costs(graph, batch, dtype), at_inference(graph))
    held = memory_totals(graph, batch, dtype)
    return Sums(
        added.parameters,
        added.macs,
        added.flops,
        added.weight_bytes,
        added.activation_bytes,
        held.peak_activation_bytes,
        held.saved_activation_bytes,
    )


def grow(  # noqa: PLR0913 - what repeats, by keyword
    figures: Figures, middle: int, stride: int, sizes: Sequence[int], *, formulas: bool, period: int = 1
) -> Growth:
    """The figures at some sizes, by default around the middle one, and their formulas.

    ``stride`` is the largest product of strides, ``period`` that with which accepted sizes repeat.
    """
    stride = lcm(stride, period)
    points = []
    try:
        for size in sizes or ladder(middle, stride, period):
            point = figures.point(size)
            if sizes or point.totals is not None or size == middle:
                points.append(point)
    except TooDear:
        pass
    found: dict[str, Formula] = {}
    if formulas:
        for name in FIGURES:
            shared = found["macs"].period if "macs" in found else None  # one k for all, where that is possible
            formula = _formula(figures, name, middle, stride, shared)
            if formula is not None:
                found[name] = formula
    return Growth(figures.moved, tuple(points), found, figures.batch, figures.dtype)


def ladder(middle: int, stride: int, period: int = 1) -> list[int]:
    """Sizes around the declared one that are whole strides away from it, or whole periods of what is accepted."""
    step = stride if stride <= middle // 2 else period
    if step > middle // 2:
        return [middle + step * index for index in range(len(LADDER))]
    return sorted({middle + (middle * part // whole - middle) // step * step or step for part, whole in LADDER})


def _formula(figures: Figures, name: str, middle: int, stride: int, shared: int | None) -> Formula | None:
    """The formula of a figure for the sizes that lie multiples of a period from the declared one."""
    try:
        for period in (shared,) if shared else ():
            formula = _exact(figures, name, middle, period)
            if formula is not None:
                return _checked(figures, name, formula)
        for period in (stride, 2 * stride, middle):
            formula = _exact(figures, name, middle, period)
            while formula is not None and not shared:  # as short a period as will do
                shorter = _exact(figures, name, middle, formula.period // 2) if not formula.period % 2 else None
                if shorter is None:
                    break
                formula = shorter
            if formula is not None:
                return _checked(figures, name, formula)
        return _approximate(figures, name, middle, stride)
    except TooDear:
        return None


def _exact(figures: Figures, name: str, middle: int, period: int) -> Formula | None:
    """The polynomial of lowest degree through the declared size and those a period apart, if points are to spare."""
    most = 2 * len(figures.moved.places)
    for count in {len(figures.moved.places) + SPARE + 1: 0, most + SPARE + 1: 0}:
        values = _values(figures, name, range(middle, middle + period * count, period))
        if values is None:
            return None
        order = degree(values, most)
        if order is not None:
            first = middle // period
            points = [(first + index, values[index]) for index in range(order + 1)]
            return Formula(period, middle % period, through(points), first, first)
    return None


def _values(figures: Figures, name: str, sizes: range) -> list[int] | None:
    found = []
    for size in sizes:
        value = _value(figures, name, size)
        if value is None:
            return None
        found.append(value)
    return found


def _value(figures: Figures, name: str, size: int) -> int | None:
    totals = figures.at(size)
    value: int | None = None if totals is None else getattr(totals, name)
    return value


def _checked(figures: Figures, name: str, formula: Formula) -> Formula:
    """The formula with the k between which it holds, every one of them compared."""
    graph = figures.probe.again.loaded.graph
    layers = len(graph.nodes) if graph is not None else 1
    reach = max(min(MOST_COMPARED, MOST_LAYERS // layers), FEWEST_COMPARED)

    def holds(k: int) -> bool:
        size = formula.period * k + formula.remainder
        return size > 0 and _value(figures, name, size) == formula.at(k)

    first = last = formula.first
    try:
        while last < max(reach, formula.first + SPARE + 2) and holds(last + 1):
            last += 1
        while first > max(0, formula.first - reach) and holds(first - 1):
            first -= 1
    except TooDear:
        pass
    return formula._replace(first=first, last=last)


def _approximate(figures: Figures, name: str, middle: int, stride: int) -> Formula | None:
    """A polynomial through a few sizes, with how far it is off at those between; None where that is far."""
    from fractions import Fraction

    period = stride if stride <= middle // 2 else 1
    first = max(middle // period // 2, 1)
    every = [(k, _value(figures, name, period * k + middle % period)) for k in range(first, first + 16)]
    known = [(k, value) for k, value in every if value]
    axes = len(figures.moved.places)
    if len(known) < len(every):
        return None
    chosen = [known[index * (len(known) - 1) // axes] for index in range(axes + 1)]
    rounded = tuple([Fraction(round(coefficient)) for coefficient in through(chosen)])
    formula = Formula(period, middle % period, rounded, known[0][0], known[-1][0], Fraction(0))
    error = max(abs(formula.at(k) - value) / value for k, value in known)
    return formula._replace(error=error) if error * TOLERABLE <= 1 else None
