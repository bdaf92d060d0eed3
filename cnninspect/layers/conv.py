"""Convolutions: layers that multiply a sliding window with learned kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Weighted
from cnninspect.layers.windows import BIAS, DILATION, KERNEL, PADDING, STRIDE, Windowed, by
from cnninspect.options import Choice, Int
from cnninspect.reads import EVERY, OUTSIDE, Groups, windowed
from cnninspect.values import Call, Problem, Window, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.options import Option
    from cnninspect.reads import Reads
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Figure, Working


class Convolution(Windowed):
    """A window whose cells are multiplied with learned kernels."""

    role = "weights"
    linear = True

    dilation: Option[tuple[int, ...]]
    bias: Option[bool]

    def taps(self) -> tuple[int, ...]:
        return self.dilation

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) if self.bias else 0

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import times

        y = facts.outputs[0]
        bias = times(y, rule="one for each output: the bias") if self.bias else None
        return super().working(inputs, facts)._replace(macs=self.worked_macs(inputs[0], y), operations=bias)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:
        """The multiply-accumulates as one writes them down."""
        raise NotImplementedError

    def with_bias(self, weights: dict[str, Shape], channels: int, name: str = "bias") -> Mapping[str, Shape]:
        """The weights and, where there is one, the offset of each output channel."""
        if self.bias:
            weights[name] = (channels,)
        return weights

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import LAST, Holds

        padded = self.margin(inputs[0])
        return Holds(elements=padded, scratch=padded, lies=LAST) if padded else Holds(inputs=(0,), lies=LAST)


class Conv(
    Convolution,
    name="conv",
    aliases=("Conv1d", "Conv2d", "Conv3d", "Conv1D", "Conv2D", "Conv3D", "Convolution", "Convolution2D"),
):
    """Slides learned kernels over a map; each output channel is one kernel's response.

    ``y[o, i] = bias[o] + Σ over c, tap of weight[o, c, tap] · x[c, i·stride - before + tap·dilation]``,
    with c running over the input channels of o's group.
    MACs: outputs x (input channels / groups) x kernel cells. Operations: one for each output with bias.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
    """

    torch = "torch.nn:Conv{rank}d"

    out = Int(min=1, help="channels produced")
    kernel = KERNEL
    stride = STRIDE
    padding = PADDING
    dilation = DILATION
    groups = Int(1, min=1, help="channel groups that never mix")
    bias = BIAS
    padding_mode = Choice(
        "zeros",
        choices=("zeros", "reflect", "replicate", "circular"),
        help="what the padding holds",
    )
    trainable = Weighted.trainable

    def check(self, x: Shape) -> Iterator[Problem]:
        if self.groups > 1:
            from cnninspect.layers.divisors import indivisible

            yield from indivisible(x[0], self.out, self.groups)
        if self.padding_mode in ("reflect", "circular"):
            yield from self.overrun(x)

    def overrun(self, x: Shape) -> Iterator[Problem]:
        """The problem that there is more padding than map to fill it from."""
        window = self.window(x)
        spare = int(self.padding_mode == "reflect")
        worst = [max(pads) for pads in window.pads]
        if any(pad > n - spare for pad, n in zip(worst, x[1:], strict=True)):
            rule = "less than the axis" if spare else "at most the axis"
            yield Problem(
                "padding-too-large",
                f"{self.padding_mode} padding {by(worst)} is too much for a map of {by(x[1:])}: it must be {rule}",
                help=f"use at most {by([n - spare for n in x[1:]])}; {self.enough(window)}",
                option="padding",
            )

    def least(self, axis: int, window: Window) -> int:
        fewest = {"reflect": max(window.pads[axis]) + 1, "circular": max(window.pads[axis])}
        return max(super().least(axis, window), fewest.get(self.padding_mode, 1))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        split = Groups(self.out // self.groups, x[0] // self.groups) if self.groups > 1 else EVERY
        return windowed(self.window(x), split, OUTSIDE[self.padding_mode])

    def maps(self, x: Shape) -> int:  # noqa: ARG002
        return self.out

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return self.with_bias({"weight": (self.out, x[0] // self.groups, *self.kernel)}, self.out)

    def macs(self, x: Shape, y: Shape) -> int:
        return product(y) * (x[0] // self.groups) * product(self.kernel)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:
        from cnninspect.workings import times

        group = " of a group" if self.groups > 1 else ""
        return times(y, (x[0] // self.groups, *self.kernel), rule=f"outputs · (input channels{group} · kernel cells)")

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window, pad = self.spelled(self.window(x))
        arguments = {
            "in_channels": x[0],
            "out_channels": self.out,
            **window,
            "dilation": self.dilation,
            "groups": self.groups,
            "bias": self.bias,
            "padding_mode": "zeros" if pad else self.padding_mode,
        }
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return Call(self.torch.format(rank=len(x) - 1), arguments, pad, mode)

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        if self.padding_mode == "zeros":
            return super().holds(inputs)
        from cnninspect.holds import LAST, STRAIGHT, Holds

        padded, wraps = self.margin(inputs[0], always=True), self.padding_mode == "circular"
        pairs, lies = ((), STRAIGHT) if wraps else (((0, 0),), LAST)
        return Holds(pairs=pairs, elements=padded, scratch=padded, lies=lies)
