"""Which positions of an unbounded image the positions of a map see: periodic families of sets, exact with holes.

A set is its lowest position and a mask of bits from there on; a family says that position i of the axis it
follows sees ``sets[i % period]`` moved by ``(i // period) * step``.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.reads import Reading

Set = tuple[int, int]
EMPTY: Set = (0, 0)
MOST_BITS = 2**24
"""A field that spans more positions is not followed."""
MOST_SETS = 2**14
"""A family with more sets is not followed."""


class TooMuch(Exception):
    """A field is too large to follow; it is unknown then."""


class Family(Record):
    """What each position of one axis sees of one axis of the image."""

    period: int
    step: int
    sets: tuple[Set, ...]
    whole: bool = False
    """Whether it came from reading all of an axis; clipped to the image then."""

    @property
    def fixed(self) -> bool:
        """Whether all positions see the same."""
        return self.period == 1 and self.step == 0

    def at(self, position: int) -> Set:
        """What one position sees."""
        low, mask = self.sets[position % self.period]
        return (low + position // self.period * self.step, mask) if mask else EMPTY


Led = tuple[int, Family]
"""A family and the axis of the tensor's shape whose position counts, -1 where all positions see the same."""
START = Family(1, 1, ((0, 1),))
"""What the image sees of itself."""


def join(sets: Iterable[Set]) -> Set:
    """The union."""
    seen = [one for one in sets if one[1]]
    if len(seen) < 2:  # noqa: PLR2004 - nothing to unite
        return seen[0] if seen else EMPTY
    low = min(seen)[0]
    if max(seen)[0] - low > MOST_BITS:
        raise TooMuch
    mask = 0
    for start, bits in seen:
        mask |= bits << (start - low)
    return low, mask


def repeated(one: Set, count: int, step: int) -> Set:
    """The union of a set with itself moved by step, 2 step, … ``count`` sets in all."""
    low, mask = one
    if step < 0:
        low, step = low + (count - 1) * step, -step
    if mask.bit_length() + count * step > MOST_BITS:
        raise TooMuch
    done = 1
    while done < count:
        more = min(done, count - done)
        mask |= mask << (more * step)
        done += more
    return low, mask


def followed(family: Family, reading: Reading) -> Family:
    """The family of a map that reads another in this way."""
    period, step, sets, whole = family
    if period == reading.period == 1 and reading.step:
        (taps,) = reading.taps
        seen = _union(family, taps, 0) if len(taps) != 1 else (sets[0][0] + taps[0] * step, sets[0][1])
        return Family(1, step * reading.step, (seen,), whole)
    times = period // gcd(period, reading.step)
    if reading.period * times > MOST_SETS:
        raise TooMuch
    found = []
    for first in range(0, reading.step * times, reading.step) if reading.step else (0,):
        for taps in reading.taps:
            found.append(_union(family, taps, first) if len(taps) != 1 else family.at(first + taps[0]))  # noqa: PERF401
    return reduced(reading.period * times, step * (reading.step * times) // period, found, whole=whole)


def _union(family: Family, taps: Sequence[int], first: int) -> Set:
    """What the taps see together."""
    if not isinstance(taps, range):
        return join([family.at(first + tap) for tap in taps])
    apart = taps.step
    turn = family.period // gcd(family.period, apart)
    parts = []
    for residue in range(min(turn, len(taps))):
        count = len(range(residue, len(taps), turn))
        one = family.at(first + taps[residue])
        if one[1]:
            parts.append(repeated(one, count, apart * turn * family.step // family.period))
    return join(parts)


def reduced(period: int, step: int, sets: Sequence[Set], *, whole: bool = False) -> Family:
    """The family with its shortest period."""
    factor = 2
    while factor <= period:
        if period % factor:
            factor += 1
            continue
        part, move = period // factor, step // factor
        if step % factor or any(
            sets[i + part] != (sets[i][0] + move if sets[i][1] else 0, sets[i][1]) for i in range(period - part)
        ):
            factor += 1
            while period % factor and factor <= period:
                factor += 1
            continue
        period, step, sets = part, move, sets[:part]
    return Family(period, step, tuple(sets), whole)


def everywhere(family: Family, count: int, size: int) -> Family:
    """What the positions 0 to ``count - 1`` see together of an image of ``size``."""
    if family.fixed:
        return family
    if count == 1:
        return Family(1, 0, (family.at(0),))
    return Family(1, 0, (clipped(together(family, count), size),), whole=True)


def together(family: Family, count: int) -> Set:
    """The union over the positions 0 to ``count - 1``."""
    parts = []
    for first in range(min(family.period, count)):
        if family.sets[first][1]:
            many = len(range(first, count, family.period)) if family.step else 1
            parts.append(repeated(family.sets[first], many, family.step))
    return join(parts)


def clipped(one: Set, size: int) -> Set:
    """The part of a set within an image."""
    low, mask = one
    mask = (mask << low if low >= 0 else mask >> -low) & ((1 << size) - 1)
    return trimmed(mask)


def trimmed(mask: int) -> Set:
    """A set from bits that count from 0."""
    if not mask:
        return EMPTY
    low = (mask & -mask).bit_length() - 1
    return low, mask >> low


def united(several: Sequence[Led]) -> tuple[Led, ...]:
    """The union: families that move alike become one, others stand side by side."""
    alike: dict[tuple[int, int, int], set[Family]] = {}
    for driver, family in several:
        common = gcd(family.step, family.period)
        alike.setdefault((driver, family.step // common, family.period // common), set()).add(family)
    return tuple([(key[0], merged(alike[key])) for key in sorted(alike)])


def merged(families: set[Family]) -> Family:
    """The union of families that move alike."""
    one, *others = families
    if not others:
        return one
    period = lcm(*[family.period for family in families])
    if period > MOST_SETS:
        raise TooMuch
    sets = [join([family.at(i) for family in families]) for i in range(period)]
    return reduced(period, one.step * (period // one.period), sets, whole=any(family.whole for family in families))
