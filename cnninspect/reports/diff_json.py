"""What changed between networks as JSON: raw integers, null for what is unknown. Keys are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.figures import number
from cnninspect.reports.expand import beginnings
from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.api.changed import Since
    from cnninspect.api.diffing import Case
    from cnninspect.comparing.changes import Altered, Comparison, Tensors
    from cnninspect.comparing.figures import Figure
    from cnninspect.comparing.limits import Verdict
    from cnninspect.comparing.saying import Said
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph, Node

SCHEMA = "cnninspect.diff/1"
COUNTED = ("same", "changed", "added", "deleted", "broken")


def render(
    cases: Sequence[Case], batch: int, dtype: str, verdicts: Sequence[Verdict] = (), since: Since | None = None
) -> str:
    """Every case, one a line; ``base`` is the revision that was compared with, where it was one."""
    head = {
        "schema": SCHEMA,
        "batch": batch,
        "dtype": dtype,
        "base": None if since is None else _base(since),
        "counts": {status: sum([case.status == status for case in cases]) for status in COUNTED},
        "failed": any(verdict.failed for verdict in verdicts),
        "verdicts": [_verdict(verdict) for verdict in verdicts],
    }
    inside = ",\n  ".join([value(document(case)) for case in cases])
    return f'{value(head)[:-1]},\n "comparisons": [{inside}]}}\n'


def _base(since: Since) -> dict[str, object]:
    return {
        "revision": since.base,
        "commit": since.commit,
        "merge_base": since.merge_base,
        "files": since.files,
        "other_files": since.other,
        "links": since.links,
        "submodules": since.submodules,
        "not_checked_out": since.absent,
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    limit, figure = verdict.limit, verdict.figure
    return {
        "condition": limit.text,
        "metric": limit.metric,
        "model": verdict.name,
        "file": verdict.file,
        "old": figure.old,
        "new": figure.new,
        "failed": verdict.failed,
        "known": verdict.known,
    }


def document(case: Case) -> dict[str, object]:
    """One network then and now."""
    return {
        "name": case.name,
        "status": case.status,
        "variant": case.variant,
        "old": _side(case.old, case.old_file),
        "new": _side(case.new, case.new_file),
        "because_of": case.because,
        "metrics": {figure.metric: _figure(figure) for figure in case.figures},
        **(_changes(case.comparison) if case.comparison is not None else _nothing()),
        "said": None if case.comparison is None else [_said(one) for one in case.said],
    }


def _said(one: Said) -> dict[str, object]:
    at = {"file": one.span.file, "line": one.span.line, "column": one.span.column}
    return {"kind": one.kind, "name": one.name, "old": one.old, "new": one.new, "effect": one.effect, "source": at}


def _side(loaded: Loaded | None, file: str | None) -> dict[str, object] | None:
    if loaded is None:
        return None
    graph = loaded.graph
    return {
        "name": None if graph is None else graph.name,
        "file": file,
        "inputs": [] if graph is None else [{"name": given.name, "shape": given.shape} for given in graph.inputs],
        "outputs": [] if graph is None else [_output(graph, index) for index in range(len(graph.outputs))],
        "findings": records(loaded.findings),
    }


def _output(graph: Graph, index: int) -> dict[str, object]:
    output = graph.outputs[index]
    return {"name": output.name, "shape": graph.shape(output.tensor), "training": output.training}


def _figure(figure: Figure) -> dict[str, object]:
    share = figure.share
    return {
        "old": figure.old,
        "new": figure.new,
        "change": figure.delta,
        "percent": None if share is None else round(share * 100, 6),
        **({"smallest": [number(figure.old), number(figure.new)]} if isinstance(figure.new, tuple) else {}),
    }


def _nothing() -> dict[str, object]:
    keys = ("added", "removed", "changed", "renamed", "reshaped", "heads", "state_dict")
    return dict.fromkeys(keys)


def _changes(found: Comparison) -> dict[str, object]:
    old, new = found.old, found.new
    return {
        "added": [_layer(new.nodes[index]) for index in found.added],
        "removed": [_layer(old.nodes[index]) for index in found.removed],
        "changed": [_altered(found, altered) for altered in found.altered],
        "renamed": [
            {
                "old": renamed.old,
                "new": renamed.new,
                "last": renamed.last,
                "layers": renamed.layers,
                "tensors": renamed.tensors,
            }
            for renamed in found.renamed
        ],
        "reshaped": [
            {"old": _shapes(old.nodes[follower.old]), "new": _shapes(new.nodes[follower.new])}
            for follower in found.followers
        ],
        "heads": [head._asdict() for head in found.heads],
        "state_dict": None if found.tensors is None else _tensors(found.tensors),
    }


def _layer(node: Node) -> dict[str, object]:
    given: Mapping[str, object] = node.layer.given if node.layer else {}
    return {
        "name": node.name,
        "type": node.op,
        "options": given,
        "output_shape": node.outputs[0],
        "source": {"file": node.span.file, "line": node.span.line, "column": node.span.column},
    }


def _altered(found: Comparison, altered: Altered) -> dict[str, object]:
    ours, theirs = found.old.nodes[altered.old], found.new.nodes[altered.new]
    return {
        "old": _layer(ours),
        "new": _layer(theirs),
        "options": [{"option": s.option, "old": s.old, "new": s.new} for s in altered.settings],
        "reads": None if altered.reads is None else {"old": altered.reads[0], "new": altered.reads[1]},
        "shares": None if altered.shares is None else {"old": altered.shares[0], "new": altered.shares[1]},
        "init": None if altered.begins is None else {"old": beginnings(ours), "new": beginnings(theirs)},
        "moved": altered.moved,
    }


def _shapes(node: Node) -> dict[str, object]:
    facts = node.facts
    weights = None if facts is None else {**facts.weights, **facts.buffers}
    return {"name": node.name, "type": node.op, "output_shapes": node.outputs, "weights": weights}


def _tensors(found: Tensors) -> dict[str, object]:
    return {
        "stored": found.stored,
        "wanted": found.wanted,
        "loads": found.loads,
        "loads_renamed": found.loads_renamed,
        "gained": dict(found.gained),
        "lost": dict(found.lost),
        "reshaped": {key: {"old": old, "new": new} for key, old, new in found.reshaped},
        "renamed_keys": dict(found.keys),
        "after_renaming": {
            "gained": dict(found.fresh),
            "lost": dict(found.left),
            "reshaped": [{"old_key": a, "new_key": b, "old": one, "new": two} for a, b, one, two in found.misfits],
        },
    }
