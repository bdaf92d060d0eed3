"""Layers that rename positions and compute nothing: each costs 0 operations.

Axes are counted as torch counts them, the batch being 0, so that a forward can be copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.layers.base import NO_WEIGHTS, Single
from cnninspect.layers.rearranged import matched
from cnninspect.options import REQUIRED, Axis, Int, Ints, Option, Optional
from cnninspect.reads import EVERY, POINT, SAME, Reads
from cnninspect.values import Facts, Problem, Shape, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.workings import Working

SPATIAL = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def axis_name(index: int, rank: int) -> str:
    """What people call an axis of a shape without batch: ``channels``, ``height``, ``axis 4``."""
    if index == 0:
        return "channels" if rank > 0 else "features"
    return SPATIAL[rank][index - 1] if rank in SPATIAL else f"axis {index + 1}"


class AnyRank(Single):
    """A layer for maps of any number of axes."""

    ranks = tuple(range(32))

    def wrong_rank(self, x: Shape) -> Problem:
        message = f"{self.name} works on 1 to {len(self.ranks)} axes besides the batch, its input is {show_shape(x)}"
        return Problem("wrong-rank", message, help="reshape it above" if x else "keep an axis above: keep: true")


class Axes(Option[tuple[int, ...]]):
    """One axis or a list of them, each once; the values are indexes in a shape without batch."""

    kind = "an axis or a list of axes (channels, depth, height, width, or numbers counted as torch does)"

    def __init__(self, default: Any = REQUIRED, *, help: str) -> None:  # noqa: ANN401
        super().__init__(default, help=help)
        self.item = Axis(help=help)

    def parse(self, value: object, rank: int) -> tuple[int, ...]:
        self.item.name = self.name
        items = value if isinstance(value, (list, tuple)) else [value]
        axes = tuple(self.item.parse(item, rank) for item in items)
        if not axes or (rank >= 0 and len(set(axes)) < len(axes)):
            raise self.wrong(value, "a list of one or more axes, each once")
        return axes

    def schema(self) -> dict[str, object]:
        item = self.item.schema()
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


class NewAxis(Axis):
    """The place of an axis that is not there yet, counted in the result."""

    def parse(self, value: object, rank: int) -> int:
        return super().parse(value, rank + 1 if rank >= 0 else rank)


class NewShape(Ints):
    """Sizes without batch, of which one may be -1 for what is left."""

    kind = "a list of sizes without the batch, of which one may be -1"

    def parse(self, value: object, rank: int) -> tuple[int, ...]:
        sizes = super().parse(value, rank)
        if min(sizes) < -1 or 0 in sizes or sizes.count(-1) > 1:
            raise self.wrong(value)
        return sizes


class AxisOrder(Ints):
    """The old axes in their new order, with the batch (0 first) or without it."""

    kind = "the axes in their new order"

    def parse(self, value: object, rank: int) -> tuple[int, ...]:
        axes = super().parse(value, rank)
        if rank < 0:
            return axes
        wanted = list(range(1, rank + 2))
        if len(axes) == rank + 2 and axes[0] == 0:  # torch's form: a negative axis counts from the end
            axes = tuple(axis % (rank + 2) for axis in axes[1:])
        if sorted(axes) != wanted:
            listed = ", ".join(map(str, wanted))
            expected = f"each of the axes {listed} once" if rank else "1 alone (the input is a vector)"
            raise self.wrong(value, expected, help=_order_help(axes, wanted))
        return tuple(axis - 1 for axis in axes)


def _order_help(axes: tuple[int, ...], wanted: list[int]) -> str:
    """How to write an order of axes that is none."""
    if 0 in axes[1:]:
        return "the batch stays in front: write 0 first or leave it out"
    if len(axes) < len(wanted) and len(set(axes)) == 2 and set(axes) <= set(wanted):  # noqa: PLR2004 - to be swapped
        swap = dict(zip(axes, axes[::-1], strict=True))
        return f"all axes are named: to swap {axes[0]} and {axes[1]}, write {[0, *(swap.get(axis, axis) for axis in wanted)]}"
    return ""


class Flatten(AnyRank, name="flatten", aliases=("Flatten",), keeps="reshaped"):
    """Lay several axes behind each other as one; by default everything but the batch becomes a vector.

    The new axis has the product of the sizes from ``start`` to ``end``, both included. 0 operations.
    """

    role = "view"
    linear = True

    torch = "torch:flatten"
    start = Axis(1, help="first axis to join, counted as torch does (1 = channels)")
    end = Axis(-1, help="last axis to join, counted as torch does (-1 = last)")

    def check(self, x: Shape) -> Iterator[Problem]:
        if self.start > self.end:
            start, end = (axis_name(index, len(x) - 1) for index in (self.start, self.end))
            yield Problem(
                "bad-value",
                f"flatten ends at {end}, before it starts at {start}",
                help=f"swap them: start: {self.end + 1}, end: {self.start + 1}",
                option="end",
            )

    def shape(self, x: Shape) -> Shape:
        return (*x[: self.start], product(x[self.start : self.end + 1]), *x[self.end + 1 :])

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, line, times

        joined = line(times(inputs[0][self.start : self.end + 1], rule="laid behind each other"))
        return Working(tuple((joined,) if axis == self.start else () for axis in range(len(facts.outputs[0]))))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return matched(inputs[0], self.shape(inputs[0]))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"start_dim": self.start + 1, "end_dim": self.end + 1}


class Reshape(Single, name="reshape", aliases=("Reshape", "Unflatten", "view", "unflatten"), keeps="reshaped"):
    """Read the same elements, in the same order, with other sizes.

    A size of -1 is what the others leave: elements / their product. 0 operations.
    """

    role = "view"
    linear = True

    torch = "cnninspect.backends.torch_layers3:reshape"
    # Users know this option as ``shape``; on the layer it hides the method, so ``facts`` asks ``sized``.
    shape = NewShape(help="the new sizes without the batch; one may be -1")  # type: ignore[assignment]

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        (x,) = inputs
        return Facts((self.sized(x),), NO_WEIGHTS, NO_WEIGHTS, 0, 0, None)

    def sized(self, x: Shape) -> Shape:
        """The new shape with -1 worked out; raises the Problem that the elements do not fill it."""
        have, want = product(x), abs(product(self.sizes))
        open_end = -1 in self.sizes
        if have % want if open_end else have != want:
            raise self._unfit(x, have, want, open_end=open_end)
        return tuple(have // want if size == -1 else size for size in self.sizes)

    @property
    def sizes(self) -> tuple[int, ...]:
        """What was written for ``shape``."""
        sizes: tuple[int, ...] = self.__dict__["shape"]
        return sizes

    def _unfit(self, x: Shape, have: int, want: int, *, open_end: bool) -> Problem:
        fix = f"choose sizes that multiply to {have:,}, or put -1 for one of them"
        if open_end:
            fix = f"choose sizes whose product divides {have:,}"
        elif len(self.sizes) == 1:
            fix = f"write {have}, or -1 to let it follow the input"
        wanted = f"a number that {want:,} divides" if open_end else f"{want:,}"
        return Problem(
            "size-mismatch",
            f"{show_shape(x)} has {have:,} elements, not {wanted}",
            help=fix,
            option="shape",
        )

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return matched(inputs[0], self.sized(inputs[0]))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"shape": self.sizes}


class Permute(AnyRank, name="permute", aliases=("Permute",)):
    """Put the axes in another order: ``[0, 2, 3, 1]`` (torch) and ``[2, 3, 1]`` (Keras) move the channels last.

    0 operations.
    """

    role = "view"
    linear = True

    torch = "torch:permute"
    axes = AxisOrder(
        help="the axes in their new order, 1 being the channels; a leading 0 for the batch may be left out"
    )

    def shape(self, x: Shape) -> Shape:
        return tuple(x[axis] for axis in self.axes)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        order = tuple([self.axes.index(axis) for axis in range(len(self.axes))])
        return (Reads(0, (POINT,) * (len(inputs[0]) - 1), SAME if order[:1] == (0,) else EVERY, 0, order),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dims": (0, *(axis + 1 for axis in self.axes))}

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import WHOLE, Holds

        return Holds(view=WHOLE, turn=self.axes)


class Squeeze(AnyRank, name="squeeze", aliases=("Squeeze",), keeps="view"):
    """Drop axes of size 1.

    As in torch, a named axis of another size stays. Without ``axis`` every axis of size 1 behind
    the channels goes; the channels stay, so that one class is no other case than ten. 0 operations.
    """

    role = "view"
    linear = True

    torch = "torch:squeeze"
    axis = Optional(Axes(help="the axes to drop; all of size 1 behind the channels when left out"))

    def shape(self, x: Shape) -> Shape:
        dropped = self._dropped(x)
        return tuple(size for index, size in enumerate(x) if index not in dropped)

    def _dropped(self, x: Shape) -> tuple[int, ...]:
        candidates = range(1, len(x)) if self.axis is None else self.axis
        return tuple(index for index in candidates if x[index] == 1)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return matched(inputs[0], self.shape(inputs[0]))

    def arguments(self, x: Shape) -> Mapping[str, object]:
        axes = self._dropped(x) if self.axis is None else self.axis
        return {"dim": tuple(index + 1 for index in axes)}


class Unsqueeze(AnyRank, name="unsqueeze", aliases=("Unsqueeze", "ExpandDims", "expand_dims"), keeps="view"):
    """Insert an axis of size 1.

    0 operations.
    """

    role = "view"
    linear = True

    torch = "torch:unsqueeze"
    axis = NewAxis(help="where the new axis stands in the result, counted as torch does (-1 = last)")

    def shape(self, x: Shape) -> Shape:
        return (*x[: self.axis], 1, *x[self.axis :])

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return matched(inputs[0], self.shape(inputs[0]))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": self.axis + 1}


class RepeatVector(Single, name="repeat_vector", aliases=("RepeatVector",), keeps="piece"):
    """Stand copies of a vector side by side: (features,) becomes (features, times).

    0 operations.
    """

    role = "view"
    linear = True

    ranks = (0,)
    torch = "cnninspect.backends.torch_layers3:repeat_vector"
    times = Int(min=1, help="how many copies")

    def shape(self, x: Shape) -> Shape:
        return (*x, self.times)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:  # noqa: ARG002 - always a vector
        return (Reads(0, ()),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"times": self.times}
