"""Pooling over a sliding window: the largest, the mean or a norm of what it sees."""

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
from cnninspect.options import Bool, Float, Optional
from cnninspect.reads import SAME as OWN_CHANNEL
from cnninspect.reads import windowed
from cnninspect.values import Call, Problem, Window, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.options import Option
    from cnninspect.reads import Reads
    from cnninspect.values import Facts, Pads, Shape
    from cnninspect.workings import Figure, Working


class Pool(Windowed):
    """A window that sums up what it sees, each channel by itself."""

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
        from cnninspect.holds import Holds

        (x,) = inputs
        window, indices = self.window(x), 8 * product(self.shape(x))
        extra = 0 if len(x) == 2 else indices  # noqa: PLR2004 - in 1-D indices are made for backward only
        if self.native(x, window):
            return Holds(inputs=(0,), bytes=indices, scratch_bytes=extra)
        padded = x[0] * product([n + sum(sides) for n, sides in zip(x[1:], self.around(x, window), strict=True)])
        return Holds(elements=padded, bytes=indices, scratch=padded, scratch_bytes=extra)


class Averaging(Pool):
    """A pool that torch builds from its average pool, which in 3-D wants the map as large as the kernel."""

    def bare(self, x_rank: int, window: Window) -> bool:
        """Whether torch's 3-D average pool sees the map before any padding."""
        return x_rank == 3 and self.torch_pads(window)  # noqa: PLR2004

    def sizes(self, x: Shape, window: Window) -> tuple[int, ...]:
        sizes = super().sizes(x, window)
        if not self.bare(len(x) - 1, window):
            return sizes
        return tuple(0 if n < k else size for n, k, size in zip(x[1:], window.kernel, sizes, strict=True))

    def native(self, x: Shape, window: Window) -> bool:
        small = len(x) == 4 and any(n < k for n, k in zip(x[1:], window.kernel, strict=True))  # noqa: PLR2004 - 3-D
        return super().native(x, window) and (self.torch_pads(window) or not small)

    def misfit(self, x: Shape, window: Window, sizes: Sequence[int]) -> Problem:
        problem = super().misfit(x, window, sizes)
        if self.bare(len(x) - 1, window):
            problem.notes = ("torch's 3-D average pool needs a map as large as the kernel before any padding",)
        return problem

    def least(self, axis: int, window: Window) -> int:
        fewest = super().least(axis, window)
        return max(fewest, window.kernel[axis]) if self.bare(len(window.kernel), window) else fewest


class AvgPool(
    Averaging,
    name="avg_pool",
    aliases=(
        *("AvgPool1d", "AvgPool2d", "AvgPool3d", "mean_pool"),
        *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "average_pool"),
    ),
):
    """Takes the mean of each window.

    The mean runs over the padding too unless ``count_include_pad`` is false; with padding ``same`` it
    does not, as in TensorFlow, unless ``count_include_pad`` is true. Cells beyond the padding, which
    a window reaches when sizes round up, never count.
    Operations: kernel cells (the sum and one division) for each output.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
    """

    torch = "torch.nn:AvgPool{rank}d"

    kernel = KERNEL
    stride = POOL_STRIDE
    padding = PADDING
    rounding = ROUNDING
    count_include_pad = Optional(
        Bool(help="whether the mean runs over padding too (default: true, but false with padding same)"),
    )

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) * product(self.kernel)

    def worked(self, y: Shape) -> Figure:
        from cnninspect.workings import times

        return times(y, self.kernel, rule="outputs · kernel cells: the sum and one division")

    def counts(self) -> bool:
        """Whether the mean runs over padding too."""
        return self.padding not in SAME if self.count_include_pad is None else self.count_include_pad

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window = self.window(x)
        counts: Mapping[str, object] = {"count_include_pad": self.counts()}
        if self.native(x, window):
            return Call(self.torch.format(rank=len(x) - 1), {**self.spelled_native(window), **counts})
        arguments = {
            "kernel_size": self.kernel,
            "stride": self.stride,
            "padding": torch_pad(window.pads),
            "overrun": torch_pad(self.spread(x, window)),
            **counts,
        }
        return Call("cnninspect.backends.torch_layers:PaddedAvgPool", arguments)

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        (x,) = inputs
        window = self.window(x)
        if self.native(x, window):
            return Holds(inputs=(0,))
        around = zip(x[1:], window.pads, self.around(x, window), strict=True)
        first, second = zip(*[(n + sum(pads), n + sum(sides)) for n, pads, sides in around], strict=True)
        y, once = self.shape(x), product(self.shape(x)[1:])
        uneven = not self.counts() or any(map(any, self.spread(x, window)))
        peak = max(x[0] * (product(first) + product(second)) - product(y), x[0] * product(second), product(y) * uneven)
        late = once if uneven and peak == product(y) else 0
        return Holds(elements=x[0] * product(second), once=once * uneven, scratch=peak, scratch_once=late)


class LpPool(Averaging, name="lp_pool", aliases=("LPPool1d", "LPPool2d", "LPPool3d", "LpPool")):
    """Takes the p-norm of each window: ``(Σ x^p)^(1/p)``, and 0 where the sum is negative.

    Norm 1 is the sum and a large norm comes near the maximum.
    Operations: 2 x kernel cells + 1 for each output (a power and an addition for each cell, one root).
    https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
    """

    torch = "torch.nn:LPPool{rank}d"

    kernel = KERNEL
    stride = POOL_STRIDE
    norm = Float(2, help="the exponent p")
    padding = PADDING
    rounding = ROUNDING

    def torch_pads(self, window: Window) -> bool:
        return self.rounding != "caffe" and not any(map(any, window.pads))  # torch's layer has no padding

    def check(self, x: Shape) -> Iterator[Problem]:
        yield from super().check(x)
        if self.norm <= 0:
            yield Problem(
                "bad-value",
                f"norm must be more than 0, got {self.norm:g}",
                help="use 2 for the Euclidean norm, 1 for the sum",
                option="norm",
            )

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) * (2 * product(self.kernel) + 1)

    def worked(self, y: Shape) -> Figure:
        from cnninspect.workings import plus, times

        rule = "outputs · (a power and an addition for each kernel cell, and a root)"
        return times(y, plus(times(2, self.kernel), 1), rule=rule)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window = self.window(x)
        target = self.torch.format(rank=len(x) - 1)
        axis = 0 if len(x) == 2 else slice(None)  # noqa: PLR2004 - in 1-D torch takes no tuple here
        arguments = {"norm_type": self.norm, "kernel_size": self.kernel[axis], "stride": self.stride[axis]}
        if not any(map(any, window.pads)) and self.native(x, window):
            return Call(target, {**arguments, "ceil_mode": self.rounding != "floor"})
        return Call(target, arguments, torch_pad(self.around(x, window)))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        (x,) = inputs
        window, y = self.window(x), product(self.shape(x))
        if not any(map(any, window.pads)) and self.native(x, window):
            return Holds(inputs=(0,), elements=product(x) + 4 * y, scratch=max(product(x), 3 * y))
        around = zip(x[1:], self.around(x, window), strict=True)
        padded = x[0] * product([n + sum(sides) for n, sides in around])
        return Holds(elements=2 * padded + 4 * y, scratch=max(2 * padded, padded + 3 * y))
