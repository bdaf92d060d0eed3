"""Which positions of an unbounded image the positions of a map see: periodic families of sets, exact with holes.

A set is an interval and the holes in it, so that the long intervals of deep networks are two numbers; a family
says that position i of the axis it follows sees ``sets[i % period]`` moved by ``(i // period) * step``.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.reads import Reading

Set = tuple[int, int, int]
"""The lowest position, how far it is from there to behind the highest, and the holes between: bit i for low + i."""
EMPTY: Set = (0, 0, 0)
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
        low, span, holes = self.sets[position % self.period]
        return (low + position // self.period * self.step, span, holes) if span else EMPTY

    def framed(self) -> tuple[Sequence[Set], Set]:
        """What the positions of one period see, and their union, in the frame where that is the smaller.

        The frame stands still, as where a pooled map is stretched again and many positions see the same, or it
        moves along by whole image positions, that of i being moved back by ``⌊i · step / period⌋``.
        """
        still = join(self.sets)
        if self.step < 2:  # noqa: PLR2004 - nothing moves within a period
            return self.sets, still
        step, period = self.step, self.period
        sets = [(one[0] - i * step // period, *one[1:]) if one[1] else EMPTY for i, one in enumerate(self.sets)]
        moved = join(sets)
        return (sets, moved) if moved[1] < still[1] else (self.sets, still)


Led = tuple[int, Family]
"""A family and the axis of the tensor's shape whose position counts, -1 where all positions see the same."""
START = Family(1, 1, ((0, 1, 0),))
"""What the image sees of itself."""


def bits(one: Set) -> int:
    """The positions as bits, bit 0 being the lowest."""
    _, span, holes = one
    return (1 << span) - 1 ^ holes


def places(one: Set) -> int:
    """The positions of a set within an image as bits, bit i being position i."""
    return bits(one) << one[0]


def count(one: Set) -> int:
    """How many positions there are."""
    return one[1] - one[2].bit_count()


def packed(low: int, mask: int) -> Set:
    """A set from bits, bit 0 being the position ``low``."""
    if not mask:
        return EMPTY
    first = (mask & -mask).bit_length() - 1
    mask >>= first
    span = mask.bit_length()
    return low + first, span, (1 << span) - 1 ^ mask


def join(sets: Iterable[Set]) -> Set:
    """The union."""
    seen = [one for one in sets if one[1]]
    if len(seen) < 2:  # noqa: PLR2004 - nothing to unite
        return seen[0] if seen else EMPTY
    seen.sort()
    low = end = seen[0][0]
    if seen[-1][0] - low > MOST_BITS:
        raise TooMuch
    for start, span, holes in seen:
        if holes or start > end:
            break
        end = max(end, start + span)
    else:  # intervals without a gap between them
        return low, end - low, 0
    mask = 0
    for one in seen:
        mask |= bits(one) << (one[0] - low)
    return packed(low, mask)


def repeated(one: Set, times: int, step: int) -> Set:
    """The union of a set with itself moved by step, 2 step, … ``times`` sets in all."""
    low, span, holes = one
    if span + times * step > MOST_BITS:
        raise TooMuch
    if times == 1:
        return one
    if step <= span and not holes:
        return low, span + (times - 1) * step, 0
    mask, done = bits(one), 1
    while done < times:
        more = min(done, times - done)
        mask |= mask << (more * step)
        done += more
    return packed(low, mask)


def followed(family: Family, reading: Reading) -> Family:
    """The family of a map that reads another in this way."""
    period, step, sets, whole = family
    if period == reading.period == 1 and reading.step:
        taps, (low, span, holes) = reading.taps[0], sets[0]
        if isinstance(taps, range) and taps and span:  # a plain window, made quick
            seen = repeated((low + taps[0] * step, span, holes), len(taps), taps.step * step)
        else:
            seen = _union(family, taps, 0)
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
        times = len(range(residue, len(taps), turn))
        one = family.at(first + taps[residue])
        if one[1]:
            parts.append(repeated(one, times, apart * turn * family.step // family.period))
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
            sets[i + part] != ((sets[i][0] + move, *sets[i][1:]) if sets[i][1] else EMPTY) for i in range(period - part)
        ):
            factor += 1
            while period % factor and factor <= period:
                factor += 1
            continue
        period, step, sets = part, move, sets[:part]
    return Family(period, step, tuple(sets), whole)


def everywhere(family: Family, positions: int, size: int) -> Family:
    """What the first ``positions`` of a map see together of an image of ``size``."""
    if family.fixed:
        return family
    if positions == 1:
        return Family(1, 0, (family.at(0),))
    return Family(1, 0, (clipped(together(family, positions), size),), whole=True)


def gathered(families: Sequence[Family], positions: int, size: int) -> Family:
    """What the first ``positions`` of a map see together by several paths."""
    parts = [everywhere(family, positions, size) for family in families]
    whole = any(part.whole for part in parts)
    return Family(1, 0, (join([part.sets[0] for part in parts]),), whole)


def together(family: Family, positions: int) -> Set:
    """The union over the first ``positions`` of a map."""
    parts = []
    for first in range(min(family.period, positions)):
        if family.sets[first][1]:
            times = len(range(first, positions, family.period)) if family.step else 1
            parts.append(repeated(family.sets[first], times, family.step))
    return join(parts)


def clipped(one: Set, size: int) -> Set:
    """The part of a set within an image."""
    low, span, holes = one
    start, end = max(low, 0), min(low + span, size)
    if start >= end:
        return EMPTY
    return packed(start, bits(one) >> (start - low) & ((1 << (end - start)) - 1)) if holes else (start, end - start, 0)


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
