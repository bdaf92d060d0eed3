"""Activations that bend each element by a curve: exponential units, sigmoids and shrinkage.

In each formula ``x`` is one element of the input and ``y`` the same element of the output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.activation import Activation, from_output
from cnninspect.options import Choice, Float
from cnninspect.values import Problem, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape

FAMILY = "activation"


# --- exponential units -----------------------------------------------------------------


class ELU(Activation, name="elu", aliases=("ELU",), keeps="input or output"):
    """The exponential linear unit: ``y = x`` where ``x > 0``, else ``alpha (exp(x) - 1)``."""

    torch = "torch.nn:ELU"
    alpha = Float(1.0, help="minus the value that very negative elements approach")

    def holds(self, inputs: Sequence[Shape]) -> Holds | None:
        return from_output(super().holds(inputs), self.alpha)


class SELU(Activation, name="selu", aliases=("SELU",), keeps="input or output"):
    """The self-normalising unit: ``y = 1.0507 x`` where ``x > 0``, else ``1.0507 * 1.67326 (exp(x) - 1)``."""

    torch = "torch.nn:SELU"


class CELU(Activation, name="celu", aliases=("CELU",), keeps="input or output"):
    """The continuously differentiable ELU: ``y = max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)``."""

    torch = "torch.nn:CELU"
    alpha = Float(1.0, help="minus the value that very negative elements approach")

    def holds(self, inputs: Sequence[Shape]) -> Holds | None:
        return from_output(super().holds(inputs), self.alpha)

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

    positive = True
    torch = "torch.nn:Sigmoid"
    gives = "shares"


class HardSigmoid(Activation, name="hard_sigmoid", aliases=("Hardsigmoid",), keeps="input in place"):
    """The sigmoid in straight pieces: ``y = min(max(x + 3, 0), 6) / 6``."""

    positive = True
    torch = "torch.nn:Hardsigmoid"


class LogSigmoid(Activation, name="log_sigmoid", aliases=("LogSigmoid",)):
    """The logarithm of the sigmoid: ``y = -log(1 + exp(-x))``."""

    torch = "torch.nn:LogSigmoid"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import STRAIGHT, Holds

        return Holds(inputs=(0,), elements=product(inputs[0]), scratch=product(inputs[0]), lies=STRAIGHT)


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


class Absolute(Activation, name="abs", aliases=("Abs", "Absolute"), keeps="input"):
    """The distance to zero: ``y = |x|``; behind a ``subtract`` that of two tensors, as in a Siamese network."""

    role = ""  # a distance: nobody chooses it for a layer, as activations are
    positive = True
    torch = "torch:abs"


class Softplus(Activation, name="softplus", aliases=("Softplus",), keeps="input"):
    """A smooth rectifier: ``y = log(1 + exp(beta x)) / beta``, and ``x`` itself where ``beta x > threshold``."""

    positive = True
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
