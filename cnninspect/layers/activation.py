"""Every activation of torch, one class each: what a network bends its values with.

In each formula ``x`` is one element of the input and ``y`` the same element of the output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Pointwise, Weighted
from cnninspect.options import AXES, Axis, Bool, Choice, Float
from cnninspect.reads import EVERY, POINT, Reading, Reads, Same, pointwise, shifted
from cnninspect.values import Problem, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape


class Activation(Pointwise):
    """A nonlinearity: ``cost`` elementary operations for each element of the output."""

    cost: ClassVar[int] = 1
    keywords: ClassVar[Mapping[str, str]] = {}
    """Torch's word for an option, where it is another than ours."""

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return self.cost * product(y)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {self.keywords.get(key, key): value for key, value in self.settings().items()}


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

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": self.axis + 1}


# --- rectifiers ------------------------------------------------------------------------


class ReLU(Activation, name="relu", aliases=("ReLU", "rectifier"), keeps="output in place"):
    """The rectifier: ``y = max(x, 0)``."""

    torch = "torch.nn:ReLU"


class ReLU6(Activation, name="relu6", aliases=("ReLU6",), keeps="input in place"):
    """The rectifier cut at six: ``y = min(max(x, 0), 6)``."""

    torch = "torch.nn:ReLU6"


class LeakyReLU(Activation, name="leaky_relu", aliases=("LeakyReLU",), keeps="input or output"):
    """The rectifier that leaks: ``y = x`` where ``x > 0``, else ``slope x``."""

    torch = "torch.nn:LeakyReLU"
    keywords: ClassVar[Mapping[str, str]] = {"slope": "negative_slope"}
    slope = Float(0.01, help="factor of negative values (torch: 0.01, Keras: 0.3 as a layer, 0.2 as a function)")


class PReLU(Weighted, Activation, name="prelu", aliases=("PReLU",), keeps="input"):
    """The leaky rectifier that learns its slope: ``y = x`` where ``x > 0``, else ``weight x``."""

    torch = "torch.nn:PReLU"
    shared = Bool(True, help="one slope for all channels; false learns one for each")
    init = Float(0.25, help="the slope before training")

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": (self._slopes(x),)}

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"num_parameters": self._slopes(x), "init": self.init}

    def _slopes(self, x: Shape) -> int:
        return 1 if self.shared else x[0]


class RReLU(Activation, name="rrelu", aliases=("RReLU",)):
    """The leaky rectifier with a random slope: ``y = x`` where ``x > 0``, else ``a x``.

    ``a`` is drawn between ``lower`` and ``upper`` in training and is their mean at inference.
    """

    torch = "torch.nn:RReLU"
    lower = Float(1 / 8, help="the smallest slope")
    upper = Float(1 / 3, help="the largest slope")

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        if self.lower > self.upper:
            why = f"lower is {self.lower:g}, above upper, which is {self.upper:g}"
            yield Problem("bad-value", why, option="lower", help="swap them")

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        noise = product(inputs[0])
        return Holds(inputs=(0,), elements=noise, in_place=True, swaps=True, scratch=noise)


class Threshold(Activation, name="threshold", aliases=("Threshold", "ThresholdedReLU"), keeps="input in place"):
    """A step: ``y = x`` where ``x > threshold``, else ``value``."""

    torch = "torch.nn:Threshold"
    threshold = Float(help="what an element must exceed to pass")
    value = Float(0.0, help="what stands in for the others")


# --- exponential units -----------------------------------------------------------------


class ELU(Activation, name="elu", aliases=("ELU",), keeps="input or output"):
    """The exponential linear unit: ``y = x`` where ``x > 0``, else ``alpha (exp(x) - 1)``."""

    torch = "torch.nn:ELU"
    alpha = Float(1.0, help="minus the value that very negative elements approach")


class SELU(Activation, name="selu", aliases=("SELU",), keeps="input or output"):
    """The self-normalising unit: ``y = 1.0507 x`` where ``x > 0``, else ``1.0507 * 1.67326 (exp(x) - 1)``."""

    torch = "torch.nn:SELU"


class CELU(Activation, name="celu", aliases=("CELU",), keeps="input or output"):
    """The continuously differentiable ELU: ``y = max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)``."""

    torch = "torch.nn:CELU"
    alpha = Float(1.0, help="minus the value that very negative elements approach")

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        if self.alpha == 0:
            why = "alpha must not be 0: celu divides by it"
            yield Problem("bad-value", why, option="alpha", help="write relu for the limit that alpha 0 stands for")


class GELU(Activation, name="gelu", aliases=("GELU",), keeps="input"):
    """The Gaussian error linear unit: ``y = x Φ(x)``, with Φ the normal distribution function."""

    torch = "torch.nn:GELU"
    approximate = Choice("none", choices=("none", "tanh"), help="tanh replaces Φ by a formula with tanh")


class SiLU(Activation, name="silu", aliases=("SiLU", "swish"), keeps="input in place"):
    """The sigmoid linear unit, also called swish: ``y = x / (1 + exp(-x))``."""

    torch = "torch.nn:SiLU"


class Mish(Activation, name="mish", aliases=("Mish",), keeps="input in place"):
    """Mish: ``y = x tanh(log(1 + exp(x)))``."""

    torch = "torch.nn:Mish"


class HardSwish(Activation, name="hard_swish", aliases=("Hardswish", "hard_silu"), keeps="input in place"):
    """Swish in straight pieces: ``y = x min(max(x + 3, 0), 6) / 6``."""

    torch = "torch.nn:Hardswish"


# --- sigmoids --------------------------------------------------------------------------


class Sigmoid(Activation, name="sigmoid", aliases=("Sigmoid", "logistic"), keeps="output"):
    """The logistic curve from 0 to 1: ``y = 1 / (1 + exp(-x))``."""

    torch = "torch.nn:Sigmoid"


class HardSigmoid(Activation, name="hard_sigmoid", aliases=("Hardsigmoid",), keeps="input in place"):
    """The sigmoid in straight pieces: ``y = min(max(x + 3, 0), 6) / 6``."""

    torch = "torch.nn:Hardsigmoid"


class LogSigmoid(Activation, name="log_sigmoid", aliases=("LogSigmoid",)):
    """The logarithm of the sigmoid: ``y = -log(1 + exp(-x))``."""

    torch = "torch.nn:LogSigmoid"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(inputs=(0,), elements=product(inputs[0]), scratch=product(inputs[0]))


class Tanh(Activation, name="tanh", aliases=("Tanh",), keeps="output"):
    """The hyperbolic tangent, from -1 to 1: ``y = tanh(x)``."""

    torch = "torch.nn:Tanh"


class HardTanh(Activation, name="hard_tanh", aliases=("Hardtanh",), keeps="input in place"):
    """The tangent in straight pieces: ``y = min(max(x, min), max)``."""

    torch = "torch.nn:Hardtanh"
    keywords: ClassVar[Mapping[str, str]] = {"min": "min_val", "max": "max_val"}
    min = Float(-1.0, help="the smallest output")
    max = Float(1.0, help="the largest output")

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        if self.max <= self.min:
            why = f"max must be above min: max is {self.max:g} and min is {self.min:g}"
            yield Problem("bad-value", why, option="max" if "max" in self.given else "min")


class TanhShrink(Activation, name="tanh_shrink", aliases=("Tanhshrink",)):
    """What the tangent takes off: ``y = x - tanh(x)``."""

    torch = "torch.nn:Tanhshrink"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(elements=product(inputs[0]), scratch=product(inputs[0]))


class Softsign(Activation, name="softsign", aliases=("Softsign",)):
    """A sign with a slope: ``y = x / (1 + |x|)``."""

    torch = "torch.nn:Softsign"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(inputs=(0,), elements=product(inputs[0]), scratch=product(inputs[0]))


class Softplus(Activation, name="softplus", aliases=("Softplus",), keeps="input"):
    """A smooth rectifier: ``y = log(1 + exp(beta x)) / beta``, and ``x`` itself where ``beta x > threshold``."""

    torch = "torch.nn:Softplus"
    beta = Float(1.0, help="how sharp the bend is")
    threshold = Float(20.0, help="where the curve is taken for straight")


class HardShrink(Activation, name="hard_shrink", aliases=("Hardshrink",), keeps="input"):
    """A dead zone: ``y = x`` where ``|x| > threshold``, else 0."""

    torch = "torch.nn:Hardshrink"
    keywords: ClassVar[Mapping[str, str]] = {"threshold": "lambd"}
    threshold = Float(0.5, help="half the width of the dead zone")


class SoftShrink(Activation, name="soft_shrink", aliases=("Softshrink",), keeps="input"):
    """A dead zone that moves the rest inwards: ``y = sign(x) max(|x| - threshold, 0)``."""

    torch = "torch.nn:Softshrink"
    keywords: ClassVar[Mapping[str, str]] = {"threshold": "lambd"}
    threshold = Float(0.5, min=0, help="half the width of the dead zone")


# --- along an axis ---------------------------------------------------------------------


class Softmax(AlongAxis, name="softmax", aliases=("Softmax",), keeps="output"):
    """Shares that sum to 1: ``y_i = exp(x_i) / Σ_j exp(x_j)``; exponential, sum, division: 3 an element."""

    torch = "torch.nn:Softmax"
    cost = 3


class Softmin(AlongAxis, name="softmin", aliases=("Softmin",)):
    """Softmax of the negated input: ``y_i = exp(-x_i) / Σ_j exp(-x_j)``; 3 operations an element, as softmax."""

    torch = "torch.nn:Softmin"
    cost = 3

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(output=True, scratch=product(inputs[0]))


class LogSoftmax(AlongAxis, name="log_softmax", aliases=("LogSoftmax",), keeps="output"):
    """The logarithm of softmax: ``y_i = x_i - log Σ_j exp(x_j)``; exponential, sum, subtraction: 3 an element."""

    torch = "torch.nn:LogSoftmax"
    cost = 3


class Softmax2d(Activation, name="softmax2d", aliases=("Softmax2d",), keeps="output"):
    """Softmax over the channels of every pixel, 3 operations an element; ``softmax`` does it on any shape.

    Torch takes a (batch, channels, length) tensor for one image without batch and mixes the samples: refused here.
    """

    torch = "torch.nn:Softmax2d"
    cost = 3
    ranks = (2,)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1, EVERY),)


class GLU(AlongAxis, name="glu", aliases=("GLU",), keeps="input"):
    """The gated linear unit: ``y = a / (1 + exp(-b))`` with ``a`` and ``b`` the halves of one axis.

    Sigmoid and product: 2 operations for each element of the output. Torch's own default is the last axis.
    """

    torch = "torch.nn:GLU"
    cost = 2
    axis = Axis("channels", help="the axis that is halved")

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
                notes=[f"the input is {show_shape(x)}"],
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
