"""A table for pipes and files: full width, columns two spaces apart, every digit, nothing but text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.columns import COLUMNS, shown_shapes
from cnninspect.reports.numbers import UNKNOWN, formatter, percent
from cnninspect.reports.totals import broken, conventions, heading, mark, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import Summary
    from cnninspect.reports.lines import Line

RIGHT = ("number", "share", "figure")
"""Kinds of columns that stand on the right."""


def render(  # noqa: PLR0913 - what to show
    summary: Summary,
    lines: Sequence[Line],
    columns: Sequence[str],
    *,
    units: str = "raw",
    hidden: int = 0,
    table: bool = True,
    notes: bool = True,
) -> str:
    """The heading, the table, the totals and what they mean; ``hidden`` lines are only counted."""
    number = formatter(units)
    sections: list[list[str]] = []
    if notes:
        sections.append(["  ".join(filter(None, heading(summary)))])
    if table:
        body = aligned(
            [list(columns), *cells(summary, lines, columns, units)], [COLUMNS[name].kind in RIGHT for name in columns]
        )
        sections.append([*body, f"… {hidden:,} more"] if hidden else body)
    sections.append(
        [
            line.rstrip()
            for line in aligned([list(total) for total in totals(summary, number, "x")], [False, True, False])
        ]
    )
    if notes:
        sections.append(conventions(summary))
    return "\n\n".join(["\n".join(section) for section in sections]) + "\n"


def cells(summary: Summary, lines: Sequence[Line], columns: Sequence[str], units: str) -> list[list[str]]:
    """The text of every cell."""
    number = formatter(units)
    bad = broken(summary)
    rows = []
    for line in lines:
        row = []
        for name in columns:
            column = COLUMNS[name]
            value = column.value(line, summary)
            if name == "name":
                row.append(f"{value}{times(line)}{mark(line, bad)}")
            elif column.kind == "number":
                row.append(number(value))
            elif column.kind == "shape":
                row.append(shown_shapes(value, "x", "*"))
            elif column.kind == "share" and value != "":
                row.append(percent(value))
            elif column.kind == "figure" and value is not None:
                row.append(column.write(value) or "-")
            else:
                row.append(UNKNOWN if value is None else str(value) or "-")
        rows.append(row)
    return rows


def times(line: Line) -> str:
    """How many alike scopes a line stands for, where it is more than one."""
    return f" ×{line.times}" if line.times > 1 else ""


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell, no blanks at the end."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [
                cell.rjust(width) if end else cell.ljust(width)
                for cell, width, end in zip(row, widths, right, strict=True)
            ]
        ).rstrip()
        for row in rows
    ]
