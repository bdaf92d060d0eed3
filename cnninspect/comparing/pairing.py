"""Which layers are the same in both networks, whether they stayed in their place or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.aligning import align
from cnninspect.comparing.tokens import Side
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from cnninspect.ir import Graph


class Pairing(Record):
    """The layers of two networks, matched."""

    forward: dict[int, int]
    """The new place of each old layer that is still there."""
    displaced: frozenset[int]
    """Old layers that are listed in another order than the others."""


def pair(old: Graph, new: Graph) -> Pairing:
    """Match the layers of two networks; the other way round the same layers are matched."""
    if _order(old) > _order(new):
        found = _pair(new, old)
        backward = {j: i for i, j in found.forward.items()}
        return Pairing(backward, frozenset([found.forward[i] for i in found.displaced]))
    return _pair(old, new)


def _order(graph: Graph) -> tuple[object, ...]:
    """What puts two networks in an order: of several equally good answers both ways round give the same."""
    nodes = graph.nodes
    return (len(nodes), [node.name for node in nodes], [node.op for node in nodes], repr([n.layer for n in nodes]))


def _pair(old: Graph, new: Graph) -> Pairing:
    known: dict[object, int] = {}
    ours, theirs = Side(old, known), Side(new, known)
    forward = dict(align(ours, theirs))
    taken = set(forward.values())
    left = [index for index in range(len(ours)) if index not in forward]
    free = [index for index in range(len(theirs)) if index not in taken]
    displaced = _elsewhere(ours, theirs, left, free)
    displaced.update(_swapped(ours, theirs, forward, displaced))
    forward.update(displaced)
    return Pairing(forward, frozenset(displaced))


def _elsewhere(old: Side, new: Side, left: Sequence[int], free: Sequence[int]) -> dict[int, int]:
    """Layers that went to another place: of the same chosen name, or the only ones alike on both sides."""
    found: dict[int, int] = {}
    if not left or not free:
        return found
    keys: tuple[tuple[Sequence[Hashable], Sequence[Hashable]], ...] = (
        ([_chosen(old, i) for i in left], [_chosen(new, j) for j in free]),
        ([(old.named[i], old.coarse[i]) for i in left], [(new.named[j], new.coarse[j]) for j in free]),
        ([old.fine[i] for i in left], [new.fine[j] for j in free]),
        ([old.coarse[i] for i in left], [new.coarse[j] for j in free]),
    )
    taken: set[int] = set()
    for ours, theirs in keys:
        mine = _unique(left, ours, found)
        other = _unique(free, theirs, taken)
        for key, i in mine.items():
            if key in other:
                found[i] = other[key]
                taken.add(other[key])
    return found


def _swapped(old: Side, new: Side, forward: Mapping[int, int], displaced: Mapping[int, int]) -> dict[int, int]:
    """Layers that changed places with a neighbour, as in each call of a block: none of them is the only one alike.

    They are still in the scope that they were in. Between two such neighbours a layer may have gone either way: all go the way that more of them can.
    """
    used, taken = {*forward, *displaced}, {*forward.values(), *displaced.values()}
    ways: list[list[tuple[int, int]]] = []
    for step in (-1, 1):  # over the layer before, over the layer behind
        over = [(i - step, j + step) for i, j in forward.items()]
        ways.append(
            [
                (i, j)
                for i, j in over
                if i in range(len(old)) and j in range(len(new)) and i not in used and j not in taken
                if old.coarse[i] == new.coarse[j] and _scope(old, i) == _scope(new, j)
            ]
        )
    ways.sort(key=len)
    found: dict[int, int] = {}
    for i, j in [*ways[1], *ways[0]]:
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def _scope(side: Side, index: int) -> str:
    return side.names[index].rpartition(".")[0]


def _chosen(side: Side, index: int) -> Hashable:
    return side.named[index] if side.strong[index] else None


def _unique(places: Sequence[int], keys: Sequence[Hashable], used: object) -> dict[Hashable, int]:
    """The places that are not used yet and whose key no other one has."""
    found: dict[Hashable, int] = {}
    for place, key in zip(places, keys, strict=True):
        if key is not None and place not in used:  # type: ignore[operator]
            found[key] = -1 if key in found else place
    return {key: place for key, place in found.items() if place >= 0}
