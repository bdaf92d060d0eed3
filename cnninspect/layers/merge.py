"""Layers that join tensors: element by element, one behind the other, or as matrices.

Element by element two axes agree where their sizes are equal or one of them is 1, which is then
stretched, as torch broadcasts. Shapes with unlike numbers of axes are refused: torch lines axes up
from the right, and with the batch in front that would pair the batch with something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnninspect.layers.base import Merge
from cnninspect.layers.reshape import axis_name
from cnninspect.options import Axis, Bool
from cnninspect.reads import EVERY, FIRST, POINT, SAME, Reading, Reads, Same, shifted
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
        padded = [*short, *[1] * (len(long) - len(short))]
        return f"keep the axes of {show_shape(short)}: drop the flatten above it, or reshape it to {padded}"

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

    torch = "torch:add"
    several = OWN + "add"


class Subtract(Elementwise, name="subtract", aliases=("Subtract", "sub")):
    """Take the second tensor from the first.

    1 operation for each output element.
    """

    most = 2
    torch = "torch:sub"


class Mul(Elementwise, name="mul", aliases=("Multiply", "multiply")):
    """Multiply tensors element by element, as a gate does.

    m inputs: m - 1 operations for each output element.
    """

    weighs = True

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

    torch = "torch:maximum"
    several = OWN + "maximum"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return self.compared(inputs)


class Minimum(Elementwise, name="minimum", aliases=("Minimum",)):
    """Keep the smaller of the elements.

    m inputs: m - 1 operations for each output element.
    """

    torch = "torch:minimum"
    several = OWN + "minimum"

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        return self.compared(inputs)


class Average(Elementwise, name="average", aliases=("Average",)):
    """Average tensors element by element.

    m inputs: m - 1 additions and a division, so m operations for each output element.
    """

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


class Concat(Merge, name="concat", aliases=("Concatenate", "concatenate", "cat", "Concat"), keeps="nothing"):
    """Lay tensors behind each other along one axis, by default the channels.

    All other axes must be equal. 0 operations.
    """

    torch = "torch:cat"
    axis = Axis("channels", help="the axis that grows")

    def join(self, inputs: Sequence[Shape]) -> Shape:
        rank, along = len(inputs[0]) - 1, self.axis
        pair = unlike_lengths(inputs)
        if pair:
            message = f"concat along {axis_name(along, rank)} needs equal numbers of axes, got {shown(inputs, pair)}"
            raise Disagree(message, pair, "flatten the longer one, or keep the axes of the shorter one")
        if rank < 0:
            raise Problem("wrong-rank", "concat joins along an axis, and its inputs have none besides the batch")
        others = [axis for axis in range(rank + 1) if axis != along]
        for axis in others:
            pair = clash(inputs, axis, stretch=False)
            if pair:
                one, other = inputs[pair[0]], inputs[pair[1]]
                names = [axis_name(index, rank) for index in others]
                listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
                message = f"concat along {axis_name(along, rank)} needs equal {listed}, got {shown(inputs, pair)}"
                differ = [index for index in others if one[index] != other[index]]
                raise Disagree(message, pair, advice(one, other, differ))
        first = inputs[0]
        return (*first[:along], sum(shape[along] for shape in inputs), *first[along + 1 :])

    def operations(self, inputs: Sequence[Shape], y: Shape) -> int:  # noqa: ARG002
        return 0

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, line, plus

        grown = line(plus(*[shape[self.axis] for shape in inputs], rule="laid behind each other"))
        return Working(tuple((grown,) if axis == self.axis else () for axis in range(len(facts.outputs[0]))))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        paths, start = [], 0
        for index, x in enumerate(inputs):
            axes, channels = [POINT] * (len(x) - 1), SAME
            if self.axis:
                axes[self.axis - 1] = shifted(-start, 1, "end")
            elif start:
                channels = Same(-start)
            paths.append(Reads(index, tuple(axes), channels))
            start += x[self.axis]
        return tuple(paths)

    def call(self, inputs: Sequence[Shape]) -> Call:  # noqa: ARG002
        return Call(self.torch, {"dim": self.axis + 1}, listed=True)


class MatMul(Merge, name="matmul", aliases=("MatMul", "bmm", "Dot", "dot")):
    """Multiply matrices: (…, m, k) by (…, k, n) is (…, m, n); axes before them are stretched where 1.

    MACs: m · k · n for each pair of matrices. 0 other operations.
    """

    most = 2
    torch = OWN + "matmul"
    transpose_a = Bool(False, help="swap the last two axes of the first tensor before")
    transpose_b = Bool(False, help="swap the last two axes of the second tensor before")

    def _sides(self, inputs: Sequence[Shape]) -> tuple[Shape, Shape]:
        """Both shapes as they are multiplied."""
        a, b = inputs
        a = (*a[:-2], a[-1], a[-2]) if self.transpose_a else a
        return a, (*b[:-2], b[-1], b[-2]) if self.transpose_b else b

    def join(self, inputs: Sequence[Shape]) -> Shape:
        if min(map(len, inputs)) < 2:  # noqa: PLR2004 - a matrix has two axes
            short = min(inputs, key=len)
            message = f"matmul multiplies matrices (…, rows, columns), and an input is {show_shape(short)}"
            raise Problem("wrong-rank", message, help="unsqueeze it, or use linear or mul")
        if len(inputs[0]) != len(inputs[1]):
            message = f"matmul needs as many axes on both sides, got {shown(inputs, (0, 1))}"
            raise Disagree(message, (0, 1), "unsqueeze the shorter one")
        a, b = self._sides(inputs)
        if a[-1] != b[-2]:
            message = f"matmul multiplies (…, m, k) by (…, k, n), got {show_shape(a)} and {show_shape(b)}"
            raise Disagree(message, (0, 1), f"the inner sizes {a[-1]} and {b[-2]} must be equal{self._swap(a, b)}")
        lead = [clash((a, b), axis, stretch=True) for axis in range(len(a) - 2)]
        if any(lead):
            message = f"matmul needs equal axes before the matrices, got {show_shape(a)} and {show_shape(b)}"
            raise Disagree(message, (0, 1), "reshape one of them, or give it size 1 there")
        return (*map(max, a[:-2], b[:-2]), a[-2], b[-1])

    def _swap(self, a: Shape, b: Shape) -> str:
        """The transposition that would make them fit."""
        if a[-1] == b[-1]:
            return f": write transpose_b: {str(not self.transpose_b).lower()}"
        return f": write transpose_a: {str(not self.transpose_a).lower()}" if a[-2] == b[-2] else ""

    def macs(self, inputs: Sequence[Shape], y: Shape) -> int:
        return product(y) * self._sides(inputs)[0][-1]

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, times

        return Working(macs=times(facts.outputs[0], self._sides(inputs)[0][-1:], rule="outputs · inner size"))

    def operations(self, inputs: Sequence[Shape], y: Shape) -> int:  # noqa: ARG002
        return 0

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        y = self.join(inputs)
        summed = (not self.transpose_a, self.transpose_b)  # whether the last axis is summed over, or the one before it
        return tuple([self._path(index, x, y, last=last) for index, (x, last) in enumerate(zip(inputs, summed))])  # noqa: B905

    @staticmethod
    def _path(index: int, x: Shape, y: Shape, *, last: bool) -> Reads:
        """One side: of its matrix one axis is summed over, the other is the output's row or column."""
        rank = len(x)
        order, axes = [*range(rank)], [POINT if n == out else FIRST for n, out in zip(x, y, strict=True)]
        gone, kept = (rank - 1, rank - 2) if last else (rank - 2, rank - 1)
        order[gone], order[kept] = -1, rank - 2 + index
        read: list[Reading | None] = [*axes]
        read[gone], read[kept] = None, POINT
        channels = SAME if read[0] is POINT and order[0] == 0 else EVERY
        return Reads(index, tuple(read[1:]), channels, 0, tuple(order))

    def call(self, inputs: Sequence[Shape]) -> Call:  # noqa: ARG002
        if not (self.transpose_a or self.transpose_b):
            return Call("torch:matmul", {})
        return Call(self.torch, {"transpose_a": self.transpose_a, "transpose_b": self.transpose_b})

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        y = self.join(inputs)
        stretched = [shape[:-2] != y[:-2] for shape in inputs]  # torch multiplies a copy of what it stretches
        copies = sum([product(y[:-2]) * product(shape[-2:]) for shape, far in zip(inputs, stretched, strict=True) if far])
        pairs = tuple([(one, 1 - one) for one in (0, 1) if not stretched[one]])
        return Holds(pairs=pairs, elements=copies, scratch=copies)
