"""Layers that came or went, told with few lines: a scope that is new as a whole is one, alike neighbours are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph


class Group(Record):
    """A layer, a scope, or neighbouring scopes that contain the same."""

    name: str
    first: int
    """The place of its first layer."""
    layers: int
    scope: bool
    last: str | None = None
    """Of several alike neighbours the last one's name."""
    times: int = 1
    """How many alike neighbours it stands for."""


def fold(graph: Graph, places: Sequence[int]) -> tuple[Group, ...]:
    """The layers at these places, in order: whole scopes as one group, alike neighbours as one."""
    chosen = set(places)
    names = [node.name for node in graph.nodes]
    mixed = _scopes([names[index] for index in range(len(names)) if index not in chosen])
    groups: list[Group] = []
    inside: list[list[object]] = []
    known: dict[str, int] = {}
    for index in places:
        scope = _widest(names[index], mixed)
        at = known.get(scope)
        node = graph.nodes[index]
        mark = (names[index][len(scope) :], node.op, node.layer)
        if at is None:
            known[scope] = len(groups)
            groups.append(Group(scope, index, 1, scope != names[index]))
            inside.append([mark])
        else:
            groups[at] = groups[at]._replace(layers=groups[at].layers + 1, scope=True)
            inside[at].append(mark)
    return tuple(_alike(groups, inside))


def _scopes(names: Sequence[str]) -> set[str]:
    """Every scope that one of the names stands in, and the names themselves."""
    found: set[str] = set()
    for name in names:
        at = len(name)
        while at > 0 and name[:at] not in found:
            found.add(name[:at])
            at = name.rfind(".", 0, at)
    return found


def _widest(name: str, mixed: set[str]) -> str:
    """The widest scope of a name in which nothing else stands."""
    parts = name.split(".")
    for count in range(1, len(parts)):
        scope = ".".join(parts[:count])
        if scope not in mixed:
            return scope
    return name


def _alike(groups: Sequence[Group], inside: Sequence[list[object]]) -> list[Group]:
    found: list[Group] = []
    before: list[object] | None = None
    for group, marks in zip(groups, inside, strict=True):
        if found and group.scope and marks == before and _above(found[-1].name) == _above(group.name):
            last = found[-1]
            found[-1] = last._replace(layers=last.layers + group.layers, last=group.name, times=last.times + 1)
        else:
            found.append(group)
        before = marks
    return found


def _above(name: str) -> str:
    return name.rpartition(".")[0]
