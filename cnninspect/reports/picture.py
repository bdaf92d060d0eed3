"""A picture of an input in characters: what a unit sees of it, how much, and what lies beyond its border.

One character stands for a block of positions that is twice as high as wide in numbers, because a
character is: a square of the input is a square of the picture. In colour each character holds two blocks.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    Cell = tuple[str, str]
    """A character and its colour."""

LARGEST = 4
"""Columns that one position of a small input is drawn with at most."""
NOTHING, BEYOND, UNSEEN, PART, SEEN = " ", "beyond", "unseen", "part", "seen"
"""What a block may be."""


class Extent(Record):
    """One axis of an input and what a unit sees of it."""

    size: int
    """Positions of the input."""
    first: int
    """Where the unit's window begins, which may be beyond the border: below 0."""
    last: int
    seen: int
    """The positions that it sees, a bit each."""


class Marks(Record):
    """The characters of a picture."""

    kinds: dict[str, str]
    corners: str
    """The four corners, then what runs across and what runs down."""
    ramp: str
    """From next to nothing to everything."""


UNICODE = Marks({NOTHING: " ", BEYOND: "░", UNSEEN: "·", PART: "▓", SEEN: "█"}, "┌┐└┘─│", "·░▒▓█")
ASCII = Marks({NOTHING: " ", BEYOND: ":", UNSEEN: ".", PART: "+", SEEN: "#"}, "++++-|", ".:-=+*%#")
HUES = {BEYOND: 130, UNSEEN: 237, PART: 31, SEEN: 45}
"""Colours of a palette of 256."""
HEAT = (235, 53, 89, 125, 161, 167, 173, 209, 215, 221, 228)
MEANINGS = {
    SEEN: "seen",
    PART: "in part",
    UNSEEN: "not seen",
    BEYOND: "beyond the border",
}


class Layout(Record):
    """How the positions of one axis are spread over blocks."""

    before: list[tuple[int, int]]
    inside: list[tuple[int, int]]
    after: list[tuple[int, int]]


def picture(  # noqa: PLR0913 - what to draw and with what
    rows: Extent | None, columns: Extent, *, width: int, height: int, color: bool = False, unicode: bool = True
) -> list[str]:
    """What a unit sees of a map (of a line where ``rows`` is None), framed by the input's border; then a legend."""
    halves = color and unicode
    down, across = _layouts(rows, columns, width, height, 2 if halves else 1)
    kinds = _kinds(rows, columns, down, across)
    marks = UNICODE if unicode else ASCII
    used = {kind for row in kinds for kind in row}
    if halves:
        body = _halved([[HUES.get(kind) for kind in row] for row in kinds])
        legend = [f"\x1b[38;5;{HUES[kind]}m█\x1b[0m {word}" for kind, word in MEANINGS.items() if kind in used]
    else:
        body = [[(marks.kinds[kind], "") for kind in row] for row in kinds]
        legend = [f"{marks.kinds[kind]} {word}" for kind, word in MEANINGS.items() if kind in used]
    return [*_framed(body, down, across, marks, 2 if halves else 1), "  ".join(legend)]


def heat(
    energy: Sequence[Sequence[float]], *, width: int, height: int, color: bool = False, unicode: bool = True
) -> list[str]:
    """Numbers from 0 up as shades, the greatest the brightest; shades go by the square root, so that tails show."""
    rows, columns = Extent(len(energy), 0, 0, 0), Extent(len(energy[0]), 0, 0, 0)
    halves = color and unicode
    line = len(energy) == 1
    down, across = _layouts(None if line else rows, columns, width, height, 2 if halves else 1)
    blocks = [[_mean(energy, tall, wide) for wide in across.inside] for tall in down.inside]
    top = max([max(row) for row in blocks]) or 1.0
    marks = UNICODE if unicode else ASCII
    if halves:
        body = _halved([[HEAT[_step(block / top, len(HEAT))] for block in row] for row in blocks])
    else:
        body = [[(marks.ramp[_step(block / top, len(marks.ramp))], "") for block in row] for row in blocks]
    return _framed(body, down, across, marks, 2 if halves else 1)


def _mean(energy: Sequence[Sequence[float]], tall: tuple[int, int], wide: tuple[int, int]) -> float:
    parts = [sum(row[wide[0] : wide[1]]) for row in energy[tall[0] : tall[1]]]
    return sum(parts) / ((tall[1] - tall[0]) * (wide[1] - wide[0]))


def _step(share: float, steps: int) -> int:
    """The shade of a share of the greatest."""
    return min(steps - 1, round(sqrt(share) * (steps - 1)))


# --- where blocks lie --------------------------------------------------------------------


def _layouts(rows: Extent | None, columns: Extent, width: int, height: int, halves: int) -> tuple[Layout, Layout]:
    """The blocks of both axes, alike in scale; a line is one block high."""
    total = _beyond(columns)
    scale = (sum(total) + columns.size) / max(width - 2, 4)
    if rows is not None:
        scale = max(scale, (sum(_beyond(rows)) + rows.size) / 2 / max(height - 2, 2))
    if scale < 1:  # several characters a position: an even number, so that a position is square
        wide = max(1, min(LARGEST, int(1 / scale) // 2 * 2))
        scale = 1 / wide
    across = _spread(columns, scale, 1)
    if rows is None:
        return Layout([], [(0, 1)] * halves, []), across
    return _spread(rows, 2 * scale, halves), across


def _beyond(extent: Extent) -> tuple[int, int]:
    """How many positions of the window lie before and after the input."""
    return max(0, -extent.first), max(0, extent.last - extent.size + 1)


def _spread(extent: Extent, scale: float, pieces: int) -> Layout:
    before, after = _beyond(extent)
    return Layout(
        [(start - before, end - before) for start, end in _blocks(before, scale, pieces)],
        _blocks(extent.size, scale, pieces),
        [(start + extent.size, end + extent.size) for start, end in _blocks(after, scale, pieces)],
    )


def _blocks(positions: int, scale: float, pieces: int) -> list[tuple[int, int]]:
    if not positions:
        return []
    count = max(1, round(positions / scale)) * pieces
    starts = [index * positions // count for index in range(count)]
    return [(start, max(start + 1, (index + 1) * positions // count)) for index, start in enumerate(starts)]


# --- what blocks show --------------------------------------------------------------------


def _kinds(rows: Extent | None, columns: Extent, down: Layout, across: Layout) -> list[list[str]]:
    tall = _cover(rows, down) if rows is not None else [(1.0, True)] * len(down.inside)
    wide = _cover(columns, across)
    inside_down = range(len(down.before), len(down.before) + len(down.inside))
    inside_across = range(len(across.before), len(across.before) + len(across.inside))
    return [
        [_kind(down_, across_, i in inside_down and j in inside_across) for j, across_ in enumerate(wide)]
        for i, down_ in enumerate(tall)
    ]


def _kind(down: tuple[float, bool], across: tuple[float, bool], inside: bool) -> str:  # noqa: FBT001 - one of three facts
    if not inside:
        return BEYOND if down[1] and across[1] else NOTHING
    share = down[0] * across[0]
    return SEEN if share == 1 else PART if share else UNSEEN


def _cover(extent: Extent, layout: Layout) -> list[tuple[float, bool]]:
    """For each block the share of it that is seen, and whether the window reaches it."""
    found = []
    for start, end in (*layout.before, *layout.inside, *layout.after):
        bits = (extent.seen >> start) & ((1 << (end - start)) - 1) if start >= 0 else 0
        found.append((bits.bit_count() / (end - start), start <= extent.last and end > extent.first))
    return found


# --- characters --------------------------------------------------------------------------


def _halved(shades: Sequence[Sequence[int | None]]) -> list[list[Cell]]:
    """Two rows of colours in each row of characters."""
    return [
        [_half(top, bottom) for top, bottom in zip(upper, lower, strict=True)]
        for upper, lower in zip(shades[::2], shades[1::2], strict=True)
    ]


def _half(top: int | None, bottom: int | None) -> Cell:
    if top is None:
        return (" ", "") if bottom is None else ("▄", f"38;5;{bottom}")
    if top == bottom:
        return ("█", f"38;5;{top}")
    return ("▀", f"38;5;{top}" if bottom is None else f"38;5;{top};48;5;{bottom}")


def _framed(body: Sequence[Sequence[Cell]], down: Layout, across: Layout, marks: Marks, halves: int) -> list[str]:
    """The body with the input's border drawn between what is inside and what is beyond."""
    left, right = len(across.before), len(across.before) + len(across.inside)
    top, bottom = len(down.before) // halves, (len(down.before) + len(down.inside)) // halves
    corners, line, side = marks.corners[:4], [(marks.corners[4], "")] * (right - left), (marks.corners[5], "")

    def ruled(row: Sequence[Cell], ends: str) -> str:
        return _joined([*row[:left], (ends[0], ""), *line, (ends[1], ""), *row[right:]])

    def split(row: Sequence[Cell], start: Cell, end: Cell) -> str:
        return _joined([*row[:left], start, *row[left:right], end, *row[right:]])

    lines = [split(row, row[left], row[right - 1]) for row in body[:top]]
    lines.append(ruled(body[top], corners[:2]))
    lines += [split(row, side, side) for row in body[top:bottom]]
    lines.append(ruled(body[bottom - 1], corners[2:]))
    return lines + [split(row, row[left], row[right - 1]) for row in body[bottom:]]


def _joined(cells: Sequence[Cell]) -> str:
    """Cells as text, each run of a colour dyed once, no blanks at the end."""
    text, style = "", ""
    for letter, wanted in cells:
        if wanted != style:
            text += ("\x1b[0m" if style else "") + (f"\x1b[{wanted}m" if wanted else "")
            style = wanted
        text += letter
    return text + "\x1b[0m" if style else text.rstrip()
