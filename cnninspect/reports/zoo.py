"""The networks that come with the program, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.columns import shown_shapes
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.json import value
from cnninspect.reports.numbers import whole
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import Summary

SCHEMA = "cnninspect.zoo/1"
TITLES = ("name", "family", "year", "input", "parameters", "MACs")
RIGHT = (False, False, True, False, True, True)
BOLD, DIM = "\x1b[1m{}\x1b[0m", "\x1b[2m{}\x1b[0m"


class Entry(Record):
    """One network that can be named."""

    name: str
    family: str
    file: str
    variant: str | None
    summary: Summary | None
    """None where the network has a mistake."""


def render(entries: Sequence[Entry], *, color: bool = False) -> str:
    """A line for each network."""
    lines = aligned([TITLES, *[_cells(entry, "x") for entry in entries]], RIGHT)
    files = len({entry.file for entry in entries})
    ends = f"{len(entries)} network{'s' if len(entries) != 1 else ''} in {files} file{'s' if files != 1 else ''}"
    if color:
        lines[0], ends = BOLD.format(lines[0]), DIM.format(ends)
    return "\n".join([*lines, "", ends]) + "\n"


def markdown(entries: Sequence[Entry]) -> str:
    """The same as a Markdown table."""
    return "\n".join(markdown_table(TITLES, [_cells(entry, " × ") for entry in entries], RIGHT)) + "\n"


def json(entries: Sequence[Entry]) -> str:
    """The same for programs, one network a line."""
    models = ",\n  ".join([value(_record(entry)) for entry in entries])
    return (
        f'{{"schema": {value(SCHEMA)},\n "models": [\n  {models}]}}\n'
        if entries
        else f'{{"schema": {value(SCHEMA)},\n "models": []}}\n'
    )


def _cells(entry: Entry, times: str) -> list[str]:
    record = _record(entry)
    shapes = [] if entry.summary is None else [given.shape for given in entry.summary.graph.inputs]
    year = record["year"]
    sums = entry.summary.totals if entry.summary else None
    return [
        clip(entry.name),
        clip(entry.family),
        "-" if year is None else clip(year, 10),
        ", ".join([shown_shapes([shape], times, "") for shape in shapes]) or "?",
        whole(sums.parameters if sums else None),
        whole(sums.macs if sums else None),
    ]


def _record(entry: Entry) -> dict[str, object]:
    graph = entry.summary.graph if entry.summary else None
    sums = entry.summary.totals if entry.summary else None
    reference = graph.reference if graph else None
    return {
        "name": entry.name,
        "family": entry.family,
        "file": entry.file,
        "variant": entry.variant,
        "year": reference.get("year") if isinstance(reference, dict) else None,
        "input": graph.inputs[0].shape if graph else None,
        "inputs": {given.name: given.shape for given in graph.inputs} if graph else None,
        "layers": sums.layers if sums else None,
        "weight_layers": sums.weight_layers if sums else None,
        "parameters": sums.parameters if sums else None,
        "macs": sums.macs if sums else None,
        "flops": sums.flops if sums else None,
        "description": graph.description if graph else None,
    }
