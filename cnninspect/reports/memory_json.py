"""Memory for programs: ``cnninspect.memory/1`` and CSV, raw integers, null or nothing for what is unknown."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph
    from cnninspect.passes.memory import Fit, Largest, Memory
    from cnninspect.reports.memory_lines import Line
    from cnninspect.values import Finding

SCHEMA = "cnninspect.memory/1"
COLUMNS = ("name", "type", "layers", "alive_bytes", "saved_bytes", "in_place", "training", "peak")


def json(graph: Graph, memory: Memory, largest: Largest | None, findings: Sequence[Finding] = ()) -> str:
    """One network, a layer a line."""
    stored = memory.stored
    sections = {
        "schema": quoted(SCHEMA),
        "model": value({"name": graph.name, "source": graph.source, "variant": graph.variant, "params": graph.params}),
        "inputs": value([{"name": given.name, "shape": given.shape} for given in graph.inputs]),
        "batch": str(memory.batch),
        "dtype": quoted(memory.dtype),
        "optimizer": quoted(memory.optimizer),
        "totals": value(
            {
                "weight_bytes": stored.weights,
                "buffer_bytes": stored.buffers,
                "peak_activation_bytes": memory.peak,
                "peak_layer": memory.peak_layer,
                "inference_bytes": memory.inference,
                "gradient_bytes": stored.gradients,
                "optimizer_bytes": stored.optimizer,
                "saved_activation_bytes": memory.saved,
                "training_bytes": memory.training,
            }
        ),
        "device": "null" if largest is None else value(_device(largest)),
        "layers": _lines(
            [
                value(
                    {
                        "name": moment.name,
                        "type": moment.op,
                        "alive_bytes": moment.alive,
                        "saved_bytes": moment.saved,
                        "in_place": moment.in_place,
                        "training": not moment.runs,
                    }
                )
                for moment in memory.timeline
            ]
        ),
        "unknown": value(list(memory.unknown)),
        "findings": _lines([value(record) for record in records(findings)]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


TOTALS = (
    "weight_bytes", "buffer_bytes", "peak_activation_bytes", "peak_layer", "inference_bytes", "gradient_bytes",
    "optimizer_bytes", "saved_activation_bytes", "training_bytes",
)  # fmt: skip


def nothing(name: str, batch: int, dtype: str, optimizer: str, findings: Sequence[Finding]) -> str:
    """The document on a network of which nothing could be made."""
    sections = {
        "schema": quoted(SCHEMA),
        "model": value({"name": name, "source": name, "variant": None, "params": None}),
        "inputs": "[]",
        "batch": str(batch),
        "dtype": quoted(dtype),
        "optimizer": quoted(optimizer),
        "totals": value(dict.fromkeys(TOTALS)),
        "device": "null",
        "layers": "[]",
        "unknown": "[]",
        "findings": _lines([value(record) for record in records(findings)]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def _device(largest: Largest) -> dict[str, object]:
    return {
        "memory_bytes": largest.device_bytes,
        "inference": _fit(largest.inference),
        "training": _fit(largest.training),
    }


def _fit(fit: Fit) -> dict[str, object]:
    return {"largest_batch": fit.batch, "bytes": fit.needs, "bytes_at_next_batch": fit.next_needs}


def _lines(items: Sequence[str]) -> str:
    return "[\n  " + ",\n  ".join(items) + "\n ]" if items else "[]"


def csv(lines: Sequence[Line]) -> str:
    """One line of the course a record, the names of the columns first."""
    rows = [COLUMNS, *[_record(line) for line in lines]]
    return "".join([",".join([_cell(cell) for cell in row]) + "\n" for row in rows])


def _record(line: Line) -> tuple[object, ...]:
    return line.name, line.op, line.layers, line.alive, line.saved, line.in_place, not line.runs, line.peak


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    text = str(cell).lower() if isinstance(cell, bool) else str(cell)
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
