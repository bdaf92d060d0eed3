"""Layers that hand out pieces of a tensor along one axis.

They copy or look at what is there: 0 operations. A cut through a spatial axis shifts what a
piece sees; only ``slice``, which has one piece, states that as a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import NO_WEIGHTS
from cnninspect.layers.divisors import choose_divisor
from cnninspect.layers.reshape import AnyRank, axis_name
from cnninspect.options import Axis, Int, Ints, Optional
from cnninspect.reads import POINT, Reads, Same, shifted
from cnninspect.values import Facts, Problem, Problems, Shape, Window, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
MOST_PARTS = 4096
"""More pieces of one tensor are a typing mistake."""


class Pieces(AnyRank):
    """Cut an axis into consecutive pieces, each an output of its own."""

    role = "view"
    linear = True

    axis = Axis("channels", help="the axis that is cut")

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        (x,) = inputs
        problems = [*self.check(x)] if len(x) - 1 in self.ranks else [self.wrong_rank(x)]
        if problems:
            raise Problems(problems)
        outputs = tuple((*x[: self.axis], size, *x[self.axis + 1 :]) for size in self.pieces(x[self.axis]))
        return Facts(outputs, NO_WEIGHTS, NO_WEIGHTS, 0, 0, None)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        paths, start = [], 0
        for output, size in enumerate(self.pieces(x[self.axis])):
            paths.append(_taken(self.axis, len(x) - 1, start, 1, output))
            start += size
        return tuple(paths)

    def pieces(self, n: int) -> tuple[int, ...]:
        """The sizes of the pieces of an axis of ``n``."""
        raise NotImplementedError

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import PIECE, Holds

        return Holds(view=PIECE)


def _taken(axis: int, rank: int, start: int, step: int, output: int = 0) -> Reads:
    """The positions start, start + step, … of one axis."""
    if axis == 0:
        return Reads(0, (POINT,) * rank, Same(start, step), output)
    return Reads(
        0, tuple([shifted(start, step) if index == axis else POINT for index in range(1, rank + 1)]), output=output
    )


class Split(Pieces, name="split", aliases=("Split",)):
    """Cut an axis into pieces of the given sizes, or into equal parts.

    The sizes must add up to the axis. 0 operations.
    """

    torch = "torch:split"
    sizes = Optional(Ints(min=1, help="the size of each piece"))
    parts = Optional(Int(min=1, max=MOST_PARTS, help="how many equal pieces, in place of sizes"))

    def check(self, x: Shape) -> Iterator[Problem]:
        n, name = x[self.axis], axis_name(self.axis, len(x) - 1)
        if self.sizes is None and self.parts is None:
            fix = "write split: [64, 64], or split: {parts: 2}"
            yield Problem("missing-option", "split needs 'sizes' or 'parts'", help=fix)
        elif self.sizes is not None and self.parts is not None:
            yield Problem("bad-value", "split takes sizes or parts, not both", help="leave one out", option="parts")
        elif self.parts is not None and n % self.parts:
            message = f"{n} {name} do not split into {self.parts} equal parts"
            fix = f"{choose_divisor(n, self.parts)}; chunk lets the last part be smaller"
            yield Problem("does-not-divide", message, help=fix, option="parts")
        elif self.sizes is not None and sum(self.sizes) != n:
            yield self._unfit(self.sizes, n, name)

    def _unfit(self, sizes: tuple[int, ...], n: int, name: str) -> Problem:
        rest = n - sum(sizes[:-1])
        if len(sizes) == 1:
            message = f"one piece of {sizes[0]} is not all of {n} {name}"
            fix = f"for {sizes[0]} equal pieces write parts: {sizes[0]}"
        else:
            message = f"the sizes {list(sizes)} add up to {sum(sizes)}, not to the {n} {name}"
            fix = f"with the others as they are the last one is {rest}" if rest > 0 else f"make them add up to {n}"
        return Problem("size-mismatch", message, help=fix, option="sizes")

    def pieces(self, n: int) -> tuple[int, ...]:
        return self.sizes if self.sizes is not None else (n // (self.parts or 1),) * (self.parts or 1)

    def arguments(self, x: Shape) -> Mapping[str, object]:
        return {"split_size_or_sections": [*self.pieces(x[self.axis])], "dim": self.axis + 1}


class Chunk(Pieces, name="chunk", aliases=("Chunk",)):
    """Cut an axis into at most ``parts`` pieces of ⌈n / parts⌉, of which the last may be smaller.

    As in torch there may be fewer: 6 in 4 parts are 2, 2, 2. 0 operations.
    """

    torch = "torch:chunk"
    parts = Int(min=1, max=MOST_PARTS, help="how many pieces at most")

    def pieces(self, n: int) -> tuple[int, ...]:
        size = -(-n // self.parts)
        return tuple(min(size, n - start) for start in range(0, n, size))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"chunks": self.parts, "dim": self.axis + 1}


class Slice(AnyRank, name="slice", aliases=("Slice", "narrow")):
    """Take the positions start, start + step, … before stop of one axis, as Python slices do.

    Negative positions count from the end. 0 operations.
    """

    role = "view"
    linear = True

    torch = "cnninspect.backends.torch_layers3:Slice"
    start = Int(0, help="the first position taken; negative counts from the end")
    stop = Optional(Int(help="the first position not taken; the end when left out"))
    step = Int(1, min=1, help="distance between two positions taken")
    axis = Axis("channels", help="the axis of which positions are taken")

    def _taken(self, x: Shape) -> range:
        return range(x[self.axis])[self.start : self.stop : self.step]

    def check(self, x: Shape) -> Iterator[Problem]:
        if not self._taken(x):
            stop = "" if self.stop is None else self.stop
            name = axis_name(self.axis, len(x) - 1)
            yield Problem(
                "size-reached-zero",
                f"slice {self.start}:{stop} takes nothing of the {x[self.axis]} {name} of {show_shape(x)}",
                help=f"positions run from 0 to {x[self.axis] - 1}, or from {-x[self.axis]} to -1",
                option="start" if self.stop is None else "stop",
            )

    def shape(self, x: Shape) -> Shape:
        return (*x[: self.axis], len(self._taken(x)), *x[self.axis + 1 :])

    def window(self, x: Shape) -> Window | None:
        if self.axis == 0:
            return None
        rank, index = len(x) - 1, self.axis - 1
        taken = self._taken(x)
        stride, pads = [1] * rank, [(0, 0)] * rank
        stride[index] = self.step
        pads[index] = (-taken[0], taken[-1] + 1 - x[self.axis])
        return Window((1,) * rank, tuple(stride), (1,) * rank, tuple(pads))

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        (x,) = inputs
        return (_taken(self.axis, len(x) - 1, self._taken(x)[0], self.step),)

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {"dim": self.axis + 1, "start": self.start, "stop": self.stop, "step": self.step}

    def holds(self, inputs: Sequence[Shape]) -> Holds:  # noqa: ARG002
        from cnninspect.holds import PIECE, Holds

        return Holds(view=PIECE, step=(self.axis, self.step))
