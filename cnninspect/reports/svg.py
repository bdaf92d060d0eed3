"""Drawings of a few kinds of strokes, written as SVG with nothing but text.

A drawing is a list of marks, so that the same one can also be painted as pixels (`svg_png`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    Span = tuple[float, float]
    """Where something begins, and how long it is."""
    Mark: TypeAlias = "Cells | Line | Dot | Words | Photo"

INK, FAINT, RULE = "#1f2933", "#6b7785", "#d5dbe1"
BLUE, ORANGE, GREEN, SHADE, PAPER = "#1769aa", "#c2570c", "#2e7d4f", "#fdebd8", "#ffffff"
HUES = (BLUE, ORANGE, GREEN, "#8e3b8a", "#b8860b", "#c0392b", "#16808a", INK)
"""Of curves, one after another."""
FONT = "DejaVu Sans, Verdana, sans-serif"
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


class Cells(Record):
    """Rectangles: every row span crossed with every column span."""

    columns: tuple[Span, ...]
    rows: tuple[Span, ...]
    fill: str | None
    opacity: float = 1.0
    stroke: str | None = None
    dashed: bool = False
    title: str = ""


class Line(Record):
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    stroke: str
    width: float = 1.0
    dashed: bool = False


class Dot(Record):
    """A point that tells its name where a pointer rests on it; a hollow one has no value of its own."""

    x: float
    y: float
    fill: str
    hollow: bool = False
    title: str = ""
    radius: float = 2.6


class Words(Record):
    """A text from, around or up to a place on its base line."""

    x: float
    y: float
    text: str
    size: float = 12
    anchor: str = "start"
    """start, middle or end."""
    fill: str = INK
    bold: bool = False


class Photo(Record):
    """A picture file stretched over a rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """Its media type."""
    data: bytes
    smooth: bool = True


class Drawing(Record):
    """Marks on paper, the first one the lowest."""

    width: int
    height: int
    title: str
    marks: tuple[Mark, ...]


def write(drawing: Drawing) -> str:
    """The drawing as an SVG file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width}" height="{drawing.height}" '
        f'viewBox="0 0 {drawing.width} {drawing.height}" role="img" font-family="{FONT}">'
    )
    body = [_written(mark, number) for number, mark in enumerate(drawing.marks)]
    paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escaped(drawing.title)}</title>", paper, *body, "</svg>", ""])


def escaped(text: str) -> str:
    """Text that XML takes for text; what XML cannot hold at all is left out."""
    legal = [letter for letter in text if letter.isprintable()]
    return "".join([ESCAPES.get(letter, letter) for letter in legal])


def _written(mark: Mark, number: int) -> str:
    return WRITERS[type(mark).__name__](mark, number)


def _cells(mark: Cells, number: int) -> str:
    style = f' fill="{mark.fill or "none"}"'
    if mark.opacity < 1:
        style += f' fill-opacity="{mark.opacity:g}"'
    if mark.stroke:
        style += f' stroke="{mark.stroke}"' + (' stroke-dasharray="5 3"' if mark.dashed else "")
    title = f"<title>{escaped(mark.title)}</title>" if mark.title else ""
    if len(mark.columns) == 1:  # the usual case, and any number of rows
        return _path([(*mark.columns[0], *row) for row in mark.rows], style, title)
    low, high = _bounds(mark.columns)
    if len(mark.rows) == 1:
        return _path([(*column, *mark.rows[0]) for column in mark.columns], style, title)
    top, bottom = _bounds(mark.rows)  # columns cut by rows: as many rectangles as there are spans, not their product
    cut = _path([(low, high - low, *row) for row in mark.rows], "", "")
    shown = _path([(*column, top, bottom - top) for column in mark.columns], style, title)
    return f'<clipPath id="rows{number}">{cut}</clipPath><g clip-path="url(#rows{number})">{shown}</g>'


def _bounds(spans: Sequence[Span]) -> Span:
    return spans[0][0], spans[-1][0] + spans[-1][1]


def _path(boxes: Sequence[tuple[float, float, float, float]], style: str, title: str) -> str:
    steps = "".join([f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h{_n(-width)}z" for x, width, y, height in boxes])
    return f'<path d="{steps}"{style}>{title}</path>' if title else f'<path d="{steps}"{style}/>'


def _line(mark: Line, _: int) -> str:
    points = " ".join([f"{_n(x)},{_n(y)}" for x, y in mark.points])
    dashes = ' stroke-dasharray="5 3"' if mark.dashed else ""
    return f'<polyline points="{points}" fill="none" stroke="{mark.stroke}" stroke-width="{mark.width:g}"{dashes}/>'


def _dot(mark: Dot, _: int) -> str:
    style = f'fill="{PAPER}" stroke="{mark.fill}"' if mark.hollow else f'fill="{mark.fill}"'
    shape = f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{mark.radius:g}" {style}'
    return f"{shape}><title>{escaped(mark.title)}</title></circle>" if mark.title else f"{shape}/>"


def _words(mark: Words, _: int) -> str:
    weight = ' font-weight="bold"' if mark.bold else ""
    return (
        f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{mark.size:g}" text-anchor="{mark.anchor}" '
        f'fill="{mark.fill}"{weight}>{escaped(mark.text)}</text>'
    )


def _photo(mark: Photo, _: int) -> str:
    from base64 import b64encode

    pixels = "" if mark.smooth else ' style="image-rendering:pixelated"'
    return (
        f'<image x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}" '
        f'preserveAspectRatio="none"{pixels} href="data:{mark.kind};base64,{b64encode(mark.data).decode("ascii")}"/>'
    )


def _n(number: float) -> str:
    """A length, to a hundredth of a pixel."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


WRITERS: dict[str, Callable[[Any, int], str]] = {
    "Cells": _cells,
    "Line": _line,
    "Dot": _dot,
    "Words": _words,
    "Photo": _photo,
}
"""How each kind of mark is written."""


def ticks(top: float, count: int = 6) -> list[int]:
    """Round numbers from 0 to ``top``, about as many as asked for."""
    step = 1
    while top / step > count:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, int(top) + 1, step))
