"""Layers that add or cut positions at the borders of a map.

Both are windows of one tap: what they add or cut shifts the receptive field and computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Single
from cnninspect.layers.reshape import axis_name
from cnninspect.options import Choice, Float, Optional, Padding, PerAxis
from cnninspect.reads import OUTSIDE, Reads, shifted
from cnninspect.values import Pads, Problem, Shape, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts
    from cnninspect.workings import Working


class Border(Single):
    """Change the borders of every spatial axis and nothing between them."""

    role = "resize"
    linear = True

    ranks = (1, 2, 3)
    torch = "torch.nn.functional:pad"

    def sides(self, x: Shape) -> Pads:
        """What is added before and after each spatial axis; negative where it is cut."""
        raise NotImplementedError

    def shape(self, x: Shape) -> Shape:
        return (x[0], *(n + before + after for n, (before, after) in zip(x[1:], self.sides(x), strict=True)))

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, bordered

        (x,) = inputs
        return Working(((), *[bordered(n, *pads) for n, pads in zip(x[1:], self.sides(x), strict=True)]))

    def window(self, x: Shape) -> Window:
        ones = (1,) * (len(x) - 1)
        return Window(ones, ones, ones, self.sides(x))

    def outside(self) -> str:
        """What a position outside the map stands for."""
        return "nothing"

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        return (Reads(0, tuple([shifted(-before, 1, self.outside()) for before, _ in self.sides(x)])),)

    def flat(self, x: Shape) -> tuple[int, ...]:
        """The sides as torch wants them, last axis first."""
        return tuple(side for pair in reversed(self.sides(x)) for side in pair)


class Pad(
    Border,
    name="pad",
    aliases=(
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
        "ZeroPad1d",
        "ZeroPad2d",
        "ZeroPad3d",
        "ConstantPad1d",
        "ConstantPad2d",
        "ConstantPad3d",
        "ReflectionPad1d",
        "ReflectionPad2d",
        "ReflectionPad3d",
        "ReplicationPad1d",
        "ReplicationPad2d",
        "ReplicationPad3d",
        "CircularPad1d",
        "CircularPad2d",
        "CircularPad3d",
    ),
):
    """Add a border to a map: n + before + after on each spatial axis.

    ``reflect`` mirrors at the outermost position, so it reaches n - 1 far; ``circular`` goes round
    once, so n far. 0 operations.
    """

    padding = Padding(words=(), help="positions added on every side")
    mode = Choice("zeros", choices=("zeros", "reflect", "replicate", "circular"), help="what the border is filled with")
    value = Float(0.0, help="the number that fills the border in mode zeros")

    def outside(self) -> str:
        return OUTSIDE[self.mode]

    def sides(self, x: Shape) -> Pads:  # noqa: ARG002
        assert not isinstance(self.padding, str)  # the option has no words
        return self.padding

    def check(self, x: Shape) -> Iterator[Problem]:
        if self.value and self.mode != "zeros":
            message = f"value {self.value:g} has no meaning for mode {self.mode}"
            yield Problem("bad-value", message, help="leave it out, or use mode: zeros", option="value")
        if self.mode not in ("reflect", "circular"):
            return
        for index, (n, pair) in enumerate(zip(x[1:], self.sides(x), strict=True), 1):
            reach = n - 1 if self.mode == "reflect" else n
            if max(pair) > reach:
                yield Problem(
                    "padding-too-large",
                    f"{self.mode} padding of {max(pair)} reaches beyond the {axis_name(index, len(x) - 1)} {n}",
                    help=f"at most {reach} can be added to each side, or use mode: replicate",
                    option="padding",
                )

    def arguments(self, x: Shape) -> Mapping[str, object]:
        mode = "constant" if self.mode == "zeros" else self.mode
        value = {"value": self.value} if self.value else {}
        return {"pad": self.flat(x), "mode": mode, **value}

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import LAST, STRAIGHT, Holds

        if self.mode in ("reflect", "replicate"):
            return Holds(inputs=(0,), lies=LAST)
        return Holds(lies=STRAIGHT if self.mode == "circular" else LAST)


class Crop(
    Border,
    name="crop",
    aliases=("Cropping1D", "Cropping2D", "Cropping3D", "CenterCrop", "center_crop"),
    keeps="nothing",
):
    """Cut positions off the borders: n - before - after, or down to the size ``to`` around the centre.

    Where the cut of ``to`` is odd, ⌊cut / 2⌋ go before and the rest after. 0 operations.
    """

    cropping = Optional(Padding(words=(), help="positions cut from every side"))
    to = Optional(PerAxis(min=1, help="the length of each axis afterwards, cut around the centre"))

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True

    def sides(self, x: Shape) -> Pads:
        if self.to is not None:
            cuts = tuple(n - to for n, to in zip(x[1:], self.to, strict=True))
            return tuple((-(cut // 2), cut // 2 - cut) for cut in cuts)
        assert self.cropping is not None  # ``check`` asks for one of the two
        assert not isinstance(self.cropping, str)  # the option has no words
        return tuple((-before, -after) for before, after in self.cropping)

    def check(self, x: Shape) -> Iterator[Problem]:
        if self.cropping is None and self.to is None:
            yield Problem("missing-option", "crop needs 'cropping' or 'to'", help="write crop: 2, or crop: {to: 28}")
        elif self.cropping is not None and self.to is not None:
            yield Problem("bad-value", "crop takes cropping or to, not both", help="leave one out", option="to")
        else:
            yield from self._overdone(x)

    def _overdone(self, x: Shape) -> Iterator[Problem]:
        """The axes that are cut to nothing, or that would have to grow."""
        for index, (n, (before, after)) in enumerate(zip(x[1:], self.sides(x), strict=True), 1):
            name, cut = axis_name(index, len(x) - 1), -before - after
            if cut < 0:
                message = f"crop cannot cut {name} {n} to {n - cut}"
                yield Problem("size-mismatch", message, help=f"give at most {n}, or pad by {-cut} first", option="to")
            elif cut >= n:
                message = f"crop takes {cut} of {name} {n}, which leaves {n - cut}"
                fix = f"the smallest {name} that passes is {cut + 1}"
                yield Problem("size-reached-zero", message, help=fix, option="cropping")

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"pad": self.flat(x)}
