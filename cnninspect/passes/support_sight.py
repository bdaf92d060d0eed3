"""The states of supports: for each axis of the image, what each position of a map sees of the actual, bounded image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.field_flow import NOTHING, UNKNOWN, Lost
from cnninspect.passes.field_sets import EMPTY, TooMuch, join
from cnninspect.passes.field_sight import how
from cnninspect.reads import POINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.passes.field_sets import Set
    from cnninspect.reads import Reading, Reads
    from cnninspect.values import Shape

Line = tuple[int, tuple["Set", ...]]
"""What each position of one axis of a tensor's shape sees; the axis is -1 and the set one where all see the same."""
Lines = tuple[tuple[Line, ...], ...]
"""For each spatial axis of the image, what is seen of it."""

MOST_READ = 2**22
"""More reads along one axis of one layer are not followed."""


class Bounded:
    """What is seen of an image of this size: padding is nothing, or the positions it is filled from."""

    unites = False  # on one axis padding alone may be seen, which takes what is seen on the others with it

    def start(self, shape: Shape) -> Lines:
        if max(shape[1:], default=0) > MOST_READ:
            raise Lost(UNKNOWN)
        return tuple([((axis, tuple([(i, 1, 0) for i in range(shape[axis])])),) for axis in range(1, len(shape))])

    def deep(self, state: Lines) -> bool:
        return any(not driver for lines in state for driver, _ in lines)

    def join(self, states: Sequence[Lines]) -> Lines:
        return tuple([_united([line for lines in several for line in lines]) for several in zip(*states)])  # noqa: B905

    def follow(self, state: Lines, read: Reads, x: Shape, y: Shape) -> Lines:
        try:
            made = tuple([_united([_line(line, read, x, y) for line in lines]) for lines in state])
        except TooMuch:
            raise Lost(UNKNOWN) from None
        if any(all(one == EMPTY for _, sets in lines for one in sets) for lines in made):
            raise Lost(NOTHING)  # on one axis only padding is read: none of the image comes through
        return made


def _united(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The union, position by position."""
    if len(lines) == 1:
        return (lines[0],)
    by: dict[int, list[tuple[Set, ...]]] = {}
    for driver, sets in lines:
        by.setdefault(driver, []).append(sets)
    return tuple([(driver, tuple([join(one) for one in zip(*by[driver])])) for driver in sorted(by)])  # noqa: B905


def _line(line: Line, read: Reads, x: Shape, y: Shape) -> Line:
    """What the positions of the output's axis see."""
    driver, sets = line
    if driver < 0:
        return line
    reading, goes = how(driver, read)
    if reading is None:
        seen = join(sets)
        return (goes, (seen,) * y[goes]) if 0 <= goes < len(y) else (-1, (seen,))
    if goes < 0:
        return -1, (sets[0],)
    if reading is POINT and x[driver] == y[goes]:
        return goes, sets
    return goes, _read(sets, reading, y[goes])


def _read(sets: tuple[Set, ...], reading: Reading, out: int) -> tuple[Set, ...]:
    """What ``out`` positions see that read others in this way."""
    n, period = len(sets), reading.period
    if out * max(map(len, reading.taps)) > MOST_READ:
        raise TooMuch
    found = []
    for i in range(out):
        first = i // period * reading.step
        places = [place(first + tap, n, reading.outside) for tap in reading.taps[i % period]]
        found.append(join([sets[at] if at >= 0 else EMPTY for at in places]))
    return tuple(found)


def place(at: int, n: int, outside: str) -> int:
    """The position of a map of ``n`` that a position stands for; -1 for none."""
    if 0 <= at < n:
        return at
    if outside == "edge":
        return 0 if at < 0 else n - 1
    if outside == "wrap":
        return at % n
    if outside == "reflect":
        return -at if at < 0 else 2 * (n - 1) - at
    return -1
