"""How one output of a layer reads one of its inputs: the plain data behind receptive fields.

Everything that layers do in space has one form, a `Reading` per axis: windows, transposed windows,
interpolation, pools of a given size, crops, pads, slices, pixel shuffles, stretched axes of size 1.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.values import Window

    Pieces = Sequence[tuple[int, int]]
    """Runs of channels that are alike: how many, and what they are."""

MOST_PHASES = 4096
"""A longer period is not written out: such a layer's reading is unknown."""


class Reading(Record):
    """How the positions of one axis are read: i reads ``(i // period) * step + t`` for t in ``taps[i % period]``."""

    period: int
    step: int
    taps: tuple[Sequence[int], ...]
    outside: str = "nothing"
    """What a position outside the map stands for: nothing (zeros, -inf), or another position by the
    rule ``edge`` (the nearest), ``reflect`` (mirrored at the outermost) or ``wrap`` (going round); ``end`` where
    it is no position of this path at all, because another piece of a concatenation lies there."""


POINT = Reading(1, 1, (range(1),))
"""Every position reads itself."""
FIRST = Reading(1, 0, (range(1),))
"""Every position reads position 0, as a stretched axis of size 1 is read."""
UNTOLD = Reading(0, 0, ())
"""No position of a single axis tells which is read."""
OUTSIDE = {"zeros": "nothing", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""The rule for positions outside by the name of a padding mode."""


class Every:
    """Each output channel reads all input channels."""

    silent = False
    """Whether some output channels read nothing of an input that others read."""

    def sources(self, channel: int, count: int) -> Sequence[int]:  # noqa: ARG002
        """The input channels, of ``count``, that one output channel reads."""
        return range(count)

    def along(self) -> Reading | None:
        """The same as a reading of the channel axis; None where all of it is read."""
        return None

    def spread(self, pieces: Pieces, out: int) -> list[tuple[int, tuple[int, ...]]]:
        """What runs of the ``out`` output channels read, of runs of input channels that are alike."""
        return [(out, tuple({item for _, item in pieces}))]


class PerChannel(Every):
    """Output channels that read different input channels."""

    def spread(self, pieces: Pieces, out: int) -> list[tuple[int, tuple[int, ...]]]:
        if len(pieces) == 1 and not self.silent:
            return [(out, (pieces[0][1],))]
        items = [item for count, item in pieces for _ in range(count)]
        found = [tuple({items[source] for source in self.sources(c, len(items))}) for c in range(out)]
        return [(1, seen) for seen in found]


class Same(PerChannel):
    """Each output channel c reads the input channel ``c * step + shift``, where there is one."""

    def __init__(self, shift: int = 0, step: int = 1) -> None:
        self.shift = shift
        self.step = step

    def sources(self, channel: int, count: int) -> Sequence[int]:
        wanted = channel * self.step + self.shift
        return range(wanted, wanted + 1) if 0 <= wanted < count else range(0)

    def along(self) -> Reading | None:
        return Reading(1, self.step, (range(self.shift, self.shift + 1),))

    def spread(self, pieces: Pieces, out: int) -> list[tuple[int, tuple[int, ...]]]:
        start = -self.shift
        done = min(max(-(-start // self.step), 0), out)  # channels before the first run, rounded up
        made: list[tuple[int, tuple[int, ...]]] = [(done, ())] if done else []
        for count, item in pieces:
            start += count
            end = min(-(-start // self.step), out)
            if end > done:
                made.append((end - done, (item,)))
                done = end
        return [*made, (out - done, ())] if out > done else made


class Groups(PerChannel):
    """Each run of ``outs`` output channels reads a run of ``ins`` input channels of its own."""

    def __init__(self, outs: int, ins: int) -> None:
        self.outs = outs
        self.ins = ins

    def sources(self, channel: int, count: int) -> Sequence[int]:  # noqa: ARG002
        first = channel // self.outs * self.ins
        return range(first, first + self.ins)

    def along(self) -> Reading | None:
        return Reading(self.outs, self.ins, (range(self.ins),) * self.outs)


class Neighbours(PerChannel):
    """Each output channel reads the ``size`` input channels around it, the odd one before."""

    def __init__(self, size: int) -> None:
        self.size = size

    def sources(self, channel: int, count: int) -> Sequence[int]:
        return range(max(channel - self.size // 2, 0), min(channel + (self.size + 1) // 2, count))

    def along(self) -> Reading | None:
        return Reading(1, 1, (range(-(self.size // 2), (self.size + 1) // 2),))


class Folded(PerChannel):
    """Each output channel c reads ``c // many``; with a ``phase`` only those with ``c % many == phase`` do."""

    def __init__(self, many: int, phase: int | None = None) -> None:
        self.many = many
        self.phase = phase
        self.silent = phase is not None

    def sources(self, channel: int, count: int) -> Sequence[int]:  # noqa: ARG002
        silent = self.silent and channel % self.many != self.phase
        return range(0) if silent else range(channel // self.many, channel // self.many + 1)

    def along(self) -> Reading | None:
        taps = [range(int(self.phase in (None, rest))) for rest in range(self.many)]
        return Reading(self.many, 1, tuple(taps))


class Dealt(PerChannel):
    """Each output channel ``i * groups + g`` reads channel i of group g: a channel shuffle."""

    def __init__(self, groups: int, channels: int) -> None:
        self.groups = groups
        self.each = channels // groups

    def sources(self, channel: int, count: int) -> Sequence[int]:  # noqa: ARG002
        found = channel % self.groups * self.each + channel // self.groups
        return range(found, found + 1)

    def along(self) -> Reading | None:
        return Reading(self.groups, 1, tuple([range(g * self.each, g * self.each + 1) for g in range(self.groups)]))


class Listed(PerChannel):
    """Each output channel reads the input channels that a table lists for it."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.rows = rows

    def sources(self, channel: int, count: int) -> Sequence[int]:  # noqa: ARG002
        return self.rows[channel]

    def along(self) -> Reading | None:
        return Reading(len(self.rows), 0, tuple(self.rows))


EVERY = Every()
SAME = Same()


class Reads(Record):
    """One path from an input of a layer to one of its outputs: which positions and channels are read along it."""

    input: int
    axes: tuple[Reading | None, ...]
    """For each spatial axis of the input; None where every output position reads all of it."""
    channels: Every = SAME
    output: int = 0
    order: tuple[int, ...] | None = None
    """For each axis of the input's shape, channels first, the axis of the output's shape whose position
    it follows, -1 where it follows none; None where each follows the axis of its own place."""
    gate: bool = False
    """Whether the path weighs rather than looks: a squeeze-excite factor, the statistics of a norm."""


def pointwise(rank: int, channels: Every = SAME, input: int = 0) -> Reads:
    """Every position reads itself on all spatial axes."""
    return Reads(input, (POINT,) * rank, channels)


def whole(rank: int, channels: Every = SAME, *, gate: bool = False) -> Reads:
    """Every position reads all positions."""
    return Reads(0, (None,) * rank, channels, 0, None, gate)


def shifted(by: int, step: int = 1, outside: str = "nothing") -> Reading:
    """Position i reads ``i * step + by``."""
    return POINT if by == 0 and step == 1 and outside == "nothing" else Reading(1, step, (range(by, by + 1),), outside)


def windowed(window: Window, channels: Every, outside: str = "nothing") -> tuple[Reads, ...] | None:
    """What a sliding or transposed window reads; equal axes share one reading."""
    made: dict[tuple[int, int, int, int], Reading] = {}
    axes: list[Reading] = []
    for kernel, stride, dilation, (before, _) in zip(window.kernel, window.stride, window.dilation, window.pads):  # noqa: B905
        key = (kernel, stride, dilation, before)
        if key not in made:
            if window.transposed and stride > MOST_PHASES:
                return None
            make = transposed if window.transposed else slid
            made[key] = make(kernel, stride, dilation, before, outside)
        axes.append(made[key])
    return (Reads(0, tuple(axes), channels),)


def slid(kernel: int, stride: int, dilation: int, before: int, outside: str = "nothing") -> Reading:
    """A window: i reads ``i * stride - before + k * dilation``."""
    if kernel == stride == 1 and before == 0 and outside == "nothing":
        return POINT
    return Reading(1, stride, (range(-before, (kernel - 1) * dilation + 1 - before, dilation),), outside)


def transposed(kernel: int, stride: int, dilation: int, before: int, outside: str = "nothing") -> Reading:
    """A transposed window: the output o reads every i with ``i * stride - before + k * dilation = o``.

    For the outputs ``q * stride + r`` these are the k with ``k * dilation = r + before`` modulo the stride, at
    distances of ``stride / gcd``, and i falls by ``dilation / gcd`` from one to the next.
    """
    common = gcd(stride, dilation)
    every, fall = stride // common, dilation // common
    inverse = pow(fall, -1, every)
    taps = []
    for rest in range(stride):
        wanted = rest + before
        first = wanted // common * inverse % every
        count = 0 if wanted % common else len(range(first, kernel, every))
        highest = (wanted - first * dilation) // stride
        taps.append(range(highest - (count - 1) * fall, highest + 1, fall) if count else range(0))
    return Reading(stride, 1, tuple(taps), outside)


def shared(n: int, out: int) -> Reading | None:
    """A pool that spreads ``out`` windows over ``n``: window i runs from ``⌊i·n/out⌋`` to ``⌈(i+1)·n/out⌉``."""
    common = gcd(n, out)
    period, step = out // common, n // common
    if period > MOST_PHASES:
        return None
    return Reading(
        period, step, tuple([range(i * step // period, -(-(i + 1) * step // period)) for i in range(period)])
    )
