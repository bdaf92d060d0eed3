"""What a comparison says, in words and figures: every report of it shows these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.folding import fold
from cnninspect.records import Record
from cnninspect.reports.numbers import UNKNOWN, whole
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case
    from cnninspect.comparing.changes import Altered, Comparison, Head, Renamed, Setting
    from cnninspect.comparing.figures import Figure, Value
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph, Node
    from cnninspect.values import Shape

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
    "layers": "layers",
    "weight_layers": "with weights",
}
MINOR = ("trainable", "buffers")
"""Figures that are shown only where they changed."""
NONE = "-"
ADDED, REMOVED, CHANGED, RENAMED, FOLLOWS = "+", "-", "~", ">", "="
"""What a line begins with: what came, went, differs, is called otherwise, or only follows."""
LONG = 200


class Line(Record):
    """One line about layers."""

    sign: str
    name: str
    kind: str
    what: str
    place: str = ""


def figure_rows(case: Case) -> list[tuple[str, str, str, str, str]]:
    """Label, old, new, change and percentage of every figure; the shapes last."""
    rows = [
        (LABELS[f.metric], shown(f.old), shown(f.new), delta(f), percent(f))
        for f in case.figures
        if f.metric not in MINOR or not f.same
    ]
    rows = [_sided(row, case) for row in rows]
    for kind in ("input", "output"):
        rows += [_sided(row, case) for row in _shape_rows(case, kind)]
    return rows


def _sided(row: tuple[str, str, str, str, str], case: Case) -> tuple[str, str, str, str, str]:
    """A row of a network that there is only once has nothing on the other side."""
    label, old, new, change, part = row
    return label, NONE if case.old is None else old, NONE if case.new is None else new, change, part


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


# --- layers ------------------------------------------------------------------------------


def lines(found: Comparison, *, every: bool = False) -> list[Line]:
    """What happened to the layers: what came, went and differs, in the order of the network, then new names."""
    old, new = found.old, found.new
    came = _groups(new, found.added, ADDED, every=every)
    went = _groups(old, found.removed, REMOVED, every=every)
    differ = [(altered.new, _altered_line(found, altered)) for altered in found.altered]
    ordered = sorted([*came, *differ, *_placed(went, found)], key=lambda entry: entry[0])
    result = [line for _, line in ordered]
    result += [_renamed_line(renamed) for renamed in found.renamed]
    result += [_head_line(head) for head in found.heads if not _told_by_shape(head)]
    return result + _followers(found, every=every)


def _placed(went: list[tuple[int, Line]], found: Comparison) -> list[tuple[float, Line]]:
    """What went, by where it would stand in the new network."""
    gone = set(found.removed)
    same = dict(found.pairs)
    places: list[tuple[float, Line]] = []
    for place, line in went:
        before = place
        while before >= 0 and (before in gone or before not in same):
            before -= 1
        places.append(((same[before] if before >= 0 else -1) + 0.5, line))
    return places


def _groups(graph: Graph, places: Sequence[int], sign: str, *, every: bool) -> list[tuple[int, Line]]:
    if every:
        return [(place, _layer_line(graph, place, sign)) for place in places]
    found = []
    for group in fold(graph, places):
        if not group.scope:
            found.append((group.first, _layer_line(graph, group.first, sign)))
            continue
        name = clip(group.name, LONG) + (f" … {clip(group.last, LONG)}" if group.last else "")
        each = f"{group.times:,} times {group.layers // group.times:,}" if group.times > 1 else f"{group.layers:,}"
        found.append((group.first, Line(sign, name, f"{each} layers", "", place_of(graph.nodes[group.first]))))
    return found


def _layer_line(graph: Graph, index: int, sign: str) -> Line:
    node = graph.nodes[index]
    given = node.layer.given if node.layer else {}
    words = [f"{key} {value_text(value)}" for key, value in given.items()]
    words += [f"-> {', '.join([sizes(shape) for shape in node.outputs])}"]
    return Line(sign, clip(node.name, LONG), clip(node.op, 40), " ".join(words), place_of(node))


def _altered_line(found: Comparison, altered: Altered) -> Line:
    ours, theirs = found.old.nodes[altered.old], found.new.nodes[altered.new]
    kind = clip(theirs.op, 40) if altered.type is None else f"{clip(ours.op, 40)} -> {clip(theirs.op, 40)}"
    words = [setting_text(setting) for setting in altered.settings]
    if altered.moved:
        with_it = f" with {altered.moved - 1:,} more" if altered.moved > 1 else ""
        words.append(f"moved{with_it}, now reads {_reads(found.new, theirs)}")
    if altered.reads is not None:
        words.append(f"reads {_names(altered.reads[1])}, not {_names(altered.reads[0])}")
    if altered.shares is not None:
        before, after = altered.shares
        words.append(f"weights of {clip(after or 'its own', LONG)}, not {clip(before or 'its own', LONG)}")
    return Line(CHANGED, clip(theirs.name, LONG), kind, ", ".join(words), place_of(theirs))


def setting_text(setting: Setting) -> str:
    """An option with its two values."""
    return f"{setting.option} {value_text(setting.old)} -> {value_text(setting.new)}"


def value_text(value: object) -> str:
    """The value of an option: alike sizes of all axes as one."""
    if isinstance(value, (list, tuple)):
        items = [value_text(item) for item in value]
        if items and len(set(items)) == 1:
            return items[0]
        return clip("[" + ", ".join(items) + "]", 80)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else clip(value)


def _reads(graph: Graph, node: Node) -> str:
    return _names([graph.tensor_name(tensor) for tensor in node.inputs])


def _names(names: Sequence[str]) -> str:
    return " and ".join([clip(name, LONG) for name in names]) or "nothing"


def _renamed_line(renamed: Renamed) -> Line:
    old, new = clip(renamed.old, LONG), clip(renamed.new, LONG)
    if renamed.last is not None:
        old, new = f"{old} … {clip(renamed.last[0], LONG)}", f"{new} … {clip(renamed.last[1], LONG)}"
    count = f"{renamed.layers:,} layers" if renamed.layers > 1 else "1 layer"
    tensors = f", {renamed.tensors:,} tensor{'s' if renamed.tensors > 1 else ''}" if renamed.tensors else ""
    return Line(RENAMED, old, "renamed", f"-> {new} ({count}{tensors})")


def _told_by_shape(head: Head) -> bool:
    """Whether nothing but its shape differs, which stands among the figures."""
    same = head.old == head.new and head.old_training == head.new_training and head.source is None
    return same and not head.new_training


def _head_line(head: Head) -> Line:
    name = clip(head.new or head.old or "", LONG)
    sign = ADDED if head.old is None else REMOVED if head.new is None else CHANGED
    words = []
    if sign == CHANGED and head.old != head.new:
        words.append(f"was called {clip(head.old or '', LONG)}")
    if head.old_shape != head.new_shape or sign != CHANGED:
        known = [sizes(shape) for shape in (head.old_shape, head.new_shape) if shape is not None]
        words.append(" -> ".join(known))
    if head.source is not None:
        words.append(f"is {clip(head.source[1], LONG)}, not {clip(head.source[0], LONG)}")
    if sign == CHANGED and head.old_training != head.new_training:
        words.append("in training only" if head.new_training else "also at inference")
    return Line(sign, name, head.kind, ", ".join(words))


def _followers(found: Comparison, *, every: bool) -> list[Line]:
    """Layers whose shapes only follow, as one line unless all are asked for."""
    old, new = found.old, found.new
    if every:
        pairs = [(old.nodes[follower.old], new.nodes[follower.new]) for follower in found.followers]
        return [Line(FOLLOWS, clip(b.name, LONG), clip(b.op, 40), follower_text(a, b), place_of(b)) for a, b in pairs]
    if not found.followers:
        return []
    first, last = found.followers[0], found.followers[-1]
    name = clip(new.nodes[first.new].name, LONG)
    if len(found.followers) > 1:
        name += f" … {clip(new.nodes[last.new].name, LONG)}"
    count = len(found.followers)
    text = follower_text(old.nodes[first.old], new.nodes[first.new])
    kind = "1 layer follows" if count == 1 else f"{count:,} layers follow"
    return [Line(FOLLOWS, name, kind, f"{'first ' if count > 1 else ''}{text}")]


def follower_text(old: Node, new: Node) -> str:
    """The shapes that a layer has because of what changed above it."""
    before, after = [", ".join([sizes(shape) for shape in node.outputs]) for node in (old, new)]
    if before != after:
        return f"{before} -> {after}"
    kept = {} if old.facts is None else {**old.facts.weights, **old.facts.buffers}
    made = {} if new.facts is None else {**new.facts.weights, **new.facts.buffers}
    pairs = [(key, kept[key], made[key]) for key in made if key in kept and kept[key] != made[key]]
    if pairs:
        return ", ".join([f"{key} {sizes(one)} -> {sizes(other)}" for key, one, other in pairs])
    return f"runs {old.copies:,} -> {new.copies:,} times a sample"


def place_of(node: Node) -> str:
    """Where a layer is written."""
    return clip(str(node.span), 400)


# --- sentences ---------------------------------------------------------------------------


def conclusion(found: Comparison) -> str:
    """What happened to the layers, counted."""
    if found.same:
        return "no difference"
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
    """Keys that do not load as they are: gained, lost, of another shape; those of renamed layers only in number."""
    tensors = found.tensors
    if tensors is None:
        return []
    old, new = {key[0] for key in tensors.keys}, {key[1] for key in tensors.keys}
    gained = [("gained", clip(key, LONG), sizes(shape)) for key, shape in tensors.gained if key not in new]
    lost = [("lost", clip(key, LONG), sizes(shape)) for key, shape in tensors.lost if key not in old]
    other = [
        ("other shape", clip(key, LONG), f"{sizes(one)} -> {sizes(two)}")
        for key, one, two in tensors.reshaped
        if key not in new and key not in old
    ]
    other += [
        ("other shape", f"{clip(before, LONG)} -> {clip(after, LONG)}", f"{sizes(one)} -> {sizes(two)}")
        for before, after, one, two in tensors.keys
        if one != two
    ]
    rows: list[tuple[str, str, str]] = []
    for kind in (other, lost, gained):
        rows += kind[:most]
        if most is not None and len(kind) > most:
            rows.append((kind[0][0], f"… {len(kind) - most:,} more", ""))
    return rows


def mistaken(loaded: Loaded) -> bool:
    """Whether a model has a mistake."""
    return loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings)
