"""Findings as a table for spreadsheets: one finding a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.delimited import joined
from cnninspect.reports.findings import safe

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked, Told
    from cnninspect.reports.check import View

COLUMNS = (
    *("severity", "code", "file", "line", "column", "end_line", "end_column"),
    *("layer", "models", "message", "help"),
)
FORMULA = "=+-@\t\r"
"""Signs with which a spreadsheet begins a formula."""


def render(checked: Checked, view: View) -> str:  # noqa: ARG001 - as every format
    """The table with its header."""
    return joined([list(COLUMNS), *[_cells(told) for told in view.shown]], ",")


def _cells(told: Told) -> list[str]:
    finding = told.finding
    span = finding.span
    place = [str(part) for part in (span.line, span.column, span.end_line, span.end_column)]
    texts = (finding.severity, finding.code, span.file, *place, finding.layer or "", " ".join(told.models))
    return [_inert(safe(text)) for text in (*texts, finding.message, finding.help)]


def _inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] and text[0] in FORMULA else text
