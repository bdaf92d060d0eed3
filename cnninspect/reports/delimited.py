"""Tables for other programs: comma or tab separated with raw numbers, and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.columns import COLUMNS, shown_shapes
from cnninspect.reports.numbers import UNKNOWN, formatter, percent
from cnninspect.reports.plain import RIGHT, times
from cnninspect.reports.totals import broken, conventions, heading, mark, totals
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.api import Summary
    from cnninspect.reports.lines import Line

COLUMNS_OF_CSV = (
    "name", "type", "block", "input", "output",
    "parameters", "trainable", "buffers", "macs", "flops", "weight_bytes", "activation_bytes", "training", "shares",
)  # fmt: skip
COLUMNS_OF_MARKDOWN = ("name", "type", "output", "parameters", "macs")
KERAS = ("total", "trainable", "non_trainable")
TOTALS = (
    "layers",
    "weight_layers",
    "parameters",
    "trainable",
    "buffers",
    "macs",
    "flops",
    "weight_bytes",
    "activation_bytes",
)


def render(  # noqa: PLR0913 - what to show
    summary: Summary,
    lines: Sequence[Line],
    columns: Sequence[str],
    *,
    separator: str = ",",
    model: str | None = None,
    header: bool = True,
) -> str:
    """One record a line, the names of the columns first; ``model`` is put before each record."""
    before = [] if model is None else [clip(model, 200)]
    rows = [["model", *columns][1 - len(before) :]] if header else []
    rows += [[*before, *[_raw(name, line, summary) for name in columns]] for line in lines]
    return joined(rows, separator)


def render_totals(summaries: Sequence[tuple[str, Summary | None]], *, separator: str = ",") -> str:
    """One record for each network: its totals."""
    keras = KERAS if any(summary is not None and summary.keras for _, summary in summaries) else ()
    rows = [["model", *TOTALS, *[f"keras_{key}" for key in keras]]]
    for name, summary in summaries:
        sums = None if summary is None else summary.totals
        count = None if summary is None else summary.keras
        found = [*[getattr(sums, key, None) for key in TOTALS], *[getattr(count, key, None) for key in keras]]
        rows.append([clip(name, 200), *["" if value is None else str(value) for value in found]])
    return joined(rows, separator)


def header_only(columns: Sequence[str], *, separator: str = ",", model: bool = False) -> str:
    """The names of the columns, where no network could be read."""
    return joined([["model", *columns] if model else list(columns)], separator)


def _raw(name: str, line: Line, summary: Summary) -> str:
    column = COLUMNS[name]
    value = column.value(line, summary)
    if value is None:
        return ""
    if column.kind == "shape":
        text = shown_shapes(value, "x", "*")
        return "" if text == UNKNOWN else text
    if name == "type" and line.scope:
        return "scope"
    return f"{value}{times(line)}" if name == "name" else str(value)


def joined(rows: Iterable[Sequence[str]], separator: str) -> str:
    """Rows of cells as lines, quoted where that is needed."""
    return "".join([separator.join([_quoted(cell, separator) for cell in row]) + "\n" for row in rows])


def _quoted(cell: str, separator: str) -> str:
    """RFC 4180: in quotes where the text could be taken for structure, quotes doubled."""
    if cell.isalnum() or not any(mark in cell for mark in (separator, '"', "\n", "\r")):
        return cell
    return '"' + cell.replace('"', '""') + '"'


# --- Markdown ----------------------------------------------------------------------------


def markdown(  # noqa: PLR0913 - what to show
    summary: Summary,
    lines: Sequence[Line],
    columns: Sequence[str],
    *,
    units: str = "raw",
    hidden: int = 0,
    table: bool = True,
    notes: bool = True,
) -> str:
    """A heading, the table, the totals and what they mean, readable also as plain text."""
    number = formatter(units)
    sections: list[list[str]] = []
    if notes:
        name, source, description = heading(summary)
        sections += [[f"### {_escaped(name)}"], [_escaped(f"{source}: {description}" if description else source)]]
    if table:
        rows = [[_cell(column, line, summary, units) for column in columns] for line in _marked(lines, summary)]
        sections.append(
            markdown_table(
                [COLUMNS[name].title for name in columns], rows, [COLUMNS[name].kind in RIGHT for name in columns]
            )
        )
        if hidden:
            sections.append([f"… {hidden:,} more"])
    sections.append(
        markdown_table(["total", "", ""], [list(total) for total in totals(summary, number)], [False, True, False])
    )
    if notes:
        sections.append([" ".join(conventions(summary))])
    return "\n\n".join(["\n".join(section) for section in sections]) + "\n"


def _marked(lines: Sequence[Line], summary: Summary) -> list[Line]:
    bad = broken(summary)
    return [line._replace(name=line.name + times(line) + mark(line, bad)) for line in lines]


def _cell(name: str, line: Line, summary: Summary, units: str) -> str:
    column = COLUMNS[name]
    value = column.value(line, summary)
    if column.kind == "shape":
        return shown_shapes(value, " × ", " of ")
    if column.kind == "number":
        return formatter(units)(value)
    if column.kind == "share" and value != "":
        return percent(value)
    if column.kind == "figure":
        return UNKNOWN if value is None else column.write(value)
    return str(value)


def markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """A table whose bars stand below each other also in the source."""
    written = [[_escaped(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*written, strict=True)]
    rule = ["-" * (width - 1) + ":" if end else "-" * width for width, end in zip(widths, right, strict=True)]
    return [
        "| "
        + " | ".join(
            [
                cell.rjust(width) if end else cell.ljust(width)
                for cell, width, end in zip(row, widths, right, strict=True)
            ]
        )
        + " |"
        for row in (written[0], rule, *written[1:])
    ]


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = clip(text, 4096)
    for special in "\\|<*`":
        text = text.replace(special, "\\" + special)
    return text
