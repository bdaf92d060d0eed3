"""Rectifiers, and what every activation shares: what a network bends its values with.

In each formula ``x`` is one element of the input and ``y`` the same element of the output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Pointwise, Weighted
from cnninspect.options import Bool, Float
from cnninspect.values import Problem, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Shape


class Activation(Pointwise):
    """A nonlinearity: ``cost`` elementary operations for each element of the output."""

    role = "activation"

    cost: ClassVar[int] = 1
    keywords: ClassVar[Mapping[str, str]] = {}
    """Torch's word for an option, where it is another than ours."""

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return self.cost * product(y)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {self.keywords.get(key, key): value for key, value in self.settings().items()}


def from_output(holds: Holds | None, slope: float) -> Holds | None:
    """What is held where backward finds the input's sign in the output: torch refuses it in place below a slope of 0."""
    return holds if holds is None or slope >= 0 else holds._replace(in_place=False, swaps=False)


# --- rectifiers ------------------------------------------------------------------------


class ReLU(Activation, name="relu", aliases=("ReLU", "rectifier"), keeps="output in place"):
    """The rectifier: ``y = max(x, 0)``."""

    positive = True
    torch = "torch.nn:ReLU"


class ReLU6(Activation, name="relu6", aliases=("ReLU6",), keeps="input in place"):
    """The rectifier cut at six: ``y = min(max(x, 0), 6)``."""

    positive = True
    torch = "torch.nn:ReLU6"


class LeakyReLU(Activation, name="leaky_relu", aliases=("LeakyReLU",), keeps="input or output"):
    """The rectifier that leaks: ``y = x`` where ``x > 0``, else ``slope x``."""

    torch = "torch.nn:LeakyReLU"
    keywords: ClassVar[Mapping[str, str]] = {"slope": "negative_slope"}
    slope = Float(0.01, help="factor of negative values (torch: 0.01, Keras: 0.3 as a layer, 0.2 as a function)")

    def holds(self, inputs: Sequence[Shape]) -> Holds | None:
        return from_output(super().holds(inputs), self.slope)


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

    def holds(self, inputs: Sequence[Shape]) -> Holds | None:
        from cnninspect.holds import STRAIGHT, Holds

        noise = product(inputs[0])
        held = Holds(inputs=(0,), elements=noise, in_place=True, swaps=True, scratch=noise, lies=STRAIGHT)
        return from_output(held, (self.lower + self.upper) / 2)


class Threshold(Activation, name="threshold", aliases=("Threshold", "ThresholdedReLU"), keeps="input in place"):
    """A step: ``y = x`` where ``x > threshold``, else ``value``."""

    torch = "torch.nn:Threshold"
    threshold = Float(help="what an element must exceed to pass")
    value = Float(0.0, help="what stands in for the others")
