"""Several networks side by side: their totals, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.columns import shown_shapes
from cnninspect.reports.numbers import formatter
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import Summary

HEADINGS = ("model", "input", "output", "layers", "with weights", "parameters", "MACs", "FLOPs", "weight bytes")
TEXT = 3
"""How many columns are text, which is set on the left; figures are set on the right."""


SACRIFICES = ("non-trainable", "trainable", "weight bytes", "with weights", "layers", "output", "input", "FLOPs")
"""Columns that a narrow terminal does without, the first ones first."""


def render(summaries: Sequence[Summary], *, units: str = "raw", times: str = "x", width: int | None = None) -> str:
    """One table of all totals; unknown is ``?``. With a width, the columns that fit into it; without one, all of them."""
    keras = any(summary.keras is not None for summary in summaries)
    rows = [[*HEADINGS, *(("Keras total", "trainable", "non-trainable") if keras else ())]]
    rows += [_row(summary, units, times) for summary in summaries]
    while True:
        right = [heading not in HEADINGS[:TEXT] for heading in rows[0]]
        lines = [line.rstrip() for line in aligned(rows, right)]
        over = width is not None and max(map(len, lines)) > width
        lost = next((heading for heading in SACRIFICES if heading in rows[0]), None) if over else None
        if lost is None:
            return "\n".join(lines) + "\n"
        at = rows[0].index(lost)
        for row in rows:
            del row[at : at + 1]  # a row may be shorter: not every network has what Keras counts


def _row(summary: Summary, units: str, times: str) -> list[str]:
    number = formatter(units)
    graph, sums = summary.graph, summary.totals
    heads = [graph.shape(output.tensor) for output in graph.outputs if not output.training]
    return [
        clip(graph.name, 60),
        shown_shapes([given.shape for given in graph.inputs], times, "*"),
        shown_shapes(heads, times, "*"),
        f"{sums.layers:,}",
        number(sums.weight_layers),
        number(sums.parameters),
        number(sums.macs),
        number(sums.flops),
        number(sums.weight_bytes),
        *([number(figure) for figure in summary.keras] if summary.keras is not None else []),
    ]
