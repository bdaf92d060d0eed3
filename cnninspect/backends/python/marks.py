"""Which arguments of layers are the value of a param, found by reading the model with another value of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.model import Sym
from cnninspect.backends.python.spelling import arguments, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.backends.python.programs import Marks
    from cnninspect.ir import Graph

    Again = Callable[[dict[str, object]], Graph | None]


def find_marks(graph: Graph, again: Again) -> Marks:
    """Every argument that is a param and nothing else; params that change anything else have none."""
    marks: Marks = {}
    for name, value in graph.params.items():
        if type(value) is not int or value < 1 or not name.isidentifier():
            continue
        other = again({name: value + 1})
        found = _changed(graph, other, value) if other is not None else None
        if found and not found & marks.keys():
            marks.update(dict.fromkeys(found, Sym(name, value)))
    return marks


def _changed(graph: Graph, other: Graph, value: int) -> set[tuple[int, str]] | None:
    """The arguments that follow a param from one value to the next; None where anything else changes."""
    if [node.name for node in graph.nodes] != [node.name for node in other.nodes]:
        return None
    if [given.shape for given in graph.inputs] != [given.shape for given in other.inputs] or not other.complete:
        return None
    found: set[tuple[int, str]] = set()
    for index, (one, two) in enumerate(zip(graph.nodes, other.nodes, strict=True)):
        if one.layer is None or two.layer is None or one.inputs != two.inputs:
            return None
        calls = [
            node.layer.call([which.shape(tensor) or () for tensor in node.inputs])
            for which, node in ((graph, one), (other, two))
            if node.layer is not None
        ]
        first, second = (dict(arguments(call)) for call in calls)
        if calls[0]._replace(arguments={}) != calls[1]._replace(arguments={}) or first.keys() != second.keys():
            return None
        for key, was in first.items():
            if not same(was, second[key]):
                if not (same(was, value) and same(second[key], value + 1)):
                    return None
                found.add((index, key))
    return found
