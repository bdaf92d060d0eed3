"""Activations whose elements depend on others along an axis: shares and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.activation import Activation
from cnninspect.options import AXES, Axis
from cnninspect.reads import EVERY, POINT, Reading, Reads, Same, pointwise, shifted
from cnninspect.values import Problem, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape

FAMILY = "activation"


class AlongAxis(Activation):
    """An activation whose elements depend on all others of one axis; the channels unless told."""

    axis = Axis("channels", help="the axis whose elements depend on each other")

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        rank = len(inputs[0]) - 1
        if self.axis == 0:
            return (pointwise(rank, EVERY),)
        axes: list[Reading | None] = [POINT] * rank
        axes[self.axis - 1] = None
        return pointwise(rank), Reads(0, tuple(axes), gate=True)

    def shared_among(self, x: Shape) -> int | None:
        return x[self.axis]

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": self.axis + 1}


# --- along an axis ---------------------------------------------------------------------


class Softmax(AlongAxis, name="softmax", aliases=("Softmax",), keeps="output, straight"):
    """Shares that sum to 1: ``y_i = exp(x_i) / Σ_j exp(x_j)``; exponential, sum, division: 3 an element."""

    positive = True
    torch = "torch.nn:Softmax"
    gives = "shares"
    cost = 3


class Softmin(AlongAxis, name="softmin", aliases=("Softmin",)):
    """Softmax of the negated input: ``y_i = exp(-x_i) / Σ_j exp(-x_j)``; 3 operations an element, as softmax."""

    positive = True
    torch = "torch.nn:Softmin"
    gives = "shares"
    cost = 3

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import STRAIGHT, Holds

        return Holds(output=True, scratch=product(inputs[0]), lies=STRAIGHT)


class LogSoftmax(AlongAxis, name="log_softmax", aliases=("LogSoftmax",), keeps="output, straight"):
    """The logarithm of softmax: ``y_i = x_i - log Σ_j exp(x_j)``; exponential, sum, subtraction: 3 an element."""

    torch = "torch.nn:LogSoftmax"
    gives = "log_shares"
    cost = 3


class Softmax2d(Activation, name="softmax2d", aliases=("Softmax2d",), keeps="output, straight"):
    """Softmax over the channels of every pixel, 3 operations an element; ``softmax`` does it on any shape.

    Torch takes a (batch, channels, length) tensor for one image without batch and mixes the samples: refused here.
    """

    positive = True
    torch = "torch.nn:Softmax2d"
    gives = "shares"
    cost = 3
    ranks = (2,)

    def shared_among(self, x: Shape) -> int | None:
        return x[0]

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1, EVERY),)


class GLU(AlongAxis, name="glu", aliases=("GLU",), keeps="input"):
    """The gated linear unit: ``y = a / (1 + exp(-b))`` with ``a`` and ``b`` the halves of one axis.

    Sigmoid and product: 2 operations for each element of the output. Torch's own default is the last axis.
    """

    torch = "torch.nn:GLU"
    cost = 2
    axis = Axis("channels", help="the axis that is halved")

    def shared_among(self, x: Shape) -> int | None:  # noqa: ARG002
        return None  # half of the channels gate the others: nothing sums to 1

    def check(self, x: Shape) -> Iterator[Problem]:
        size = x[self.axis]
        if size % 2:
            do = "s do" if size > 1 else " does"
            what = f"input channel{do}" if self.axis == 0 else f"position{do}"
            along = "" if self.axis == 0 else f" along the {AXES[self.axis - len(x)]}"
            yield Problem(
                "does-not-divide",
                f"{size} {what} not split into two halves{along}",
                option="axis" if "axis" in self.given else None,
                help=f"glu needs an even number on its axis, such as {size + 1}",
            )

    def shape(self, x: Shape) -> Shape:
        return (*x[: self.axis], x[self.axis] // 2, *x[self.axis + 1 :])

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        half, axes = x[self.axis] // 2, [POINT] * (len(x) - 1)
        if self.axis == 0:
            return pointwise(len(axes)), pointwise(len(axes), Same(half))
        other = [*axes]
        other[self.axis - 1] = shifted(half)
        return Reads(0, tuple(axes)), Reads(0, tuple(other))
