"""One unit of one layer: which positions of the input it sees, in words, numbers and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.numbers import percent
from cnninspect.reports.picture import Extent
from cnninspect.reports.rf_lines import AXES, ROWS, line, per_axis, remarks, share_beyond
from cnninspect.reports.rf_words import spans
from cnninspect.reports.svg_field import runs
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.reports.rf_lines import Line, Window
    from cnninspect.values import Shape

MAP = 2
"""Axes of a picture: of a volume the last two are drawn."""


class Unit(Record):
    """A unit of a layer and what it sees of one input."""

    line: Line
    image: Shape
    input: str
    at: tuple[int, ...]
    """Its position; empty where the layer has no places."""
    window: Window | None
    """Where its field begins and ends, the border left out of account; None where the field is unknown."""
    seen: tuple[int, ...]
    """The positions of the input that it sees on each axis, a bit each."""
    padding: float | None
    """How much of the window lies beyond the border."""


def unit(report: ReceptiveFields, layer: int, given: int, at: Sequence[int] | None) -> Unit:
    """A unit of a layer, the middle one where no position is given."""
    image = report.graph.inputs[given].shape
    one = line(report, layer, given)
    place = one.unit if at is None else tuple(at)
    where = None if len(image) == 1 else report.window(layer, given, place)
    if where is None:
        return Unit(one, image, report.graph.inputs[given].name, place, None, (), None)
    seen = report.seen(layer, given, place)
    if seen is None:  # what the windows say, holes unknown
        seen = tuple([_filled(first, last, size) for (first, last), size in zip(where, image[1:], strict=True)])
    return Unit(one, image, report.graph.inputs[given].name, place, where, seen, share_beyond(where, image))


def _filled(first: int, last: int, size: int) -> int:
    low, high = max(first, 0), min(last, size - 1)
    return ((1 << (high - low + 1)) - 1) << low if high >= low else 0


def extents(one: Unit) -> tuple[Extent | None, Extent]:
    """The axes of its picture: rows, None for a line, and columns; of a volume the last two."""
    assert one.window is not None
    axes = [
        Extent(size, first, last, seen)
        for size, (first, last), seen in zip(one.image[1:], one.window, one.seen, strict=True)
    ]
    return (axes[-2] if len(axes) >= MAP else None), axes[-1]


def title(one: Unit) -> str:
    """The layer and the unit."""
    where = f", unit {place(one.at)}" if one.at else ""
    return f"{clip(one.line.node.name)} ({clip(one.line.node.op, 40)}){where}"


def place(at: Sequence[int]) -> str:
    """A position as it is written after ``--at``."""
    return ",".join(map(str, at))


def facts(one: Unit) -> list[tuple[str, str]]:
    """Label and figure of everything there is to say."""
    node, field = one.line.node, one.line.field
    shape = node.outputs[0]
    told = [("output", "?" if shape is None else " × ".join(map(str, shape)))]
    told.append(
        ("input", f"{' × '.join(map(str, one.image))}" + ("" if one.input == "input" else f" ({clip(one.input)})"))
    )
    if field is None:
        return [*told, ("field", "? (what it reads is not stated, is data, or follows from a mistake)")]
    if not field.size:
        return [*told, ("field", "the input is a vector: it has no places")]
    told += [
        ("field", _by(field.size) + (" positions" if len(field.size) == 1 else "")),
        ("jump", per_axis(field.jump, " × ")),
        ("start", per_axis(field.start, " × ")),
        ("centre of a unit" if any(field.varies) else "centre of unit 0", per_axis(field.centre, " × ")),
    ]
    words = remarks(one.line)
    if words:
        told.append(("remarks", ", ".join(words)))
    if one.at:
        told.append(("unit", f"{place(one.at)} of {_by((shape or ())[1:])}"))
    told += _axes(one)
    if one.padding is not None:
        told.append(("padding", f"{percent(one.padding)} of the window lies beyond the border"))
    told.append(("share", f"{percent(_share(one))} of the input's positions"))
    return told


def _by(sizes: Sequence[object]) -> str:
    return " × ".join(map(str, sizes))


def _share(one: Unit) -> float:
    share = 1.0
    for seen, size in zip(one.seen, one.image[1:], strict=True):
        share *= seen.bit_count() / size
    return share


def _axes(one: Unit) -> list[tuple[str, str]]:
    """What it sees on each axis: where that begins and ends, how many positions, and holes."""
    assert one.window is not None
    told = []
    for name, size, (first, last), seen in zip(
        ROWS.get(len(one.seen), ()), one.image[1:], one.window, one.seen, strict=False
    ):
        found = runs(seen, size)
        if not found:
            told.append((name, f"none of {size}: the window is {first} to {last}, all of it padding"))
            continue
        low, high = found[0][0], found[-1][1]
        words = f"{low}–{high}" if low < high else str(low)
        count = seen.bit_count()
        words += f", {count} of {size}"
        if high - low + 1 > count:
            holes = high - low + 1 - count
            words += f", {holes} hole{'s' if holes > 1 else ''} between"
            words += f" ({spans(found)})" if len(found) <= 4 else ""  # noqa: PLR2004 - a short line
        if first < 0 or last >= size:
            words += f"; the window is {first} to {last}"
        told.append((name, words))
    return told


def record(one: Unit) -> dict[str, object]:
    """The unit for JSON; null for what is unknown."""
    known = one.window is not None
    axes = AXES.get(len(one.image) - 1, ())
    return {
        "at": one.at,
        "window": None if one.window is None else [list(ends) for ends in one.window],
        "seen": [
            {
                "axis": axis,
                "first": found[0][0] if found else None,
                "last": found[-1][1] if found else None,
                "count": seen.bit_count(),
                "runs": [list(run) for run in found],
            }
            for axis, size, seen in zip(axes, one.image[1:], one.seen, strict=False)
            for found in [runs(seen, size)]
        ]
        if known
        else None,
        "share": _share(one) if known else None,
        "padding": one.padding,
    }
