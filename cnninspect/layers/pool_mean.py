"""Pooling over a sliding window that sums up all it sees: the mean, or a norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.pool import Pool
from cnninspect.layers.windows import KERNEL, PADDING, POOL_STRIDE, ROUNDING, SAME, torch_pad
from cnninspect.options import Bool, Float, Optional
from cnninspect.values import Call, Problem, Window, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape
    from cnninspect.workings import Figure

FAMILY = "pool"


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

    linear = True

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

    def carries(self, x: Shape) -> bool:
        return not (self.counts() and any(map(any, self.window(x).pads)))

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
        from cnninspect.holds import LAST, POOLED, STRAIGHT, Holds

        (x,) = inputs
        window = self.window(x)
        if self.native(x, window):
            return Holds(inputs=(0,), lies=POOLED[len(x) - 2])
        lies = LAST if len(x) == 3 else STRAIGHT  # noqa: PLR2004 - a picture
        around = zip(x[1:], window.pads, self.around(x, window), strict=True)
        first, second = zip(*[(n + sum(pads), n + sum(sides)) for n, pads, sides in around], strict=True)
        y, once = self.shape(x), product(self.shape(x)[1:])
        uneven = not self.counts() or any(map(any, self.spread(x, window)))
        peak = max(x[0] * (product(first) + product(second)) - product(y), x[0] * product(second), product(y) * uneven)
        kept, once = x[0] * product(second), once * uneven
        return Holds(elements=kept, once=once, scratch=peak, scratch_once=once, lies=lies)


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
        from cnninspect.holds import LAST, POOLED, STRAIGHT, Holds

        (x,) = inputs
        window, y = self.window(x), product(self.shape(x))
        if not any(map(any, window.pads)) and self.native(x, window):
            lies = POOLED[len(x) - 2]
            return Holds(inputs=(0,), elements=product(x) + 4 * y, scratch=max(product(x), 3 * y), lies=lies)
        around = zip(x[1:], self.around(x, window), strict=True)
        padded = x[0] * product([n + sum(sides) for n, sides in around])
        lies = LAST if len(x) == 3 else STRAIGHT  # noqa: PLR2004 - a picture
        return Holds(elements=2 * padded + 4 * y, scratch=max(2 * padded, padded + 3 * y), lies=lies)
