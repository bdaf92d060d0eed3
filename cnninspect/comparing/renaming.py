"""Which scopes and layers are called otherwise, told with as few lines as say it.

A scope whose layers all moved below another name is one line, whatever is in it; neighbours whose numbers all grew
by the same amount are one line as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.changes import Renamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    Names = tuple[str, str, int]


def renames(pairs: Sequence[tuple[str, str, int]]) -> tuple[Renamed, ...]:
    """Fold the old and new names of layers, each with its number of tensors, in the order of the layers."""
    changed = [entry for entry in pairs if entry[0] != entry[1]]
    if not changed:
        return ()
    blocked = _blocked(pairs)
    found: list[Renamed] = []
    places: dict[tuple[str, str], int] = {}
    for old, new, tensors in changed:
        scope = _scope(old, new, blocked)
        at = places.get(scope)
        if at is None:
            places[scope] = len(found)
            found.append(Renamed(*scope, 1, tensors))
        else:
            known = found[at]
            found[at] = known._replace(layers=known.layers + 1, tensors=known.tensors + tensors)
    return tuple(_runs(found))


def _cuts(old: str, new: str) -> list[tuple[str, str]]:
    """Every way to tell a renaming, the widest scopes first: what follows is the same in both names."""
    ours, theirs = old.split("."), new.split(".")
    same = 0
    while same < min(len(ours), len(theirs)) - 1 and ours[-1 - same] == theirs[-1 - same]:
        same += 1
    return [(".".join(ours[: len(ours) - cut]), ".".join(theirs[: len(theirs) - cut])) for cut in range(same, -1, -1)]


def _blocked(pairs: Sequence[tuple[str, str, int]]) -> set[tuple[str, str]]:
    """Scopes that did not become one other scope as a whole: some layer of one is not in the other."""
    targets: dict[str, set[str]] = {}
    origins: dict[str, set[str]] = {}
    candidates: set[tuple[str, str]] = set()
    for old, new, _ in pairs:
        if old != new:
            candidates.update(_cuts(old, new))
    olds, news = {one for one, _ in candidates}, {other for _, other in candidates}
    for old, new, _ in pairs:
        for scope in _above(old):
            if scope in olds:
                targets.setdefault(scope, set()).add(_moved(scope, old, new))
        for scope in _above(new):
            if scope in news:
                origins.setdefault(scope, set()).add(_moved(scope, new, old))
    return {(one, other) for one, other in candidates if targets[one] != {other} or origins[other] != {one}}


def _moved(scope: str, name: str, other: str) -> str:
    """What the scope of a layer is called on the other side; empty where it is not there as a whole."""
    rest = name[len(scope) :]
    return other[: len(other) - len(rest)] if other.endswith(rest) else ""


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _scope(old: str, new: str, blocked: set[tuple[str, str]]) -> tuple[str, str]:
    cuts = _cuts(old, new)
    return next((cut for cut in cuts if cut not in blocked), cuts[-1])


def _runs(found: Sequence[Renamed]) -> list[Renamed]:
    """Neighbours that were renumbered by the same amount as one."""
    runs: list[Renamed] = []
    for entry in found:
        step = _step(entry.old, entry.new)
        if runs and step is not None:
            last = runs[-1]
            ends = last.last or (last.old, last.new)
            if _step(*ends) == step and _number(ends[0]) < _number(entry.old):
                runs[-1] = Renamed(
                    last.old, last.new, last.layers + entry.layers, last.tensors + entry.tensors, (entry.old, entry.new)
                )
                continue
        runs.append(entry)
    return runs


def _step(old: str, new: str) -> tuple[str, int] | None:
    """The scope of two names that differ by a number at the end, and by how much."""
    ours, theirs = old.rpartition("."), new.rpartition(".")
    if ours[0] != theirs[0] or not (ours[2].isdecimal() and theirs[2].isdecimal()):
        return None
    return ours[0], int(theirs[2]) - int(ours[2])


def _number(name: str) -> int:
    return int(name.rpartition(".")[2])
