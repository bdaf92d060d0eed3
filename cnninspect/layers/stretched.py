"""What layers read that change the resolution: interpolation, and the trade of positions against channels."""

from __future__ import annotations

from math import gcd

from cnninspect.reads import FIRST, MOST_PHASES, POINT, Folded, Groups, PerChannel, Reading, Reads, shared

LARGEST_BLOCK = 16
"""Up to this factor the channels of a block are told apart; above it a block is read as one."""


class Phase(PerChannel):
    """Each output channel c reads the input channel ``c * many + phase``."""

    def __init__(self, many: int, phase: int) -> None:
        self.many = many
        self.phase = phase

    def sources(self, channel: int, count: int) -> range:  # noqa: ARG002
        return range(channel * self.many + self.phase, channel * self.many + self.phase + 1)

    def along(self) -> Reading | None:
        return Reading(1, self.many, (range(self.phase, self.phase + 1),))


def stretched(n: int, out: int, factor: float | None, mode: str, *, corners: bool) -> Reading | None:
    """One axis of an interpolation from ``n`` to ``out`` positions, by a size or by a factor; None where unknown.

    With ``r = n / out`` (or ``1 / factor``) the output i stands at ``(i + 1/2) r - 1/2``, with aligned
    corners at ``i (n - 1) / (out - 1)``. Nearest reads ``⌊i r⌋``, nearest-exact ``⌊(i + 1/2) r⌋``, linear the two
    positions around it, bicubic the four; where it stands on a position itself, that one alone.
    """
    if mode == "area":
        return shared(n, out)
    if n == out and (mode == "linear" or factor is None):
        return POINT
    ratio = (out, n) if factor is None else fraction(factor)
    if corners:
        ratio = (out - 1, n - 1)
        if 0 in ratio:
            return FIRST
    if ratio is None:
        return None
    common = gcd(*ratio)
    period, step = ratio[0] // common, ratio[1] // common
    if period > MOST_PHASES:
        return None
    halves = [
        (2 * i * step, 2 * period) if corners else ((2 * i + 1) * step - period, 2 * period) for i in range(period)
    ]
    return Reading(period, step, tuple([around(mode, i, step, period, *half) for i, half in enumerate(halves)]), "edge")


def around(mode: str, i: int, step: int, period: int, above: int, below: int) -> range:  # noqa: PLR0913
    """The positions that the output i reads, standing at ``above / below``."""
    if mode == "nearest":
        return range(i * step // period, i * step // period + 1)
    if mode == "nearest-exact":
        first = (2 * i + 1) * step // (2 * period)
        return range(first, first + 1)
    first, rest = divmod(above, below)
    if rest == 0:
        return range(first, first + 1)
    reach = 2 if mode == "bicubic" else 1
    return range(first + 1 - reach, first + 1 + reach)


def fraction(number: float) -> tuple[int, int] | None:
    """A factor as the fraction of small numbers that is meant by it; None where there is none."""
    for below in range(1, MOST_PHASES + 1):
        above = round(number * below)
        if above and above / below == number:
            return above, below
    return None


def dealt_out(factor: int) -> tuple[Reads, ...] | None:
    """A pixel shuffle: the position ``h · factor + a, w · factor + b`` reads channel ``(c · factor + a) factor + b``."""
    many = factor**2
    if factor > LARGEST_BLOCK:
        if factor > MOST_PHASES:
            return None
        spread = Reading(factor, 1, (range(1),) * factor)
        return (Reads(0, (spread, spread), Groups(1, many)),)
    phases = [
        Reading(factor, 1, tuple([range(int(rest == phase)) for rest in range(factor)])) for phase in range(factor)
    ]
    return tuple([Reads(0, (phases[k // factor], phases[k % factor]), Phase(many, k)) for k in range(many)])


def stacked(factor: int) -> tuple[Reads, ...]:
    """A pixel unshuffle: channel ``(c · factor + a) factor + b`` reads the position ``h · factor + a, w · factor + b``."""
    many = factor**2
    if factor > LARGEST_BLOCK:
        block = Reading(1, factor, (range(factor),))
        return (Reads(0, (block, block), Folded(many)),)
    phases = [Reading(1, factor, (range(phase, phase + 1),)) for phase in range(factor)]
    return tuple([Reads(0, (phases[k // factor], phases[k % factor]), Folded(many, k)) for k in range(many)])
