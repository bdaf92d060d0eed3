"""The page on one unit: what it sees in numbers, and a picture of that on the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import rf_effective
from cnninspect.reports.picture import heat, picture
from cnninspect.reports.rf_layer import extents, facts, title
from cnninspect.reports.table import BOLD, DIM, wrapped

if TYPE_CHECKING:
    from cnninspect.reports.rf_effective import Measured
    from cnninspect.reports.rf_layer import Unit

WIDEST = 100
"""Columns of a picture: a larger one shows no more."""
SMALLEST = 8
"""Lines of a picture at least."""
VOLUME = 4


def page(  # noqa: PLR0913 - what to show, and where
    unit: Unit,
    measured: Measured | None,
    *,
    width: int,
    height: int,
    color: bool,
    unicode: bool,
    notes: bool = True,
) -> str:
    """A heading, figures, and the picture; with a measurement its figures and the heat of the gradient as well."""
    told = facts(unit) + ([] if measured is None else rf_effective.facts(measured))
    label = max(map(len, [name for name, _ in told]))
    lines = [_dyed(title(unit), BOLD, color=color), ""]
    for name, text in told:
        folded = wrapped([text], max(width - label - 2, 20))
        lines.append(f"{_dyed(name.ljust(label), BOLD, color=color)}  {folded[0]}")
        lines += [" " * (label + 2) + more for more in folded[1:]]
    if unit.window is not None and unit.seen:
        room = {"width": min(width, WIDEST), "height": max(SMALLEST, min(height - 5, 40))}
        lines += ["", *_pictures(unit, measured, room, color=color, unicode=unicode)]
    if measured is not None and notes:
        lines += ["", *[_dyed(text, DIM, color=color) for text in wrapped(rf_effective.MEANING, width)]]
    return "\n".join([line.rstrip() for line in lines]) + "\n"


def _pictures(unit: Unit, measured: Measured | None, room: dict[str, int], *, color: bool, unicode: bool) -> list[str]:
    rows, columns = extents(unit)
    if measured is not None:
        lines = heat(measured.plane, **room, color=color, unicode=unicode)
        return [*lines, "the brighter, the larger the gradient"]
    lines = picture(rows, columns, **room, color=color, unicode=unicode)
    if len(unit.image) >= VOLUME:
        lines.append("rows and columns; the slices that are seen stand above")
    return lines


def _dyed(text: str, style: str, *, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color else text
