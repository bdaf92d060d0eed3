"""Factors and offsets by channel that depend on no statistics of the input: learned, or constants of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Pointwise, Single, Weighted
from cnninspect.options import LARGEST, Axis, Bool, Float, Option, in_range
from cnninspect.reads import pointwise
from cnninspect.values import Problem, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Working


class PerChannel(Option[tuple[float, ...]]):
    """A number for all channels, or a list with one for each."""

    kind = "a number, or a list with one for each channel"

    def parse(self, value: object, rank: int) -> tuple[float, ...]:  # noqa: ARG002
        items = value if isinstance(value, (list, tuple)) else [value]
        if not items:
            raise self.wrong(value)
        return tuple(self._one(item, value) for item in items)

    def _one(self, item: object, value: object) -> float:
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise self.wrong(value)
        if not abs(item) <= LARGEST:
            raise self.wrong(value, in_range(item))
        return float(item)

    def schema(self) -> dict[str, object]:
        return {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}]}


class LayerScale(Weighted, Pointwise, name="layer_scale", aliases=("LayerScale",)):
    """A learned factor for each channel, small at first: ``y = weight x``, one operation an element.

    Stands at the end of a residual branch, as in ConvNeXt. Definition: https://arxiv.org/abs/2103.17239.
    """

    linear = True

    torch = "cnninspect.backends.torch_layers2:LayerScale"
    init = Float(1e-6, help="every factor before training")
    axis = Axis("channels", help="the axis with a factor for each position")
    keep_axes = Bool(False, help="keep the axes after it as ones: the weight is (channels, 1, 1), as torchvision's")
    bare = Bool(False, help="the weight's key is the layer's own name, as in ConvNeXt, without a .weight behind it")

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        key = "" if self.bare else "weight"
        return {key: (x[self.axis], *((1,) * self._after(x) if self.keep_axes else ()))}

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"size": x[self.axis], "after": self._after(x), "init": self.init, "keep_axes": self.keep_axes}

    def _after(self, x: Shape) -> int:
        return len(x) - 1 - self.axis

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import OWN, Holds

        return Holds(pairs=((0, OWN),))


class Constants(Single):
    """A layer with constants, one for all channels or one for each."""

    linear = True

    constants: ClassVar[tuple[str, ...]] = ()

    def check(self, x: Shape) -> Iterator[Problem]:
        for key in self.constants:
            count = len(getattr(self, key))
            if count not in (1, x[0]):
                why = f"{key} has {count} numbers, and the input {show_shape(x)} has {x[0]} channels"
                yield Problem("bad-value", why, option=key, help=f"write one number, or {x[0]}")

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {key: getattr(self, key) for key in self.constants}


class ScaleShift(Constants, name="scale_shift", aliases=("Rescaling", "rescale")):
    """A constant factor and offset: ``y = scale x + shift``; one operation an element for each that does something."""

    torch = "cnninspect.backends.torch_layers2:ScaleShift"
    constants = ("scale", "shift")
    scale = PerChannel(1.0, help="the factor, or one for each channel")
    shift = PerChannel(0.0, help="the offset, or one for each channel")

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        scales = any(number != 1 for number in self.scale)
        shifts = any(number != 0 for number in self.shift)
        return (scales + shifts) * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, times

        (y,) = facts.outputs
        if not facts.operations:
            return Working()
        rule = "for each element one for the factor, one for the offset, where it does something"
        return Working(operations=times(facts.operations // product(y), y, rule=rule))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(scratch=product(inputs[0]))


class Normalize(Constants, name="normalize", aliases=("Normalization", "Normalize")):
    """The data's own mean and variance taken out: ``y = (x - mean) / sqrt(variance)``, 2 operations an element.

    The figures are stored with the network, with the count of samples behind them, as Keras's Normalization does.
    """

    torch = "cnninspect.backends.torch_layers2:Normalize"
    constants = ("mean", "variance")
    mean = PerChannel(0.0, help="the mean, or one for each channel")
    variance = PerChannel(1.0, help="the variance, or one for each channel")

    def check(self, x: Shape) -> Iterator[Problem]:
        yield from super().check(x)
        if min(self.variance) <= 0:
            why = f"variance must be above 0, got {min(self.variance):g}"
            yield Problem("bad-value", why, option="variance")

    def buffers(self, x: Shape) -> Mapping[str, Shape]:
        return {"mean": x[:1], "variance": x[:1], "count": ()}

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return 2 * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, times

        return Working(operations=times(2, facts.outputs[0], rule="a difference and a division for each element"))

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"channels": x[0], **super().arguments(x)}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        (x,) = inputs
        return Holds(once=x[0], scratch=product(x), scratch_once=x[0])
