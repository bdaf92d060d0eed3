"""The lines of a table: one for each layer, scopes above them or folded into one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.api import Row, Summary

ADDED = ("parameters", "trainable", "buffers", "weight_bytes")
"""What a scope has also of its layers that run only while the network learns."""
RUN = ("macs", "flops", "activation_bytes")
"""What a scope has only of the layers that run at inference."""


class Line(Record):
    """One line of a table: a layer, or a scope with everything below it."""

    name: str
    label: str
    """What it is called below its scope, in a tree."""
    rows: tuple[Row, ...]
    """The layer alone, or all layers of the scope."""
    scope: bool = False
    guides: str = ""
    """The branches of the tree before the label."""
    times: int = 1
    """How many alike scopes it stands for."""
    folded: bool = False
    """Whether the line stands for what is below the scope, which has no lines of its own."""

    @property
    def runs(self) -> bool:
        """Whether any of it runs at inference."""
        return any(row.runs for row in self.rows)

    def number(self, key: str) -> int | None:
        """One of the costs, summed over a scope; unknown where a part of it is."""
        if not self.scope:
            found: int | None = getattr(self.rows[0].cost, key)
            return found
        parts = [getattr(row.cost, key) for row in self.rows if row.runs or key in ADDED]
        return None if None in parts else sum(parts)


class Scope:
    """A place in the tree of names."""

    __slots__ = ("items", "label", "name", "scopes")

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.label = label
        self.items: list[Scope | Row] = []
        self.scopes: dict[str, Scope] = {}

    def rows(self) -> Iterator[Row]:
        """Every layer below, in the order of the tree."""
        stack: list[Scope | Row] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, Scope):
                stack.extend(reversed(item.items))
            else:
                yield item


def flat(summary: Summary, depth: int | None = None) -> list[Line]:
    """A line for each layer in the order in which they run; with a depth, deeper scopes are one line."""
    if depth is None:
        return [Line(row.node.name, row.node.name, (row,)) for row in summary.rows]
    lines = [line for line in nested(summary, depth) if not line.scope or line.folded]
    return [line._replace(label=line.name, guides="") for line in lines]


def nested(summary: Summary, depth: int | None = None) -> list[Line]:
    """The tree of names: a line for each scope, what it contains below; scopes at the depth are one line."""
    lines: list[Line] = []
    _below(_tree(summary.rows), depth, "", lines, 1)
    return lines


def _tree(rows: Sequence[Row]) -> Scope:
    root = Scope("", "")
    for row in rows:
        scope = root
        *above, last = row.node.name.split(".")
        for part in above:
            inner = scope.scopes.get(part)
            if inner is None:
                inner = scope.scopes[part] = Scope(f"{scope.name}.{part}" if scope.name else part, part)
                scope.items.append(inner)
            scope = inner
        scope.scopes.get(last, scope).items.append(row)  # what joins the branches below its own name belongs to them
    return root


def _below(scope: Scope, depth: int | None, guides: str, lines: list[Line], level: int) -> None:
    folding = depth is not None and level >= depth
    groups = _alike(scope.items) if folding else [[item] for item in scope.items]
    for index, group in enumerate(groups):
        last = index == len(groups) - 1
        own = guides + ("└─ " if last else "├─ ") if level > 1 else ""
        first = group[0]
        if not isinstance(first, Scope):
            lines.append(_leaf(first, scope, own))
            continue
        lines.append(_scope_line(group, own, folded=folding))
        if not folding:
            deeper = guides + ("   " if last else "│  ") if level > 1 else ""
            _below(first, depth, deeper, lines, level + 1)


def _leaf(row: Row, scope: Scope, guides: str) -> Line:
    name = row.node.name
    label = f"({clip(row.node.op, 40)})" if name == scope.name else name.rpartition(".")[2]
    return Line(name, label, (row,), guides=guides)


def _scope_line(group: Sequence[Scope | Row], guides: str, *, folded: bool) -> Line:
    scopes = [scope for scope in group if isinstance(scope, Scope)]
    first, last = scopes[0], scopes[-1]
    rows = tuple([row for scope in scopes for row in scope.rows()])
    name = first.name if first is last else f"{first.name} … {last.name}"
    label = first.label if first is last else f"{first.label} … {last.label}"
    return Line(name, label, rows, scope=True, guides=guides, times=len(scopes), folded=folded)


def _alike(items: Sequence[Scope | Row]) -> list[list[Scope | Row]]:
    """The items, consecutive scopes of the same structure and shapes together."""
    groups: list[list[Scope | Row]] = []
    before: object = None
    for item in items:
        structure = _structure(item) if isinstance(item, Scope) else None
        if structure is not None and structure == before:
            groups[-1].append(item)
        else:
            groups.append([item])
        before = structure
    return groups


def _structure(scope: Scope) -> list[object]:
    """What makes two scopes alike: names inside, layers, shapes and costs."""
    cut = len(scope.name)
    return [
        (row.node.name[cut:], row.node.op, row.node.layer, row.node.outputs, row.cost, row.runs) for row in scope.rows()
    ]
