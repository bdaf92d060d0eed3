"""A drawing as pixels, painted by Pillow: twice as large as in SVG, so that small text stays sharp."""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cnninspect.reports.svg import PAPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.reports.svg import Cells, Dot, Drawing, Line, Photo, Words

ZOOM = 2
PLAIN = str.maketrans({"×": "x", "–": "-", "…": "~"})
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
DASH = (5, 3)
MOST = 64_000_000
"""Pixels of the largest photo that is unpacked."""


class NoPillow(Exception):
    """Pillow is not installed."""


class BadPicture(Exception):
    """A picture that Pillow cannot read."""


def write(drawing: Drawing) -> bytes:
    """The drawing as a PNG file; raises NoPillow, and BadPicture where a photo cannot be read."""
    from io import BytesIO

    try:
        images = _pillow("Image")
    except ImportError:
        raise NoPillow from None
    canvas = images.new("RGB", (drawing.width * ZOOM, drawing.height * ZOOM), PAPER)
    for mark in drawing.marks:
        canvas = PAINTERS[type(mark).__name__](canvas, mark)
    file = BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return file.getvalue()


def _pillow(module: str) -> Any:  # noqa: ANN401 - Pillow is not there for the type checker
    return import_module(f"PIL.{module}")


def _cells(canvas: Any, mark: Cells) -> Any:  # noqa: ANN401
    images, drawing = _pillow("Image"), _pillow("ImageDraw")
    boxes = [_box(x, y, width, height) for x, width in mark.columns for y, height in mark.rows]
    if mark.fill:
        mask = images.new("L", canvas.size, 0)
        pen = drawing.Draw(mask)
        for box in boxes:
            pen.rectangle(box, fill=round(255 * mark.opacity))
        canvas.paste(images.new("RGB", canvas.size, mark.fill), (0, 0), mask)
    if mark.stroke:
        for left, top, right, bottom in boxes:
            corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            _stroke(canvas, corners, mark.stroke, ZOOM, dashed=mark.dashed)
    return canvas


def _box(x: float, y: float, width: float, height: float) -> tuple[int, int, int, int]:
    """A rectangle of one pixel at least, both its ends included."""
    left, top = round(x * ZOOM), round(y * ZOOM)
    return left, top, max(left, round((x + width) * ZOOM) - 1), max(top, round((y + height) * ZOOM) - 1)


def _line(canvas: Any, mark: Line) -> Any:  # noqa: ANN401
    points = [(x * ZOOM, y * ZOOM) for x, y in mark.points]
    _stroke(canvas, points, mark.stroke, round(mark.width * ZOOM), dashed=mark.dashed)
    return canvas


def _stroke(
    canvas: Any,  # noqa: ANN401
    points: Sequence[tuple[float, float]],
    color: str,
    width: int,
    *,
    dashed: bool,
) -> None:
    pen = _pillow("ImageDraw").Draw(canvas)
    if not dashed:
        pen.line(points, fill=color, width=width)
        return
    on, off = DASH[0] * ZOOM, DASH[1] * ZOOM
    for (x, y), (u, v) in pairwise(points):
        length = ((u - x) ** 2 + (v - y) ** 2) ** 0.5
        at = 0.0
        while at < length:
            end = min(at + on, length)
            ends = [(x + (u - x) * t / length, y + (v - y) * t / length) for t in (at, end)]
            pen.line(ends, fill=color, width=width)
            at += on + off


def _dot(canvas: Any, mark: Dot) -> Any:  # noqa: ANN401
    radius = mark.radius * ZOOM
    x, y = mark.x * ZOOM, mark.y * ZOOM
    box = (x - radius, y - radius, x + radius, y + radius)
    _pillow("ImageDraw").Draw(canvas).ellipse(
        box, fill=PAPER if mark.hollow else mark.fill, outline=mark.fill, width=ZOOM
    )
    return canvas


def _words(canvas: Any, mark: Words) -> Any:  # noqa: ANN401
    font = _pillow("ImageFont").load_default(mark.size * ZOOM)
    place = (mark.x * ZOOM, mark.y * ZOOM)
    text = mark.text.translate(PLAIN).encode("ascii", "replace").decode("ascii")  # what Pillow's own font has
    _pillow("ImageDraw").Draw(canvas).text(place, text, fill=mark.fill, font=font, anchor=ANCHORS[mark.anchor])
    return canvas


def _photo(canvas: Any, mark: Photo) -> Any:  # noqa: ANN401
    from io import BytesIO

    images = _pillow("Image")
    size = (max(1, round(mark.width * ZOOM)), max(1, round(mark.height * ZOOM)))
    try:
        with images.open(BytesIO(mark.data)) as photo:
            if photo.width * photo.height > MOST:
                message = f"{photo.width} by {photo.height} pixels are too many"
                raise BadPicture(message)
            shown = photo.convert("RGB").resize(
                size, images.Resampling.BILINEAR if mark.smooth else images.Resampling.BOX
            )
    except BadPicture:
        raise
    except images.UnidentifiedImageError:
        message = "it is no picture that Pillow knows"
        raise BadPicture(message) from None
    except Exception as error:
        raise BadPicture(str(error)) from error
    canvas.paste(shown, (round(mark.x * ZOOM), round(mark.y * ZOOM)))
    return canvas


PAINTERS: dict[str, Any] = {"Cells": _cells, "Line": _line, "Dot": _dot, "Words": _words, "Photo": _photo}
"""How each kind of mark is painted."""
