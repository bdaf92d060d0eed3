"""A run for programs: ``cnninspect.run/1`` and CSV.

``layers`` have ``name, type, output_shapes`` (as they came), ``stated_shapes, seconds`` (median), ``alive_bytes`` and
``values``: ``count, mean, std, min, max`` of the finite ones, ``nan, infinite, channels, dead_channels``. ``outputs``
have ``top``: for each sample ``index, name, value, share``. ``first_bad`` is the first layer with a NaN or an
infinity. Numbers that JSON has no word for are null.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.running import Head, Layer, Ran
    from cnninspect.backends.running_values import Values

SCHEMA = "cnninspect.run/1"
COLUMNS = (
    "name", "type", "output", "stated", "seconds", "alive_bytes", "mean", "std", "min", "max", "nan", "infinite",
    "channels", "dead_channels",
)  # fmt: skip


def json(ran: Ran, names: Sequence[str] | None = None) -> str:
    """One run, a layer a line."""
    graph, times = ran.graph, ran.seconds
    node = None if ran.bad is None else graph.nodes[ran.bad.node]
    bad = ran.bad and node and {"layer": node.name, "at": str(node.span), "what": ran.bad.what, "why": ran.bad.why}
    sections = {
        "schema": quoted(SCHEMA),
        "model": value({"name": graph.name, "source": graph.source, "variant": graph.variant, "params": graph.params}),
        "inputs": value([{"name": given.name, "shape": given.shape} for given in graph.inputs]),
        "batch": str(ran.wanted.batch),
        "dtype": quoted(ran.dtype),
        "device": quoted(ran.device),
        "training": value(ran.wanted.train),
        "seed": str(ran.wanted.seed),
        "notes": value(list(ran.notes)),
        "totals": value(
            {
                "seconds": _finite(times[len(times) // 2]),
                "fastest_seconds": _finite(times[0]),
                "slowest_seconds": _finite(times[-1]),
                "runs": len(times),
                "peak_activation_bytes": ran.peak,
            }
        ),
        "first_bad": value(bad),
        "outputs": _lines([value(_head(head, names)) for head in ran.heads]),
        "layers": _lines([value(_layer(ran, layer)) for layer in ran.layers]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def _lines(items: Sequence[str]) -> str:
    return "[\n  " + ",\n  ".join(items) + "\n ]" if items else "[]"


def _finite(number: float | None) -> float | None:
    return None if number is None or number - number != 0 else number


def _values(values: Values) -> dict[str, object]:
    return {
        "count": values.numbers,
        "mean": _finite(values.mean),
        "std": _finite(values.std),
        "min": _finite(values.least),
        "max": _finite(values.most),
        "nan": values.nan,
        "infinite": values.infinite,
        "channels": values.channels,
        "dead_channels": values.dead,
    }


def _layer(ran: Ran, layer: Layer) -> dict[str, object]:
    node = ran.graph.nodes[layer.node]
    return {
        "name": node.name,
        "type": node.op,
        "output_shapes": list(layer.shapes),
        "stated_shapes": list(node.outputs),
        "seconds": _finite(layer.seconds),
        "alive_bytes": layer.alive,
        "values": _values(layer.values),
    }


def _head(head: Head, names: Sequence[str] | None) -> dict[str, object]:
    top = [
        [
            {"index": place, "name": names[place] if names else None, "value": _finite(number), "share": _finite(share)}
            for place, number, share in zip(one.places, one.numbers, one.shares, strict=True)
        ]
        for one in head.top
    ]
    return {"name": head.name, "shape": list(head.shape), "values": _values(head.values), "top": top}


def csv(ran: Ran) -> str:
    """A layer a record, the names of the columns first."""
    rows: list[Sequence[object]] = [COLUMNS]
    for layer in ran.layers:
        node, values = ran.graph.nodes[layer.node], layer.values
        shapes = [
            " ".join(["x".join(map(str, shape or ())) for shape in each]) for each in (layer.shapes, node.outputs)
        ]
        numbers = (values.mean, values.std, values.least, values.most, values.nan, values.infinite)
        rows.append((node.name, node.op, *shapes, layer.seconds, layer.alive, *numbers, values.channels, values.dead))
    return "".join([",".join([_cell(cell) for cell in row]) + "\n" for row in rows])


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text
