"""What samples of time say; none of it needs torch."""

from __future__ import annotations

import pytest

from cnninspect.backends.timing_stats import Ratio, Spread, median, quantile, ratio, spread


def test_a_spread_of_an_even_number() -> None:
    """The median of four lies between the middle two, a quartile three quarters of the way to its neighbour."""
    # sorted 1 2 4 8: (2 + 4) / 2; place 3 · 0.25 = 0.75 between 1 and 2; place 2.25 between 4 and 8
    assert spread([8.0, 1.0, 4.0, 2.0]) == Spread(4, 3.0, 1.75, 5.0, 1.0, 8.0)


def test_a_spread_of_one() -> None:
    """One sample is every figure."""
    assert spread([7.0]) == Spread(1, 7.0, 7.0, 7.0, 7.0, 7.0)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 10.0), (0.25, 20.0), (0.5, 30.0), (0.9, 46.0), (1.0, 50.0)])
def test_quantiles(share: float, expected: float) -> None:
    """Between two samples a quantile goes in a straight line: 0.9 is at place 3.6 of five."""
    assert quantile([10.0, 20.0, 30.0, 40.0, 50.0], share) == expected


def test_the_median_of_an_odd_number_is_a_sample() -> None:
    """The middle one, whatever the others are."""
    assert median([5.0, 1.0, 100.0]) == 5.0


def test_a_ratio_without_noise_is_sure() -> None:
    """Twice as long each time is 2 in every redraw of the pairs."""
    assert ratio([2.0] * 6, [1.0] * 6) == Ratio(2.0, 2.0, 2.0, 6)


def test_a_ratio_of_few_pairs_has_no_interval() -> None:
    """Five pairs cannot give 95 %; a round that was interrupted has half a pair too many."""
    assert ratio([3.0, 3.0, 3.0, 3.0, 3.0, 9.0], [2.0] * 5) == Ratio(1.5, None, None, 5)


def test_a_ratio_is_of_the_medians() -> None:
    """It is the ratio of the medians, not the median of the ratios, and its interval holds it."""
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [4.0, 4.0, 1.0, 4.0, 8.0, 2.0, 4.0]
    found = ratio(one, other, seed=3)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert (found.ratio, found.pairs) == (1.0, 7)
    assert 0.25 <= found.low < 1.0 < found.high <= 7.0
    assert ratio(one, other, seed=3) == found


@pytest.mark.parametrize("other", [[], [0.0, 0.0]])
def test_no_ratio_over_nothing(other: list[float]) -> None:
    """Without a pair, or over a time of zero, there is no ratio."""
    assert ratio([1.0, 2.0], other) is None
