"""Workings as JSON: every line with its expression and its value, null where it is no arithmetic."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING

from cnninspect.reports.expand import beginnings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.reports.working import Explanation
    from cnninspect.reports.working_window import Row, Section

SCHEMA = "cnninspect.explain/1"
FIGURES = ("parameters", "trainable", "buffers", "macs", "flops", "weight_bytes", "activation_bytes")


def explanation(what: Explanation, yaml: Sequence[str]) -> str:
    """The explanation of a layer for programs."""
    node, facts = what.node, what.node.facts
    shares = None if node.shares is None else what.graph.nodes[node.shares].name
    return document(
        {
            "schema": SCHEMA,
            "model": {"name": what.graph.name, "source": what.graph.source, "variant": what.graph.variant},
            "batch": what.batch,
            "dtype": what.dtype,
            "layer": node.name,
            "type": node.op,
            "source": {"file": node.span.file, "line": node.span.line, "column": node.span.column},
            "yaml": list(yaml),
            "means": what.meant,
            "calls": [{"block": call.block, "file": call.span.file, "line": call.span.line} for call in node.calls],
            "inputs": [{"name": name, "shape": shape} for name, shape in what.reads],
            "output_shapes": node.outputs,
            "read_by": what.readers,
            "outputs": what.heads,
            "shares": shares,
            "init": beginnings(node),
            "training": not what.runs,
            "copies": node.copies,
            "weights": None if facts is None else {node.weight_key(key): size for key, size in facts.weights.items()},
            "buffer_shapes": None if facts is None else {node.weight_key(k): size for k, size in facts.buffers.items()},
            "figures": {key: getattr(what.cost, key) for key in FIGURES},
            "torch": what.torch,
        },
        what.sections,
    )


def document(facts: Mapping[str, object], sections: Sequence[Section]) -> str:
    """Facts by their keys, one a line, and the sections of lines behind them."""
    lines = [f"{dumps(key)}: {dumps(value, ensure_ascii=False)}" for key, value in facts.items()]
    inside = ",\n  ".join([f"{dumps(section.key)}: {_rows(section.rows)}" for section in sections])
    return "{" + ",\n ".join([*lines, f'"workings": {{\n  {inside}}}']) + "}\n"


def _rows(rows: Sequence[Row]) -> str:
    return "[" + ",\n    ".join([dumps(_row(row), ensure_ascii=False) for row in rows]) + "]"


def _row(row: Row) -> dict[str, object]:
    line = row.line
    text = line.text if line.value is not None else None
    note = line.note if line.value is not None else " ".join(filter(None, (line.text, line.note)))
    exact = line.between or None
    return {
        "of": row.head, "symbol": line.label, "expression": text, "unrounded": exact, "value": line.value, "note": note
    }  # fmt: skip
