"""Layers that change the resolution without learning, and those that trade it against channels."""

from __future__ import annotations

from math import ceil, gcd
from typing import TYPE_CHECKING

from cnninspect.layers.base import Single
from cnninspect.layers.divisors import choose_divisor
from cnninspect.layers.reshape import axis_name
from cnninspect.layers.stretched import dealt_out, stacked, stretched
from cnninspect.options import LARGEST, Bool, Choice, Int, Option, Optional, PerAxis
from cnninspect.reads import Dealt, Reads, pointwise
from cnninspect.values import Problem, Shape, Window, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts
    from cnninspect.workings import Figure, Working

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""Torch's name of linear interpolation by the number of spatial axes."""
NEEDS = {"bicubic": 2, "trilinear": 3}
"""The modes that work on one number of spatial axes only."""


class Factor(Option[tuple[float, ...]]):
    """One number for all spatial axes, or a list with one for each, fractions allowed."""

    kind = "a number above 0, or a list with one for each axis"

    def parse(self, value: object, rank: int) -> tuple[float, ...]:
        items = value if isinstance(value, (list, tuple)) else [value] * abs(rank)
        if rank >= 0 and len(items) != rank:
            raise self.wrong(value, f"one number or a list of {rank} (the input has {rank} spatial axes)")
        return tuple(self._one(item, value) for item in items)

    def _one(self, item: object, value: object) -> float:
        if isinstance(item, bool) or not isinstance(item, (int, float)) or not 0 < item <= LARGEST:
            raise self.wrong(value)
        if item * LARGEST < 1:
            raise self.wrong(value, "large enough to leave something")
        return float(item)

    def schema(self) -> dict[str, object]:
        item = {"type": "number", "exclusiveMinimum": 0}
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": 3}]}


class Upsample(
    Single,
    name="upsample",
    aliases=("Upsample", "UpSampling1D", "UpSampling2D", "UpSampling3D", "interpolate", "Resize", "resize"),
):
    """Stretch a map to another resolution: ⌊n · factor⌋ on each axis, or the given size.

    ``bilinear`` (or ``linear``) means linear on every axis, whatever their number d. Operations for
    each output: nearest 0; linear 2^d products and 2^d - 1 additions; bicubic 16 and 15; area as many
    as its window has elements, the windows of an axis having n + out - gcd(n, out) together.
    """

    role = "resize"
    linear = True

    ranks = (1, 2, 3)
    torch = "torch.nn.functional:interpolate"
    factor = Optional(Factor(help="how many times as long each axis becomes, fractions rounded down"))
    size = Optional(PerAxis(min=1, help="the length of each axis afterwards, in place of a factor"))
    mode = Choice(
        "nearest",
        choices=("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic", "area"),
        help="how positions between the old ones are filled",
    )
    align_corners = Bool(False, help="map the outermost centres onto each other (linear and bicubic only)")

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True

    def check(self, x: Shape) -> Iterator[Problem]:
        rank = len(x) - 1
        if rank != NEEDS.get(self.mode, rank):
            message = f"mode {self.mode} needs {NEEDS[self.mode]} spatial axes, and the input is {show_shape(x)}"
            yield Problem("wrong-rank", message, help=f"use mode: {LINEAR[rank]}", option="mode")
        if self.align_corners and not self._weighs:
            message = f"align_corners has no meaning for mode {self.mode}"
            yield Problem("bad-value", message, help="leave it out, or use mode: bilinear", option="align_corners")
        if self.factor is not None and self.size is not None:
            yield Problem(
                "bad-value", "upsample takes a factor or a size, not both", help="leave one out", option="size"
            )
        elif self.size is None:
            yield from self._vanishing(x)

    def _vanishing(self, x: Shape) -> Iterator[Problem]:
        """The axes of which a factor leaves nothing."""
        if self.factor is None:
            message = "upsample needs 'factor' or 'size'"
            yield Problem("missing-option", message, help="write upsample: 2, or upsample: {size: [56, 56]}")
            return
        for index, factor in enumerate(self.factor, 1):
            if int(x[index] * factor) < 1:
                least = ceil(1 / factor)
                least += int(least * factor) < 1  # 1 / factor may have been rounded down
                name = axis_name(index, len(x) - 1)
                yield Problem(
                    "size-reached-zero",
                    f"{name} {x[index]} becomes 0 at factor {factor:g}",
                    help=f"the smallest {name} that passes is {least}",
                    option="factor",
                )

    def shape(self, x: Shape) -> Shape:
        if self.size is not None:
            return (x[0], *self.size)
        return (x[0], *(int(n * factor) for n, factor in zip(x[1:], self.factor or (), strict=True)))

    @property
    def _weighs(self) -> bool:
        """Whether an output is a weighted sum of its neighbours."""
        return self.mode == "bicubic" or self.mode in LINEAR.values()

    def operations(self, x: Shape, y: Shape) -> int:
        if self._weighs:
            taps = product((4 if self.mode == "bicubic" else 2,) * (len(x) - 1))
            return product(y) * (2 * taps - 1)
        if self.mode == "area":
            return x[0] * product(n + out - gcd(n, out) for n, out in zip(x[1:], y[1:], strict=True))
        return 0

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, stretched

        (x,), (y,) = inputs, facts.outputs
        axes = [stretched(n, factor) for n, factor in zip(x[1:], self.factor, strict=True)] if self.factor else []
        return Working(((), *axes) if axes else (), operations=self._worked(x, y))

    def _worked(self, x: Shape, y: Shape) -> Figure | None:
        from cnninspect.workings import Figure, less, number, times

        if self._weighs:
            taps = times((4 if self.mode == "bicubic" else 2,) * (len(x) - 1))
            rule = "outputs · (a product for each neighbour and the additions)"
            return times(y, less(times(2, taps), 1), rule=rule)
        if self.mode != "area":
            return None
        read = [
            Figure(f"({number(n)} + {number(out)} − {number(gcd(n, out))})", n + out - gcd(n, out))
            for n, out in zip(x[1:], y[1:], strict=True)
        ]
        return times(x[:1], *read, rule="the cells of all windows, on each axis n + out − gcd(n, out)")

    def window(self, x: Shape) -> Window | None:
        """A transposed window for whole factors: its kernel is what one old position reaches of the new ones."""
        y = self.shape(x)
        if self.align_corners or any(out % n for n, out in zip(x[1:], y[1:], strict=True)):
            return None
        factors = tuple(out // n for n, out in zip(x[1:], y[1:], strict=True))
        if self.factor is not None and factors != self.factor:
            return None
        rank = len(factors)
        if not self._weighs:
            return Window(factors, factors, (1,) * rank, ((0, 0),) * rank, transposed=True)
        reaches = [2 if self.mode == "bicubic" and f > 1 else 1 for f in factors]  # an axis that stays is not mixed
        kernel = tuple(2 * reach * f - f % 2 for reach, f in zip(reaches, factors, strict=True))
        pads = tuple((reach * f - f // 2 - f % 2,) * 2 for reach, f in zip(reaches, factors, strict=True))
        return Window(kernel, factors, (1,) * rank, pads, transposed=True)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        factors = (None,) * len(x[1:]) if self.factor is None else self.factor
        mode = "linear" if self.mode in LINEAR.values() else self.mode
        corners = self.align_corners
        sizes = zip(x[1:], self.shape(x)[1:], factors, strict=True)
        copies = len(x) == 3 and mode == "nearest"  # noqa: PLR2004 - of a picture torch copies an axis that keeps its length
        axes = [stretched(n, out, None if copies and n == out else by, mode, corners=corners) for n, out, by in sizes]
        return None if None in axes else (Reads(0, tuple(axes)),)

    def arguments(self, x: Shape) -> Mapping[str, object]:
        arguments: dict[str, object] = {}
        if self.factor is not None:
            arguments["scale_factor"] = self.factor
        if self.size is not None:
            arguments["size"] = self.size
        arguments["mode"] = LINEAR.get(len(x) - 1) if self.mode in ("linear", "bilinear") else self.mode
        if self._weighs or self.align_corners:
            arguments["align_corners"] = self.align_corners
        return arguments

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import LAST, POOLED, Holds

        return Holds(inputs=(0,), lies=POOLED[len(inputs[0]) - 2]) if self.mode == "area" else Holds(lies=LAST)


class PixelShuffle(
    Single, name="pixel_shuffle", aliases=("PixelShuffle", "DepthToSpace", "depth_to_space"), keeps="nothing, straight"
):
    """Spread groups of factor² channels over a map factor times as high and wide.

    (C · f², H, W) becomes (C, H · f, W · f). 0 operations.
    """

    role = "view"
    linear = True

    ranks = (2,)
    torch = "torch.nn.functional:pixel_shuffle"
    factor = Int(min=1, max=2**20, help="how many times as high and wide the map becomes")

    def check(self, x: Shape) -> Iterator[Problem]:
        group = self.factor**2
        if x[0] % group:
            above = x[0] + group - x[0] % group
            below = f"{above - group} or " if above > group else ""
            yield Problem(
                "does-not-divide",
                f"{x[0]} input channels do not split into groups of {group} ({self.factor} x {self.factor})",
                help=f"make {below}{above} channels above",
                option="factor",
            )

    def shape(self, x: Shape) -> Shape:
        f = self.factor
        return x[0] // f**2, x[1] * f, x[2] * f

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, line, over, times

        (x,), (y,), f = inputs, facts.outputs, self.factor
        return Working(((over(x[0], (f, f), y[0]),), *[(line(times((n,), (f,))),) for n in x[1:]]))

    def window(self, x: Shape) -> Window:  # noqa: ARG002
        return Window((self.factor,) * 2, (self.factor,) * 2, (1, 1), ((0, 0), (0, 0)), transposed=True)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:  # noqa: ARG002
        return dealt_out(self.factor)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"upscale_factor": self.factor}


class PixelUnshuffle(
    Single,
    name="pixel_unshuffle",
    aliases=("PixelUnshuffle", "SpaceToDepth", "space_to_depth", "reorg"),
    keeps="nothing, last",
):
    """Stack blocks of factor x factor positions as channels.

    (C, H, W) becomes (C · f², H / f, W / f). 0 operations.
    """

    role = "view"
    linear = True

    ranks = (2,)
    torch = "torch.nn.functional:pixel_unshuffle"
    factor = Int(min=1, max=2**20, help="height and width of a block")

    def check(self, x: Shape) -> Iterator[Problem]:
        f = self.factor
        for name, n in zip(("height", "width"), x[1:], strict=True):
            if n % f:
                crop = f"crop it to {n - n % f} or " if n > f else ""
                message = f"{name} {n} does not split into blocks of {f}"
                yield Problem(
                    "does-not-divide", message, help=f"{crop}pad it to {n + f - n % f} first", option="factor"
                )

    def shape(self, x: Shape) -> Shape:
        f = self.factor
        return x[0] * f**2, x[1] // f, x[2] // f

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, line, over, times

        (x,), (y,), f = inputs, facts.outputs, self.factor
        sides = [(over(n, (f,), out),) for n, out in zip(x[1:], y[1:], strict=True)]
        return Working(((line(times(x[:1], (f, f))),), *sides))

    def window(self, x: Shape) -> Window:  # noqa: ARG002
        return Window((self.factor,) * 2, (self.factor,) * 2, (1, 1), ((0, 0), (0, 0)))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:  # noqa: ARG002
        return stacked(self.factor)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"downscale_factor": self.factor}


class ChannelShuffle(Single, name="channel_shuffle", aliases=("ChannelShuffle",), keeps="nothing, last"):
    """Deal the channels of the groups out in turn, so that the next grouped convolution mixes them.

    Channel g · (C / groups) + i moves to i · groups + g. 0 operations.
    """

    role = "view"
    linear = True

    ranks = (1, 2, 3)
    torch = "torch.nn.functional:channel_shuffle"
    groups = Int(min=1, help="how many groups are mixed")

    def check(self, x: Shape) -> Iterator[Problem]:
        if x[0] % self.groups:
            message = f"{x[0]} input channels do not split into {self.groups} equal groups"
            yield Problem("does-not-divide", message, help=choose_divisor(x[0], self.groups), option="groups")

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        return (pointwise(len(x) - 1, Dealt(self.groups, x[0])),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"groups": self.groups}
