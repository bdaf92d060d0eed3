"""What happened to the layers of a network, a line for each layer, scope or run of alike ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.folding import fold
from cnninspect.comparing.saying import BUDGET, LOOSER, TIGHTER
from cnninspect.records import Record
from cnninspect.reports.diff_words import LONG, sizes
from cnninspect.reports.expand import beginnings, flow
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.comparing.changes import Altered, Comparison, Head, Renamed, Setting
    from cnninspect.comparing.saying import Said
    from cnninspect.ir import Graph, Node

ADDED, REMOVED, CHANGED, RENAMED, FOLLOWS = "+", "-", "~", ">", "="
"""What a line begins with: what came, went, differs, is called otherwise, or only follows."""


class Line(Record):
    """One line about layers."""

    sign: str
    name: str
    kind: str
    what: str
    place: str = ""


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
    if altered.begins is not None:
        words.append(f"init {_init_text(ours)} -> {_init_text(theirs)}")
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


def _init_text(node: Node) -> str:
    return clip(flow(beginnings(node))) if node.init else "none"


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


def said_lines(beside: Sequence[Said]) -> list[Line]:
    """What the models say otherwise beside the layers: limits with what that means for them, options of training."""
    found = []
    for one in beside:
        sides = (one.old, one.new)
        if one.kind == BUDGET:
            sign = ADDED if one.old is None else REMOVED if one.new is None else CHANGED
            words = [clip(side) for side in sides if isinstance(side, str)]
        else:
            sign, words = CHANGED, [value_text(side) for side in sides]
        effect = f" ({one.effect})" if one.effect in (LOOSER, TIGHTER) else ""
        found.append(Line(sign, clip(one.name, LONG), one.kind, " -> ".join(words) + effect, clip(str(one.span), 400)))
    return found
