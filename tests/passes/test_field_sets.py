"""Sets of positions: intervals with holes, their unions, and families of them that repeat along a map."""

from __future__ import annotations

import pytest

from cnninspect.passes.field_sets import (
    EMPTY,
    MOST_BITS,
    MOST_SETS,
    Family,
    TooMuch,
    bits,
    clipped,
    count,
    followed,
    join,
    merged,
    packed,
    places,
    reduced,
    repeated,
    together,
)
from cnninspect.reads import EVERY, Reading, Same


def test_a_set_is_an_interval_and_its_holes() -> None:
    """0, 2 and 3 from 5 on: 5 to 8 without 6."""
    assert packed(5, 0b1101) == (5, 4, 0b10)
    assert packed(5, 0b1100) == (7, 2, 0)
    assert packed(5, 0) == EMPTY
    assert (bits((5, 4, 0b10)), places((5, 4, 0b10)), count((5, 4, 0b10))) == (0b1101, 0b1101 << 5, 3)


def test_unions() -> None:
    """Intervals that touch become one, a gap between them becomes a hole, and a hole may be filled."""
    assert join([(3, 2, 0), (0, 3, 0), EMPTY]) == (0, 5, 0)
    assert join([(4, 1, 0), (0, 3, 0)]) == (0, 5, 0b1000)
    assert join([(0, 3, 0b10), (1, 1, 0)]) == (0, 3, 0)
    assert join([EMPTY]) == EMPTY
    with pytest.raises(TooMuch):
        join([(0, 1, 0), (MOST_BITS + 1, 1, 0)])


def test_sets_that_are_repeated() -> None:
    """Three times by 2: two positions become six, one position leaves holes."""
    assert repeated((0, 2, 0), 3, 2) == (0, 6, 0)
    assert repeated((0, 1, 0), 3, 2) == (0, 5, 0b1010)
    assert repeated((0, 3, 0b10), 2, 1) == (0, 4, 0)


def test_sets_are_clipped_to_the_image() -> None:
    """Of -2 to 3 without -1 and 1 an image of 3 holds 0 and 2; of what lies beside it nothing."""
    assert clipped((-2, 6, 0b1010), 3) == (0, 3, 0b10)
    assert clipped((-2, 4, 0), 3) == (0, 2, 0)
    assert clipped((7, 2, 0), 3) == EMPTY


def test_taps_that_are_listed() -> None:
    """A window that lists 0, 1 and 4 sees just these, moved on by its step."""
    assert followed(Family(1, 1, ((0, 1, 0),)), Reading(1, 2, ((0, 1, 4),))) == Family(1, 2, ((0, 5, 0b1100),))


def test_a_window_over_positions_that_see_nothing() -> None:
    """Of two positions one sees nothing: over both the other's is seen."""
    half = Family(2, 1, ((0, 1, 0), EMPTY))
    assert followed(half, Reading(1, 2, (range(2),))) == Family(1, 1, ((0, 1, 0),))
    assert together(half, 4) == (0, 2, 0)


def test_periods_beyond_all_use() -> None:
    """More sets than a family may have are not followed, by one path or by several."""
    long = Family(MOST_SETS - 1, 1, tuple([(i * i % 7, 1, 0) for i in range(MOST_SETS - 1)]))
    with pytest.raises(TooMuch):
        followed(long, Reading(2, 1, (range(1), range(2))))
    with pytest.raises(TooMuch):
        merged({long, Family(2 * MOST_SETS, 1, ((0, 1, 0),) * 2 * MOST_SETS)})


def test_the_shortest_period() -> None:
    """0, 1, 2 and 3 in four sets with a step of 4 are one position after the other; with empty ones between, two."""
    assert reduced(4, 4, [(i, 1, 0) for i in range(4)]) == Family(1, 1, ((0, 1, 0),))
    assert reduced(4, 2, [(0, 1, 0), EMPTY, (1, 1, 0), EMPTY]) == Family(2, 1, ((0, 1, 0), EMPTY))


def test_channels_by_number() -> None:
    """A channel of a slice reads one channel, or none where there is none; a mixing layer reads all."""
    assert [[*Same(1, 2).sources(channel, 4)] for channel in range(3)] == [[1], [3], []]
    assert [*EVERY.sources(0, 3)] == [0, 1, 2]
