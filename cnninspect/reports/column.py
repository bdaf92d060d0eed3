"""What a column of a table is: what stands above it, and how a line answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.api import Summary
    from cnninspect.reports.lines import Line


class Column(Record):
    """One column: what stands above it and how a line answers it."""

    title: str
    kind: str
    """``text``, ``shape``, ``number``, ``share``, ``figure`` (which it writes itself), or ``bar``, for terminals."""
    value: Callable[[Line, Summary], Any]
    write: Callable[[Any], str] = str
    """A figure as text; files have it as it is."""
