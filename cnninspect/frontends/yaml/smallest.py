"""The smallest input on which a layer fits that does not fit now: the remedy for a map that has shrunk away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.values import Shape

    Fails = Callable[[Shape], bool]

CODE = "size-reached-zero"
LARGEST = 8192
"""Inputs are tried up to this size an axis."""


def smallest_input(shape: Shape, fails: Fails) -> Shape | None:
    """The smallest sizes, axis by axis, with which the failure is gone; None where no size up to the limit helps."""
    grown = shape
    step = 1
    while fails(grown):
        if max(grown[1:], default=LARGEST) >= LARGEST:
            return None
        grown = (shape[0], *[size + step for size in shape[1:]])
        step *= 2
    for axis in range(1, len(shape)):
        grown = _shrink(grown, axis, fails)
    return grown


def _shrink(shape: Shape, axis: int, fails: Fails) -> Shape:
    low, high = 0, shape[axis]  # low fails (or is no size at all), high does not
    while high - low > 1:
        middle = (low + high) // 2
        if fails((*shape[:axis], middle, *shape[axis + 1 :])):
            low = middle
        else:
            high = middle
    return (*shape[:axis], high, *shape[axis + 1 :])
