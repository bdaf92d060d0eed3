"""Pooling over a sliding window: what all pools share, and the one that keeps the largest value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.windows import (
    DILATION,
    KERNEL,
    PADDING,
    POOL_STRIDE,
    ROUNDING,
    SAME,
    Windowed,
    by,
    extent,
    slide,
    symmetric,
    torch_pad,
)
from cnninspect.reads import SAME as OWN_CHANNEL
from cnninspect.reads import windowed
from cnninspect.values import Call, Problem, Window, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.holds import Holds
    from cnninspect.options import Option
    from cnninspect.reads import Reads
    from cnninspect.values import Facts, Pads, Shape
    from cnninspect.workings import Figure, Working


class Pool(Windowed):
    """A window that sums up what it sees, each channel by itself."""

    role = "pool"

    rounding: Option[str]

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        return super().working(inputs, facts)._replace(operations=self.worked(facts.outputs[0]))

    def worked(self, y: Shape) -> Figure:
        """The operations as one writes them down."""
        raise NotImplementedError

    def rule(self, window: Window) -> str:
        if self.rounding == "caffe" and any(before or after for before, after in window.pads):
            return "ceil"
        return self.rounding

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return windowed(self.window(inputs[0]), OWN_CHANNEL)

    def torch_pads(self, window: Window) -> bool:
        """Whether torch's own layer is asked to pad, so that its limits hold."""
        return self.padding not in SAME and self.rounding != "caffe" and symmetric(window.pads)

    def limits(self, window: Window) -> tuple[int, ...]:
        """How much padding each side takes: torch's half a kernel, else less than what a window spans."""
        if self.torch_pads(window):
            return tuple(k // 2 for k in window.kernel)
        return tuple(extent(k, d) - 1 for k, d in zip(window.kernel, window.dilation, strict=True))

    def check(self, x: Shape) -> Iterator[Problem]:
        window = self.window(x)
        worst = [max(pads) for pads in window.pads]
        limits = self.limits(window)
        if any(pad > limit for pad, limit in zip(worst, limits, strict=True)):
            rule = "half the kernel" if self.torch_pads(window) else "one less than the window spans"
            yield Problem(
                "padding-too-large",
                f"padding {by(worst)} is too much for a {by(window.kernel)} kernel: it must be at most {rule}",
                help=f"use at most {by(limits)}",
                option="padding",
            )

    def native(self, x: Shape, window: Window) -> bool:
        """Whether torch's own layer makes this size from this padding."""
        if self.torch_pads(window):
            return True
        fits = all(before <= k // 2 for k, (before, _) in zip(window.kernel, window.pads, strict=True))
        return symmetric(window.pads) and fits and self.sizes(x, window) == torch_sizes(x, window, self.rounding)

    def spread(self, x: Shape, window: Window) -> Pads:
        """The cells that the last windows reach beyond the padding, per axis."""
        spans = zip(self.sizes(x, window), *window[:4], x[1:], strict=True)
        return tuple(
            (0, max((out - 1) * s + extent(k, d) - n - before - after, 0)) for out, k, s, d, (before, after), n in spans
        )

    def around(self, x: Shape, window: Window) -> Pads:
        """All padding that makes a plain window reproduce the size: what was asked for and what is overrun."""
        return tuple(
            (b + more, a + over) for (b, a), (more, over) in zip(window.pads, self.spread(x, window), strict=True)
        )

    def spelled_native(self, window: Window) -> dict[str, object]:
        """The arguments of torch's own layer."""
        return {
            "kernel_size": window.kernel,
            "stride": window.stride,
            "padding": tuple(before for before, _ in window.pads),
            "ceil_mode": self.rounding != "floor",
        }


def torch_sizes(x: Shape, window: Window, rounding: str) -> tuple[int, ...]:
    """The sizes that torch's own layer makes."""
    rounding = "floor" if rounding == "floor" else "ceil"
    facts = zip(x[1:], *window[:4], strict=True)
    return tuple(slide(n, k, s, d, before, after, rounding) for n, k, s, d, (before, after) in facts)


class MaxPool(
    Pool,
    name="max_pool",
    aliases=("MaxPool1d", "MaxPool2d", "MaxPool3d", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
):
    """Keeps the largest value of each window; padding never wins.

    Operations: kernel cells - 1 comparisons for each output.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
    """

    torch = "torch.nn:MaxPool{rank}d"

    kernel = KERNEL
    stride = POOL_STRIDE
    padding = PADDING
    dilation = DILATION
    rounding = ROUNDING

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True

    def taps(self) -> tuple[int, ...]:
        return self.dilation

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) * (product(self.kernel) - 1)

    def worked(self, y: Shape) -> Figure:
        from cnninspect.workings import Figure, dots, less, times

        cells = Figure(dots(self.kernel), product(self.kernel))
        return times(y, less(cells, 1), rule="outputs · (kernel cells − 1) comparisons")

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window = self.window(x)
        target = self.torch.format(rank=len(x) - 1)
        if self.native(x, window):
            return Call(target, {**self.spelled_native(window), "dilation": self.dilation})
        arguments = {"kernel_size": self.kernel, "stride": self.stride, "dilation": self.dilation}
        return Call(target, arguments, torch_pad(self.around(x, window)), pad_value=-float("inf"))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import LAST, Holds

        (x,) = inputs
        window, indices = self.window(x), 8 * product(self.shape(x))
        extra = 0 if len(x) == 2 else indices  # noqa: PLR2004 - in 1-D indices are made for backward only
        if self.native(x, window):
            return Holds(inputs=(0,), bytes=indices, scratch_bytes=extra, lies=LAST)
        padded = x[0] * product([n + sum(sides) for n, sides in zip(x[1:], self.around(x, window), strict=True)])
        return Holds(elements=padded, bytes=indices, scratch=padded, scratch_bytes=extra, lies=LAST)
