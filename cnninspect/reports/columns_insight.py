"""Columns that need more than a layer's own costs: receptive fields, memory over time, estimated times.

The passes behind them run only where a column is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.reports.column import Column
from cnninspect.reports.numbers import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api import Summary
    from cnninspect.passes.field import Field
    from cnninspect.passes.roofline import Estimate
    from cnninspect.reports.lines import Line


# --- receptive fields --------------------------------------------------------------------


def _of_field(write: Callable[[Field], str]) -> Callable[[Line, Summary], str]:
    """What to say of the field of a line's last layer, for each input that it sees."""

    def value(line: Line, summary: Summary) -> str:
        if summary.insight is None:
            return UNKNOWN
        running = [row for row in line.rows if row.runs] or line.rows
        seen = summary.insight.fields[running[-1].place]
        texts = [UNKNOWN if field is None else write(field) for field in seen.values()]
        return texts[0] if len(set(texts)) == 1 else ", ".join(texts)

    return value


def _size(field: Field) -> str:
    if not field.size:
        return ""
    return "global" if field.everything else "×".join(map(str, field.size)) + ("*" if any(field.varies) else "")


def _per_axis(figures: Sequence[float | None]) -> str:
    """One figure where all axes have the same."""
    texts = [UNKNOWN if figure is None else f"{figure:g}" for figure in figures]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


# --- memory ------------------------------------------------------------------------------


def _alive(line: Line, summary: Summary) -> int | str | None:
    """The most that is alive while one of the line's layers runs."""
    if summary.insight is None:
        return None
    found = [summary.insight.memory.alive[row.place] for row in line.rows if row.runs]
    if not found:
        return 0
    known = [number for number in found if number is not None]
    return max(known) if len(known) == len(found) else None


def _saved(line: Line, summary: Summary) -> int | None:
    if summary.insight is None:
        return None
    found = [summary.insight.memory.saved[row.place] for row in line.rows]
    known = [number for number in found if number is not None]
    return sum(known) if len(known) == len(found) else None


# --- estimated times ---------------------------------------------------------------------


def _estimated(read: Callable[[Estimate, Summary], Any]) -> Callable[[Line, Summary], Any]:
    def value(line: Line, summary: Summary) -> object:
        if summary.roof is None:
            return None
        from cnninspect.passes.roofline import together

        layers = summary.roof.layers
        return read(together([layers[row.place] for row in line.rows]), summary)

    return value


def _time_share(part: Estimate, summary: Summary) -> float | None:
    from cnninspect.reports.roofline import share

    assert summary.roof is not None  # only then is an estimate asked
    return share(part, summary.roof)


def _duration(seconds: float) -> str:
    from cnninspect.reports.roofline import duration

    return duration(seconds)


def _intensity(number: float | str) -> str:
    from cnninspect.reports.roofline import ratio

    return number if isinstance(number, str) else ratio(number)


def _flops_a_byte(part: Estimate, _summary: Summary) -> float | str | None:
    if part.bytes is None or part.flops is None:
        return None
    return "" if part.intensity is None else part.intensity


COLUMNS: dict[str, Column] = {
    "field": Column("field", "text", _of_field(_size)),
    "jump": Column("jump", "text", _of_field(lambda field: _per_axis(field.jump))),
    "start": Column("start", "text", _of_field(lambda field: _per_axis(field.start))),
    "centre": Column("centre", "text", _of_field(lambda field: _per_axis(field.centre))),
    "alive_bytes": Column("alive bytes", "number", _alive),
    "saved_bytes": Column("saved bytes", "number", _saved),
    "moved_bytes": Column("bytes moved", "number", _estimated(lambda part, _: part.bytes)),
    "intensity": Column("FLOPs/byte", "figure", _estimated(_flops_a_byte), _intensity),
    "bound": Column("bound", "text", _estimated(lambda part, _: UNKNOWN if part.bound is None else part.bound)),
    "time": Column("time", "figure", _estimated(lambda part, _: part.seconds), _duration),
    "time_share": Column("share", "share", _estimated(_time_share)),
}
