"""Layers that join tensors element by element, and what is said of tensors that do not go together.

Element by element two axes agree where their sizes are equal or one of them is 1, which is then
stretched, as torch broadcasts. Shapes with unlike numbers of axes are refused: torch lines axes up
from the right, and with the batch in front that would pair the batch with something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Merge
from cnninspect.layers.reshape import axis_name
from cnninspect.reads import EVERY, FIRST, POINT, SAME, Reads
from cnninspect.values import Call, Problem, Shape, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts
    from cnninspect.workings import Working

OWN = "cnninspect.backends.torch_layers3:"


class Disagree(Problem):
    """Two inputs of a merge whose shapes do not go together."""

    def __init__(self, message: str, inputs: tuple[int, int], help: str) -> None:
        super().__init__("shapes-disagree", message, help=help)
        self.inputs = inputs
        """The positions of the two inputs, from 0."""


def clash(inputs: Sequence[Shape], axis: int, *, stretch: bool) -> tuple[int, int] | None:
    """The first two inputs whose sizes on an axis do not agree."""
    first = -1
    for index, shape in enumerate(inputs):
        if stretch and shape[axis] == 1:
            continue
        if first < 0:
            first = index
        elif shape[axis] != inputs[first][axis]:
            return first, index
    return None


def unlike_lengths(inputs: Sequence[Shape]) -> tuple[int, int] | None:
    """The first input that has not as many axes as input 0, with 0."""
    return next(((0, index) for index, shape in enumerate(inputs) if len(shape) != len(inputs[0])), None)


def spread_out(short: Shape, long: Shape) -> Shape | None:
    """The elements of the shorter shape with as many axes as the longer, so that both can be joined; None if none do."""
    sizes, left = [], [*short]
    for size in long:
        fits = bool(left) and left[0] in (size, 1)
        sizes.append(left.pop(0) if fits else 1)
    if not left:
        return tuple(sizes)
    return long if product(short) == product(long) else None


def shown(inputs: Sequence[Shape], pair: tuple[int, int]) -> str:
    """Both shapes of a pair."""
    return " and ".join(show_shape(inputs[index]) for index in pair)


def advice(one: Shape, other: Shape, axes: Sequence[int]) -> str:
    """Which of the axes differ and what usually makes them equal."""
    rank = len(one) - 1
    parts = []
    if 0 in axes:
        most = max(one[0], other[0])
        layer = f"a conv {{out: {most}, kernel: 1}}" if rank else f"linear: {most}"
        parts.append(f"{axis_name(0, rank)} {one[0]} and {other[0]}: end the smaller branch with {layer}")
    spatial = [axis for axis in axes if axis > 0]
    if spatial:
        names = " and ".join(axis_name(axis, rank) for axis in spatial)
        sizes = " and ".join(", ".join(str(shape[axis]) for axis in spatial) for shape in (one, other))
        near = all(abs(one[axis] - other[axis]) <= 2 for axis in spatial)  # noqa: PLR2004 - an odd size halved and doubled
        fix = "pad or crop one branch" if near else "give both branches the same strides"
        parts.append(f"{names} {sizes}: {fix}{'' if near else ' and paddings'}")
    return "; ".join(parts)


class Elementwise(Merge):
    """Join equal shapes element by element; sizes of 1 are stretched."""

    several: ClassVar[str] = ""
    """Torch's spelling for more than two inputs."""
    weighs: ClassVar[bool] = False
    """Whether an input that is stretched over the map is a gate."""

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return tuple([self._path(index, x, self.join(inputs)) for index, x in enumerate(inputs)])

    def _path(self, index: int, x: Shape, y: Shape) -> Reads:
        """One input, each axis of which is read in its place or stretched."""
        axes = [POINT if n == out else FIRST for n, out in zip(x[1:], y[1:], strict=True)]
        return Reads(index, tuple(axes), SAME if x[:1] == y[:1] else EVERY, 0, None, self.weighs and FIRST in axes)

    def join(self, inputs: Sequence[Shape]) -> Shape:
        pair = unlike_lengths(inputs)
        if pair:
            message = f"{self.name} joins equal shapes, got {shown(inputs, pair)}"
            raise Disagree(message, pair, self._axes_help(inputs, pair))
        for axis in range(len(inputs[0])):
            pair = clash(inputs, axis, stretch=True)
            if pair:
                one, other = inputs[pair[0]], inputs[pair[1]]
                differ = [index for index in range(len(one)) if clash((one, other), index, stretch=True)]
                message = f"{self.name} joins equal shapes, got {shown(inputs, pair)}"
                raise Disagree(message, pair, advice(one, other, differ))
        return tuple(map(max, *inputs))

    @staticmethod
    def _axes_help(inputs: Sequence[Shape], pair: tuple[int, int]) -> str:
        short, long = sorted((inputs[index] for index in pair), key=len)
        if not short:
            return "() has no axis left: keep them above, keep: true"
        sizes = spread_out(short, long)
        if sizes is not None:
            return f"reshape {show_shape(short)} to {[*sizes]}"
        if len(short) == 1:
            ones = [1] * (len(long) - 1)
            return f"end the branch of {show_shape(short)} with linear: {long[0]} and reshape: {[long[0], *ones]}"
        return "each axis needs the same size on both sides, or size 1 on one of them"

    def call(self, inputs: Sequence[Shape]) -> Call:
        return Call(self.torch if len(inputs) == self.fewest else self.several, {})

    def steps(self, inputs: Sequence[Shape]) -> list[int]:
        """The elements of what two inputs make, then three, and so on, the last one being the output."""
        return [product(tuple(map(max, *inputs[:count]))) for count in range(2, len(inputs) + 1)]

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        return Holds(scratch=max(self.steps(inputs)[:-1], default=0))

    def compared(self, inputs: Sequence[Shape]) -> Holds:
        """What a comparison of each input with the ones before it holds: both sides wherever a gradient passes."""
        pairs = [(one, other) for one in range(len(inputs)) for other in range(max(one, 1) + 1)]
        between = [(made, (*range(last + 1),)) for last, made in enumerate(self.steps(inputs)[:-1], 2)]
        return Elementwise.holds(self, inputs)._replace(pairs=tuple(pairs), between=tuple(between))


class Add(Elementwise, name="add", aliases=("Add",)):
    """Add tensors, as a residual connection does.

    m inputs: m - 1 operations for each output element.
    """

    linear = True
    commutes = True
    sums = True

    torch = "torch:add"
    several = OWN + "add"


class Subtract(Elementwise, name="subtract", aliases=("Subtract", "sub")):
    """Take the second tensor from the first.

    1 operation for each output element.
    """

    linear = True

    most = 2
    torch = "torch:sub"


class Mul(Elementwise, name="mul", aliases=("Multiply", "multiply")):
    """Multiply tensors element by element, as a gate does.

    m inputs: m - 1 operations for each output element.
    """

    weighs = True
    commutes = True

    torch = "torch:mul"
    several = OWN + "multiply"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        pairs = [(0, 1), *[(one, other) for one in range(1, len(inputs)) for other in range(one)]]
        between = [(made, (number,)) for number, made in enumerate(self.steps(inputs)[:-1], 2)]
        return super().holds(inputs)._replace(pairs=tuple(pairs), between=tuple(between))


class Divide(Elementwise, name="divide", aliases=("Divide", "div")):
    """Divide the first tensor by the second.

    1 operation for each output element.
    """

    weighs = True

    most = 2
    torch = "torch:div"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return super().holds(inputs)._replace(pairs=((1, 0), (1, 1), (0, 1)))


class Maximum(Elementwise, name="maximum", aliases=("Maximum",)):
    """Keep the larger of the elements.

    m inputs: m - 1 operations for each output element.
    """

    commutes = True

    torch = "torch:maximum"
    several = OWN + "maximum"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return self.compared(inputs)


class Minimum(Elementwise, name="minimum", aliases=("Minimum",)):
    """Keep the smaller of the elements.

    m inputs: m - 1 operations for each output element.
    """

    commutes = True

    torch = "torch:minimum"
    several = OWN + "minimum"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return self.compared(inputs)


class Average(Elementwise, name="average", aliases=("Average",)):
    """Average tensors element by element.

    m inputs: m - 1 additions and a division, so m operations for each output element.
    """

    linear = True
    commutes = True

    torch = OWN + "average"
    several = OWN + "average"

    def operations(self, inputs: Sequence[Shape], y: Shape) -> int:
        return len(inputs) * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, times

        rule = f"{len(inputs) - 1} addition{'s' if len(inputs) > 2 else ''} and a division for each element"  # noqa: PLR2004
        return Working(operations=times(len(inputs), facts.outputs[0], rule=rule))

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return super().holds(inputs)._replace(scratch=max(self.steps(inputs)))
