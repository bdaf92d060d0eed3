"""Layers that fold whole axes into one number each.

They read everything along those axes: on a spatial axis that is a window as long as the axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.reshape import AnyRank, Axes
from cnninspect.options import Bool
from cnninspect.reads import EVERY, POINT, SAME, Reads
from cnninspect.values import Shape, Window, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.values import Facts
    from cnninspect.workings import Working


class Reduction(AnyRank):
    """Fold the named axes."""

    role = "pool"

    axes = Axes(help="the axes to fold, counted as torch does: [2, 3] are height and width of a map")
    keep = Bool(False, help="keep the folded axes with size 1")

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return 0 not in self.axes

    def shape(self, x: Shape) -> Shape:
        if self.keep:
            return tuple(1 if index in self.axes else size for index, size in enumerate(x))
        return tuple(size for index, size in enumerate(x) if index not in self.axes)

    def operations(self, x: Shape, y: Shape) -> int:
        return product(x) - product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, less, times

        rule = "w elements become one by w − 1 operations: inputs − outputs"
        return Working(operations=less(times(inputs[0]), times(facts.outputs[0]), rule=rule))

    def window(self, x: Shape) -> Window | None:
        rank = len(x) - 1
        if not any(self.axes):
            return None
        kernel = tuple(x[index] if index in self.axes else 1 for index in range(1, rank + 1))
        return Window(kernel, (1,) * rank, (1,) * rank, ((0, 0),) * rank)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        rank = len(inputs[0]) - 1
        axes = tuple([None if index in self.axes else POINT for index in range(1, rank + 1)])
        left = [index for index in range(rank + 1) if index not in self.axes]
        order = None if self.keep else tuple([left.index(i) if i in left else -1 for i in range(rank + 1)])
        return (Reads(0, axes, EVERY if 0 in self.axes else SAME, 0, order),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": tuple(index + 1 for index in self.axes), "keepdim": self.keep}


class Mean(Reduction, name="mean", aliases=("reduce_mean",), keeps="nothing, straight"):
    """Average over whole axes, as ``x.mean([2, 3])`` does before a classifier.

    w elements to one average: w - 1 additions and a division, so one operation for each input element.
    """

    linear = True

    torch = "torch:mean"

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(x)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, times

        rule = "one for each input: the additions and one division each"
        return Working(operations=times(inputs[0], rule=rule))


class Sum(Reduction, name="sum", aliases=("reduce_sum",), keeps="nothing, straight"):
    """Add up over whole axes.

    w elements to one sum: w - 1 operations.
    """

    linear = True

    torch = "torch:sum"

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return False


class Max(Reduction, name="max", aliases=("amax", "reduce_max"), keeps="both, straight"):
    """Take the largest over whole axes.

    w elements to one maximum: w - 1 operations.
    """

    torch = "torch:amax"


class Min(Reduction, name="min", aliases=("amin", "reduce_min"), keeps="both, straight"):
    """Take the smallest over whole axes.

    w elements to one minimum: w - 1 operations.
    """

    torch = "torch:amin"
