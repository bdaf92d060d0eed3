"""A benchmark as a drawing: how long a run takes and how many samples a second, by the size of the batch."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from cnninspect.reports.bench_words import digits, names, seconds, where
from cnninspect.reports.svg import FAINT, HUES, INK, RULE, Dot, Drawing, Line, Words
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnninspect.backends.bench_records import Bench, Case
    from cnninspect.reports.svg import Mark

    Series = tuple[str, str, bool, list[Case]]
    """A name, a colour, whether it is dashed, and its cases."""

WIDTH, LEFT, RIGHT = 860, 84, 24
PANEL, TOP, APART, ROW, ROOM = 190, 90, 74, 18, 34


class Frame:
    """Where numbers lie in a panel; both axes go by powers."""

    def __init__(self, top: float, across: Sequence[float], up: Sequence[float]) -> None:
        self.top = top
        self.left, self.right = (log10(min(across, default=1)), log10(max(across, default=1)))
        self.low, self.high = floor(log10(min(up, default=1))), ceil(log10(max(up, default=1)))
        self.high += self.high == self.low

    def x(self, batch: float) -> float:
        """The place of a batch."""
        share = (log10(batch) - self.left) / (self.right - self.left) if self.right > self.left else 0.5
        return LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40)

    def y(self, number: float) -> float:
        """The height of a number."""
        return self.top + PANEL * (1 - (log10(number) - self.low) / (self.high - self.low))


def drawing(benches: Sequence[Bench]) -> Drawing:
    """Two panels: medians with a bar from quartile to quartile, and samples a second."""
    lines = [*_series(benches)]
    title = (
        f"Time and throughput of {clip(', '.join(dict.fromkeys([bench.subjects[0].name for bench in benches])), 60)}"
    )
    marks: list[Mark] = [Words(LEFT, 28, title, 16, bold=True)]
    if benches:
        machine = benches[0].machine
        words = f"{where(machine)}, torch {machine.torch}, {benches[0].wish.dtype}"
        marks.append(Words(LEFT, 47, words + (", busy" if machine.busy else ""), 12, fill=FAINT))
    marks += _panel("a run, median and quartiles", TOP, lines, _median, seconds)
    below = TOP + PANEL + APART
    marks += _panel("samples a second", below, lines, lambda case: case.per_second or 0.0, digits)
    floor_ = below + PANEL
    marks.append(Words(WIDTH - RIGHT, floor_ + 34, "samples in a batch", 11, "end", FAINT))
    for row, (name, hue, dashed, _) in enumerate(lines):
        y = floor_ + 56 + row * ROW
        marks += [Line(((LEFT, y - 4), (LEFT + 26, y - 4)), hue, 2, dashed), Words(LEFT + 34, y, name, 12)]
    return Drawing(WIDTH, floor_ + 56 + len(lines) * ROW, title, tuple(marks))


def _median(case: Case) -> float:
    assert case.spread is not None
    return case.spread.median


def _series(benches: Sequence[Bench]) -> Iterator[Series]:
    """A line for each network in each mode: colours tell networks and modes apart, dashes those run beside another.

    The first one beside it has the colours of the network itself.
    """
    called = iter(names([about for bench in benches for about in bench.subjects]))
    several, taken = sum(len(bench.subjects) for bench in benches) > 1, 0
    for bench in benches:
        modes = bench.wish.modes
        for at in range(len(bench.subjects)):
            name = next(called)
            for hue, mode in enumerate(modes, taken + max(at - 1, 0) * len(modes)):
                own = [
                    case
                    for case in bench.cases
                    if (case.subject, case.mode) == (at, mode) and case.spread is not None and case.spread.median > 0
                ]
                if own:
                    yield f"{name}, {mode}" if several else mode, HUES[hue % len(HUES)], at > 0, own
        taken += max(len(bench.subjects) - 1, 1) * len(modes)


def _panel(
    title: str, top: float, lines: Sequence[Series], read: Callable[[Case], float], write: Callable[[float], str]
) -> Iterator[Mark]:
    cases = [case for *_, own in lines for case in own]
    spans = [number for case in cases if case.spread for number in (read(case),)]
    frame = Frame(top, [case.batch for case in cases], spans)
    yield Words(LEFT, top - 12, title, 12, fill=FAINT)
    for power in range(frame.low, frame.high + 1):
        y = frame.y(10.0**power)
        yield Line(((LEFT, y), (WIDTH - RIGHT, y)), INK if power == frame.low else RULE)
        yield Words(LEFT - 8, y + 4, write(10.0**power), 11, "end", FAINT)
    last = 0.0
    for batch in sorted({case.batch for case in cases}):
        if frame.x(batch) - last >= ROOM:
            last = frame.x(batch)
            yield Words(last, top + PANEL + 18, f"{batch:,}", 11, "middle", FAINT)
    for name, hue, dashed, own in lines:
        points = tuple([(frame.x(case.batch), frame.y(read(case))) for case in own])
        yield Line(points, hue, 2, dashed)
        for case, (x, y) in zip(own, points, strict=True):
            if read is _median and case.spread is not None:
                low, high = [
                    min(max(frame.y(each), top), top + PANEL) for each in (case.spread.lower, case.spread.upper)
                ]
                yield Line(((x, low), (x, high)), hue, 1)
            yield Dot(x, y, hue, hollow=dashed, title=f"{name}, batch {case.batch:,}: {write(read(case))}", radius=3.2)
