"""The transposed convolution: a conv's gradient used as a layer, to make maps larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Weighted
from cnninspect.layers.conv import Convolution
from cnninspect.layers.divisors import indivisible
from cnninspect.layers.windows import BIAS, DILATION, KERNEL, STRIDE, by, extent, symmetric, torch_pad
from cnninspect.options import Int, Padding, PerAxis
from cnninspect.reads import EVERY, Groups, windowed
from cnninspect.values import Call, Problem, Window, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Shape
    from cnninspect.workings import Figure, Line


class ConvTranspose(
    Convolution,
    name="conv_transpose",
    aliases=(
        *("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Deconvolution", "deconv"),
    ),
):
    """Spreads each input position over a window of the output and adds up where windows overlap.

    An axis of n becomes ``(n - 1)·stride - before - after + ke + output_padding`` with
    ``ke = dilation·(kernel - 1) + 1``; padding is cropped off the output, and ``same`` crops or
    extends to ``n·stride`` as Keras does (the odd cell after).
    MACs: input positions x input channels x (out / groups) x kernel cells.
    Operations: one for each output with bias.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
    """

    torch = "torch.nn:ConvTranspose{rank}d"

    out = Int(min=1, help="channels produced")
    kernel = KERNEL
    stride = STRIDE
    padding = Padding(0, words=("valid", "same"), help="cells cropped off the output, in numbers or by rule")
    output_padding = PerAxis(0, help="cells added at the end of the output")
    dilation = DILATION
    groups = Int(1, min=1, help="channel groups that never mix")
    bias = BIAS
    trainable = Weighted.trainable

    def check(self, x: Shape) -> Iterator[Problem]:
        if self.groups > 1:
            yield from indivisible(x[0], self.out, self.groups)
        if not any(self.output_padding):
            return
        limits = [max(s, d) - 1 for s, d in zip(self.stride, self.dilation, strict=True)]
        if self.padding == "same":
            yield Problem(
                "bad-value",
                f"output_padding {by(self.output_padding)} has no place beside padding same, which makes n x stride",
                help="leave output_padding out, or write padding in numbers",
                option="output_padding",
            )
        elif any(extra > limit for extra, limit in zip(self.output_padding, limits, strict=True)):
            yield Problem(
                "bad-value",
                f"output_padding {by(self.output_padding)} must be smaller than "
                f"the stride {by(self.stride)} or the dilation {by(self.dilation)}",
                help=f"use at most {by(limits)}",
                option="output_padding",
            )

    def window(self, x: Shape) -> Window:  # noqa: ARG002
        pads = self.padding
        if pads == "same":
            over = [max(extent(k, d) - s, 0) for k, s, d in zip(self.kernel, self.stride, self.dilation, strict=True)]
            pads = tuple((total // 2, total - total // 2) for total in over)
        elif isinstance(pads, str):
            pads = ((0, 0),) * len(self.kernel)
        return Window(self.kernel, self.stride, self.dilation, pads, transposed=True)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        split = Groups(self.out // self.groups, x[0] // self.groups) if self.groups > 1 else EVERY
        return windowed(self.window(x), split)

    def extra(self) -> tuple[int, ...]:
        """What is added at the end of each axis."""
        if self.padding != "same":
            return self.output_padding
        return tuple(max(s - extent(k, d), 0) for k, s, d in zip(self.kernel, self.stride, self.dilation, strict=True))

    def sizes(self, x: Shape, window: Window) -> tuple[int, ...]:
        return tuple(
            (n - 1) * s - before - after + extent(k, d) + more
            for n, k, s, d, (before, after), more in zip(x[1:], *window[:4], self.extra(), strict=True)
        )

    def misfit(self, x: Shape, window: Window, sizes: Sequence[int]) -> Problem:
        crop = [before + after for before, after in window.pads]
        whole = [size + cut for size, cut in zip(sizes, crop, strict=True)]
        return Problem(
            "size-reached-zero",
            f"padding crops {by(crop)} off an output of {by(whole)}, and nothing is left of the {by(x[1:])} input",
            help=self.enough(window),
            option="padding",
        )

    def least(self, axis: int, window: Window) -> int:
        reach = extent(window.kernel[axis], window.dilation[axis])
        missing = sum(window.pads[axis]) + 1 - reach - self.extra()[axis]
        return max(-(-missing // window.stride[axis]), 0) + 1

    def maps(self, x: Shape) -> int:  # noqa: ARG002
        return self.out

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return self.with_bias({"weight": (x[0], self.out // self.groups, *self.kernel)}, self.out)

    def macs(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(x) * (self.out // self.groups) * product(self.kernel)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:  # noqa: ARG002
        from cnninspect.workings import times

        group = " of a group" if self.groups > 1 else ""
        rule = f"inputs · (output channels{group} · kernel cells)"
        return times(x, (self.out // self.groups, *self.kernel), rule=rule)

    def axis_working(self, axis: int, row: Sequence[int], window: Window) -> tuple[Line, ...]:  # noqa: ARG002
        from cnninspect.workings import Slide, spread

        return spread(Slide(*row), self.extra()[axis], self.padding if isinstance(self.padding, str) else "")

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window = self.window(x)
        plain = symmetric(window.pads)
        rank = len(x) - 1
        arguments: dict[str, object] = {
            "in_channels": x[0],
            "out_channels": self.out,
            "kernel_size": self.kernel,
            "stride": self.stride,
            "padding": tuple(before for before, _ in window.pads) if plain else (0,) * rank,
            "output_padding": self.extra(),
            "groups": self.groups,
            "bias": self.bias,
            "dilation": self.dilation,
        }
        if plain:
            return Call(self.torch.format(rank=rank), arguments)
        arguments["crop"] = torch_pad(window.pads)
        return Call(f"cnninspect.backends.torch_layers:CroppedConvTranspose{rank}d", arguments)

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import LAST, Holds

        (x,) = inputs
        window = self.window(x)
        whole = window._replace(pads=((0, 0),) * len(window.pads))
        scratch = 0 if symmetric(window.pads) else self.out * product(self.sizes(x, whole))
        return Holds(inputs=(0,), scratch=scratch, lies=LAST)
