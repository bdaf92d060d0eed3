"""Whether the tensors of a checkpoint are those of a network: by names and shapes alone, nothing is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.passes.matching_names import PREFIXES, common_prefix, nearest, stripped
from cnninspect.passes.matching_turns import Turn, in_keras, renamed, turn
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnninspect.ir import Graph
    from cnninspect.values import Shape

LOADS, MISSING, UNEXPECTED, SHAPE, DEFAULTED, TIED = "loads", "missing", "unexpected", "shape", "defaulted", "tied"
STATUSES = (LOADS, MISSING, UNEXPECTED, SHAPE, DEFAULTED, TIED)
"""A tensor is loaded; missing; too many; of the wrong shape; missing and begun at 0; that of a layer that shares."""
COUNTER = "num_batches_tracked"
"""What batch norm counts; checkpoints of torch before 0.4.1 do not have it, and torch begins at 0."""


class Wanted(Record):
    """A tensor that a network stores."""

    key: str
    shape: Shape
    node: int


class Row(Record):
    """A tensor of the network, of the checkpoint, or of both."""

    status: str
    key: str | None
    """In the network; None where it has no such tensor."""
    stored: str | None
    """In the checkpoint, as it stands there."""
    wanted: Shape | None
    found: Shape | None
    node: int | None
    near: str | None = None
    """Of a tensor that is missing what the checkpoint may call it, of one too many what the network may."""
    turn: Turn | None = None
    """How its axes are moved before it fits."""
    kept: Shape | None = None
    """The shape that Keras keeps it in, where its layout was asked for and the shape is another one."""


class Matching(Record):
    """A checkpoint held against a network."""

    rows: tuple[Row, ...]
    """The tensors of the network in its order, then what else the checkpoint has, in its order."""
    stripped: tuple[str, ...]
    """What was taken from the beginning of the checkpoint's names."""
    turned: int
    """How many tensors of the wrong shape would fit in Keras's layout."""
    renamed: bool
    """Whether both have the same shapes in the same order, under other names."""
    carried: tuple[str, int] | None = None
    """A prefix without which more would fit, and how many names carry it."""

    def count(self, status: str) -> int:
        """How many tensors have this status."""
        return sum([row.status == status for row in self.rows])

    @property
    def differences(self) -> int:
        """How many tensors keep the checkpoint from loading strictly."""
        return sum([row.status in (MISSING, UNEXPECTED, SHAPE) for row in self.rows])


def wanted(graph: Graph) -> dict[str, Wanted]:
    """Every tensor that a network stores, by its key and in torch's order; of a layer that shares weights its owner's."""
    tree: dict[str, Any] = {}
    for index, node in enumerate(graph.nodes):
        if node.facts is None or node.shares is not None:
            continue
        for name, shape in (*node.facts.weights.items(), *node.facts.buffers.items()):
            key = node.weight_key(name)
            *scopes, last = key.split(".")
            inner = tree
            for scope in scopes:
                inner = inner.setdefault(scope + ".", {})
            inner[last] = Wanted(key, shape, index)
    return {want.key: want for want in _listed(tree)}


def _listed(tree: dict[str, Any]) -> Iterator[Wanted]:
    """Of each scope its own tensors, then those of the scopes in it, as torch lists them."""
    for inner in tree.values():
        if type(inner) is Wanted:
            yield inner
    for inner in tree.values():
        if type(inner) is not Wanted:
            yield from _listed(inner)


def _tied(graph: Graph) -> dict[str, Wanted]:
    """The keys that a layer would have, were its weights not another's."""
    found = {}
    for index, node in enumerate(graph.nodes):
        if node.facts is not None and node.shares is not None:
            for name, shape in (*node.facts.weights.items(), *node.facts.buffers.items()):
                found[node.weight_key(name)] = Wanted(node.weight_key(name), shape, index)
    return found


def match(
    graph: Graph, table: Mapping[str, Shape], *, prefix: str | None = None, layout: str = "torch", near: bool = True
) -> Matching:
    """Hold names and shapes against a network.

    Known prefixes that every name carries are taken away where more names are known without them; ``prefix`` is
    taken away wherever it stands, and nothing else. ``layout`` is torch, or keras for names and axes as Keras has
    them. ``near=False`` looks for no near names.
    """
    ours = wanted(graph)
    taken, names = stripped(list(table), ours, prefix)
    if layout == "keras":
        names = renamed(names, ours)
    rows, rest = _ours(graph, ours, table, names, keras=layout == "keras")
    rows += _others(graph, table, rest, names)
    if near:
        rows = _with_near(rows, names)
    turns = [turn(graph, ours[row.key], row.found) for row in rows if row.status == SHAPE and row.key and row.found]
    shapes = [found.shape for found in ours.values() if not found.key.endswith(COUNTER)]
    theirs = [shape for key, shape in table.items() if not key.endswith(COUNTER)]
    same = shapes == theirs and any(row.status == MISSING for row in rows)
    carried = None if prefix is not None or taken else common_prefix(list(table), ours)
    return Matching(tuple(rows), taken, sum([found is not None for found in turns]), same, carried)


def _ours(
    graph: Graph, ours: Mapping[str, Wanted], table: Mapping[str, Shape], names: Mapping[str, str], *, keras: bool
) -> tuple[list[Row], list[str]]:
    """A row for each tensor of the network, and what is left of the checkpoint."""
    given = {name: key for key, name in names.items()}
    rows = []
    for key, want in ours.items():
        stored = given.pop(key, None)
        if stored is None:
            rows.append(Row(DEFAULTED if _counter(want) else MISSING, key, None, want.shape, None, want.node))
            continue
        shape = table[stored]
        moved = turn(graph, want, shape) if keras else None
        fits = moved is not None if keras else shape == want.shape or (shape == (1,) and want.shape == ())
        if keras and moved is not None and moved.still:
            moved = None
        kept = None if fits or not keras else in_keras(graph, want)
        rows.append(Row(LOADS if fits else SHAPE, key, stored, want.shape, shape, want.node, None, moved, kept))
    left = set(given.values())
    return rows, [key for key in table if key in left]


def _counter(want: Wanted) -> bool:
    return want.shape == () and want.key.rpartition(".")[2] == COUNTER


def _others(graph: Graph, table: Mapping[str, Shape], rest: list[str], names: Mapping[str, str]) -> list[Row]:
    """A row for each tensor that the network does not store."""
    tied = _tied(graph) if rest else {}
    rows = []
    for stored in rest:
        twin, shape = tied.get(names[stored]), table[stored]
        if twin is not None and twin.shape == shape:
            rows.append(Row(TIED, twin.key, stored, twin.shape, shape, twin.node))
        else:
            rows.append(Row(UNEXPECTED, None, stored, None, shape, None, None, None))
    return rows


def _with_near(rows: list[Row], names: Mapping[str, str]) -> list[Row]:
    """The rows with the names that may have been meant: those of the same shape on the other side."""
    missing = {row.key: row.wanted for row in rows if row.status == MISSING and row.key is not None}
    surplus = {row.stored: row.found for row in rows if row.status == UNEXPECTED and row.stored is not None}
    pairs = nearest({names[key]: (key, shape) for key, shape in surplus.items()}, missing)
    back = {key: stored for stored, key in pairs.items()}
    found = []
    for row in rows:
        near = None
        if row.status == UNEXPECTED:
            near = pairs.get(row.stored or "")
        elif row.status == MISSING:
            near = back.get(row.key or "")
        found.append(row if near is None else row._replace(near=near))
    return found


__all__ = ["PREFIXES", "STATUSES", "Matching", "Row", "Turn", "Wanted", "match", "wanted"]
