"""The field of one unit on its input, and the effective field as a heat map, as drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.svg import BLUE, FAINT, INK, ORANGE, Cells, Drawing, Line, Photo, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.reports.picture import Extent
    from cnninspect.reports.svg import Mark, Span

LONGEST, SHORTEST = 520, 60
"""Pixels of the longer side of all that is shown, and of the shorter one at least."""
LEFT, TOP, BELOW, LINE = 64, 84, 34, 17
NARROWEST = 420
MOST = 256
"""Blocks of a heat map along its longer side."""
MAGMA = ((0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))


class Place:
    """Where the positions of an input lie on the paper."""

    def __init__(self, rows: Extent | None, columns: Extent) -> None:
        self.left, self.right = min(0, columns.first), max(columns.size, columns.last + 1)
        self.top, self.bottom = (0, 1) if rows is None else (min(0, rows.first), max(rows.size, rows.last + 1))
        wide, tall = self.right - self.left, self.bottom - self.top
        self.across = self.down = LONGEST / max(wide, tall)
        if rows is None or tall * self.down < SHORTEST:
            self.down = SHORTEST / tall
        elif wide * self.across < SHORTEST:
            self.across = SHORTEST / wide
        self.width, self.height = wide * self.across, tall * self.down

    def columns(self, first: int, last: int) -> Span:
        """The stretch of the paper from one column to another."""
        return LEFT + (first - self.left) * self.across, (last - first + 1) * self.across

    def rows(self, first: int, last: int) -> Span:
        """The stretch of the paper from one row to another."""
        return TOP + (first - self.top) * self.down, (last - first + 1) * self.down


def field(
    title: str,
    notes: Sequence[str],
    rows: Extent | None,
    columns: Extent,
    photo: tuple[str, bytes] | None = None,
) -> Drawing:
    """What a unit sees of a map (a line where ``rows`` is None): seen positions, its window, the input's border.

    Over a photo, which is stretched as the network sees it, what is not seen is darkened.
    """
    place = Place(rows, columns)
    tall = rows or columns._replace(size=1, first=0, last=0, seen=1)
    inside = place.columns(0, columns.size - 1), place.rows(0, tall.size - 1)
    seen_columns = tuple([place.columns(*run) for run in runs(columns.seen, columns.size)])
    seen_rows = tuple([place.rows(*run) for run in runs(tall.seen, tall.size)])
    window = (place.columns(columns.first, columns.last),), (place.rows(tall.first, tall.last),)
    marks: list[Mark] = [Cells(*window, ORANGE, 0.22)]
    if photo is None:
        marks.append(Cells((inside[0],), (inside[1],), "#e9edf1"))
        if seen_rows and seen_columns:
            marks.append(Cells(seen_columns, seen_rows, BLUE, 0.85))
    else:
        marks.append(Photo(inside[0][0], inside[1][0], inside[0][1], inside[1][1], *photo))
        marks += _darkened(place, tall, columns, seen_rows)
    marks += [Cells((inside[0],), (inside[1],), None, stroke=INK), Cells(*window, None, stroke=ORANGE, dashed=True)]
    marks += _ticks(place, tall if rows is not None else None, columns)
    return _page(title, notes, place, marks, _legend(photo is not None))


def runs(bits: int, size: int) -> list[tuple[int, int]]:
    """The stretches of ones in a bit mask, each by its first and last place."""
    found = []
    text = f"{bits:0{size}b}"[::-1]
    start = text.find("1")
    while start >= 0:
        end = text.find("0", start)
        end = len(text) if end < 0 else end
        found.append((start, end - 1))
        start = text.find("1", end)
    return found


def _darkened(place: Place, rows: Extent, columns: Extent, seen_rows: tuple[Span, ...]) -> Iterator[Mark]:
    dark = runs(~rows.seen & (1 << rows.size) - 1, rows.size)
    if dark:
        yield Cells((place.columns(0, columns.size - 1),), tuple([place.rows(*run) for run in dark]), "#000000", 0.62)
    dark = runs(~columns.seen & (1 << columns.size) - 1, columns.size)
    if dark and seen_rows:
        yield Cells(tuple([place.columns(*run) for run in dark]), seen_rows, "#000000", 0.62)


def _ticks(place: Place, rows: Extent | None, columns: Extent) -> Iterator[Mark]:
    """The numbers of the first and last column and row of the input and of what is seen."""
    last = -1e9
    for column in _told(columns):
        start, length = place.columns(column, column)
        x = start + length / 2
        if x - last >= 24:  # noqa: PLR2004 - room for three digits
            yield Line(((x, TOP + place.height), (x, TOP + place.height + 4)), FAINT)
            yield Words(x, TOP + place.height + 16, str(column), 10, "middle", FAINT)
            last = x
    last = -1e9
    for row in _told(rows) if rows is not None else ():
        start, length = place.rows(row, row)
        y = start + length / 2
        if y - last >= 11:  # noqa: PLR2004 - the height of a line
            yield Line(((LEFT - 4, y), (LEFT, y)), FAINT)
            yield Words(LEFT - 7, y + 3.5, str(row), 10, "end", FAINT)
            last = y


def _told(extent: Extent) -> list[int]:
    seen = [] if not extent.seen else [(extent.seen & -extent.seen).bit_length() - 1, extent.seen.bit_length() - 1]
    return sorted({extent.first, extent.last, 0, extent.size - 1, *seen})


def _legend(photo: bool) -> list[tuple[str, str, float, bool]]:  # noqa: FBT001 - one of two legends
    seen = ("not seen", "#000000", 0.62, False) if photo else ("seen", BLUE, 0.85, False)
    return [seen, ("window", ORANGE, 0.22, True)]


def _page(
    title: str,
    notes: Sequence[str],
    place: Place,
    marks: Sequence[Mark],
    legend: Sequence[tuple[str, str, float, bool]],
) -> Drawing:
    """A title, notes, the marks and a legend, on paper as large as they need."""
    bottom = TOP + place.height + BELOW
    height = bottom + 24 + LINE * max(0, len(notes) - 1)
    head = [Words(20, 28, title, 16, bold=True)]
    head += [Words(20, 48, text, 12, fill=FAINT) for text in notes[:1]]
    feet = [Words(20, bottom + 20 + LINE * index, text, 12, fill=FAINT) for index, text in enumerate(notes[1:])]
    x = 20.0
    keys: list[Mark] = []
    for words, hue, opacity, dashed in legend:
        keys.append(Cells(((x, 12.0),), ((60.0, 12.0),), hue, opacity, hue if dashed else None, dashed))
        keys.append(Words(x + 18, 70, words, 11, fill=FAINT))
        x += 40 + 6.5 * len(words)
    longest = max([len(title) * 9.5, *[len(text) * 6.7 for text in notes]])
    width = max(NARROWEST, place.width + LEFT + 24, longest + 40)
    return Drawing(round(width), round(height), title, (*head, *keys, *marks, *feet))


# --- the effective field -----------------------------------------------------------------


def heat(  # noqa: PLR0913 - numbers, and what they are drawn around
    title: str,
    notes: Sequence[str],
    energy: Sequence[Sequence[float]],
    rows: Extent | None,
    columns: Extent,
    box: tuple[tuple[int, int], tuple[int, int]],
) -> Drawing:
    """Shares of the gradient on the input, the theoretical window around them, and the box that holds most.

    ``box`` is the first and last row, then column.
    """
    place = Place(rows, columns)
    tall = rows or columns._replace(size=1, first=0, last=0, seen=1)
    inside = place.columns(0, columns.size - 1), place.rows(0, tall.size - 1)
    window = (place.columns(columns.first, columns.last),), (place.rows(tall.first, tall.last),)
    shown = Photo(inside[0][0], inside[1][0], inside[0][1], inside[1][1], "image/png", _pixels(energy), smooth=False)
    marks: list[Mark] = [
        Cells(*window, ORANGE, 0.22),
        shown,
        Cells((inside[0],), (inside[1],), None, stroke=INK),
        Cells(*window, None, stroke=ORANGE, dashed=True),
        Cells((place.columns(*box[1]),), (place.rows(*box[0]),), None, stroke="#7fd4ff"),
        *_ticks(place, rows, columns),
    ]
    return _page(title, notes, place, marks, [("window", ORANGE, 0.22, True), ("holds 95 %", "#7fd4ff", 1.0, False)])


def _pixels(energy: Sequence[Sequence[float]]) -> bytes:
    """The numbers as a PNG file; shades go by the square root, so that tails show."""
    down, across = -(-len(energy) // MOST), -(-len(energy[0]) // MOST)
    blocks = [
        [sum([sum(row[x : x + across]) for row in energy[y : y + down]]) for x in range(0, len(energy[0]), across)]
        for y in range(0, len(energy), down)
    ]
    top = max([max(row) for row in blocks]) or 1.0
    lines = [b"\0" + b"".join([_shade((block / top) ** 0.5) for block in row]) for row in blocks]
    return _png(len(blocks[0]), len(blocks), b"".join(lines))


def _shade(share: float) -> bytes:
    place = min(max(share, 0.0), 1.0) * (len(MAGMA) - 1)
    low = min(int(place), len(MAGMA) - 2)
    part = place - low
    return bytes([round(a + (b - a) * part) for a, b in zip(MAGMA[low], MAGMA[low + 1], strict=True)])


def _png(width: int, height: int, lines: bytes) -> bytes:
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", compress(lines, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
