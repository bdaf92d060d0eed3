"""What a change of sizes reads when the elements keep their order: flatten, reshape, squeeze."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reads import EVERY, FIRST, MOST_PHASES, POINT, SAME, UNTOLD, Every, Folded, Groups, Reading, Reads
from cnninspect.values import product

if TYPE_CHECKING:
    from cnninspect.values import Shape


def matched(x: Shape, y: Shape) -> tuple[Reads, ...] | None:
    """Which position of each old axis each position of the new ones is; None where the channels cannot be told.

    Element L of a row-major tensor lies at ``L // T % a`` on an axis of size a whose neighbours lie T elements
    apart. Where a new axis has size b and distance U, with T a multiple of U and b U one of a T, its position p
    tells that of the old axis: ``p // (T / U) % a``. Axes of size 1 come and go.
    """
    if x == y:
        return (Reads(0, (POINT,) * (len(x) - 1)),)
    found = [told(axis, x, y) for axis in range(len(x))]
    order = tuple([goes for goes, _ in found])
    channels = channelled(x, y, *found[0]) if x else EVERY
    return None if channels is None else (Reads(0, tuple([reading for _, reading in found[1:]]), channels, 0, order),)


def told(axis: int, x: Shape, y: Shape) -> tuple[int, Reading | None]:
    """The new axis that tells the position on an old one, and how; no axis where several do it together."""
    size, apart = x[axis], product(x[axis + 1 :])
    if size == 1:
        return -1, FIRST
    for goes, many in enumerate(y):
        step = product(y[goes + 1 :])
        if apart % step == 0 == many * step % (size * apart):
            return goes, divided(apart // step, size, many, vector=len(y) == 1)
    return -1, UNTOLD


def divided(inner: int, size: int, many: int, *, vector: bool) -> Reading | None:
    """Position p of ``many`` is ``p // inner % size``.

    A period too long to write down is left out of a vector, whose features count together, and else unknown.
    """
    ends = inner * size == many
    period = inner if ends else inner * size
    if period > MOST_PHASES:
        return None if vector else UNTOLD
    if ends:
        return POINT if inner == 1 else Reading(inner, 1, (range(1),) * inner)
    return Reading(period, 0, tuple([range(p // inner, p // inner + 1) for p in range(period)]))


def channelled(x: Shape, y: Shape, goes: int, reading: Reading | None) -> Every | None:
    """Which of the old channels each new one reads."""
    if x[0] == 1 or (goes > 0 and reading is POINT):
        return SAME if x[:1] == y[:1] else EVERY
    if goes == 0:
        return SAME if reading is POINT else Folded(product(x[1:]) // product(y[1:]))
    return Groups(1, x[0] // y[0]) if y and x[0] % y[0] == 0 and goes < 0 else None
