"""Pooling to a given size, whatever the size of the map."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnninspect.layers.base import Single
from cnninspect.options import Bool, PerAxis
from cnninspect.reads import SAME, Reading, Reads, shared, whole
from cnninspect.values import Call, Window, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Figure, Working


def cells(n: int, out: int) -> int:
    """How many cells all windows of one axis read together.

    Window i runs from ``⌊i·n/out⌋`` to ``⌈(i+1)·n/out⌉``. Each inner boundary that is no whole number is
    rounded apart by the two windows that meet there, so the cell at it is read twice: ``out - gcd`` times.
    """
    return n + out - gcd(n, out)


class AdaptivePool(Single):
    """A pool whose windows are spread over the map so that a given size comes out."""

    role = "pool"

    ranks = (1, 2, 3)
    size = PerAxis(min=1, help="size of the output")

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True

    def shape(self, x: Shape) -> Shape:
        return (x[0], *self.size)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        axes: list[Reading | None] = []
        for n, out in zip(inputs[0][1:], self.size, strict=True):
            axes.append(None if out == 1 else shared(n, out))
            if out > 1 and axes[-1] is None:
                return None
        return (Reads(0, tuple(axes)),)

    def read(self, x: Shape) -> int:
        """How many cells all windows of the layer read together."""
        return x[0] * product(cells(n, out) for n, out in zip(x[1:], self.size, strict=True))

    def worked(self, x: Shape, rule: str) -> Figure:
        """The same count as one writes it down."""
        from cnninspect.workings import Figure, number, times

        axes = [
            Figure(f"({number(n)} + {number(out)} − {number(gcd(n, out))})", cells(n, out))
            for n, out in zip(x[1:], self.size, strict=True)
        ]
        return times(x[:1], *axes, rule=rule)

    def window(self, x: Shape) -> Window:
        """The regular window that covers what is read; exact where the sizes divide."""
        stride = tuple(n // out for n, out in zip(x[1:], self.size, strict=True))
        kernel = tuple(n - (out - 1) * s for n, out, s in zip(x[1:], self.size, stride, strict=True))
        rank = len(stride)
        return Window(kernel, stride, (1,) * rank, ((0, 0),) * rank)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"output_size": self.size}


class AdaptiveAvgPool(
    AdaptivePool,
    name="adaptive_avg_pool",
    aliases=("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"),
):
    """Takes the mean of windows spread evenly over the map, so that ``size`` of them come out.

    Window i of an axis runs from ``⌊i·n/size⌋`` to ``⌈(i+1)·n/size⌉``.
    Operations: the cells of all windows (the sums and one division each).
    https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    linear = True

    torch = "torch.nn:AdaptiveAvgPool{rank}d"

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return self.read(x)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working

        rule = "the cells of all windows, on each axis n + size − gcd(n, size)"
        return Working(operations=self.worked(inputs[0], rule))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import POOLED, STRAIGHT, Holds

        if product(self.size) == 1:  # one cell is a plain mean
            return Holds(lies=STRAIGHT)
        return Holds(inputs=(0,), lies=POOLED[len(inputs[0]) - 2])


class AdaptiveMaxPool(
    AdaptivePool,
    name="adaptive_max_pool",
    aliases=("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"),
):
    """Keeps the largest value of windows spread evenly over the map, so that ``size`` of them come out.

    Window i of an axis runs from ``⌊i·n/size⌋`` to ``⌈(i+1)·n/size⌉``.
    Operations: the cells of all windows, less one each.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
    """

    torch = "torch.nn:AdaptiveMaxPool{rank}d"

    def operations(self, x: Shape, y: Shape) -> int:
        return self.read(x) - product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, less, times

        rule = "the cells of all windows, on each axis n + size − gcd(n, size), less one for each output"
        return Working(operations=less(self.worked(inputs[0], rule), times(facts.outputs[0]), rule=rule))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import POOLED, Holds

        indices = 8 * product(self.shape(inputs[0]))
        return Holds(inputs=(0,), bytes=indices, scratch_bytes=indices, lies=POOLED[len(inputs[0]) - 2])


class GlobalPool(Single):
    """A pool over the whole map."""

    role = "pool"

    ranks = (1, 2, 3)
    keep = Bool(default=True, help="keep the axes with size 1; false leaves (channels,)")
    reduction = ""

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True

    def shape(self, x: Shape) -> Shape:
        return (x[0], *[1] * (len(x) - 1)) if self.keep else x[:1]

    def window(self, x: Shape) -> Window:
        rank = len(x) - 1
        return Window(x[1:], (1,) * rank, (1,) * rank, ((0, 0),) * rank)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        rank = len(inputs[0]) - 1
        return (whole(rank) if self.keep else Reads(0, (None,) * rank, SAME, 0, (0, *(-1,) * rank)),)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        if self.keep:
            return Call(self.torch.format(rank=len(x) - 1), {"output_size": 1})
        return Call(self.reduction, {"dim": tuple(range(2, len(x) + 1))})


class GlobalAvgPool(
    GlobalPool,
    name="global_avg_pool",
    aliases=(
        *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
        *("GlobalAvgPool2D", "GlobalAveragePool", "gap"),
    ),
    keeps="nothing, straight",
):
    """Takes the mean of each channel over the whole map: (C, H, W) becomes (C, 1, 1).

    Operations: one for each input (the sum and one division).
    """

    linear = True

    torch = "torch.nn:AdaptiveAvgPool{rank}d"
    reduction = "torch:mean"

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(x)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, times

        return Working(operations=times(inputs[0], rule="one for each input: the additions and one division each"))


class GlobalMaxPool(
    GlobalPool,
    name="global_max_pool",
    aliases=("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalMaxPool"),
):
    """Keeps the largest value of each channel over the whole map: (C, H, W) becomes (C, 1, 1).

    Operations: one for each input, less one a channel.
    """

    torch = "torch.nn:AdaptiveMaxPool{rank}d"
    reduction = "torch:amax"

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(x) - x[0]

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, less, times

        return Working(operations=less(times(inputs[0]), inputs[0][0], rule="one for each input, less one a channel"))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import STRAIGHT, Holds

        indices = 8 * inputs[0][0]
        if self.keep:
            return Holds(inputs=(0,), bytes=indices, scratch_bytes=indices, lies=STRAIGHT)
        return Holds(inputs=(0,), output=True, lies=STRAIGHT)
