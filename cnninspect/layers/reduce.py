"""Layers that fold whole axes into one number each.

They read everything along those axes: on a spatial axis that is a window as long as the axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.reshape import AnyRank, Axes
from cnninspect.options import Bool
from cnninspect.values import Shape, Window, product

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reduction(AnyRank):
    """Fold the named axes."""

    axes = Axes(help="the axes to fold, counted as torch does: [2, 3] are height and width of a map")
    keep = Bool(False, help="keep the folded axes with size 1")

    def shape(self, x: Shape) -> Shape:
        if self.keep:
            return tuple(1 if index in self.axes else size for index, size in enumerate(x))
        return tuple(size for index, size in enumerate(x) if index not in self.axes)

    def operations(self, x: Shape, y: Shape) -> int:
        return product(x) - product(y)

    def window(self, x: Shape) -> Window | None:
        rank = len(x) - 1
        if not any(self.axes):
            return None
        kernel = tuple(x[index] if index in self.axes else 1 for index in range(1, rank + 1))
        return Window(kernel, (1,) * rank, (1,) * rank, ((0, 0),) * rank)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": tuple(index + 1 for index in self.axes), "keepdim": self.keep}


class Mean(Reduction, name="mean", aliases=("reduce_mean",)):
    """Average over whole axes, as ``x.mean([2, 3])`` does before a classifier.

    w elements to one average: w - 1 additions and a division, so one operation for each input element.
    """

    torch = "torch:mean"

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(x)


class Sum(Reduction, name="sum", aliases=("reduce_sum",)):
    """Add up over whole axes.

    w elements to one sum: w - 1 operations.
    """

    torch = "torch:sum"


class Max(Reduction, name="max", aliases=("amax", "reduce_max")):
    """Take the largest over whole axes.

    w elements to one maximum: w - 1 operations.
    """

    torch = "torch:amax"


class Min(Reduction, name="min", aliases=("amin", "reduce_min")):
    """Take the smallest over whole axes.

    w elements to one minimum: w - 1 operations.
    """

    torch = "torch:amin"
