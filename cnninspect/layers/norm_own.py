"""Normalisation by statistics of the input itself: of groups of channels, the last axes or neighbouring channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import NO_WEIGHTS, Single
from cnninspect.layers.norm import EPSILON, Normalisation
from cnninspect.options import Bool, Float, Int, Option, Optional, as_int
from cnninspect.reads import EVERY, POINT, SAME, Groups, Neighbours, Reads, pointwise, whole
from cnninspect.values import Call, Problem, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Working

FAMILY = "norm"


class TrailingAxes(Option["int | str"]):
    """The word ``channels``, or how many of the last axes."""

    kind = "channels, or how many of the last axes"

    def parse(self, value: object, rank: int) -> int | str:
        if value == "channels":
            return "channels"
        number = as_int(value)
        if number is None:
            raise self.wrong(value)
        if number < 1:
            raise self.wrong(value, "at least 1")
        if 0 <= rank < number - 1:
            has = "1 axis" if rank == 0 else f"{rank + 1} axes"
            help_ = "sizes are known: leave it out, or say how many of the last axes"
            raise self.wrong(value, f"at most {rank + 1} (the input has {has})", help=help_)
        return number

    def schema(self) -> dict[str, object]:
        return {"anyOf": [{"const": "channels"}, {"type": "integer", "minimum": 1, "maximum": 4}]}


class GroupNorm(Normalisation, name="group_norm", aliases=("GroupNorm", "GroupNormalization")):
    """Groups of channels normalised by their statistics over a sample, each channel with its own factor and offset."""

    torch = "torch.nn:GroupNorm"
    groups = Int(min=1, help="groups of channels with common statistics; 1: all channels, as many as channels: each")
    eps = Float(1e-5, min=0, help=EPSILON)
    affine = Bool(True, help="learn a factor and an offset for each channel")

    def check(self, x: Shape) -> Iterator[Problem]:
        if x[0] % self.groups:
            from cnninspect.layers.divisors import choose_divisor

            yield Problem(
                "groups-do-not-divide",
                f"{x[0]} input channel{'s do' if x[0] > 1 else ' does'} not split into {self.groups} equal groups",
                option="groups",
                help=choose_divisor(x[0], self.groups),
            )

    def normalised(self, x: Shape) -> int | None:
        return product(x) // self.groups

    def statistic(self, x: Shape) -> tuple[Reads, ...]:
        each = x[0] // self.groups
        return (whole(len(x) - 1, Groups(each, each), gate=True),)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": x[:1], "bias": x[:1]} if self.affine else NO_WEIGHTS

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"num_groups": self.groups, "num_channels": x[0], "eps": self.eps, "affine": self.affine}

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import LAST, Holds

        return Holds(inputs=(0,), elements=2 * self.groups, scratch=2 * self.groups, straight=True, lies=LAST)


class TrailingNormalisation(Normalisation):
    """A normalisation of every sample over its last axes, or of every position over its channels."""

    by_channel: ClassVar[str] = ""
    """The module that normalises a map over its channels, which torch's own cannot."""
    axes = TrailingAxes(
        "channels",
        help="channels: every position over its channels; a number: that many last axes, 1 being the features of tokens",
    )

    def statistic(self, x: Shape) -> tuple[Reads, ...]:
        rank = len(x) - 1
        if isinstance(self.axes, str) or rank == 0:
            return (pointwise(rank, EVERY),)
        deep = min(self.axes, rank)
        axes = (*(POINT,) * (rank - deep), *(None,) * deep)
        return (Reads(0, axes, EVERY if self.axes > rank else SAME, 0, None, gate=True),)

    def over(self, x: Shape) -> Shape:
        """Give the sizes of the axes over which statistics are taken."""
        return x[:1] if isinstance(self.axes, str) else x[len(x) - self.axes :]

    def mixes(self, x: Shape) -> int | None:
        if isinstance(self.axes, str):
            return 0
        return len(x) - 1 if self.axes == 1 else None

    def turns(self, x: Shape) -> bool:
        """Whether the channels are moved to the end before, and back after."""
        return isinstance(self.axes, str) and len(x) > 1

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        target = self.by_channel if self.turns(x) else self.torch
        return Call(target, {"normalized_shape": self.over(x), **self.arguments(x)})


class LayerNorm(
    TrailingNormalisation,
    name="layer_norm",
    aliases=("LayerNorm", "LayerNorm2d", "LayerNormalization"),
):
    """Every sample normalised over its last axes, or (torchvision's LayerNorm2d) every position over its channels.

    Without options over the channels, the first axis; on tokens with their features last, ``layer_norm: 1`` is torch's
    ``LayerNorm(features)``.
    """

    torch = "torch.nn:LayerNorm"
    by_channel = "cnninspect.backends.torch_layers2:ChannelLayerNorm"
    axes = TrailingNormalisation.axes
    eps = Float(1e-5, min=0, help=EPSILON)
    affine = Bool(True, help="learn a factor for each element that is normalised over")
    bias = Bool(True, help="with affine: learn an offset too")

    def normalised(self, x: Shape) -> int | None:
        return product(self.over(x))

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        learned = {"weight": self.affine, "bias": self.affine and self.bias}
        return {name: self.over(x) for name, present in learned.items() if present}

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"eps": self.eps, "elementwise_affine": self.affine, "bias": self.bias}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import BEHIND, STRAIGHT, Holds

        (x,) = inputs
        rows = 2 * product(x) // product(self.over(x))
        return Holds(inputs=(0,), elements=rows, scratch=rows, lies=BEHIND if self.turns(x) else STRAIGHT)


class RMSNorm(
    TrailingNormalisation,
    name="rms_norm",
    aliases=("RMSNorm", "RMSNormalization"),
):
    """Every sample divided by its root mean square: ``y = x / sqrt(mean(x²) + eps) * weight``.

    Square, sum, scaling: 3 operations an element, and one for the factor.
    """

    torch = "torch.nn:RMSNorm"
    by_channel = "cnninspect.backends.torch_layers2:ChannelRMSNorm"
    statistics = 3
    axes = TrailingNormalisation.axes
    eps = Optional(Float(min=0, help="added to the mean square; left out: the smallest step of the number format"))
    affine = Bool(True, help="learn a factor for each element that is normalised over")

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": self.over(x)} if self.affine else NO_WEIGHTS

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"eps": self.eps, "elementwise_affine": self.affine}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import BEHIND, LAST, Holds

        (x,) = inputs
        rows = product(x) // product(self.over(x))
        scaled = product(x) if self.affine else 0  # the input divided by its root, kept for the factor's gradient
        apart, lies = bool(scaled) or self.turns(x), BEHIND if self.turns(x) else LAST
        bare = Holds(elements=scaled, lies=lies)
        scratch = rows + (product(x) if apart else rows)
        return Holds(inputs=(0,), elements=rows + scaled, scratch=scratch, bare=bare, lies=lies)


class LocalResponseNorm(
    Single,
    name="local_response_norm",
    aliases=("LocalResponseNorm", "LRN", "CrossMapLRN2d"),
):
    """Every element divided by the strength of its neighbours in other channels, as in AlexNet.

    ``y_c = x_c / (k + alpha / size * Σ x_j²) ** beta`` over the ``size`` channels around ``c``. An element costs
    a square, ``size - 1`` additions, the factor, the offset, the power and the division: ``size + 4``.
    """

    role = "norm"

    torch = "torch.nn:LocalResponseNorm"
    ranks = (1, 2, 3)
    size = Int(min=1, help="channels that are summed over")
    alpha = Float(1e-4, help="factor of the mean of squares (torch and Caffe divide it by size, TensorFlow does not)")
    beta = Float(0.75, help="the power")
    k = Float(1.0, help="the offset; 2 in the AlexNet paper")

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1, Neighbours(self.size)),)

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return (self.size + 4) * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, plus, times

        rule = "a square, the sum of its channels and four more for each element"
        return Working(operations=times(plus(self.size, 4), facts.outputs[0], rule=rule))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"size": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        (x,) = inputs
        padded = product(x[1:]) * (x[0] + self.size - 1)
        return Holds(inputs=(0,), elements=padded + 2 * product(x), scratch=max(2 * product(x), padded))
