"""Curves in characters: one sign for each, along a line of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.scales import Scale, written
from cnninspect.reports.scatter import BOLD, DIM, Strokes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.reports.runs_words import Curve

SIGNS, PLAIN_SIGNS = "●○▲△■□◆◇", "ox+*#@%&"
BETWEEN, PLAIN_BETWEEN = "·", "."
HUES = ("1;36", "1;33", "1;35", "1;32", "1;34", "1;31", "36", "33")
NARROWEST = 20
APART = 9
"""Columns between numbers below the axis."""
MOST = 8
"""So many curves can be told apart."""

Cell = tuple[str, str]


class Pen:
    """What is drawn with, and whether in colours."""

    def __init__(self, strokes: Strokes, *, unicode: bool, color: bool) -> None:
        self.strokes = strokes
        self.signs = SIGNS if unicode else PLAIN_SIGNS
        self.between = BETWEEN if unicode else PLAIN_BETWEEN
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and style and text.strip() else text


def draw(  # noqa: PLR0913 - what to draw and with what
    curves: Sequence[Curve],
    titles: tuple[str, str],
    pen: Pen,
    *,
    width: int,
    height: int,
    log: bool = False,
    write: Callable[[float], str] = written,
) -> list[str]:
    """The lines of a plot, a legend below it; the first curve lies on top."""
    shown = curves[:MOST]
    points = [point for curve in shown for point in curve.points if not log or point[1] > 0]
    rows = max(height - 4, 4)
    up = Scale([y for _, y in points], log=log)
    marks = {round(up.share(value) * (rows - 1)): write(value) for value in reversed(up.marks(max(rows // 2, 2)))}
    margin = max(map(len, marks.values()), default=0) + 2
    columns = max(width - margin, NARROWEST)
    across = Scale([x for x, _ in points], tight=True)
    field: list[list[Cell]] = [[(" ", "")] * columns for _ in range(rows)]
    for place in reversed(range(len(shown))):
        points_of = _placed(shown[place], across, up, (columns, rows))
        _trace(field, points_of, (pen.signs[place], HUES[place]), (pen.between, HUES[place]))
    lines = [pen.paint(titles[1], BOLD)]
    for row in range(rows - 1, -1, -1):
        side = f"{marks.get(row, ''):>{margin - 2}} {pen.strokes.notch if row in marks else pen.strokes.side}"
        body = "".join([pen.paint(text, style) for text, style in _runs(field[row])])
        lines.append((pen.paint(side, DIM) + body).rstrip())
    lines += [pen.paint(text, DIM) for text in _below(across, columns, margin, pen.strokes)]
    lines.append((" " * margin + titles[0].rjust(columns)).rstrip())
    return lines + _legend(shown, len(curves) - len(shown), pen, width)


def _runs(cells: Sequence[Cell]) -> list[Cell]:
    """Neighbouring cells of one style as one."""
    found: list[Cell] = []
    for text, style in cells:
        if found and found[-1][1] == style:
            found[-1] = found[-1][0] + text, style
        else:
            found.append((text, style))
    return found


def _placed(curve: Curve, across: Scale, up: Scale, size: tuple[int, int]) -> list[tuple[float, float]]:
    """Where the points of a curve lie in the field."""
    columns, rows = size
    kept = [point for point in curve.points if not up.log or point[1] > 0]
    return [(across.share(x) * (columns - 1), up.share(y) * (rows - 1)) for x, y in kept]


def _trace(field: list[list[Cell]], points: Sequence[tuple[float, float]], sign: Cell, between: Cell) -> None:
    """Draw one curve: its points, and dots from each to the next."""
    for (x, y), (right, above) in zip(points, points[1:]):  # noqa: B905, RUF007 - pairs; itertools has to be imported
        steps = max(round(max(abs(right - x), abs(above - y))), 1)
        for step in range(1, steps):
            share = step / steps
            field[round(y + share * (above - y))][round(x + share * (right - x))] = between
    for x, y in points:
        field[round(y)][round(x)] = sign


def _below(across: Scale, columns: int, margin: int, strokes: Strokes) -> list[str]:
    marks = {round(across.share(value) * (columns - 1)): written(value) for value in across.marks(columns // APART)}
    edge = "".join([strokes.tooth if column in marks else strokes.floor for column in range(columns)])
    numbers = ""
    for cell, text in sorted(marks.items()):
        start = min(margin + cell - len(text) // 2, margin + columns - len(text))
        if start > len(numbers) or not numbers:
            numbers = numbers.ljust(start) + text
    return [" " * (margin - 1) + strokes.corner + edge, numbers]


def _legend(curves: Sequence[Curve], left: int, pen: Pen, width: int) -> list[str]:
    """Which sign is whose, as many in a line as fit."""
    entries = [(f"{pen.signs[place]} ", curve.name, HUES[place]) for place, curve in enumerate(curves)]
    lines, used = [""], 0
    for sign, name, hue in entries:
        size = len(sign) + len(name) + 3
        if used and used + size > width:
            lines.append("")
            used = 0
        lines[-1] += ("   " if used else "") + pen.paint(sign.strip(), hue) + " " + name
        used += size
    return lines + ([f"and {left} more, which are not drawn: name fewer runs"] if left else [])
