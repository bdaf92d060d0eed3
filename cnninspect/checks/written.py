"""Where a network is written: the place of an option, and the edits that change one.

An edit is made only of what stands there in plain words and stands for nothing else: not of an expression, a
default, an alias or a merged key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.values import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.tree import Node, Source

    Place = tuple[str, int, int]


class Item:
    """What is written of one layer: its type, and its options where there are any."""

    def __init__(self, op: Scalar, value: Node | None, bare: str) -> None:
        self.op = op
        self.value = value
        self.bare = bare
        """The option that a bare value goes to."""

    def option(self, name: str) -> Node | None:
        """What is written for an option, None where it is left out."""
        if type(self.value) is Mapping:
            return self.value.get(name)
        return self.value if name == self.bare else None


class Writing:
    """All that was read of a model, by its places."""

    def __init__(self, document: Document | None, sources: tuple[Source, ...]) -> None:
        self.document = document
        self.sources = {source.name: source for source in sources}
        self._values: dict[Place, Node] = {}
        self._uses: dict[int, int] = {}
        self._indexed = False

    def pairs(self) -> Iterator[tuple[Scalar, Node]]:
        """Every section and every entry of a section, with its key."""
        if self.document is None:
            return
        for name, node in self.document.sections.items():
            yield self.document.keys[name], node
        for name, entries in self.document.merged.items():
            if name in self.document.keys:
                key = self.document.keys[name]
                yield key, _last([node for _, node in entries.values() if node.source is key.source], key)
            yield from entries.values()

    def item(self, span: Span, bare: str) -> Item | None:
        """What is written where a layer's type stands; None where that is in no file of the model."""
        if not self._indexed:
            self._indexed = True
            self._index()
        place = (span.file, span.line, span.column)
        value = self._values.get(place)
        if value is None or span.file not in self.sources:
            return None
        if type(value) is Scalar and (value.line, value.column) == (span.line, span.column):
            return Item(value, None, bare)
        key = Scalar(value.source, (span.line, span.column, span.end_line, span.end_column), "", None, False)
        empty = type(value) is Scalar and value.value is None and not value.quoted
        return Item(key, None if empty else value, bare)

    def own(self, node: Node) -> bool:
        """Whether a node stands in the model's own file and at one place only, so that it may be changed."""
        return self.document is not None and node.source is self.document.source and self._uses.get(id(node), 0) == 1

    def _index(self) -> None:
        stack: list[tuple[Node | None, Node]] = [*self.pairs()]
        while stack:
            key, node = stack.pop()
            first = self._uses.get(id(node), 0) == 0
            self._uses[id(node)] = self._uses.get(id(node), 0) + 1
            if key is not None:
                self._values[key.source.name, key.line, key.column] = node
            if not first:
                continue
            if type(node) is Mapping:
                stack += node.pairs
            elif type(node) is Sequence:
                for item in node.items:
                    stack.append((item if type(item) is Scalar else None, item))


def _last(nodes: list[Node], key: Scalar) -> Node:
    """The node that ends last: up to there goes what a key of a section begins."""
    return max(nodes, key=lambda node: node.end_line, default=key)


def set_option(writing: Writing, item: Item, name: str, text: str) -> tuple[Edit, ...]:
    """The edit that writes an option of a layer; none where that is not certain to mean this layer alone."""
    value = item.value
    if value is None:
        return (_after(item.op, f": {{{name}: {text}}}"),) if _plain_entry(writing, item.op) else ()
    if not writing.own(value) or _at(value) < _at(item.op):
        return ()
    if type(value) is Scalar:
        if value.quoted or not item.bare:
            return ()
        if name == item.bare:
            return () if "$" in value.text else (Edit(value.span, text),)
        start = Span(value.source.name, value.line, value.column, value.line, value.column)
        return Edit(start, f"{{{item.bare}: "), _after(value, f", {name}: {text}}}")
    if type(value) is not Mapping or not value.pairs:
        return ()
    old = value.get(name)
    if old is not None:
        known = type(old) is Scalar and "$" not in old.text and writing.own(old)
        return (Edit(old.span, text),) if known else ()
    return _added(value, name, text)


def _plain_entry(writing: Writing, op: Scalar) -> bool:
    """Whether a layer without options is an item of its own, so that a ``:`` may follow it."""
    return writing.own(op) and not op.quoted


def _added(value: Mapping, name: str, text: str) -> tuple[Edit, ...]:
    """The edit that adds an option to those of a mapping, in the style of the mapping."""
    key, last = value.pairs[-1]
    begins = _at(value)
    if not begins <= _at(key) < _at(last) or begins > _at(value.pairs[0][0]):
        return ()  # an alias or a merged key: it stands elsewhere
    if _braced(value):
        return (_after(last, f", {name}: {text}"),) if type(last) is Scalar or last.end_line == last.line else ()
    first, _ = value.pairs[0]
    start = Span(value.source.name, first.line, first.column, first.line, first.column)
    return (Edit(start, f"{name}: {text}\n{' ' * (first.column - 1)}"),)


def _braced(value: Mapping) -> bool:
    """Whether a mapping stands in braces, behind a tag or an anchor if need be."""
    first, _ = value.pairs[0]
    line = value.source.line(value.line)
    before = line[value.column - 1 : first.column - 1 if first.line == value.line else len(line)]
    return "{" in before.partition(" #")[0]


def _at(node: Node) -> tuple[int, int]:
    return node.line, node.column


def _after(node: Node, text: str) -> Edit:
    return Edit(Span(node.source.name, node.end_line, node.end_column, node.end_line, node.end_column), text)
