"""The activations that Keras has and torch lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.activation import Activation
from cnninspect.layers.activation_axis import AlongAxis
from cnninspect.options import Axis, Float
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape

FAMILY = "activation"


class Exponential(Activation, name="exponential", aliases=("Exponential", "exp"), keeps="output"):
    """The exponential function: ``y = exp(x)``."""

    positive = True
    torch = "torch:exp"


class Squareplus(Activation, name="squareplus", aliases=("Squareplus",)):
    """A smooth rectifier without exponentials: ``y = (x + sqrt(x² + b)) / 2``."""

    positive = True
    torch = "cnninspect.backends.torch_layers2:Squareplus"
    b = Float(4.0, min=0, help="how round the bend is")

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(inputs=(0,), elements=product(inputs[0]), scratch=product(inputs[0]))


class SparsePlus(Activation, name="sparse_plus", aliases=("SparsePlus",)):
    """A rectifier with a short round bend: 0 where ``x <= -1``, ``x`` where ``x >= 1``, else ``(x + 1)² / 4``."""

    positive = True
    torch = "cnninspect.backends.torch_layers2:SparsePlus"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(inputs=(0,), elements=2 * product(inputs[0]), scratch=3 * product(inputs[0]))


class SparseSigmoid(Activation, name="sparse_sigmoid", aliases=("SparseSigmoid",)):
    """The slope of sparse_plus: ``y = min(max((x + 1) / 2, 0), 1)``."""

    positive = True
    torch = "cnninspect.backends.torch_layers2:SparseSigmoid"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(elements=product(inputs[0]), scratch=product(inputs[0]))


class Sparsemax(AlongAxis, name="sparsemax", aliases=("Sparsemax",)):
    """Shares that sum to 1, most of them exactly 0: ``y_i = max(x_i - t, 0)`` with the ``t`` that makes the sum 1.

    Running sum, subtraction, cut: 3 operations an element; the comparisons of the sort are not counted.
    Definition: https://arxiv.org/abs/1602.02068.
    """

    positive = True
    torch = "cnninspect.backends.torch_layers2:Sparsemax"
    cost = 3
    axis = Axis("channels", help="the axis whose elements sum to 1")

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        (x,) = inputs
        n, count = x[self.axis], product(x)
        rows = count // n
        return Holds(
            output=True,
            elements=count,
            bytes=8 * count + 16 * rows,
            once=n,
            scratch=3 * count + rows,
            scratch_bytes=8 * rows,
            scratch_once=n,
        )
