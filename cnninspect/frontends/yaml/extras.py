"""What YAML has beyond words, lists and mappings: anchors and aliases, tags and merge keys, each within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.scalars import resolve
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from cnninspect.frontends.yaml.tree import Node, Placed, Source
    from cnninspect.values import Span

    class Say(Protocol):
        """What reports a problem, and stops the reading where it is the last one."""

        def __call__(  # noqa: PLR0913 - as the reader's own
            self,
            where: Placed | Span,
            code: str,
            message: str,
            help: str,
            notes: tuple[str, ...] = (),
            *,
            last: bool = False,
        ) -> None: ...


MOST_ALIASED = 1_000_000
"""How many nodes aliases may stand for, each counted with everything in it."""
MOST_MERGED = 200_000
"""How many pairs merge keys may look at."""
MOST_PIECES = 4
"""Pairs among which such a list is looked for: one for each axis and one more."""
TAGS = "tag:yaml.org,2002:"
KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),)}
MERGE, DROP = "merge", "drop"
MERGE_KEY = "\0<<"
"""What a plain ``<<`` is remembered as; a quoted one is a key like any other."""


class Extras:
    """The anchors and merges that one reading of one text has met."""

    def __init__(self, source: Source, say: Say, opened: dict[int, int], odd: dict[int, dict[int, str]]) -> None:
        self.source = source
        self.say = say
        self.anchors: dict[str, Node] = {}
        self.opened = opened
        """Anchored collections that have not ended, with the count of nodes before them."""
        self.weights: dict[int, int] = {}
        """How many nodes an alias of an anchored collection stands for."""
        self.odd = odd
        """Of the pairs of some mappings: which are to be merged, and which dropped."""
        self.aliased = 0
        self.merged = 0
        self.brackets: set[int] = set()
        """The values of which it has been said that they are lists in round brackets."""

    def decorate(self, node: Node, anchor: str | None, tag: str | None, before: int) -> None:
        """Remember an anchor and obey a tag; ``before`` counts the nodes so far."""
        if anchor:
            self.anchors[anchor] = node
            if type(node) is Scalar:
                self.weights.pop(id(node), None)
            else:
                self.opened[id(node)] = before + self.aliased
        if tag and tag != "!":
            self.obey(node, tag)

    def close(self, node: Node, count: int) -> None:
        """Weigh an anchored collection, which has ended."""
        self.weights[id(node)] = count + self.aliased - self.opened.pop(id(node))

    def obey(self, node: Node, tag: str) -> None:
        name = tag[len(TAGS) :] if tag.startswith(TAGS) else ""
        if type(node) is not Scalar:
            if name != ("map" if type(node) is Mapping else "seq"):
                self.refuse(node, tag, "a mapping" if type(node) is Mapping else "a list")
        elif name == "str":
            node.value = node.text
        elif name not in KINDS:
            self.refuse(node, tag, "a scalar")
        else:
            value = resolve(node.text)
            if type(value) not in KINDS[name]:
                self.say(
                    node, "yaml-tag", f"'{clip(node.text)}' is no !!{name}", "delete the tag, or correct the value"
                )
            else:
                node.value = float(value) if name == "float" else value  # type: ignore[arg-type]
                node.quoted = False

    def refuse(self, node: Node, tag: str, what: str) -> None:
        written = f"!!{tag[len(TAGS) :]}" if tag.startswith(TAGS) else tag
        self.say(node, "yaml-tag", f"{what} cannot have the tag {clip(written)}", "delete the tag: a model needs none")

    def follow(self, name: str, span: Span) -> Node:
        """The node that an alias stands for; after a problem, a scalar without a value."""
        node = self.anchors.get(name)
        if node is not None and id(node) not in self.opened:
            self.aliased += self.weights.get(id(node), 1)
            if self.aliased > MOST_ALIASED:
                self.say(
                    span,
                    "alias-bomb",
                    f"with *{clip(name)} the aliases stand for {self.aliased:,} values, more than {MOST_ALIASED:,}",
                    "use fewer aliases of aliases; 'repeat:' writes a layer many times",
                    last=True,
                )
            return node
        if node is not None:
            self.say(
                span,
                "alias-cycle",
                f"*{clip(name)} stands inside what it refers to",
                "refer to something that ends before",
                (f"&{clip(name)} begins at {node.span}",),
            )
        else:
            text = f"write '*{clip(name)}' in quotes if it is text"
            if self.anchors:
                text = f"anchors so far are {clip(', '.join('&' + anchor for anchor in self.anchors))}; {text}"
            self.say(span, "unknown-anchor", f"*{clip(name)} refers to no anchor above it", text)
        return Scalar(self.source, span[1:], f"*{name}", None, False)

    def odd_key(
        self, node: Node, span: Span, pairs: list[tuple[Scalar, Node]], seen: dict[str, Scalar], *, alias: bool
    ) -> Scalar:
        """A key that is no word: a merge key, a collection, nothing, or a quoted text that looks like one."""
        if type(node) is Scalar and not alias:
            name = MERGE_KEY if node.text == "<<" and not node.quoted else node.text
            if node.value is not None:
                if seen.setdefault(name, node) is not node:
                    return self.second(node, seen[name], pairs)
                if name is MERGE_KEY:
                    self.odd.setdefault(id(pairs), {})[len(pairs)] = MERGE
                return node
            written = f"'{node.text}'" if node.text else "nothing"
            advice = f'write "{node.text}" in quotes' if node.text else "write a word before the ':'"
        else:
            written = "an alias" if alias else "a mapping" if type(node) is Mapping else "a list"
            advice = "a key is a word or a number; put text that begins with a bracket in quotes"
        self.say(span, "bad-key", f"{written} cannot be a key", advice)
        self.odd.setdefault(id(pairs), {})[len(pairs)] = DROP
        return Scalar(self.source, span[1:], "", None, False)

    def second(self, key: Scalar, first: Scalar, pairs: list[tuple[Scalar, Node]]) -> Scalar:
        """A key that the mapping has already: the first one stays."""
        self.odd.setdefault(id(pairs), {})[len(pairs)] = DROP
        advice = "merge several with <<: [*a, *b]" if key.text == "<<" and not key.quoted else "keep one of the two"
        opened = _opened(pairs)
        if opened is not None:
            if id(opened) in self.brackets:
                return key
            self.brackets.add(id(opened))
            advice = f"a list is written in square brackets: {clip(opened.text, 40)}: […]"
        self.say(key, "duplicate-key", f"the key '{clip(key.text)}' is here twice", advice, (f"first at {first.span}",))
        return key

    def finish(self, pairs: list[tuple[Scalar, Node]], seen: dict[str, Scalar]) -> None:
        """Leave out what is to be dropped, and put in what is to be merged."""
        odd = self.odd.pop(id(pairs))
        kept: list[tuple[Scalar, Node]] = []
        for index, pair in enumerate(pairs):
            what = odd.get(index)
            if what is MERGE:
                kept.extend(self.merge(pair[1], seen))
            elif what is None:
                kept.append(pair)
        pairs[:] = kept

    def merge(self, value: Node, seen: dict[str, Scalar]) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of ``<<``: of several the first wins, and the mapping's own win over all."""
        for base in value.items if type(value) is Sequence else [value]:
            if type(base) is not Mapping:
                if type(base) is Scalar and base.text[:1] == "*" and not base.quoted:
                    continue  # an alias that has been reported
                advice = "write <<: *name, with name: &name {…} above"
                self.say(base, "bad-merge", "<< takes a mapping or a list of mappings", advice)
                continue
            self.merged += len(base.pairs)
            if self.merged > MOST_MERGED:
                message = f"merge keys look at more than {MOST_MERGED:,} pairs"
                self.say(base, "alias-bomb", message, "merge fewer or smaller mappings", last=True)
            for pair in base.pairs:
                if pair[0].text not in seen:
                    seen[pair[0].text] = pair[0]
                    yield pair

    def too_many(self, node: Node, most: int, what: str) -> None:
        advice = "'repeat:' writes a layer many times"
        self.say(node, "too-many-values", f"a model has at most {most:,} {what}", advice, last=True)

    def too_deep(self, node: Node, most: int) -> None:
        message = f"lists and mappings nest at most {most} levels deep"
        self.say(node, "nesting-too-deep", message, "is a closing bracket missing?", last=True)


def _opened(pairs: list[tuple[Scalar, Node]]) -> Scalar | None:
    """The option whose value is a list in round brackets of which the last pairs are pieces; None where they are not."""
    for key, value in reversed(pairs[-MOST_PIECES:]):
        text = value.text if type(value) is Scalar else "…"
        if text:
            return key if text.startswith("(") and ")" not in text else None
    return None
