"""Sets of sizes: what is claimed holds for everything that was tried."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect.analysis.patterns import Pattern, describe, ranges
from cnninspect.reports.limits_words import sizes

TRIED = range(1, 449)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([224], "only 224"),
        (range(224, 256), "224 to 255"),
        (range(1, 449), "every size"),
        (range(63, 449), "every size from 63"),
        (range(16, 449, 16), "multiples of 16 from 16"),
        (range(33, 449, 32), "32k + 1 from 33"),
        ([n for n in TRIED if n > 20 and n % 4 in (0, 1)], "4k + 0 to 1 from 21"),
        ([n for n in TRIED if n > 20 and n % 16 != 3], "every size from 21 but 16k + 3"),
        ([30, 45, *range(63, 449)], "30, 45, then every size from 63"),
        ([], "no size"),
        ([1, 2, 63, 64], "1 to 2, 63 to 64"),
        ([5, 9, 14, 20, 27, 35, 44, 400], "5, 9, 14, 20, 27, 35 ... 8 sizes in all"),
        ([n for n in TRIED if n % 17 in (0, 2, 4, 6, 8, 10, 12, 14)], "8 of every 17 sizes from 2"),
    ],
)
def test_sets_in_words(members: list[int], words: str) -> None:
    """A set of sizes is told as a person would say it."""
    assert sizes(describe(TRIED, members)) == words


def test_a_rule_needs_three_periods() -> None:
    """What was seen less than three times, or over less than three strides, is listed and no rule."""
    tried = [*range(1, 9)]
    assert describe(tried, [3, 6]) == Pattern(((1, 8),), ((3, 3), (6, 6)), None, None, (), 3, 6)
    assert describe(range(1, 11), [3, 6, 9]).period == 3
    assert describe(range(1, 11), [3, 6, 9], stride=4).period is None


def test_a_rule_holds_around_the_declared_size_too() -> None:
    """A second stretch that was tried contradicts a rule of the first: then everything is listed."""
    tried = [*range(1, 31), *range(100, 111)]
    agreeing = [n for n in tried if n % 2]
    assert describe(tried, agreeing) == Pattern(((1, 30), (100, 110)), (), 1, 2, (1,), 1, 109)
    assert describe(tried, [*agreeing, 110]).period is None


@given(st.sets(st.integers(1, 60)), st.integers(1, 5))
def test_true_of_all_that_was_tried(members: set[int], stride: int) -> None:
    """Whatever the set, the pattern contains exactly its members, as far as was tried."""
    pattern = describe(range(1, 61), sorted(members), stride)
    assert {size for size in range(1, 61) if size in pattern} == members
    assert (pattern.least, pattern.most) == ((min(members), max(members)) if members else (None, None))


def test_ranges() -> None:
    """Neighbours join to stretches."""
    assert ranges([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))
