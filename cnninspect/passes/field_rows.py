"""Tensors laid one behind the other, whose rows of pieces need no cutting: in a deep concat they are as long as it is deep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reads import Reads, Same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.reads import Pieces
    from cnninspect.values import Shape


def laid(rows: Sequence[tuple[Reads, Shape, Pieces]], given: Sequence[Pieces], out: int) -> Pieces | None:
    """The pieces of tensors that lie one behind the other, as concat lays them; None where they do not."""
    made: tuple[tuple[int, int], ...] = ()
    place = 0
    for read, x, pieces in rows:
        channels = read.channels
        if type(channels) is not Same or channels.step != 1 or channels.shift != -place:
            return None
        if len(pieces) > 1 and pieces is not given[read.input]:
            return None  # neighbours may have become alike
        row = tuple(pieces) if len(pieces) > 1 else ((x[0], pieces[0][1]),)
        if made and made[-1][1] == row[0][1]:
            row = ((made[-1][0] + row[0][0], row[0][1]), *row[1:])
            made = made[:-1]
        made += row
        place += x[0]
    return made if place == out else None
