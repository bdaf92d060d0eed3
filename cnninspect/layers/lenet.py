"""The layers of LeNet-5 (1998) that no framework has: partial connections, learned subsampling, RBF output.

LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cnninspect.layers.base import Weighted
from cnninspect.layers.conv import Convolution
from cnninspect.layers.windows import BIAS, DILATION, KERNEL, PADDING, POOL_STRIDE, STRIDE, Windowed
from cnninspect.options import Bool, Choice, Int, Option, PerAxis, as_int
from cnninspect.reads import EVERY, SAME, Listed, pointwise, windowed
from cnninspect.values import Call, Problem, Window, clip, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Figure, Working

Connections = tuple[tuple[int, ...], ...]
LENET5: Connections = (
    *[tuple(sorted((first + step) % 6 for step in range(3))) for first in range(6)],
    *[tuple(sorted((first + step) % 6 for step in range(4))) for first in range(6)],
    *[tuple(sorted((first + step) % 6 for step in (0, 1, 3, 4))) for first in range(3)],
    tuple(range(6)),
)
"""Table I of the paper: sixteen maps on three, four or all six maps, 60 connections in all."""


class Table(Option[Connections]):
    """For each output map, the input maps it sees, counted from 0; or the word lenet5."""

    kind = "a list with, for each output map, the list of input maps it sees (counted from 0), or lenet5"

    def parse(self, value: object, rank: int) -> Connections:  # noqa: ARG002
        if value == "lenet5":
            return LENET5
        if not isinstance(value, (list, tuple)) or not value:
            raise self.wrong(value)
        return tuple(self._row(row, number, value) for number, row in enumerate(value))

    def _row(self, row: object, number: int, value: object) -> tuple[int, ...]:
        if not isinstance(row, (list, tuple)):
            raise self.wrong(value)
        maps = tuple(index for item in row if (index := as_int(item)) is not None and index >= 0)
        if len(maps) != len(row):
            raise self.wrong(value)
        if not maps:
            raise self.broken(f"output map {number} sees no input map", "list at least one input map for it")
        if len({*maps}) < len(maps):
            ordered = sorted(maps)
            twice = next(one for one, other in pairwise(ordered) if one == other)
            raise self.broken(f"output map {number} lists input map {clip(twice)} twice", "list each input map once")
        return maps

    def broken(self, message: str, help: str) -> Problem:
        """The problem that the table connects what cannot be connected."""
        return Problem("bad-connection-table", message, help=help, option=self.name)

    def schema(self) -> dict[str, object]:
        row: dict[str, Any] = {"type": "array", "items": {"type": "integer", "minimum": 0}}
        row |= {"minItems": 1, "uniqueItems": True}
        return {"anyOf": [{"enum": ["lenet5"]}, {"type": "array", "items": row, "minItems": 1}]}


class SparseConv(Convolution, name="sparse_conv", aliases=("SpatialConvolutionMap", "partial_conv")):
    """A conv whose output maps each see only the input maps that a table lists: LeNet-5's C3.

    ``weight`` holds one kernel for each connection, in the order of the table. MACs: output positions x
    connections x kernel cells. Operations: one for each output with bias.
    """

    torch = "cnninspect.backends.torch_layers:SparseConv"

    table = Table(help="for each output map, the input maps it sees (counted from 0), or lenet5")
    kernel = KERNEL
    stride = STRIDE
    padding = PADDING
    dilation = DILATION
    bias = BIAS
    trainable = Weighted.trainable

    def check(self, x: Shape) -> Iterator[Problem]:
        number, worst = max(enumerate(map(max, self.table)), key=lambda row: row[1])
        if worst >= x[0]:
            yield Problem(
                "bad-connection-table",
                f"output map {number} sees input map {worst}, and the input has {x[0]} (0 to {x[0] - 1})",
                help="input maps are counted from 0",
                option="table",
            )

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return windowed(self.window(inputs[0]), Listed(self.table))

    def maps(self, x: Shape) -> int:  # noqa: ARG002
        return len(self.table)

    def connections(self) -> int:
        """How many pairs of an input and an output map are connected."""
        return sum(map(len, self.table))

    def weights(self, x: Shape) -> Mapping[str, Shape]:  # noqa: ARG002
        return self.with_bias({"weight": (self.connections(), *self.kernel)}, len(self.table))

    def macs(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y[1:]) * self.connections() * product(self.kernel)

    def worked_macs(self, x: Shape, y: Shape) -> Figure:  # noqa: ARG002
        from cnninspect.workings import times

        return times(y[1:], (self.connections(),), self.kernel, rule="positions · connections · kernel cells")

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        window, pad = self.spelled(self.window(x))
        arguments = {"in_channels": x[0], "table": self.table, **window, "dilation": self.dilation, "bias": self.bias}
        return Call(self.torch, arguments, pad)

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        held, dense = super().holds(inputs), len(self.table) * inputs[0][0] * product(self.kernel)
        return held._replace(once=dense, scratch_once=dense)


class Subsample(Windowed, name="subsample", aliases=("Subsampling", "SpatialSubSampling")):
    """Averages (or adds up) each window, then scales and shifts each map by two learned numbers: LeNet-5's S2, S4.

    ``y[c] = weight[c] · mean of the window + bias[c]``.
    Operations for each output: the pool (kernel cells; one less for a sum), one for the weight, one for the bias.
    """

    role = "pool"
    linear = True

    torch = "cnninspect.backends.torch_layers:Subsample"

    kernel = PerAxis(2, min=1, help="size of the window")
    stride = POOL_STRIDE
    mode = Choice("average", choices=("average", "sum"), help="what is taken of each window")
    bias = Bool(default=True, help="learn one offset for each map")
    trainable = Weighted.trainable

    def window(self, x: Shape) -> Window:  # noqa: ARG002
        rank = len(self.kernel)
        return Window(self.kernel, self.stride, (1,) * rank, ((0, 0),) * rank)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return windowed(self.window(inputs[0]), SAME)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": x[:1], "bias": x[:1]} if self.bias else {"weight": x[:1]}

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) * (product(self.kernel) + (self.mode == "average") + self.bias)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Figure, dots, less, plus, times

        cells = Figure(dots(self.kernel), product(self.kernel))
        pool = cells if self.mode == "average" else less(cells, 1)
        each = plus(pool, *[1] * (1 + self.bias))
        rule = f"outputs · (the {self.mode}, the weight{' and the bias' if self.bias else ''})"
        return super().working(inputs, facts)._replace(operations=times(facts.outputs[0], each, rule=rule))

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {
            "channels": x[0],
            "kernel_size": self.kernel,
            "stride": self.stride,
            "mode": self.mode,
            "bias": self.bias,
        }

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import POOLED, Holds

        (x,) = inputs
        y, lies = product(self.shape(x)), POOLED[len(x) - 2]
        bare = Holds(elements=y, lies=lies)
        return Holds(inputs=(0,), elements=y, once=x[0], scratch=y, scratch_once=x[0], bare=bare, lies=lies)


class RBF(Weighted, name="rbf", aliases=("RBFLayer", "EuclideanDistance")):
    """The squared distance to a centre for each class, the centres being fixed by default: LeNet-5's output.

    ``y[o] = Σ over i of (x[i] - weight[o, i])²``; the smallest output is the answer.
    MACs: outputs x features in (square and add). Operations: as many (the differences).
    """

    role = "weights"

    ranks = (0,)
    torch = "cnninspect.backends.torch_layers:RBF"
    gives = "distances"

    out = Int(min=1, help="centres, one for each class")
    trainable = Bool(default=False, help="true learns the centres, which are else fixed")

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:  # noqa: ARG002 - always a vector
        return (pointwise(0, EVERY),)

    def shape(self, x: Shape) -> Shape:  # noqa: ARG002
        return (self.out,)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        return {"weight": (self.out, x[0])}

    def macs(self, x: Shape, y: Shape) -> int:
        return y[0] * x[0]

    def operations(self, x: Shape, y: Shape) -> int:
        return y[0] * x[0]

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, times

        (x,), (y,) = inputs, facts.outputs
        rules = ("centres · features: square and add", "centres · features: the differences")
        return Working((), *[times(y, x, rule=rule) for rule in rules])

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"in_features": x[0], "out_features": self.out}

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import Holds

        differences = self.out * inputs[0][0]
        return Holds(elements=differences, scratch=2 * differences - self.out)
