"""What samples of time say: a middle, a spread, and how two that were taken in turn compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 1000
LEAST_PAIRS = 6
"""Fewer have no 95 % interval: all of five lie on one side of their median in 6 % of cases."""
TAIL = 0.025


class Spread(Record):
    """Several samples in six numbers; quartiles lie between two samples where none is in their place."""

    runs: int
    median: float
    lower: float
    """A quarter of the samples is below."""
    upper: float
    """A quarter of the samples is above."""
    least: float
    most: float


class Ratio(Record):
    """The median of one over the median of another."""

    ratio: float
    low: float | None
    """Where the 95 % interval begins; None for fewer pairs than have one."""
    high: float | None
    pairs: int


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value at a share of the way from the first to the last, in a straight line between two neighbours."""
    place = (len(ordered) - 1) * share
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (ordered[after] - ordered[before]) * (place - before)


def median(samples: Sequence[float]) -> float:
    """The middle one, or halfway between the middle two."""
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(samples: Sequence[float]) -> Spread:
    """The six numbers of at least one sample."""
    found = sorted(samples)
    return Spread(len(found), median(found), quantile(found, 0.25), quantile(found, 0.75), found[0], found[-1])


def ratio(one: Sequence[float], other: Sequence[float], *, seed: int = 0) -> Ratio | None:
    """The ratio of the medians of samples taken in turn, with the interval that redrawing the pairs gives.

    Pairs are redrawn together, as both of a pair met the same machine; 1,000 times, from a seed.
    """
    from random import Random

    pairs = [*zip(one, other)]  # noqa: B905 - an interrupted round has one half of a pair too many
    if not pairs or not median([second for _, second in pairs]):
        return None
    middle = _of_medians(pairs)
    if len(pairs) < LEAST_PAIRS:
        return Ratio(middle, None, None, len(pairs))
    draw = Random(seed)  # noqa: S311 - nothing is kept secret
    found = sorted(_of_medians(draw.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return Ratio(middle, quantile(found, TAIL), quantile(found, 1 - TAIL), len(pairs))


def _of_medians(pairs: Sequence[tuple[float, float]]) -> float:
    below = median([second for _, second in pairs])
    return median([first for first, _ in pairs]) / below if below else float("inf")
