"""A summary as JSON: one layer a line, raw integers, null for what is unknown. Keys are only ever added."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.findings import records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnninspect.api import Row, Summary
    from cnninspect.ir import Node, Output
    from cnninspect.passes.field import Field
    from cnninspect.values import Finding, Shape

SUMMARY = "cnninspect.summary/1"
SUMMARIES = "cnninspect.summaries/1"
COSTS = ("parameters", "trainable", "buffers", "macs", "flops", "weight_bytes", "activation_bytes")
TOTALS = (
    "layers", "weight_layers", "parameters", "trainable", "buffers", "macs", "flops", "weight_bytes",
    "peak_activation_bytes", "saved_activation_bytes", "activation_bytes",
)  # fmt: skip
KERAS = ("total", "trainable", "non_trainable")


def render(summary: Summary, findings: Sequence[Finding], *, table: bool = True) -> str:
    """One network; without the table its layers are left out."""
    return _document(_sections(summary, findings, table=table)) + "\n"


def render_broken(name: str, batch: int, dtype: str, findings: Sequence[Finding], *, keras: bool = False) -> str:
    """A network of which nothing could be made, and why."""
    return _document(_nothing(name, batch, dtype, findings, keras=keras)) + "\n"


def render_several(documents: Sequence[str]) -> str:
    """Several networks, each as its own document has it."""
    inside = ",\n".join([document.rstrip("\n") for document in documents])
    return f'{{"schema": {quoted(SUMMARIES)}, "models": [\n{inside}\n]}}\n'


def _document(sections: Mapping[str, str]) -> str:
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}"


def _sections(summary: Summary, findings: Sequence[Finding], *, table: bool) -> dict[str, str]:
    graph = summary.graph
    model = {
        "name": graph.name,
        "source": graph.source,
        "params": graph.params,
        "variant": graph.variant,
        "description": graph.description,
        "reference": graph.reference,
    }
    sections = {
        "schema": quoted(SUMMARY),
        "model": value(model),
        "inputs": value([{"name": given.name, "shape": given.shape} for given in graph.inputs]),
        "outputs": value([_output(output, graph.shape(output.tensor)) for output in graph.outputs]),
        "batch": str(summary.batch),
        "dtype": quoted(summary.dtype),
        "totals": value(_totals(summary, keras=summary.keras is not None)),
        **_device(summary),
        "layers": _lines(layers(summary)),
        "findings": _lines([value(record) for record in records(findings)]),
    }
    if not table:
        del sections["layers"]
    return sections


def _device(summary: Summary) -> dict[str, str]:
    """The device that times were estimated for, with the sums."""
    if summary.roof is None:
        return {}
    from cnninspect.reports.roofline import as_json

    found = as_json(summary.roof, summary.graph.name)
    return {"roofline": value({key: found[key] for key in ("estimate", "device", "ridge", "total")})}


def _nothing(name: str, batch: int, dtype: str, findings: Sequence[Finding], *, keras: bool) -> dict[str, str]:
    return {
        "schema": quoted(SUMMARY),
        "model": value(
            {"name": name, "source": name, "params": None, "variant": None, "description": "", "reference": None}
        ),
        "inputs": "[]",
        "outputs": "[]",
        "batch": str(batch),
        "dtype": quoted(dtype),
        "totals": value(_totals(None, keras=keras)),
        "layers": "[]",
        "findings": _lines([value(record) for record in records(findings)]),
    }


def _output(output: Output, shape: Shape | None) -> dict[str, object]:
    return {"name": output.name, "shape": shape, "training": output.training}


def _totals(summary: Summary | None, *, keras: bool) -> dict[str, object]:
    """The sums in their order, null for what is unknown or no pass has computed."""
    sums, count = (None, None) if summary is None else (summary.totals, summary.keras)
    insight = summary.insight if summary is not None else None
    memory = insight.memory if insight is not None else None
    found: dict[str, object] = {key: getattr(sums, key, getattr(memory, key, None)) for key in TOTALS}
    if keras:
        found["keras"] = {key: getattr(count, key, None) for key in KERAS}
    if summary is not None and summary.peer is not None:
        found["flops_as"] = {"tool": summary.peer.tool, "total": summary.peer.total}
    return found


def _lines(texts: Sequence[str]) -> str:
    return "[" + ",\n  ".join(["", *texts])[1:] + "]" if texts else "[]"


# --- layers ------------------------------------------------------------------------------


def layers(summary: Summary) -> list[str]:
    """Every layer as a JSON object. What alike layers have in common is written once and reused."""
    graph = summary.graph
    names = [quoted(node.name) for node in graph.nodes]
    inputs = [quoted(given.name) for given in graph.inputs]
    files: dict[str, str] = {}
    common: dict[tuple[int, int, str], str] = {}
    seen: dict[Field, str] = {}
    texts = []
    for row, name in zip(summary.rows, names, strict=True):
        node = row.node
        key = (id(node.facts), id(row.cost), node.op)
        middle = common.get(key)
        if middle is None:
            middle = common[key] = _common(row)
        read = ", ".join([_read(tensor.node, tensor.output, graph.nodes, names, inputs) for tensor in node.inputs])
        block = quoted(node.calls[-1].block) if node.calls else "null"
        span = node.span
        file = files.get(span.file) or files.setdefault(span.file, quoted(span.file))
        texts.append(
            f'{{"name": {name}, "type": {quoted(node.op)}, "block": {block}, "inputs": [{read}], {middle}'
            f'{_insight(summary, row, seen)}"source": {{"file": {file}, "line": {span.line}, "column": {span.column}}}{_special(row, names)}}}'
        )
    return texts


def _read(index: int, output: int, nodes: Sequence[Node], names: Sequence[str], inputs: Sequence[str]) -> str:
    if index < 0:
        return inputs[-1 - index]
    return names[index] if len(nodes[index].outputs) == 1 else f'{names[index][:-1]}.{output}"'


def _common(row: Row) -> str:
    """What follows from a layer's facts and costs alone."""
    facts, node = row.node.facts, row.node
    found: dict[str, object] = {"output_shape": node.outputs[0]}
    if len(node.outputs) > 1:
        found["output_shapes"] = node.outputs
    found.update({key: getattr(row.cost, key) for key in COSTS})
    found["weights"] = None if facts is None else facts.weights
    found["buffer_shapes"] = None if facts is None else facts.buffers
    return value(found)[1:-1] + ", "


def _insight(summary: Summary, row: Row, seen: dict[Field, str]) -> str:
    """What it sees, and what it needs in memory; the several fields only where there are several inputs."""
    insight = summary.insight
    if insight is None:
        return '"receptive_field": null, '
    memory, fields = insight.memory, insight.fields[row.place]
    texts = []
    for field in fields.values():
        if field is None or not field.size:
            texts.append("null")
            continue
        text = seen.get(field)
        if text is None:
            text = seen[field] = value(receptive_field(field))
        texts.append(text)
    first = texts[0] if texts else "null"
    several = ""
    if len(summary.graph.inputs) > 1:
        names = [quoted(summary.graph.inputs[given].name) for given in fields]
        inside = ", ".join([f"{name}: {text}" for name, text in zip(names, texts, strict=True)])
        several = f'"receptive_fields": {{{inside}}}, '
    alive, saved = memory.alive[row.place], memory.saved[row.place]
    return (
        f'"receptive_field": {first}, {several}"alive_bytes": {value(alive)}, "saved_bytes": {value(saved)}, '
        + _estimate(summary, row)
    )


def _estimate(summary: Summary, row: Row) -> str:
    """The estimated time, where a device was named."""
    if summary.roof is None:
        return ""
    part = summary.roof.layers[row.place]
    if part is None:
        return '"estimate": null, '
    keys = ("bytes", "intensity", "bound", "seconds", "compute_seconds", "memory_seconds")
    return f'"estimate": {value({key: getattr(part, key) for key in keys})}, '


def receptive_field(field: Field) -> dict[str, object]:
    """A field as every document has it: figures per axis, the jump a fraction after upsampling."""
    return {
        "size": field.size,
        "stride": field.jump,
        "start": field.start,
        "global": field.everything,
        "varies": any(field.varies),
    }


def _special(row: Row, names: Sequence[str]) -> str:
    """What only few layers have."""
    text = "" if row.runs else ', "training": true'
    if row.node.shares is not None:
        text += f', "shares": {names[row.node.shares]}'
    return text + (f', "copies": {row.node.copies}' if row.node.copies > 1 else "")


# --- values ------------------------------------------------------------------------------


def value(found: object) -> str:
    """Any plain value as JSON on one line; what JSON cannot say becomes text or null."""
    write = WRITERS.get(type(found))
    if write is not None:
        return write(found)
    if hasattr(found, "items"):
        return "{" + ", ".join([f"{quoted(str(key))}: {value(item)}" for key, item in found.items()]) + "}"
    return "null"


def _list(found: Sequence[object]) -> str:
    return "[" + ", ".join([value(item) for item in found]) + "]"


def _float(found: float) -> str:
    text = repr(found)
    return text if text[-1].isdecimal() else quoted(text)


WRITERS: dict[type, Callable[..., str]] = {
    int: str,
    str: quoted,
    bool: lambda found: "true" if found else "false",
    float: _float,
    list: _list,
    tuple: _list,
}
"""How each plain type is written; everything else that is no mapping is null."""
