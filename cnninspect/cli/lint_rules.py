"""``cnninspect lint-rules``: every design rule that ``check`` holds a model against, a line each."""

from __future__ import annotations

from typing import Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.explaining import width_for
from cnninspect.cli.output import emit
from cnninspect.values import clip

FORMATS = ("text", "json")


def lint_rules(
    filter: Annotated[str, typer.Argument(metavar="FILTER", help="Show those that mention this.")] = "",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """List the design rules.

    Each with its severity and what it finds; explain CODE tells why, with examples.

    JSON, cnninspect.lint-rules/1: rules, each with code, severity, summary, fix (what --fix does, or null) and page.
    """
    common.choose("--format", format, FORMATS)
    from cnninspect.reports import lint_rules as report

    found = report.entries(filter)
    if not found:
        raise common.fail(f"no rule mentions '{clip(filter)}'", "cnninspect lint-rules lists them all")
    emit(report.json(found) if format == "json" else report.render(found, width=width_for(output)), output)
    return 0
