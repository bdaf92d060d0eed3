"""A scatter plot in characters: points by two numbers, named where there is room."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.numbers import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NARROWEST = 0.5
"""The least that an axis spans: half a power of ten, or half a unit."""
MARGIN = 0.03
"""What an axis goes on beyond its outermost points, of its length."""
STEPS = ((1.0,), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0))
FEW = 3
"""A scale with fewer marks than this cannot be read."""
SMALLEST = (20, 5)
"""Columns and rows of the smallest field in which anything is drawn."""
BOLD, DIM, CYAN = "1", "2", "1;36"

Cell = tuple[str, str]
"""A character and its style."""
BLANK: Cell = (" ", "")


class Point(Record):
    """One thing to draw."""

    x: float
    y: float
    label: str


class Drawing(Record):
    """The lines of a plot."""

    lines: list[str]
    named: int
    """How many points have their names."""
    crowded: bool
    """Whether several points share a cell anywhere."""


class Strokes(Record):
    """The characters that a plot is drawn with."""

    point: str
    side: str
    notch: str
    corner: str
    floor: str
    tooth: str


UNICODE = Strokes("●", "│", "┤", "└", "─", "┬")
ASCII = Strokes("o", "|", "+", "+", "-", "+")


class Axis:
    """A scale from numbers to cells, linear or logarithmic."""

    def __init__(self, values: Sequence[float], cells: int, *, log: bool) -> None:
        self.cells = cells
        self.log = log
        places = [self._place(value) for value in values]
        low, high = min(places), max(places)
        spare = max(MARGIN * (high - low), (NARROWEST - (high - low)) / 2)
        self.low, self.high = low - spare, high + spare

    def _place(self, value: float) -> float:
        return log10(value) if self.log else value

    def cell(self, value: float) -> int:
        """The cell of a number, counted from the low end."""
        return round((self._place(value) - self.low) / (self.high - self.low) * (self.cells - 1))

    def marks(self, apart: int) -> list[tuple[int, str]]:
        """The cells of round numbers with what to write there, ``apart`` cells from each other at least."""
        found: list[tuple[int, str]] = []
        for value in self._rounds() if self.log else self._evens(apart):
            cell = self.cell(value)
            if not found or cell - found[-1][0] >= apart:
                found.append((cell, _written(value)))
        return found

    def _rounds(self) -> list[float]:
        values: list[float] = []
        for digits in STEPS:
            powers = range(floor(self.low), ceil(self.high) + 1)
            all_values = [digit * 10.0**power for power in powers for digit in digits]
            values = [value for value in all_values if self.low <= log10(value) <= self.high]
            if len(values) >= FEW:
                break
        return values

    def _evens(self, apart: int) -> list[float]:
        span = self.high - self.low
        power = 10.0 ** floor(log10(span))
        least = span * apart / self.cells
        steps = [digit * power * factor for factor in (0.1, 1) for digit in (1, 2, 5)]
        step = next((step for step in steps if step >= least), 10 * power)
        return [index * step for index in range(ceil(self.low / step), floor(self.high / step) + 1)]


def _written(value: float) -> str:
    """A round number as short as can be: ``100K``, ``1.5G``, ``72.5``."""
    if value < 1000 and value != round(value):  # noqa: PLR2004 - below the first letter
        return f"{value:.4g}"
    text = short(round(value))
    letter = text[-1] if text[-1].isalpha() else ""
    digits = text[: len(text) - len(letter)]
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + letter


def draw(  # noqa: PLR0913 - what to draw and with what
    points: Sequence[Point],
    titles: tuple[str, str],
    *,
    width: int,
    height: int,
    log_y: bool = True,
    strokes: Strokes = ASCII,
    color: bool = False,
) -> Drawing:
    """Points against a logarithmic horizontal axis; the first ones are the first to be named.

    Several points in one cell are a digit, ``*`` for more than nine.
    """
    rows = max(SMALLEST[1], height - 4)  # two titles, the floor and its numbers
    y_axis = Axis([point.y for point in points], rows, log=log_y)
    y_marks = dict(y_axis.marks(2))
    margin = max(map(len, y_marks.values()), default=0) + 2
    columns = max(SMALLEST[0], width - margin)
    x_axis = Axis([point.x for point in points], columns, log=True)
    spots: dict[tuple[int, int], list[Point]] = {}
    for point in points:
        spots.setdefault((y_axis.cell(point.y), x_axis.cell(point.x)), []).append(point)
    field, named = _field(spots, rows, columns, strokes)
    lines = [_painted([(titles[1], BOLD)], color=color)]
    for row in range(rows - 1, -1, -1):
        side = f"{y_marks.get(row, ''):>{margin - 2}} {strokes.notch if row in y_marks else strokes.side}"
        lines.append(_painted([(side, DIM), *field[row]], color=color))
    below = _below(x_axis.marks(8), columns, margin, strokes)
    lines += [_painted([(text, DIM)], color=color) for text in below]
    lines.append(_painted([(titles[0].rjust(margin + columns), BOLD)], color=color))
    return Drawing(lines, named, len(spots) < len(points))


def _below(marks: list[tuple[int, str]], columns: int, margin: int, strokes: Strokes) -> Iterator[str]:
    teeth = [cell for cell, _ in marks]
    yield (
        " " * (margin - 1)
        + strokes.corner
        + "".join([strokes.tooth if cell in teeth else strokes.floor for cell in range(columns)])
    )
    numbers = ""
    for cell, text in marks:
        start = min(margin + cell - len(text) // 2, margin + columns - len(text))
        numbers = numbers.ljust(start) + text
    yield numbers


def _field(
    spots: dict[tuple[int, int], list[Point]], rows: int, columns: int, strokes: Strokes
) -> tuple[list[list[Cell]], int]:
    """The cells inside the axes, the lowest row first, and how many points are named in them."""
    field = [[BLANK] * columns for _ in range(rows)]
    for (row, column), group in spots.items():
        many = len(group)
        field[row][column] = (strokes.point if many == 1 else str(many) if many < 10 else "*", CYAN)  # noqa: PLR2004
    named = sum([_name(field, row, column, group[0].label) for (row, column), group in spots.items()])
    return field, named


def _name(field: list[list[Cell]], row: int, column: int, text: str) -> bool:
    """Write a name beside its point, on the right or else on the left; whether there was room."""
    line = field[row]
    for start in (column + 2, column - 1 - len(text)):
        end = start + len(text)
        around = line[max(start - 1, 0) : end + 1]
        if start >= 0 and end <= len(line) and all(cell is BLANK for cell in around):
            line[start:end] = [(letter, "") for letter in text]
            return True
    return False


def _painted(cells: Sequence[Cell], *, color: bool) -> str:
    """Cells as text, no blanks at the end."""
    last = max([index for index, (text, _) in enumerate(cells) if not text.isspace() and text], default=-1)
    kept = cells[: last + 1]
    if not color:
        return "".join([text for text, _ in kept]).rstrip()
    return "".join([f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in kept])
