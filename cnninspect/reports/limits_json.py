"""The limits of a network for programs: JSON, and the growth as CSV.

``cnninspect.limits/1``: ``model`` {name, source, params, variant}; ``inputs`` {name: shape}; ``stride``, the largest
product of strides; ``refused`` (null, or why the declared input is); ``axes``, one record for each axis or axes
that move together: ``axis``, ``names``, ``inputs``, ``declared``, ``smallest``, ``breaks_below``, ``breaks_above``,
the sets ``accepted``, ``with_training_heads``, ``same_weights``, ``nothing_left_over``, ``no_map_left_over``, each
with ``nearest`` where it has some, ``breaks``, and ``complete``; ``left_over``, ``unread``, ``growth`` {axis, inputs, batch,
dtype, points, formulas}; ``findings``.

A set is {tried, before, start, period, residues, least, most}: what lies in ``before`` ([first, last] each), and
from ``start`` on the sizes whose remainder by ``period`` is one of ``residues``; ``start`` is null where the set
ends. A formula is the polynomial in k for n = period k + remainder: ``numerators``, that of k to the power 0
first, over ``denominator``; ``exact``, ``error`` [numerator, denominator], compared for k from ``first`` to ``last``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from cnninspect.analysis.growing import Growth
    from cnninspect.analysis.limits import AxisLimits, Break, Limits, Near
    from cnninspect.analysis.patterns import Pattern
    from cnninspect.analysis.probe import Refusal
    from cnninspect.passes.growth import Formula

SCHEMA = "cnninspect.limits/1"
COLUMNS = (
    "parameters", "macs", "flops", "weight_bytes", "activation_bytes", "peak_activation_bytes", "saved_activation_bytes",
)  # fmt: skip


def json(limits: Limits) -> str:
    """Everything, one axis a line."""
    graph = limits.loaded.graph
    parts = {
        "schema": SCHEMA,
        "model": None
        if graph is None
        else {
            "name": graph.name,
            "source": graph.source,
            "params": dict(graph.params),
            "variant": graph.variant,
        },
        "inputs": {name: list(shape) for name, shape in limits.inputs.items()},
        "stride": limits.stride,
        "refused": None if limits.refused is None else _refusal(limits.refused),
        "axes": [_axis(axis) for axis in limits.axes],
        "left_over": [
            {
                "layer": node.name,
                "reads": list(shape),
                "cells": [left.cells for left in axes],
                "padding": [left.padding for left in axes],
            }
            for node, shape, axes in limits.dropped
        ],
        "unread": {name: [list(places) for places in axes] for name, axes in limits.unread.items()},
        "growth": [_growth(growth) for growth in limits.growth],
        "findings": records(limits.loaded.findings),
    }
    return "{" + ",\n ".join([f"{value(key)}: {value(part)}" for key, part in parts.items()]) + "}\n"


def csv(limits: Limits) -> str:
    """The growth: one record for each size."""
    lines = [",".join(["axis", "size", "accepted", *COLUMNS])]
    for growth in limits.growth:
        for point in growth.points:
            figures = [None if point.totals is None else getattr(point.totals, key) for key in COLUMNS]
            cells = ["" if figure is None else str(figure) for figure in figures]
            lines.append(",".join([growth.moved.axis, str(point.size), str(point.refusal is None).lower(), *cells]))
    return "\n".join(lines) + "\n"


def _axis(axis: AxisLimits) -> dict[str, object]:
    below, above, heads = axis.below, axis.above, axis.heads_below
    return {
        "axis": axis.moved.axis,
        "names": list(axis.moved.names),
        "inputs": list(axis.moved.inputs),
        "declared": axis.moved.declared,
        "smallest": axis.accepted.least,
        "breaks_below": None if below is None else {"size": below.size, **_refusal(below.why)},
        "breaks_above": None if above is None else {"size": above.size, **_refusal(above.why)},
        "accepted": {**_pattern(axis.accepted), "nearest": _near(axis.near)},
        "with_training_heads": _pattern(axis.heads),
        "training_breaks_below": None if heads is None else {"size": heads.size, **_refusal(heads.why)},
        "same_weights": _pattern(axis.same_weights),
        "nothing_left_over": {**_pattern(axis.whole), "nearest": _near(axis.whole_near)},
        "no_map_left_over": {**_pattern(axis.kept), "nearest": _near(axis.kept_near)},
        "breaks": [_break(broken) for broken in axis.breaks],
        "complete": axis.complete,
    }


def _refusal(refusal: Refusal) -> dict[str, object]:
    span = refusal.span
    return {
        "layer": refusal.layer,
        "code": refusal.code,
        "message": refusal.message,
        "help": refusal.help,
        "file": span.file,
        "line": span.line,
        "column": span.column,
    }


def _break(broken: Break) -> dict[str, object]:
    return {"size": broken.example.size, **_refusal(broken.example.why), "sizes": _pattern(broken.sizes)}


def _near(near: Near) -> list[int | None]:
    return [near.below, near.above]


def _pattern(pattern: Pattern) -> dict[str, object]:
    return {
        **pattern._asdict(),
        "tried": [list(ends) for ends in pattern.tried],
        "before": [list(ends) for ends in pattern.before],
        "residues": list(pattern.residues),
    }


def _growth(growth: Growth) -> dict[str, object]:
    points = []
    for point in growth.points:
        figures = None if point.totals is None else point.totals._asdict()
        why = None if point.refusal is None else _refusal(point.refusal)
        points.append({"size": point.size, "figures": figures, "refused": why})
    formulas = {name: _formula(formula) for name, formula in growth.formulas.items()}
    return {
        "axis": growth.moved.axis,
        "inputs": list(growth.moved.inputs),
        "batch": growth.batch,
        "dtype": growth.dtype,
        "points": points,
        "formulas": formulas,
    }


def _formula(formula: Formula) -> dict[str, object]:
    common = 1
    for coefficient in formula.coefficients:
        common = common * coefficient.denominator // _gcd(common, coefficient.denominator)
    error = formula.error
    return {
        "period": formula.period,
        "remainder": formula.remainder,
        "numerators": [int(coefficient * common) for coefficient in formula.coefficients],
        "denominator": common,
        "first": formula.first,
        "last": formula.last,
        "exact": error is None,
        "error": None if error is None else [error.numerator, error.denominator],
    }


def _gcd(one: int, other: int) -> int:
    from math import gcd

    return gcd(one, other)
