"""Convolutions that look at each channel by itself, with and without a mixing of the channels after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Weighted
from cnninspect.layers.conv import Convolution
from cnninspect.layers.windows import BIAS, DILATION, KERNEL, PADDING, STRIDE
from cnninspect.options import Int
from cnninspect.reads import Groups, windowed
from cnninspect.values import Call, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Shape
    from cnninspect.workings import Figure

FAMILY = "conv"


class DepthwiseConv(
    Convolution,
    name="depthwise_conv",
    aliases=("DepthwiseConv1D", "DepthwiseConv2D", "depthwise_conv2d", "DepthwiseConv"),
):
    """Slides kernels of its own over each channel; channels never mix.

    ``y[c·multiplier + m, i] = bias + Σ over tap of weight[c·multiplier + m, tap] · x[c, …]``:
    a conv with as many groups as input channels.
    MACs: outputs x kernel cells. Operations: one for each output with bias.
    """

    torch = "torch.nn:Conv{rank}d"

    kernel = KERNEL
    stride = STRIDE
    padding = PADDING
    dilation = DILATION
    multiplier = Int(1, min=1, help="kernels for each input channel")
    bias = BIAS
    trainable = Weighted.trainable

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return windowed(self.window(inputs[0]), Groups(self.multiplier, 1))

    def maps(self, x: Shape) -> int:
        return x[0] * self.multiplier

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return self.with_bias({"weight": (self.maps(x), 1, *self.kernel)}, self.maps(x))

    def macs(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) * product(self.kernel)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:  # noqa: ARG002
        from cnninspect.workings import times

        return times(y, self.kernel, rule="outputs · kernel cells: each channel by itself")

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window, pad = self.spelled(self.window(x))
        arguments = {
            "in_channels": x[0],
            "out_channels": self.maps(x),
            **window,
            "dilation": self.dilation,
            "groups": x[0],
            "bias": self.bias,
        }
        return Call(self.torch.format(rank=len(x) - 1), arguments, pad)


class SeparableConv(
    Convolution,
    name="separable_conv",
    aliases=("SeparableConv1D", "SeparableConv2D", "SeparableConvolution2D", "SeparableConv"),
):
    """Filters each channel by itself, then mixes the channels at each position.

    A depthwise conv without bias, then a 1x1 conv to ``out`` channels with the bias.
    MACs: output positions x (input channels x multiplier) x (kernel cells + out).
    Operations: one for each output with bias.
    https://keras.io/api/layers/convolution_layers/separable_convolution2d/
    """

    torch = "cnninspect.backends.torch_layers:SeparableConv"

    out = Int(min=1, help="channels produced")
    kernel = KERNEL
    stride = STRIDE
    padding = PADDING
    dilation = DILATION
    multiplier = Int(1, min=1, help="kernels for each input channel")
    bias = BIAS
    trainable = Weighted.trainable

    def maps(self, x: Shape) -> int:  # noqa: ARG002
        return self.out

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        middle = x[0] * self.multiplier
        point = (self.out, middle, *[1] * len(self.kernel))
        weights = {"depthwise.weight": (middle, 1, *self.kernel), "pointwise.weight": point}
        return self.with_bias(weights, self.out, "pointwise.bias")

    def macs(self, x: Shape, y: Shape) -> int:
        return product(y[1:]) * x[0] * self.multiplier * (product(self.kernel) + self.out)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:
        from cnninspect.workings import Figure, dots, plus, times

        each = plus(Figure(dots(self.kernel), product(self.kernel)), self.out)
        rule = "positions · middle channels · (kernel cells + outputs)"
        return times(y[1:], (x[0] * self.multiplier,), each, rule=rule)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window, pad = self.spelled(self.window(x))
        arguments = {
            "in_channels": x[0],
            "out_channels": self.out,
            **window,
            "dilation": self.dilation,
            "multiplier": self.multiplier,
            "bias": self.bias,
        }
        return Call(self.torch, arguments, pad)

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        held, x = super().holds(inputs), inputs[0]
        middle = x[0] * self.multiplier * product(self.shape(x)[1:])
        return held._replace(elements=held.elements + middle, scratch=held.scratch + middle)
