"""Source of the layers that torch lacks, as the file brings it with it: taken from where this package keeps them."""

from __future__ import annotations

import ast
import re
from os.path import dirname
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

SPELLED = re.compile(r"(?:\bnn\.|(?<![.\w]))functional\.")
FROZEN = '''def frozen(module: nn.Module) -> nn.Module:
    """The module, with weights that are not trained."""
    return module.requires_grad_(False)'''


class Brought(Record):
    """What a file brings with it."""

    imports: tuple[tuple[str, str], ...]
    """Each import as module and name; no name for a whole module."""
    sources: tuple[str, ...]


def bring(targets: Iterable[str]) -> Brought:
    """The source of functions and classes of this package, and of all that they need of it."""
    imports: dict[tuple[str, str], None] = {}
    sources: list[str] = []
    done: set[tuple[str, str]] = set()
    rooms: dict[str, _Room] = {}

    def visit(module: str, name: str) -> None:
        if (module, name) in done:
            return
        done.add((module, name))
        room = rooms.get(module) or rooms.setdefault(module, _Room(module))
        for other in room.needs(name):
            if other in room.places:
                visit(module, other)
            elif other in room.imports:
                imports[room.imports[other]] = None
        sources.append(room.source(name))

    for target in sorted(targets):
        if target == "frozen":
            sources.append(FROZEN)
            continue
        module, _, name = target.partition(":")
        visit(module, name)
    return Brought(tuple(imports), tuple(sources))


class _Room:
    """One module of this package, as text."""

    def __init__(self, module: str) -> None:
        path = f"{dirname(dirname(__file__))}/{module.rpartition('.')[2]}.py"
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.lines = self.text.splitlines()
        self.places: dict[str, ast.stmt] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        for node in ast.parse(self.text).body:
            self._read(node)

    def _read(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            self.places[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    self.places[target.id] = node
        elif isinstance(node, ast.If):
            for inner in node.body:
                self._read(inner)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self.imports[alias.name] = (alias.name, "")
        elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("__"):
            for alias in node.names:
                self.imports[alias.asname or alias.name] = (node.module, alias.name)

    def needs(self, name: str) -> list[str]:
        """The names that something uses, in their order."""
        found = [inner.id for inner in ast.walk(self._stripped(name)) if isinstance(inner, ast.Name)]
        return [other for other in dict.fromkeys(found) if other != name]

    def _stripped(self, name: str) -> ast.stmt:
        node = self.places[name]
        if isinstance(node, ast.ClassDef):
            node.body = [inner for inner in node.body if not _ours(inner)]
        return node

    def source(self, name: str) -> str:
        """The text of something, without remarks to the tools of this package."""
        from cnninspect.backends.python.reflow import reflow

        node = self._stripped(name)
        parts = [node] if not isinstance(node, ast.ClassDef) else [*node.body]
        if isinstance(node, ast.ClassDef):
            rows = self._rows(node.lineno, parts[0].lineno - 1)
            for number, part in enumerate(parts):
                start = _start(part)
                above = _end(parts[number - 1]) if number else start - 1
                gap = [""] * (start > above + 1 and (not rows or rows[-1] != ""))
                rows += [*gap, *self._rows(start, _end(part))]
        else:
            rows = self._rows(_start(node), _end(node))
        return "\n".join(reflow(rows))

    def _rows(self, first: int, last: int) -> list[str]:
        kept = []
        for row in self.lines[first - 1 : last]:
            bare = row.split("  # noqa")[0].split("  # type:")[0]
            kept.append(SPELLED.sub("F.", bare))
        return kept


def _start(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *[one.lineno for one in decorators]])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _ours(node: ast.stmt) -> bool:
    """Whether a part of a class is for this package only: how a scope's own weight is used."""
    if isinstance(node, ast.FunctionDef):
        return node.name == "arguments"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id == "function"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return "arguments below" in str(node.value.value)
    return False
