"""The growth of the receptive field over the depth of a network, as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.svg import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    RULE,
    SHADE,
    Cells,
    Dot,
    Drawing,
    Line,
    Words,
    ticks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.reports.svg import Mark

WIDTH, HEIGHT = 860, 456
LEFT, TOP, RIGHT, BOTTOM = 70, 94, 30, 62
SERIES = (BLUE, GREEN, FAINT)
APART = 26
"""How close two labels above the field may stand."""


class Step(Record):
    """One layer of the curve, with a value for each axis."""

    layer: str
    op: str
    sizes: tuple[int | None, ...]
    """The field's size; None where it is unknown."""
    whole: bool
    """Whether it sees everything by its nature, as a global pooling does."""
    strides: tuple[str, ...]


class Frame:
    """Where numbers lie on the paper."""

    def __init__(self, steps: int, top: float) -> None:
        self.count, self.top = steps, top
        self.right, self.floor = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(self, index: float) -> float:
        """The place of a layer."""
        return LEFT + (index + 0.5) * (self.right - LEFT) / self.count

    def y(self, size: float) -> float:
        """The height of a size."""
        return self.floor - size / self.top * (self.floor - TOP)


def growth(title: str, subtitle: str, steps: Sequence[Step], limits: Sequence[int], axes: Sequence[str]) -> Drawing:
    """The curve: a dot for each layer, the input's size as a line, what is larger shaded.

    ``limits`` are the input's sizes; axes that are alike in everything are drawn as one.
    """
    kept = _distinct(steps, limits)
    known = [step.sizes[axis] or 0 for step in steps for axis in kept if not step.whole]
    frame = Frame(max(len(steps), 1), 1.08 * max([*known, *[limits[axis] for axis in kept], 1]))
    marks: list[Mark] = [Words(LEFT, 26, title, 16, bold=True), Words(LEFT, 45, subtitle, 12, fill=FAINT)]
    marks += _shade(frame, steps, limits, kept)
    marks += _scales(frame)
    marks += _strides(frame, steps)
    for place, axis in enumerate(kept):
        marks += _limit(frame, limits[axis], axes[axis] if len(kept) > 1 else "", place)
        marks += _curve(frame, steps, axis, SERIES[place % len(SERIES)])
    marks += _legend(steps, [axes[axis] for axis in kept] if len(kept) > 1 else [])
    return Drawing(WIDTH, HEIGHT, title, tuple(marks))


def _distinct(steps: Sequence[Step], limits: Sequence[int]) -> list[int]:
    seen: dict[object, int] = {}
    for axis, limit in enumerate(limits):
        seen.setdefault((limit, *[step.sizes[axis] for step in steps]), axis)
    return list(seen.values())


def _shade(frame: Frame, steps: Sequence[Step], limits: Sequence[int], kept: Sequence[int]) -> Iterator[Mark]:
    """The layers whose field is larger than the input, on any axis."""
    limit = min([limits[axis] for axis in kept])
    yield Cells(((LEFT, frame.right - LEFT),), ((TOP, frame.y(limit) - TOP),), SHADE, 0.45)
    large = [
        index
        for index, step in enumerate(steps)
        if not step.whole and any((step.sizes[axis] or 0) > limits[axis] for axis in kept)
    ]
    if large:
        start = frame.x(large[0] - 0.5)
        yield Cells(((start, frame.right - start),), ((TOP, frame.floor - TOP),), SHADE, 0.75)
        words = f"larger than the input from {steps[large[0]].layer} on"
        late = start > (LEFT + frame.right) / 2
        yield Words(start + (-6 if late else 6), frame.floor - 8, words, 11, "end" if late else "start", ORANGE)


def _scales(frame: Frame) -> Iterator[Mark]:
    for tick in ticks(frame.top):
        yield Line(((LEFT, frame.y(tick)), (frame.right, frame.y(tick))), RULE)
        yield Words(LEFT - 8, frame.y(tick) + 4, str(tick), 11, "end", FAINT)
    for tick in ticks(frame.count, 10)[1:]:
        yield Line(((frame.x(tick - 1), frame.floor), (frame.x(tick - 1), frame.floor + 5)), INK)
        yield Words(frame.x(tick - 1), frame.floor + 18, str(tick), 11, "middle", FAINT)
    yield Line(((LEFT, TOP), (LEFT, frame.floor), (frame.right, frame.floor)), INK)
    yield Words(frame.right, frame.floor + 34, "layers, in the order in which they run", 11, "end", FAINT)
    yield Words(LEFT, TOP - 24, "field, in positions of the input", 11, fill=FAINT)


def _strides(frame: Frame, steps: Sequence[Step]) -> Iterator[Mark]:
    """Where the distance between neighbouring units changes for the first time, and to what."""
    last, told = -APART - 0.0, {"1"}
    for index, step in enumerate(steps):
        word = "×".join(dict.fromkeys(step.strides))
        if step.whole or word in told or "?" in word:
            continue
        told.add(word)
        x = frame.x(index)
        yield Line(((x, TOP), (x, frame.floor)), RULE, dashed=True)
        if x - last >= APART:
            yield Words(x, TOP - 5, f"/{word}", 10, "middle", FAINT)
            last = x


def _limit(frame: Frame, limit: int, axis: str, place: int) -> Iterator[Mark]:
    y = frame.y(limit)
    yield Line(((LEFT, y), (frame.right, y)), ORANGE, 1.2, dashed=True)
    yield Words(LEFT + 6 + 110 * place, y - 5, f"input {axis} {limit}".replace("  ", " "), 11, fill=ORANGE)


def _curve(frame: Frame, steps: Sequence[Step], axis: int, hue: str) -> Iterator[Mark]:
    """A dot for each layer, and a line of the largest field so far."""
    points: list[tuple[float, float]] = []
    largest = 0
    for index, step in enumerate(steps):
        size = step.sizes[axis]
        if size is None or step.whole:
            continue
        if size > largest:
            if points:
                points.append((frame.x(index), frame.y(largest)))
            largest = size
        points.append((frame.x(index), frame.y(largest)))
    if points:
        yield Line(tuple(points), hue, 1.4)
    for index, step in enumerate(steps):
        size = step.sizes[axis]
        if step.whole:
            yield Dot(frame.x(index), TOP + 6, hue, hollow=True, title=f"{step.layer} ({step.op}): sees everything")
        elif size is not None:
            what = f"{step.layer} ({step.op}): {size}, stride {step.strides[axis]}"
            yield Dot(frame.x(index), frame.y(size), hue, title=what)


def _legend(steps: Sequence[Step], axes: Sequence[str]) -> Iterator[Mark]:
    y, x = HEIGHT - 16, float(LEFT)
    entries = [(axis, SERIES[place % len(SERIES)], False) for place, axis in enumerate(axes)]
    entries = entries or [("one dot a layer; the line is the largest so far", BLUE, False)]
    if any(step.whole for step in steps):
        entries.append(("sees everything", BLUE, True))
    for words, hue, hollow in entries:
        yield Dot(x + 4, y - 4, hue, hollow=hollow)
        yield Words(x + 14, y, words, 11, fill=FAINT)
        x += 30 + 6.3 * len(words)
