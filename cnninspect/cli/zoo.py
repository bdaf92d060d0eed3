"""``cnninspect zoo``: the networks that come with the program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.api import Shipped

FORMATS = ("table", "json", "markdown")


def zoo(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only networks with this in their name or family.")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.")] = "table",
    color: Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")] = "auto",
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the list to a file.")
    ] = None,
) -> int:
    """List the networks that come with the program: each name can be given as a MODEL."""
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    from cnninspect import api
    from cnninspect.reports import zoo as report

    listed = api.shipped()
    wanted = listed if name is None else _called(name, listed)
    if name is not None and not wanted:
        common.choose("zoo", name, [entry[0] for entry in listed])
    entries = []
    for called, family, path, variant in wanted:
        loaded = api.read(path, variant=variant)
        broken = loaded.graph is None or common.has_errors(loaded)
        summary = None if broken or loaded.graph is None else api.summarize(loaded.graph)
        entries.append(report.Entry(called, family, os.path.basename(path), variant, summary))
    if format == "table":
        text = report.render(entries, color=common.colored(color) and output in (None, "-"))
    else:
        text = report.json(entries) if format == "json" else report.markdown(entries)
    emit(text, output)
    return 1 if any(entry.summary is None for entry in entries) else 0


def _called(name: str, listed: list[Shipped]) -> list[Shipped]:
    """The networks whose name or family begins with ``name``, where there is none those that contain it."""
    lower = name.lower()
    first = [entry for entry in listed if entry[0].lower().startswith(lower) or entry[1].lower().startswith(lower)]
    return first or [entry for entry in listed if lower in entry[0].lower() or lower in entry[1].lower()]
