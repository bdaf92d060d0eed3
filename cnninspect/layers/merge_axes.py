"""Layers that join tensors along an axis: one behind the other, or as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Merge
from cnninspect.layers.merge import OWN, Disagree, advice, clash, shown, unlike_lengths
from cnninspect.layers.reshape import axis_name
from cnninspect.options import Axis, Bool
from cnninspect.reads import EVERY, FIRST, POINT, SAME, Reading, Reads, Same, shifted
from cnninspect.values import Call, Problem, Shape, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts
    from cnninspect.workings import Working

FAMILY = "merge"


class Concat(Merge, name="concat", aliases=("Concatenate", "concatenate", "cat", "Concat"), keeps="nothing, last"):
    """Lay tensors behind each other along one axis, by default the channels.

    All other axes must be equal. 0 operations.
    """

    linear = True

    torch = "torch:cat"
    axis = Axis("channels", help="the axis that grows")

    def join(self, inputs: Sequence[Shape]) -> Shape:
        rank, along = len(inputs[0]) - 1, self.axis
        pair = unlike_lengths(inputs)
        if pair:
            message = f"concat along {axis_name(along, rank)} needs equal numbers of axes, got {shown(inputs, pair)}"
            short = min((inputs[index] for index in pair), key=len)
            raise Disagree(message, pair, "flatten the longer one" if len(short) == 1 else "flatten both")
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
        from cnninspect.holds import STRAIGHT, Gather, Holds

        lead = self.join(inputs)[:-2]
        gathers = (Gather(0, lead), Gather(1, lead)) if lead else ()
        return Holds(pairs=((0, 1), (1, 0)), lies=STRAIGHT, gathers=gathers)
