"""How a figure of a network grows with its input: the polynomial that it is, with exact arithmetic.

Sizes are rounded at every stride, so a figure is no polynomial in n, but it is one in k for the sizes
n = m k + r, where m is a multiple of the strides above each other. Newton's forward differences find it:
they vanish from some order on. Whatever points were not needed must agree, or there is no formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

SPARE = 2
"""Points beyond those that determine a polynomial, which must agree with it."""


class Formula(Record):
    """A polynomial in k for the sizes n = period k + remainder."""

    period: int
    remainder: int
    coefficients: tuple[Fraction, ...]
    """That of k to the power 0 first."""
    first: int
    last: int
    """The k between which every value was compared."""
    error: Fraction | None = None
    """None where the formula is exact; otherwise the largest deviation that was met, as a part of the value."""

    def at(self, k: int) -> Fraction:
        """The value for n = period k + remainder."""
        return evaluate(self.coefficients, k)


def evaluate(coefficients: Sequence[Fraction], k: int) -> Fraction:
    """A polynomial at a point."""
    from fractions import Fraction

    total = Fraction(0)
    for coefficient in reversed(coefficients):
        total = total * k + coefficient
    return total


def degree(values: Sequence[int], most: int) -> int | None:
    """The degree of the polynomial through values at equal distances; None unless points are to spare."""
    row = list(values)
    for order in range(min(most + 1, len(values) - SPARE) + 1):
        if not any(row):
            return max(order - 1, 0)
        row = [row[index + 1] - row[index] for index in range(len(row) - 1)]
    return None


def through(points: Sequence[tuple[int, int]]) -> tuple[Fraction, ...]:
    """The coefficients of the polynomial of lowest degree through some points (Newton's divided differences)."""
    from fractions import Fraction

    places = [place for place, _ in points]
    table = [Fraction(value) for _, value in points]
    for order in range(1, len(points)):
        for index in range(len(points) - 1, order - 1, -1):
            table[index] = (table[index] - table[index - 1]) / (places[index] - places[index - order])
    found = [Fraction(0)]
    for place, coefficient in zip(reversed(places), reversed(table), strict=True):
        shifted = [Fraction(0), *found]
        found = [high - place * low for high, low in zip(shifted, [*found, Fraction(0)], strict=True)]
        found[0] += coefficient
    while len(found) > 1 and not found[-1]:
        found.pop()
    return tuple(found)
