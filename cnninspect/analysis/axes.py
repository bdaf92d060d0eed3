"""Which sizes of which inputs are moved, and what the model says to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.analysis.probe import Refusal, TooDear
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.analysis.probe import Probe
    from cnninspect.analysis.tracing import Passed
    from cnninspect.ir import Graph, Input
    from cnninspect.values import Shape

NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The spatial axes by how many there are."""
TOGETHER = "together"
LEAST_TRIED = 64
MOST_TRIED = 1024
"""Sizes are tried from 1 to a bound between these, and further where none has passed yet."""
FURTHEST = 2**16
AROUND = 64
"""Sizes tried on both sides of a declared one that lies beyond, at least this many on either side."""
PERIODS = 4
"""How many total strides are tried at least."""


class Moved(Record):
    """Sizes that change together."""

    axis: str
    """``height``, ``width`` …, or ``together``."""
    names: tuple[str, ...]
    """The axes that it stands for."""
    inputs: tuple[str, ...]
    """Which inputs, by name."""
    places: tuple[int, ...]
    """The same axes as positions in a shape."""
    indices: tuple[int, ...]
    """The same inputs by position."""
    declared: int | None
    """The declared size; None where the axes differ."""
    rank: int

    def shapes(self, declared: Sequence[Shape], size: int) -> tuple[Shape, ...]:
        """All inputs with this size there, the rest as declared."""
        return tuple(
            [
                tuple([size if place in self.places else n for place, n in enumerate(shape)])
                if index in self.indices
                else shape
                for index, shape in enumerate(declared)
            ]
        )

    @property
    def bits(self) -> int:
        """The axes as in `tracing.Passed`: a bit each, the last axis first."""
        return sum(1 << (self.rank - place) for place in self.places)


def moves(inputs: Sequence[Input], only: str | None = None) -> list[Moved]:
    """What can be moved: each axis alone, and together; inputs of equal sizes move as one.

    ``only`` names the one input that moves; the others stay as declared.
    """
    found: list[Moved] = []
    groups: dict[Shape, list[int]] = {}
    for index, given in enumerate(inputs):
        if only is None or given.name == only:
            groups.setdefault(given.shape[1:], []).append(index)
    for sizes, indices in groups.items():
        found += [_moved(inputs, indices, sizes, axes) for axes in _choices(sizes)]
    return found


def _choices(sizes: Shape) -> Iterator[tuple[int, ...]]:
    """All axes together first, which those are that have one size in common; then each alone."""
    rank = len(sizes)
    alike = max([[i for i in range(rank) if sizes[i] == size] for size in sizes], key=len, default=[])
    if rank > 1:
        yield tuple(alike) if len(alike) > 1 else tuple(range(rank))
    for axis in range(rank):
        yield (axis,)


def _moved(inputs: Sequence[Input], indices: Sequence[int], sizes: Shape, axes: tuple[int, ...]) -> Moved:
    names = tuple([NAMES[len(sizes)][axis] for axis in axes])
    several = {sizes[axis] for axis in axes}
    return Moved(
        axis=names[0] if len(names) == 1 else TOGETHER,
        names=names,
        inputs=tuple([inputs[index].name for index in indices]),
        places=tuple([axis + 1 for axis in axes]),
        indices=tuple(indices),
        declared=several.pop() if len(several) == 1 else None,
        rank=len(sizes),
    )


class Scan(Record):
    """What became of every size that was tried, in rising order."""

    found: dict[int, Passed | Refusal]
    complete: bool
    """Whether all was tried that was meant to be: False where elaborating was too costly."""

    @property
    def passed(self) -> dict[int, Passed]:
        """The sizes that are accepted."""
        return {size: answer for size, answer in self.found.items() if not isinstance(answer, Refusal)}

    @property
    def refused(self) -> dict[int, Refusal]:
        """The sizes that are refused."""
        return {size: answer for size, answer in self.found.items() if isinstance(answer, Refusal)}


def scan(  # noqa: PLR0913 - how far to go, by keyword
    probe: Probe, moved: Moved, declared: Sequence[Shape], *, stride: int, top: int, budget: int
) -> Scan:
    """Try sizes from 1 on, and around the declared one; as many as the budget allows."""
    middle = moved.declared or max([max(declared[index][1:]) for index in moved.indices])
    end = max(min(max(LEAST_TRIED, middle * 3 // 2, PERIODS * stride), MOST_TRIED), top)
    found: dict[int, Passed | Refusal] = {}

    def attempt(size: int) -> bool:
        if size not in found:
            found[size] = probe.accepts(moved.shapes(declared, size))
        return not isinstance(found[size], Refusal)

    complete = True
    probe.budget = budget * 3 // 4
    try:
        size, first = 1, 0
        while size <= end:
            if attempt(size) and not first:
                first = size
                end = max(end, first + PERIODS * stride)
            if size == end and not first:
                end = max(end, min(middle, FURTHEST))
            size += 1
    except TooDear:
        complete = False
    probe.budget = max(probe.budget, budget // 4)
    around = max(AROUND, min(stride, MOST_TRIED))
    nearest = sorted(range(max(middle - around, 1), middle + around + 1), key=lambda n: (abs(n - middle), n))
    try:
        for size in nearest:
            attempt(size)
    except TooDear:
        complete = False
    return Scan(dict(sorted(found.items())), complete)


def total_stride(graph: Graph, rank: int) -> int:
    """The largest product of strides above each other, at inference: the period that sizes mostly have."""
    jumps: list[int] = []
    largest = 1
    for node, runs in zip(graph.nodes, at_inference(graph), strict=True):
        jump = max([jumps[tensor.node] if tensor.node >= 0 else 1 for tensor in node.inputs], default=1)
        window = node.facts.window if node.facts is not None else None
        if node.facts is not None and window is not None and len(window.stride) == rank:
            if window.transposed:
                jump = max(jump // max(window.stride), 1)
            elif max(node.facts.outputs[0][1:], default=1) > 1:  # one position steps nowhere
                jump *= max(window.stride)
        jumps.append(jump)
        largest = max(largest, jump) if runs else largest
    return largest
