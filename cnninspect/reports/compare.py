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


def render(summaries: Sequence[Summary], *, units: str = "raw", times: str = "x") -> str:
    """One table of all totals; unknown is ``?``."""
    number = formatter(units)
    keras = any(summary.keras is not None for summary in summaries)
    headings = [*HEADINGS, *(("Keras total", "trainable", "non-trainable") if keras else ())]
    rows = [headings]
    for summary in summaries:
        graph, sums = summary.graph, summary.totals
        heads = [graph.shape(output.tensor) for output in graph.outputs if not output.training]
        rows.append(
            [
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
            ],
        )
    return (
        "\n".join([line.rstrip() for line in aligned(rows, [column >= TEXT for column in range(len(headings))])]) + "\n"
    )
