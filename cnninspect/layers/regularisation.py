"""Layers that disturb training and do nothing at inference: dropout and its relatives, and identity.

None of them costs an operation, because at inference none of them does one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Single
from cnninspect.options import Float
from cnninspect.reads import pointwise
from cnninspect.values import Problem, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Shape


class Untouched(Single):
    """A layer whose every output is its own input, at inference."""

    linear = True

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1),)


class Identity(Untouched, name="identity", aliases=("Identity", "noop", "pass"), keeps="view"):
    """Nothing: ``y = x``."""

    role = "view"

    torch = "torch.nn:Identity"

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        return True


class Regulariser(Untouched):
    """A layer that throws a share of its input away in training and is identity at inference."""

    role = "noise"

    rate = Float(0.5, min=0, max=1, help="the share that is dropped in training")

    @property
    def disturbs(self) -> bool:  # type: ignore[override]
        return self.rate > 0 and self.noise != "sample"

    @property
    def silences(self) -> bool:  # type: ignore[override]
        return self.rate == 1

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"p": self.rate}

    noise = "element"
    offered: ClassVar[bool] = True
    """Whether torch offers to work in place."""

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import WHOLE, Holds

        (x,) = inputs
        if not self.rate:
            return Holds(view=WHOLE)
        if self.rate == 1 and self.offered:  # nothing is drawn: all is multiplied by one zero
            return Holds(once=1, idle=True, in_place=True)
        drawn = {"element": product(x), "channel": x[0], "sample": 1}
        return Holds(elements=drawn[self.noise], idle=True, in_place=self.offered)


class Dropout(Regulariser, name="dropout", aliases=("Dropout",)):
    """Single elements are dropped: in training ``y = 0`` at ``rate``, else ``x / (1 - rate)``."""

    torch = "torch.nn:Dropout"


class DropoutChannels(
    Regulariser,
    name="dropout_channels",
    aliases=(
        "Dropout1d", "Dropout2d", "Dropout3d", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
        "spatial_dropout", "channel_dropout",
    ),
):  # fmt: skip
    """Whole channels are dropped: in training ``y = 0`` on a channel at ``rate``, else ``x / (1 - rate)``.

    Torch's Dropout1d takes a batch of vectors for one map and drops whole samples: a vector is refused here.
    """

    noise = "channel"
    torch = "torch.nn:Dropout{rank}d"
    ranks = (1, 2, 3)


class AlphaDropout(Regulariser, name="alpha_dropout", aliases=("AlphaDropout",)):
    """Dropout for selu: single elements go to its lowest value -1.7581, mean and variance being kept."""

    disturbs = False
    torch = "torch.nn:AlphaDropout"


class FeatureAlphaDropout(Regulariser, name="feature_alpha_dropout", aliases=("FeatureAlphaDropout",)):
    """Alpha dropout of whole channels, mean and variance being kept."""

    disturbs = False
    noise = "channel"
    torch = "torch.nn:FeatureAlphaDropout"


class GaussianDropout(Regulariser, name="gaussian_dropout", aliases=("GaussianDropout",)):
    """Dropout by noise: in training ``y = x n``, with ``n`` normal of mean 1 and variance ``rate / (1 - rate)``."""

    torch = "cnninspect.backends.torch_layers2:GaussianDropout"

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        if self.rate == 1:
            why = "rate must be below 1, got 1: the noise would have infinite variance"
            yield Problem("bad-value", why, option="rate")

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(elements=product(inputs[0]), idle=True)


class GaussianNoise(Untouched, name="gaussian_noise", aliases=("GaussianNoise",)):
    """Noise in training: ``y = x + n``, with ``n`` normal of mean 0 and deviation ``deviation``."""

    role = "noise"
    noise = "element"

    torch = "cnninspect.backends.torch_layers2:GaussianNoise"
    deviation = Float(min=0, help="the standard deviation of the noise")

    @property
    def disturbs(self) -> bool:  # type: ignore[override]
        return self.deviation > 0

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"deviation": self.deviation}

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import Holds

        return Holds(idle=True)


class DropPath(Regulariser, name="drop_path", aliases=("DropPath", "StochasticDepth")):
    """Stochastic depth: in training a whole sample is 0 at ``rate``, else ``x / (1 - rate)``; at inference ``y = x``.

    Stands at the end of a residual branch, which it switches off. Definition: https://arxiv.org/abs/1603.09382.
    """

    noise = "sample"
    offered = False
    torch = "cnninspect.backends.torch_layers2:DropPath"
    rate = Float(min=0, max=1, help="the share of samples whose branch is dropped in training")
