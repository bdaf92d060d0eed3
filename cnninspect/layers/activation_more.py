"""The activations that Keras has and torch lacks."""

from __future__ import annotations

from cnninspect.layers.activation import Activation, AlongAxis
from cnninspect.options import Axis, Float


class Exponential(Activation, name="exponential", aliases=("Exponential", "exp")):
    """The exponential function: ``y = exp(x)``."""

    torch = "torch:exp"


class Squareplus(Activation, name="squareplus", aliases=("Squareplus",)):
    """A smooth rectifier without exponentials: ``y = (x + sqrt(x² + b)) / 2``."""

    torch = "cnninspect.backends.torch_layers2:Squareplus"
    b = Float(4.0, min=0, help="how round the bend is")


class SparsePlus(Activation, name="sparse_plus", aliases=("SparsePlus",)):
    """A rectifier with a short round bend: 0 where ``x <= -1``, ``x`` where ``x >= 1``, else ``(x + 1)² / 4``."""

    torch = "cnninspect.backends.torch_layers2:SparsePlus"


class SparseSigmoid(Activation, name="sparse_sigmoid", aliases=("SparseSigmoid",)):
    """The slope of sparse_plus: ``y = min(max((x + 1) / 2, 0), 1)``."""

    torch = "cnninspect.backends.torch_layers2:SparseSigmoid"


class Sparsemax(AlongAxis, name="sparsemax", aliases=("Sparsemax",)):
    """Shares that sum to 1, most of them exactly 0: ``y_i = max(x_i - t, 0)`` with the ``t`` that makes the sum 1.

    Running sum, subtraction, cut: 3 operations an element; the comparisons of the sort are not counted.
    Definition: https://arxiv.org/abs/1602.02068.
    """

    torch = "cnninspect.backends.torch_layers2:Sparsemax"
    cost = 3
    axis = Axis("channels", help="the axis whose elements sum to 1")
