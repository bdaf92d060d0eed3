"""Normalisation by channel, with statistics that may be stored; and what every normalisation shares.

All compute ``y = (x - mean) / sqrt(variance + eps) * weight + bias``. Where the statistics are taken from
the input itself, an element costs 5 operations (mean, centring, square, sum, scaling) and one more for each
learned tensor; where they are stored, the whole is one factor and one offset: 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import NO_WEIGHTS, Weighted
from cnninspect.options import Bool, Float, Option, Optional, Same
from cnninspect.reads import Reads, pointwise, whole
from cnninspect.values import Call, Problem, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Working

EPSILON = "added to the variance, so that nothing is divided by zero"


def or_null(default: float, option: Option[float]) -> Optional[float]:
    """Let an option also be written ``null``, with a default of its own."""
    optional = Optional(option)
    optional.default = default
    return optional


class Normalisation(Weighted):
    """``statistics`` operations an element, and one more for each learned tensor."""

    role = "norm"

    statistics: ClassVar[int] = 5

    def operations(self, x: Shape, y: Shape) -> int:
        return (self.statistics + len(self.weights(x))) * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Figure, Working, times

        learned = len(facts.weights)
        rule = f"{self.statistics} for each element" + (", one more for each learned tensor" if learned else "")
        each = Figure(f"{self.statistics} + {learned}" if learned else f"{self.statistics}", self.statistics + learned)
        return Working(operations=times(each, facts.outputs[0], rule=rule))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        rank = len(inputs[0]) - 1
        return (pointwise(rank), *self.statistic(inputs[0]))

    def statistic(self, x: Shape) -> tuple[Reads, ...]:  # noqa: ARG002
        """What the statistics are taken of, where it is more than each position by itself."""
        return ()


class StoredNormalisation(Normalisation):
    """A normalisation by channel whose statistics may be stored for inference."""

    eps = Float(1e-5, min=0, help=EPSILON)
    momentum = or_null(
        0.1,
        Float(min=0, max=1, help="share of the newest batch in the statistics (1 minus Keras's); null: plain mean"),
    )

    track: Option[bool]

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, times

        if not self.track:
            return super().working(inputs, facts)
        rule = "one factor and one offset for each element, from stored statistics"
        return Working(operations=times(2, facts.outputs[0], rule=rule))

    def centres(self) -> bool:
        return True

    def stored(self, x: Shape) -> dict[str, Shape]:
        """Name the statistics and the count of the batches that made them."""
        return {"running_mean": x[:1], "running_var": x[:1], "num_batches_tracked": ()}


class BatchNorm(
    StoredNormalisation,
    name="batch_norm",
    aliases=("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "BatchNormalization", "FrozenBatchNorm2d", "bn"),
):
    """Every channel normalised by its statistics over the batch, stored for inference.

    ``y = (x - running_mean) / sqrt(running_var + eps) * weight + bias``: one factor and one offset a channel
    at inference, 2 operations an element. With ``track: false`` the batch's own statistics are taken.
    """

    linear = True

    torch = "torch.nn:BatchNorm{rank}d"
    eps = StoredNormalisation.eps  # an option of the class itself comes first
    momentum = StoredNormalisation.momentum
    affine = Bool(True, help="learn a factor and an offset for each channel")
    scale = Bool(Same("affine"), help="learn the factor")
    center = Bool(Same("affine"), help="learn the offset")
    track = Bool(True, help="store running statistics for inference")
    frozen = Bool(False, help="statistics, factor and offset are constants, as in detection backbones")

    def centres(self) -> bool:
        return not self.frozen

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        if self.frozen and not (self.scale and self.center and self.track):
            which = next(key for key in ("affine", "scale", "center", "track") if self.given.get(key) is False)
            why = f"frozen batch_norm keeps all four tensors, so {which} cannot be false"
            yield Problem("conflicting-options", why, option=which, help=f"remove {which} or frozen")
        if self.eps == 0 and not self.track:
            why = "eps must be above 0 where the batch's own statistics are taken (track: false), got 0"
            yield Problem("bad-value", why, option="eps", help="torch's default is 1e-5")

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return NO_WEIGHTS if self.frozen else self._learned(x)

    def buffers(self, x: Shape) -> Mapping[str, Shape]:
        if self.frozen:
            return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), x[:1])
        return self.stored(x) if self.track else NO_WEIGHTS

    def operations(self, x: Shape, y: Shape) -> int:
        return 2 * product(y) if self.track else super().operations(x, y)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        shared: dict[str, object] = {"num_features": x[0], "eps": self.eps}
        if self.frozen:
            return Call("cnninspect.backends.torch_layers2:FrozenBatchNorm", shared)
        shared.update(momentum=self.momentum, track_running_stats=self.track)
        if self.scale == self.center:
            return Call(self.torch.format(rank=max(len(x) - 1, 1)), {**shared, "affine": self.scale})
        half = {"scale": self.scale, "center": self.center}
        return Call("cnninspect.backends.torch_layers2:BatchNorm", {**shared, **half})

    def _learned(self, x: Shape) -> Mapping[str, Shape]:
        learned = {"weight": self.scale, "bias": self.center}
        return {name: x[:1] for name, present in learned.items() if present}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import LAST, Holds

        (x,) = inputs
        if self.frozen:
            return Holds(once=x[0], scratch=product(x), scratch_once=2 * x[0])
        return Holds(inputs=(0,), once=2 * x[0], scratch_once=0 if self.track else 2 * x[0], lies=LAST)


class InstanceNorm(
    StoredNormalisation,
    name="instance_norm",
    aliases=("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "InstanceNormalization"),
):
    """Every channel of every sample normalised by its own statistics over its positions.

    With ``track: true`` the stored statistics are taken at inference, which costs 2 operations an element.
    """

    torch = "torch.nn:InstanceNorm{rank}d"
    ranks = (1, 2, 3)
    eps = StoredNormalisation.eps
    momentum = StoredNormalisation.momentum
    affine = Bool(False, help="learn a factor and an offset for each channel")
    track = Bool(False, help="store running statistics for inference")

    def check(self, x: Shape) -> Iterator[Problem]:
        if not self.track and product(x[1:]) == 1:
            yield Problem(
                "too-small",
                f"instance_norm takes statistics over the positions of a channel, and {show_shape(x)} has only one",
                help="move it above the layer that left one position, or use layer_norm",
            )

    def normalised(self, x: Shape) -> int | None:
        return product(x[1:])

    def statistic(self, x: Shape) -> tuple[Reads, ...]:
        return () if self.track else (whole(len(x) - 1, gate=True),)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": x[:1], "bias": x[:1]} if self.affine else NO_WEIGHTS

    def buffers(self, x: Shape) -> Mapping[str, Shape]:
        return self.stored(x) if self.track else NO_WEIGHTS

    def operations(self, x: Shape, y: Shape) -> int:
        return 2 * product(y) if self.track else super().operations(x, y)

    def arguments(self, x: Shape) -> Mapping[str, object]:
        sizes = {"num_features": x[0], "eps": self.eps, "momentum": self.momentum}
        return {**sizes, "affine": self.affine, "track_running_stats": self.track}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import STRAIGHT, Holds

        channels = inputs[0][0]
        held, needed = 2 + self.affine + 2 * self.track, 2 + 2 * self.affine
        return Holds(inputs=(0,), elements=held * channels, scratch=needed * channels, straight=True, lies=STRAIGHT)
