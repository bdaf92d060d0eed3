"""A set of sizes, told truly: from where on it repeats, with which period, and what lies before.

Nothing is said of sizes that were not tried; a period is one only if what was tried holds three of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Ranges = tuple[tuple[int, int], ...]

REPEATS = 3
"""How often a period must be seen."""


class Pattern(Record):
    """Which of the sizes that were tried are in the set."""

    tried: Ranges
    """What was tried, as first and last size."""
    before: Ranges
    """Stretches of sizes in the set that follow no rule, all of them where there is no period."""
    start: int | None
    """The first size of the periodic part; None where the set ends within what was tried."""
    period: int | None
    residues: tuple[int, ...]
    """The set from ``start`` on: sizes whose remainder by the period is one of these."""
    least: int | None
    most: int | None
    """The smallest and the largest size found in the set."""

    def __contains__(self, size: object) -> bool:
        """Whether a size is in the set, as far as the rule tells."""
        assert isinstance(size, int)
        if self.start is not None and self.period is not None and size >= self.start:
            return size % self.period in self.residues
        return any(first <= size <= last for first, last in self.before)

    @property
    def everything(self) -> bool:
        """Whether every size that was tried is in it."""
        return self.least == self.tried[0][0] and (self.before, self.period) == ((), 1)


def ranges(sizes: Iterable[int]) -> Ranges:
    """Sizes in rising order as stretches without a gap."""
    found: list[list[int]] = []
    for size in sizes:
        if found and size == found[-1][1] + 1:
            found[-1][1] = size
        else:
            found.append([size, size])
    return tuple([(first, last) for first, last in found])


def describe(tried: Sequence[int], members: Iterable[int], stride: int = 1) -> Pattern:
    """The pattern of the members of what was tried, both in rising order; the first stretch tried shows the rule.

    Where sizes may repeat after a ``stride`` only, as many strides must have been tried as periods.
    """
    stretches = ranges(tried)
    inside = list(members)
    least, most = (inside[0], inside[-1]) if inside else (None, None)
    first, last = stretches[0]
    rule = _rule([size for size in inside if size <= last], first, last, stride)
    if rule is not None:
        start, period, residues = rule
        beyond = {size for size in tried if size > last}
        if {size for size in inside if size > last} == {size for size in beyond if size % period in residues}:
            return Pattern(stretches, ranges([s for s in inside if s < start]), start, period, residues, least, most)
    return Pattern(stretches, ranges(inside), None, None, (), least, most)


def _rule(inside: list[int], first: int, last: int, stride: int) -> tuple[int, int, tuple[int, ...]] | None:
    """From which member on the set repeats with which period: the rule that begins first, of those the shortest."""
    bits = 0
    for size in inside:
        bits |= 1 << (size - first)
    length = last - first + 1
    begun, found = length, 0
    for period in range(1, length // REPEATS + 1):
        unlike = (bits ^ (bits >> period)) & ((1 << (length - period)) - 1)
        start = unlike.bit_length()
        if start < begun and length - start >= REPEATS * max(period, stride) and bits >> start:
            begun, found = start, period
    if not found:
        return None
    tail = [size for size in inside if size >= first + begun]
    return tail[0], found, tuple(sorted({size % found for size in tail}))
