"""A checkpoint held against a model, for programs: ``cnninspect.weights/1`` and CSV.

``tensors`` has those of the network in its order, then what else the checkpoint has; ``status`` is loads, missing,
unexpected, shape (another one), defaulted (a counter that begins at 0) or tied (the weights of a layer that shares
them); ``key`` is the name in the network and ``stored`` the one in the checkpoint, null on the side that has it not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.findings import records
from cnninspect.reports.json import value
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.analysis.weights import Inspection
    from cnninspect.reports.weights_words import Line

SCHEMA = "cnninspect.weights/1"
COLUMNS = (
    "status",
    "key",
    "stored",
    "network_shape",
    "checkpoint_shape",
    "dtype",
    "bytes",
    "layer",
    "file",
    "line",
    "near",
)


def json(found: Inspection, lines: Sequence[Line]) -> str:
    """Everything, a tensor a line; without tensors where the model has mistakes."""
    graph, matching, better = found.loaded.graph, found.matching, found.better
    sections: dict[str, object] = {
        "schema": SCHEMA,
        "model": None
        if graph is None
        else {"name": graph.name, "source": graph.source, "variant": graph.variant, "params": graph.params},
        "checkpoint": {
            "file": found.checkpoint.name,
            "format": found.checkpoint.format,
            "tensors": len(found.checkpoint.tensors),
            "bytes": sum([tensor.bytes for tensor in found.checkpoint.tensors]),
            "notes": found.checkpoint.notes,
        },
        "strict": found.strict,
        "layout": found.layout,
        "stripped": None if matching is None else "".join(matching.stripped),
        "fits": found.fits,
        "totals": found.totals,
        "better": None
        if better is None
        else {"variant": better.variant, "params": better.sets, "loads": better.loads, "of": better.total},
        "advice": found.advice,
    }
    parts = [f'  "{key}": {value(item)}' for key, item in sections.items()]
    parts.append(
        '  "tensors": [' + ",".join(["\n    " + value(_tensor(line)) for line in lines]) + ("\n  ]" if lines else "]")
    )
    parts.append(f'  "findings": {value(records(found.loaded.findings))}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def csv(lines: Sequence[Line]) -> str:
    """A tensor a record, nothing where a side has it not."""
    rows: list[Sequence[str]] = [COLUMNS]
    for line in lines:
        tensor = _tensor(line)
        shapes = ["" if shape is None else "x".join(map(str, shape)) for shape in (line.row.wanted, line.row.found)]
        cells = [*shapes, *[tensor[key] for key in COLUMNS[5:]]]
        rows.append(
            ["" if cell is None else str(cell) for cell in (line.row.status, line.row.key, line.row.stored, *cells)]
        )
    return "".join([",".join([_cell(cell) for cell in row]) + "\n" for row in rows])


def _cell(cell: str) -> str:
    text = clip(cell, 4096)
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


def _tensor(line: Line) -> dict[str, object]:
    row, node, stored = line
    return {
        "status": row.status,
        "key": row.key,
        "stored": row.stored,
        "network_shape": row.wanted,
        "checkpoint_shape": row.found,
        "dtype": None if stored is None else stored.dtype,
        "bytes": None if stored is None else stored.bytes,
        "layer": None if node is None else node.name,
        "file": None if node is None else node.span.file,
        "line": None if node is None else node.span.line,
        "near": row.near,
    }
