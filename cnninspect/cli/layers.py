"""``cnninspect layers``: every layer type, a line each."""

from __future__ import annotations

from typing import Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip

FORMATS = ("table", "json", "markdown")


def layers(
    filter: Annotated[str, typer.Argument(metavar="[FILTER]", help="Show those that mention this.")] = "",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.")] = "table",
    color: Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")] = "auto",
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
        text = report.render(found, color=common.colored(color) and output in (None, "-"))
    emit(text, output)
    return 0
