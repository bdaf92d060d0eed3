"""How a tensor lies in memory: torch's rules for what a view, a copy and a layer's output look like.

The same few are asked again and again of a network made of blocks, so that answers are kept. Shapes and strides begin with the batch here. Whatever the batch is, the answers are those for two samples: what is true
of one sample alone, whose axis of size 1 lies any way, is not asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.values import Shape

PICTURE = 4
"""The axes of a batch of pictures."""
Strides = tuple[int, ...]
Laid = tuple["Shape", Strides]
"""A shape and its strides."""


@lru_cache
def straight(shape: Shape) -> Strides:
    """The strides of a tensor that lies in the order of its axes."""
    return _running(shape, range(len(shape) - 1, -1, -1))


@lru_cache
def channels_last(shape: Shape) -> Strides:
    """The strides of a tensor whose channels lie behind everything else."""
    return _running(shape, (1, *range(len(shape) - 1, 1, -1), 0))


def _running(shape: Shape, inside_out: Sequence[int]) -> Strides:
    strides, step = [0] * len(shape), 1
    for axis in inside_out:
        strides[axis] = step
        step *= shape[axis]
    return tuple(strides)


def lies_as(shape: Shape, strides: Strides, like: Strides) -> bool:
    """Whether a tensor lies as these strides say, whatever is said of axes of size 1."""
    return all(n == 1 or one == other for n, one, other in zip(shape, strides, like, strict=True))


@lru_cache
def has_channels_last(shape: Shape, strides: Strides) -> bool:
    """Whether torch takes a map for one whose channels lie last, maybe with gaps."""
    if len(shape) not in (4, 5) or strides[1] == 0:
        return False
    least = 0
    for axis in (1, *range(len(shape) - 1, 1, -1), 0):
        if strides[axis] < least or (axis == 0 and least == strides[1]):
            return False
        least = strides[axis] * shape[axis]
    return True


@lru_cache
def viewed(shape: Shape, strides: Strides, new: Shape) -> Strides | None:
    """The strides of the same elements with other sizes; None where they have to be copied."""
    found, at = [0] * len(new), len(new) - 1
    step, many, seen = strides[-1], 1, 1
    for axis in range(len(shape) - 1, -1, -1):
        many *= shape[axis]
        if axis and (shape[axis - 1] == 1 or strides[axis - 1] == many * step):
            continue
        while at >= 0 and (seen < many or new[at] == 1):
            found[at] = seen * step
            seen *= new[at]
            at -= 1
        if seen != many:
            return None
        if axis:
            step, many, seen = strides[axis - 1], 1, 1
    return tuple(found)


@lru_cache
def joined(shape: Shape, inputs: tuple[Laid, ...]) -> Strides:
    """The strides of what is made element by element, the inputs stretched to the shape."""
    _, strides = inputs[0]
    if all(size == shape for size, _ in inputs):
        for form in (straight, channels_last) if len(shape) == PICTURE else (straight,):
            if all(lies_as(shape, laid, form(shape)) for _, laid in inputs):
                return form(shape)
        alike = all(laid == strides for _, laid in inputs)
        if alike and lies_as(shape, strides, _running(shape, _by_stride(shape, strides))):
            return strides
    return _running(shape, _order(shape, [stretched(size, shape, laid) for size, laid in inputs]))


def _by_stride(shape: Shape, strides: Strides) -> list[int]:
    return sorted(range(len(shape)), key=lambda axis: (shape[axis] == 1, strides[axis]))


def stretched(size: Shape, shape: Shape, strides: Strides) -> Strides:
    """The strides of a tensor that is stretched to a shape where its own axes have the size 1."""
    return tuple([0 if n == 1 != full else step for n, full, step in zip(size, shape, strides, strict=True)])


def _order(shape: Shape, strides: Sequence[Strides]) -> list[int]:
    """The axes from the innermost one; the first input that tells two of them apart decides.

    Not every two can be told apart, so that the way of sorting matters: this is torch's.
    """
    order = [*range(len(shape) - 1, -1, -1)]
    for start in range(1, len(order)):
        at = start
        for before in range(start - 1, -1, -1):
            sign = _compared(shape, strides, order[before], order[at])
            if sign > 0:
                order[before], order[at] = order[at], order[before]
                at = before
            elif sign < 0:
                break
    return order


def _compared(shape: Shape, strides: Sequence[Strides], one: int, other: int) -> int:
    """Above 0 where the first axis lies further out than the second, 0 where nothing tells."""
    for each in strides:
        if each[one] and each[other]:
            if each[one] != each[other]:
                return each[one] - each[other]
            if shape[one] > shape[other]:
                return 1
    return 0
