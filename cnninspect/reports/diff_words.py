"""What a comparison says, in words and figures: every report of it shows these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.saying import BUDGET, LOOSER, OTHER, TIGHTER
from cnninspect.reports.numbers import UNKNOWN, whole
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api.changed import Since
    from cnninspect.api.diffing import Case
    from cnninspect.comparing.changes import Comparison
    from cnninspect.comparing.figures import Figure, Value
    from cnninspect.comparing.limits import Verdict
    from cnninspect.comparing.saying import Said
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph
    from cnninspect.values import Finding, Shape

LABELS = {
    "parameters": "parameters",
    "trainable": "trainable",
    "buffers": "buffers",
    "macs": "MACs",
    "flops": "FLOPs",
    "weight_bytes": "weight bytes",
    "peak_activation_bytes": "peak activations",
    "saved_activation_bytes": "saved for backward",
    "receptive_field": "receptive field",
    "output_field": "seen by the output",
    "layers": "layers",
    "weight_layers": "with weights",
}
MINOR = ("trainable", "buffers")
"""Figures that are shown only where they changed."""
NONE = "-"
LONG = 200
WORDS = {"changed": "changed", "added": "new", "deleted": "deleted", "broken": "with mistakes", "same": "the same"}
"""What became of networks, as it is counted."""


def figure_rows(case: Case) -> list[tuple[str, ...]]:
    """The titles, then label, old, new, change and part of every figure; of a network that came or went one figure."""
    shown_figures = [f for f in case.figures if f.metric not in MINOR or not (f.same or one_sided(case))]
    rows = [(LABELS[f.metric], shown(f.old), shown(f.new), delta(f), percent(f)) for f in shown_figures]
    rows += [row for kind in ("input", "output") for row in _shape_rows(case, kind)]
    if one_sided(case):
        side = 1 if case.new is None else 2
        return [("", "old" if case.new is None else "new"), *[(row[0], row[side]) for row in rows]]
    return [("", "old", "new", "change", ""), *rows]


def one_sided(case: Case) -> bool:
    """Whether there is a network on one side only."""
    return case.old is None or case.new is None


def _shape_rows(case: Case, kind: str) -> list[tuple[str, str, str, str, str]]:
    old, new = _shapes(case.old and case.old.graph, kind), _shapes(case.new and case.new.graph, kind)
    names = list(dict.fromkeys([*old, *new]))
    if len(old) <= 1 and len(new) <= 1:
        before, after = next(iter(old.values()), NONE), next(iter(new.values()), NONE)
        return [(kind, before, after, "", "")]
    return [(f"{kind} {clip(name, 40)}", old.get(name, NONE), new.get(name, NONE), "", "") for name in names]


def _shapes(graph: Graph | None, kind: str) -> dict[str, str]:
    if graph is None:
        return {}
    if kind == "input":
        return {given.name: sizes(given.shape) for given in graph.inputs}
    return {output.name: sizes(graph.shape(output.tensor)) for output in graph.outputs if not output.training}


def shown(value: Value) -> str:
    """A figure with every digit."""
    return sizes(value) if isinstance(value, tuple) else whole(value)


def sizes(shape: Shape | None) -> str:
    """A shape without blanks: ``3x224x224``, ``scalar`` for none."""
    if shape is None:
        return UNKNOWN
    return "x".join(map(str, shape)) or "scalar"


def delta(figure: Figure) -> str:
    """By how much a figure changed, with its sign; empty where it did not."""
    if figure.same or figure.delta is None:
        return ""
    if isinstance(figure.old, tuple) and isinstance(figure.new, tuple):
        return "x".join([f"{new - old:+,}" for old, new in zip(figure.old, figure.new, strict=False)])
    return f"{figure.delta:+,}"


def percent(figure: Figure) -> str:
    """By which part a figure changed, with its sign; empty where it did not, or was nothing."""
    share = figure.share
    if figure.same or share is None:
        return ""
    if abs(share) < 0.0005:  # noqa: PLR2004 - what one decimal shows
        return "+<0.1%" if share > 0 else "-<0.1%" if share < 0 else ""
    return f"{share * 100:+,.1f}%"


# --- sentences ---------------------------------------------------------------------------


def conclusion(found: Comparison, beside: Sequence[Said] = ()) -> str:
    """What happened to the layers, counted, and to what is said beside them."""
    if found.same:
        return f"the same network: {_beside(beside)}" if beside else "no difference"
    return ", ".join([_layers(found), *([_beside(beside)] if beside else [])])


def _layers(found: Comparison) -> str:
    moved = sum([altered.moved for altered in found.altered])
    renamed = sum([renamed.layers for renamed in found.renamed])
    changed = sum([not altered.moved for altered in found.altered])
    counts = (
        (len(found.added), "added"),
        (len(found.removed), "removed"),
        (changed, "changed"),
        (moved, "moved"),
        (renamed, "renamed"),
        (len(found.followers), "with other shapes"),
    )
    words = [f"{count:,} {word}" for count, word in counts if count]
    if not words:
        return "no layer differs"
    number, _, rest = words[0].partition(" ")
    words[0] = f"{number} layer{'' if number == '1' else 's'} {rest}"
    return ", ".join(words)


def _beside(beside: Sequence[Said]) -> str:
    """``1 looser, 1 tighter and 2 other budgets, 1 training option``: what is said otherwise, counted."""
    effects = [one.effect for one in beside if one.kind == BUDGET]
    counts = [f"{effects.count(effect):,} {effect}" for effect in (LOOSER, TIGHTER, OTHER) if effect in effects]
    listed = " and ".join([part for part in (", ".join(counts[:-1]), *counts[-1:]) if part])
    words = [f"{listed} budget{'' if len(effects) == 1 else 's'}"] if effects else []
    options = len(beside) - len(effects)
    words += [f"{options:,} training option{'' if options == 1 else 's'}"] if options else []
    return ", ".join(words)


def loading(found: Comparison) -> list[str]:
    """What a checkpoint of the old network is to the new one."""
    tensors = found.tensors
    if tensors is None:
        return ["old weights: unknown until the mistakes are mended"]
    if tensors.loads == tensors.wanted == tensors.stored:
        return [f"old weights load: all {tensors.wanted:,} tensors"] if tensors.wanted else []
    told = [f"old weights load: {tensors.loads:,} of {tensors.wanted:,} tensors"]
    if tensors.loads_renamed != tensors.loads:
        told[0] += f"; with the keys renamed as the layers were, {tensors.loads_renamed:,}"
    return told


def key_rows(found: Comparison, most: int | None) -> list[tuple[str, str, str]]:
    """Tensors that do not load once the keys are renamed: of another shape, lost, gained."""
    tensors = found.tensors
    if tensors is None:
        return []
    other = [
        ("other shape", _key_text(before, after), f"{sizes(one)} -> {sizes(two)}")
        for before, after, one, two in tensors.misfits
    ]
    lost = [("lost", clip(key, LONG), sizes(shape)) for key, shape in tensors.left]
    gained = [("gained", clip(key, LONG), sizes(shape)) for key, shape in tensors.fresh]
    rows: list[tuple[str, str, str]] = []
    for kind in (other, lost, gained):
        rows += kind[:most]
        if most is not None and len(kind) > most:
            rows.append((kind[0][0], f"… {len(kind) - most:,} more", ""))
    return rows


def _key_text(before: str, after: str) -> str:
    return clip(after, LONG) if before == after else f"{clip(before, LONG)} -> {clip(after, LONG)}"


def like_first(first: Case, case: Case) -> bool:
    """Whether a case is a variant of the same file that became the same; of a broken one, with the same mistakes."""
    if case.variant is None or (first.old_file, first.new_file) != (case.old_file, case.new_file):
        return False
    return first.status == case.status and (case.status != "broken" or _mistakes(case) <= _mistakes(first))


def _mistakes(case: Case) -> set[tuple[object, ...]]:
    sides = [(side, loaded) for side, loaded in (("old", case.old), ("new", case.new)) if loaded is not None]
    return {
        (side, finding.code, finding.span, finding.message)
        for side, loaded in sides
        for finding in loaded.findings
        if finding.severity == "error"
    }


def mistakes(case: Case) -> list[tuple[str, Sequence[Finding], Sequence[Source]]]:
    """What is wrong with the models of a case: what both have once, the rest under the side that it belongs to."""
    old, new = [None if loaded is None or not mistaken(loaded) else loaded for loaded in (case.old, case.new)]
    if old is None or new is None:
        return [("", loaded.findings, loaded.sources) for loaded in (old, new) if loaded is not None]
    twins: dict[object, list[Finding]] = {}
    for finding in old.findings:
        twins.setdefault(_what(finding), []).append(finding)
    both, fresh = [], []
    for finding in new.findings:
        same = twins.get(_what(finding))
        if not same:
            fresh.append(finding)
        elif (twin := same.pop(0)).span == finding.span:
            both.append(finding)
        else:
            both.append(finding._replace(notes=(*finding.notes, f"the same in the old model, at {twin.span}")))
    left = {id(finding) for findings in twins.values() for finding in findings}
    gone = [finding for finding in old.findings if id(finding) in left]
    told = [("", both, new.sources), ("In the old model alone:", gone, old.sources)]
    told.append(("In the new model alone:", fresh, new.sources))
    return [section for section in told if section[1]]


def _what(finding: Finding) -> object:
    """What a finding says, wherever that is."""
    return finding.code, finding.severity, finding.message, finding.help


def mistaken(loaded: Loaded) -> bool:
    """Whether a model has a mistake."""
    return loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings)


def variant_row(case: Case) -> tuple[str, str, str, str, str]:
    """A variant in short: its name, parameters and MACs with the part by which they changed."""
    found = {figure.metric: figure for figure in case.figures}
    parameters, macs = found["parameters"], found["macs"]
    side = "old" if case.new is None else "new"
    return (
        clip(case.variant or case.name),
        shown(getattr(parameters, side)),
        percent(parameters),
        shown(getattr(macs, side)),
        percent(macs),
    )


def verdict_text(verdict: Verdict) -> str:
    """A condition and the figure that meets it, or does not."""
    figure = verdict.figure
    label = LABELS[figure.metric]
    wish = f"--fail-on '{clip(verdict.limit.text)}'"
    if not verdict.known:
        return f"{label} unknown, so {wish} cannot be told"
    text = f"{label} {shown(figure.new)}"
    if verdict.limit.kind != "value":
        by = ", ".join(filter(None, [delta(figure), percent(figure)]))
        text = f"{label} {shown(figure.old)} -> {shown(figure.new)} ({by or 'no change'})"
    return f"{text}, {wish}"


def since_text(since: Since, quote: Callable[[str], str] = clip) -> str:
    """How much changed since which revision; ``quote`` makes its name safe."""
    base = quote(since.base) if since.known in ("", since.base) else f"{quote(since.base)} ({quote(since.known)})"
    which = f"the merge base of {base} and HEAD" if since.merge_base else base
    which += f" ({since.commit[:10]})"
    counts = {status: sum([case.status == status for case in since.cases]) for status in WORDS}
    told = [f"{count:,} {WORDS[status]}" for status, count in counts.items() if count]
    files = "1 model file" if since.files == 1 else f"{since.files:,} model files"
    text = f"since {which}: {files}" + (f", networks: {', '.join(told)}" if told else "")
    left = [f"{count:,} {one if count == 1 else several}" for one, several, count in left_alone(since) if count]
    return text + (f"; left alone: {', '.join(left)}" if left else "")


def left_alone(since: Since) -> tuple[tuple[str, str, int], ...]:
    """What changed and was not looked at: the word for one, for several, and how many."""
    return (
        ("other YAML file", "other YAML files", since.other),
        ("link out of the repository", "links out of the repository", since.links),
        ("submodule", "submodules", since.submodules),
        ("file that is not checked out", "files that are not checked out", since.absent),
    )
