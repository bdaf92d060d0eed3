"""Two networks held against each other: what is new, what is gone, what differs, and what only follows from that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.changes import Altered, Comparison, Follower, Setting
from cnninspect.comparing.figures import figures, together
from cnninspect.comparing.heads import heads
from cnninspect.comparing.keys import tensors
from cnninspect.comparing.pairing import pair
from cnninspect.comparing.renaming import renames
from cnninspect.comparing.tokens import frozen
from cnninspect.comparing.wiring import Wiring

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node

OUTSIDE = "trainable"
"""The option that no call of torch's has: whether a layer learns is told to the optimizer."""


def compare(old: Graph, new: Graph, *, batch: int = 1, dtype: str = "float32") -> Comparison:
    """Everything that differs between two networks, and their figures at a batch and data type."""
    pairing = pair(old, new)
    wiring = Wiring(old, new, pairing)
    forward = pairing.forward
    kept = set(forward.values())
    altered, followers = _matched(wiring)
    counts = [(old.nodes[i].name, new.nodes[j].name, _stored(old.nodes[i])) for i, j in sorted(forward.items())]
    found = Comparison(
        old=old,
        new=new,
        batch=batch,
        dtype=dtype,
        figures=(),
        pairs=tuple(sorted(forward.items())),
        added=tuple([j for j in range(len(new.nodes)) if j not in kept]),
        removed=tuple([i for i in range(len(old.nodes)) if i not in forward]),
        altered=altered,
        followers=followers,
        renamed=renames(counts),
        heads=heads(wiring),
        tensors=tensors(old, new, forward) if old.complete and new.complete else None,
    )
    before = figures(old, batch, dtype)
    alike = found.same and not pairing.displaced and not wiring.reordered
    return found._replace(figures=together(before, before if alike else figures(new, batch, dtype)))


def _matched(wiring: Wiring) -> tuple[tuple[Altered, ...], tuple[Follower, ...]]:
    """Of the layers that are in both networks those that differ, in the order of the new one."""
    altered, followers = [], []
    options = _Options(wiring)
    for i, j in sorted(wiring.forward.items(), key=lambda places: places[1]):
        ours, theirs = wiring.old.nodes[i], wiring.new.nodes[j]
        types = (ours.op, theirs.op) if ours.op != theirs.op else None
        moved = wiring.moved.get(i, 0)
        reads = _reads(wiring, ours, theirs) if not moved and wiring.rewired(i, j) else None
        settings, shares = options.changed(ours, theirs), _shares(wiring, ours, theirs)
        begins = (ours.init, theirs.init) if ours.init != theirs.init else None
        if types or settings or reads or shares or begins or moved:
            altered.append(Altered(i, j, types, settings, reads, shares, begins, moved))
        elif ours.facts is not theirs.facts and _shapes(ours) != _shapes(theirs):
            followers.append(Follower(i, j))
    return tuple(altered), tuple(followers)


def _reads(wiring: Wiring, ours: Node, theirs: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple([wiring.old.tensor_name(tensor) for tensor in ours.inputs]),
        tuple([wiring.new.tensor_name(tensor) for tensor in theirs.inputs]),
    )


def _shares(wiring: Wiring, ours: Node, theirs: Node) -> tuple[str | None, str | None] | None:
    """Whose weights a layer used and uses, where that is another layer."""
    before, after = ours.shares, theirs.shares
    if (None if before is None else wiring.forward.get(before, -1)) == after:
        return None
    return (
        None if before is None else wiring.old.nodes[before].name,
        None if after is None else wiring.new.nodes[after].name,
    )


class _Options:
    """The options that differ between two layers; those of layers that many nodes have are compared once."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.known: dict[tuple[int, int], tuple[Setting, ...]] = {}

    def changed(self, ours: Node, theirs: Node) -> tuple[Setting, ...]:
        """The options that differ; none where they only spell the same otherwise."""
        if ours.layer is theirs.layer or ours.layer is None or theirs.layer is None:
            return ()
        key = id(ours.layer), id(theirs.layer)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = _differences(ours, theirs)
        if found and ours.op == theirs.op and _spelled_otherwise(self.wiring, ours, theirs):
            return tuple([setting for setting in found if setting.option == OUTSIDE])
        return found


def _differences(ours: Node, theirs: Node) -> tuple[Setting, ...]:
    """The options of two layers that have unlike values; of two types those that were written."""
    assert ours.layer is not None
    assert theirs.layer is not None
    before, after = ours.layer.settings(), theirs.layer.settings()
    if ours.op != theirs.op:
        before = {key: value for key, value in before.items() if key in ours.layer.given}
        after = {key: value for key, value in after.items() if key in theirs.layer.given}
    return tuple(
        [
            Setting(key, before.get(key), after.get(key))
            for key in {**before, **after}
            if frozen(before.get(key)) != frozen(after.get(key))
        ]
    )


def _spelled_otherwise(wiring: Wiring, ours: Node, theirs: Node) -> bool:
    """Whether two layers do the same for torch on the inputs that they have."""
    if ours.facts is None or ours.facts != theirs.facts or ours.layer is None or theirs.layer is None:
        return False
    before = [wiring.old.shape(tensor) for tensor in ours.inputs]
    after = [wiring.new.shape(tensor) for tensor in theirs.inputs]
    if None in before or before != after:
        return False
    known = [shape for shape in before if shape is not None]
    return ours.layer.call(known) == theirs.layer.call(known)


def _shapes(node: Node) -> object:
    facts = node.facts
    return None if facts is None else (facts.outputs, facts.weights, facts.buffers, node.copies)


def _stored(node: Node) -> int:
    """How many tensors a layer stores itself."""
    if node.facts is None or node.shares is not None:
        return 0
    return len(node.facts.weights) + len(node.facts.buffers)
