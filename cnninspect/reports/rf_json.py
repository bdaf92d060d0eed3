"""Receptive fields as JSON: one layer a line, raw figures, null for what is unknown. Keys are only ever added."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports import rf_effective, rf_layer
from cnninspect.reports.findings import records
from cnninspect.reports.json import value
from cnninspect.reports.rf_lines import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.passes.field import Field
    from cnninspect.passes.field_checks import Misaligned
    from cnninspect.reports.rf_effective import Measured
    from cnninspect.reports.rf_layer import Unit
    from cnninspect.reports.rf_lines import Line
    from cnninspect.values import Finding

SCHEMA = "cnninspect.rf/1"


def render(
    report: ReceptiveFields, findings: Sequence[Finding], unit: Unit | None = None, measured: Measured | None = None
) -> str:
    """The whole document, with a unit of a layer and what was measured of it where they were asked for."""
    graph = report.graph
    model = {"name": plain(graph.name), "source": graph.source, "params": graph.params, "variant": graph.variant}
    sections = {
        "schema": quoted(SCHEMA),
        "model": value(model),
        "inputs": value([_input(report, index) for index in range(len(graph.inputs))]),
        "through_gates": value(report.through_gates),
        "layers": _several(_layers(report)),
        "misaligned": _several([value(_crooked(report, one)) for one in report.misaligned]),
    }
    if unit is not None:
        sections["unit"] = value(
            {"layer": plain(unit.line.node.name), "input": plain(unit.input), **rf_layer.record(unit)}
        )
    if measured is not None:
        sections["effective"] = value(rf_effective.record(measured))
    sections["findings"] = _several([value(record) for record in records(findings)])
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def nothing(name: str, findings: Sequence[Finding]) -> str:
    """The document on a network of which nothing could be made."""
    model = {"name": name, "source": name, "params": None, "variant": None}
    sections = {
        "schema": quoted(SCHEMA),
        "model": value(model),
        "inputs": "[]",
        "through_gates": "null",
        "layers": "[]",
        "misaligned": "[]",
        "findings": _several([value(record) for record in records(findings)]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def plain(name: str) -> str:
    """A name as a text that knows nothing of its place in a file."""
    return f"{name}"


def _several(texts: Sequence[str]) -> str:
    return "[" + ",\n  ".join(["", *texts])[1:] + "]" if texts else "[]"


def _input(report: ReceptiveFields, given: int) -> dict[str, object]:
    one = report.graph.inputs[given]
    found = lines(report, given)
    beyond = [plain(line.node.name) for line in found if line.exceeds and line.runs]
    return {
        "name": plain(one.name),
        "shape": one.shape,
        "suitable": report.resolutions[given],
        "exceeded_from": beyond[0] if beyond else None,
        "unproductive": [plain(line.node.name) for line in found if line.unproductive],
        "unread": report.unseen[given],
    }


def _layers(report: ReceptiveFields) -> list[str]:
    """Every layer, with its field on the first input, and on each by name where there are several."""
    graph = report.graph
    by_input = [{one.node.name: one for one in lines(report, index)} for index in range(len(graph.inputs))]
    made = []
    for node, runs in zip(graph.nodes, report.runs, strict=True):
        found = [known.get(node.name) for known in by_input]
        first = next((one for one in found if one is not None), None)
        record: dict[str, object] = {
            "name": plain(node.name),
            "type": plain(node.op),
            "inputs": [plain(graph.tensor_name(tensor)) for tensor in node.inputs],
            "output_shape": node.outputs[0],
            "receptive_field": None if first is None else receptive_field(first),
        }
        if len(found) > 1:
            record["receptive_fields"] = {
                given.name: None if one is None else receptive_field(one)
                for given, one in zip(graph.inputs, found, strict=True)
            }
        if not runs:
            record["training"] = True
        made.append(value(record))
    return made


def receptive_field(one: Line) -> dict[str, object] | None:
    """The field of a layer; None where it is unknown, or the input is a vector, which has no places."""
    field = one.field
    if field is None or not field.size:
        return None
    return {
        "size": field.size,
        "stride": field.jump,
        "start": field.start,
        "global": field.everything,
        "centre": field.centre,
        "whole": field.whole,
        "varies": field.varies,
        "smallest": field.least,
        "largest": field.most,
        "seen": field.seen,
        "holes": _holes(field),
        "period": field.periods,
        "unit": one.unit,
        "share": one.share,
        "padding": one.padding,
        "exceeds_input": one.exceeds,
        "misaligned": one.misaligned,
        "unproductive": one.unproductive,
    }


def _holes(field: Field) -> list[int]:
    """Positions between the first and the last that are not read."""
    return [size - seen for size, seen in zip(field.size, field.seen, strict=True)]


def _crooked(report: ReceptiveFields, one: Misaligned) -> dict[str, object]:
    """A merge of paths that are not aligned."""
    graph = report.graph
    return {
        "layer": plain(graph.nodes[one.node].name),
        "input": plain(graph.inputs[one.input].name),
        "axis": one.axis,
        "paths": [plain(graph.tensor_name(tensor)) for tensor in one.tensors],
        "centres": one.centres,
        "strides": one.jumps,
    }
