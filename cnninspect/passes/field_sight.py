"""The states of receptive fields: for each axis of the image, families on an unbounded image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.field_flow import UNKNOWN, Lost
from cnninspect.passes.field_sets import START, Led, TooMuch, everywhere, followed, united
from cnninspect.reads import POINT, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.passes.field_sets import Family
    from cnninspect.reads import Reading, Reads
    from cnninspect.values import Shape

Axes = tuple[tuple[Led, ...], ...]
"""For each spatial axis of the image, what is seen of it."""


class Unbounded:
    """What is seen of an image without borders; only what reads a whole axis knows its size."""

    unites = True

    def __init__(self, image: Shape) -> None:
        self.image = image
        self._made: dict[tuple[int, int], tuple[Family, Reading, Family]] = {}

    def start(self, shape: Shape) -> Axes:
        return tuple([((axis, START),) for axis in range(1, len(shape))])

    def join(self, states: Sequence[Axes]) -> Axes:
        try:
            return tuple([_joined(several) for several in zip(*states)])  # noqa: B905 - one image
        except TooMuch:
            raise Lost(UNKNOWN) from None

    def deep(self, state: Axes) -> bool:
        for several in state:
            for driver, _ in several:
                if not driver:
                    return True
        return False

    def follow(self, state: Axes, read: Reads, x: Shape, y: Shape) -> Axes:
        made = []
        try:
            slid = _slid(state, read)
            if slid is not None:
                return slid
            for axis, several in enumerate(state):
                found = [self._one(led, axis, read, x, y) for led in several]
                made.append(united(found) if len(found) > 1 else tuple(found))
        except TooMuch:
            raise Lost(UNKNOWN) from None
        return tuple(made)

    def _one(self, led: Led, axis: int, read: Reads, x: Shape, y: Shape) -> Led:
        driver, family = led
        if driver < 0:
            return led
        reading, goes = how(driver, read)
        if reading is None:
            if x[driver] > 1 or not 0 <= goes < len(y):
                return -1, everywhere(family, x[driver], self.image[axis + 1])
            reading = POINT
        if goes < 0:
            return -1, everywhere(family, 1, 0)
        if reading.outside == "end":
            raise Lost(UNKNOWN)  # the pieces of a concatenation have borders, and one image has none
        if reading is not POINT:
            family = self._followed(family, reading)
        return -1 if family.fixed else goes, family

    def _followed(self, family: Family, reading: Reading) -> Family:
        """The family of a reading, made once: the axes of a map are mostly alike."""
        key = (id(family), id(reading))
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = (family, reading, followed(family, reading))
        return known[2]


def _slid(state: Axes, read: Reads) -> Axes | None:
    """The commonest step, made quick: plain windows over axes that are followed apart; None for any other."""
    if read.order is not None:
        return None
    made: list[tuple[Led, ...]] = []
    before = window = None
    for several in state:
        if len(several) > 1:
            return None
        driver, family = several[0]
        if driver < 1:
            return None
        reading = read.axes[driver - 1]
        if family is not before or reading is not window:
            if reading is None or reading.period != 1 or not reading.step or reading.outside == "end":
                return None
            before, window, now = family, reading, followed(family, reading)
        made.append(((driver, now),))
    return tuple(made)


def how(driver: int, read: Reads) -> tuple[Reading | None, int]:
    """How the axis is read whose position counts, and the axis of the output whose position counts then."""
    goes = driver if read.order is None else read.order[driver]
    if driver:
        reading = read.axes[driver - 1]
        if reading is UNTOLD:
            raise Lost(UNKNOWN)
        return reading, goes
    return (read.channels.along() if goes == 0 else POINT if goes > 0 else None), goes


def _joined(several: tuple[tuple[Led, ...], ...]) -> tuple[Led, ...]:
    first = several[0]
    if all(one == first for one in several):
        return first
    return united([led for one in several for led in one])
