"""``cnninspect layers``: every layer type, a line each."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip

FORMATS = ("table", "json", "markdown")


def layers(
    filter: Annotated[str, typer.Argument(metavar="FILTER", help="Show those that mention this.")] = "",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.")] = "table",
    color: common.Color = "auto",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """List the layer types.

    List the layer types with what each is and the option that a bare value goes to.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    from cnninspect.reports import layers as report

    found = report.entries(filter)
    if not found:
        raise common.fail(f"no layer mentions '{clip(filter)}'", "cnninspect layers lists them all")
    if format == "json":
        text = report.json(found)
    elif format == "markdown":
        text = report.markdown(found)
    else:
        here = output in (None, "-")
        signs = not here or (sys.stdout.encoding or "").lower().startswith("utf")
        width = _width() if here else None
        text = report.render(found, color=common.colored(color) and here, width=width, ascii=not signs)
    emit(text, output)
    return 0


def _width() -> int | None:
    """How many columns the terminal has; None where there is no terminal."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
