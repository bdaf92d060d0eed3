"""What ``--plot`` and ``--image`` of several commands share: files for drawings, and photos below them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.reports.svg import Drawing

SUFFIXES = (".svg", ".png")
LARGEST_PHOTO = 32 * 2**20


def check(plot: str | None, output: str | None) -> None:
    """Refuse a name that no drawing can go to."""
    if plot is None:
        return
    if not plot.lower().endswith(SUFFIXES):
        raise common.fail(f"--plot writes .svg and .png, not '{clip(plot)}'", "end the name with .svg")
    refuse_both("--plot", plot, output)


def refuse_both(option: str, drawing: str | None, output: str | None) -> None:
    """Refuse one file for a drawing and for the report: one of them would be lost."""
    if drawing is None or output in (None, "-") or os.path.realpath(output or "") != os.path.realpath(drawing):
        return
    raise common.fail(f"{option} and --output both name '{clip(drawing)}'", "name another file for one of them")


def photo(path: str) -> tuple[str, bytes]:
    """A picture file: its media type and its bytes."""
    from cnninspect.reports.rf_plot import media_type

    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise common.fail(f"--image '{clip(path)}' is no file", "name a PNG, JPEG, GIF or WebP file")
        if os.path.getsize(path) > LARGEST_PHOTO:
            raise common.fail(f"--image '{clip(path)}' is larger than 32 MiB", "make the picture smaller first")
        with open(path, "rb") as file:
            data = file.read(LARGEST_PHOTO + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise common.fail(f"cannot read --image '{clip(path)}': {why}") from None
    kind = media_type(data)
    if kind is None:
        raise common.fail(f"--image '{clip(path)}' is no picture, or is cut off", "use a PNG, JPEG, GIF or WebP file")
    return kind, data


def drawn(plot: str, drawing: Drawing, image: str | None = None) -> str | bytes:
    """A drawing as the file that ``--plot`` names."""
    if plot.lower().endswith(".svg"):
        from cnninspect.reports.svg import write

        return write(drawing)
    from cnninspect.reports import svg_png

    try:
        return svg_png.write(drawing)
    except svg_png.NoPillow:
        raise common.fail("a .png needs Pillow: pip install 'cnninspect[plot]'", "an .svg needs nothing") from None
    except svg_png.BadPicture as bad:
        raise common.fail(f"cannot read --image '{clip(image or '')}': {clip(bad)}") from None
