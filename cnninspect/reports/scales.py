"""Where numbers lie on an axis, and which round numbers are written there."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = 0.04
"""What an axis goes on beyond its outermost values, of its length."""
DIGITS = (1, 2, 5)


class Scale:
    """From numbers to shares of an axis, 0 at its beginning; by powers of ten where ``log``."""

    def __init__(self, values: Sequence[float], *, log: bool = False, tight: bool = False) -> None:
        self.log = log
        places = [self._place(value) for value in values if not log or value > 0]
        low, high = min(places, default=0.0), max(places, default=1.0)
        if high == low:
            spare = abs(low) * 0.1 or 0.5
            low, high = low - spare, high + spare
        elif not tight:
            spare = MARGIN * (high - low)
            low, high = low - spare, high + spare
        self.low, self.high = low, high

    def _place(self, value: float) -> float:
        return log10(value) if self.log else value

    def share(self, value: float) -> float:
        """The place of a number."""
        return (self._place(value) - self.low) / (self.high - self.low)

    def marks(self, most: int) -> list[float]:
        """Round numbers on the axis, ``most`` at most and as many as that allows."""
        return self._powers(most) if self.log else self._steps(most)

    def _steps(self, most: int) -> list[float]:
        power = floor(log10(self.high - self.low)) - 2
        for step in (digit * 10.0**exponent for exponent in range(power, power + 5) for digit in DIGITS):
            first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
            if last - first < most:
                return [round(index * step, 12) for index in range(first, last + 1)]
        return []  # pragma: no cover - five powers of ten are enough for any

    def _powers(self, most: int) -> list[float]:
        found: list[float] = []
        for digits in (DIGITS, (1,)):
            powers = range(floor(self.low), ceil(self.high) + 1)
            every = [digit * 10.0**power for power in powers for digit in digits]
            found = [value for value in every if self.low <= log10(value) <= self.high]
            if len(found) <= most:
                break
        return found[:: ceil(len(found) / max(most, 1))] if found else []


def written(value: float) -> str:
    """A round number as short as can be."""
    return f"{value:,.0f}" if value == round(value) and abs(value) < 10**7 else f"{value:.4g}"
