"""Warnings about what a model declares and never uses."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnninspect import layers
from cnninspect.frontends.yaml.blocks import find, library
from cnninspect.frontends.yaml.environment import Environment, scalars
from cnninspect.frontends.yaml.evaluation import ExpressionError
from cnninspect.frontends.yaml.expressions import parse_name, parse_value
from cnninspect.frontends.yaml.hints import alias_table, layer_help, near
from cnninspect.frontends.yaml.tree import Enough, Mapping, Scalar, Sequence
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.tree import Node, Report

MENTIONING = ("layers", "input", "inputs", "outputs", "training")
"""Sections, besides those that declare something, in which params and blocks may be used."""


def check_defaults(document: Document, report: Report) -> None:
    """Report defaults that belong to no layer or block, or are no options."""
    blocks = document.entries("blocks")
    for name, (key, node) in document.entries("defaults").items():
        if type(node) is not Mapping:
            message = f"defaults of '{clip(name)}' must be a mapping of options to values"
            report.add(node, "bad-section", message, help=f"{clip(name)}: {{bias: false}}")
        if name not in blocks and library(name, report) is None and layers.find(name) is None:
            every = layers.load_all()
            aliases = alias_table((known, kind.aliases) for known, kind in every.items())
            message = f"there is no layer or block called '{clip(name)}'"
            report.add(key, "unknown-layer", message, help=layer_help(name, [*every, *blocks], aliases))


def warn_unused(document: Document, elaborator: Elaborator, report: Report) -> None:
    """Warn of params, blocks, arguments and names of let that nothing refers to, each in the file that declares it."""
    try:
        _warn_names(document, report)
        _warn_declared(document, elaborator, report)
    except Enough:
        pass  # there is no end of them, and nothing wrong with the network


def used(document: Document) -> list[Scalar]:
    """The keys of params, of blocks and of let, in whichever of the files, that something refers to."""
    params, blocks = document.entries("params"), document.entries("blocks")
    names, words, _ = _mentioned(document)
    found = [key for name, (key, _) in params.items() if name in names]
    found += [key for name, (key, _) in blocks.items() if name in words]
    if any("let" in source.text for source in document.sources):
        found += [key for key, idle in _names_of_let(document) if not idle]
    return found


def _warn_names(document: Document, report: Report) -> None:
    own = document.source
    if "let" in own.text:  # most models have none
        for key, idle in _names_of_let(document):
            if idle and key.source is own:
                message = f"name '{clip(key.text)}' is declared by let and never used"
                report.add(key, "unused-name", message, severity="warning", help=_advice(key))


def _warn_declared(document: Document, elaborator: Elaborator, report: Report) -> None:
    params, blocks, own = document.entries("params"), document.entries("blocks"), document.source
    if not (params or blocks):
        return
    names, words, bodies = _mentioned(document)
    for name, (key, _) in params.items():
        if name not in names and key.source is own:
            report.add(
                key,
                "unused-param",
                f"param '{name}' is never used",
                severity="warning",
                help=_meant(name, names & params.keys()) + _advice(key),
            )
    for name, (key, node) in blocks.items():
        block = find(elaborator, name)
        if name not in words and key.source is own:
            advice = f"remove it, or call it: - {name}"
            report.add(key, "unused-block", f"block '{name}' is never called", severity="warning", help=advice)
        if block is None or key.source is not own or type(node) is not Mapping:
            continue
        for arg, _default in block.args:
            if arg.text not in bodies[name]:
                message = f"argument '{arg.text}' of block '{name}' is never used"
                report.add(arg, "unused-argument", message, severity="warning", help=_advice(arg))


def _mentioned(document: Document) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """The names that a model refers to, every word of it, and the names that each block refers to."""
    sections = [document.sections[key] for key in MENTIONING if key in document.sections]
    values = [node for section in ("params", "variants", "defaults") for _, node in document.entries(section).values()]
    names, words = _mentions([*sections, *values])
    bodies = {}
    for name, (_, node) in document.entries("blocks").items():
        bodies[name], others = _mentions([node])
        names |= bodies[name]
        words |= others
    return names, words, bodies


def _meant(name: str, used: Iterable[str]) -> str:
    """The param that may have been meant: one that is replaced in a file that extends another, and misspelt."""
    meant = near(name, used)
    return f"did you mean '{meant}'? If not, " if meant else ""


def _advice(key: Scalar) -> str:
    return f"remove it, or refer to it as ${clip(key.text)}"


def _names_of_let(document: Document) -> Iterator[tuple[Scalar, bool]]:
    """The keys of let, and whether nothing which sees them refers to them."""
    lets = Lets()
    for _, node in document.entries("blocks").values():
        lets.block(node)
    lets.layers(document.sections["layers"], Environment({}))
    defaults, _ = _mentions([node for _, node in document.entries("defaults").values()])  # they see what a layer sees
    for key in lets.declared.values():
        yield key, id(key) not in lets.used and key.text not in defaults


class Lets:
    """Which names of let are referred to: an expression means the innermost let around it that has its name.

    The let of a layer is seen by the whole item but ``repeat``, which comes before it; that of a block by its
    layers. Of its own names a let sees those above.
    """

    def __init__(self) -> None:
        self.declared: dict[int, Scalar] = {}
        self.used: set[int] = set()
        self._seen: dict[tuple[int, int, bool], Environment] = {}
        """What an alias repeats is looked at once; a scope is kept, so that its id stays its own."""

    def block(self, node: Node) -> None:
        """Look at a block's declaration."""
        let = node.get("let") if type(node) is Mapping else None
        layers = node.get("layers") if type(node) is Mapping else node
        assert layers is not None  # a block without layers has been reported
        scope = Environment({})
        self.layers(layers, self._declare(let, scope) if type(let) is Mapping else scope)

    def layers(self, node: Node, scope: Environment) -> None:
        """Look at a list of layers and all that is below it."""
        stack = [(node, scope, False)]
        while stack:
            found, sees, item = stack.pop()
            if type(found) is Scalar:
                self._use(found, sees)
                continue
            known = (id(found), id(sees), item)
            if known in self._seen:
                continue
            self._seen[known] = sees
            if type(found) is Sequence:
                stack += [(part, sees, True) for part in found.items]
            else:
                assert type(found) is Mapping
                stack += self._pairs(found, sees, item=item)

    def _pairs(self, node: Mapping, scope: Environment, *, item: bool) -> Iterator[tuple[Node, Environment, bool]]:
        """What stands in a mapping, each with what it sees and whether it is an item of a list of layers."""
        let = node.get("let") if item else None
        inner = self._declare(let, scope) if type(let) is Mapping else scope
        for key, value in node.pairs:
            yield key, inner, False
            if not item or key.text != "let":
                yield value, scope if item and key.text == "repeat" else inner, key.text == "else"

    def _declare(self, let: Mapping, scope: Environment) -> Environment:
        inner = Environment({}, scope)
        for key, value in let.pairs:
            for scalar in scalars([value]):
                self._use(scalar, inner)
            inner.values[key.text] = key
            self.declared[id(key)] = key
        return inner

    def _use(self, scalar: Scalar, scope: Environment) -> None:
        for name in _names(scalar.text):
            try:
                self.used.add(id(scope.lookup(name)))
            except KeyError:
                pass  # a param, an argument, or what the language brings


def _mentions(nodes: Iterable[Node]) -> tuple[set[str], set[str]]:
    """The names that expressions refer to, and every word that may call a block."""
    names: set[str] = set()
    words = _words(nodes)
    for word in words:
        if "$" in word:
            names |= names_met(word) if len(word) < SHORT else _names(word)
    return names, words


def _words(nodes: Iterable[Node]) -> set[str]:
    """The text of every scalar below some nodes, keys included."""
    words: set[str] = set()
    seen: set[int] = set()
    found = list(nodes)
    for node in found:  # which grows by what is inside
        if type(node) is Scalar:
            words.add(node.text)
        elif id(node) not in seen:  # what an alias repeats is looked at once
            seen.add(id(node))
            if type(node) is Sequence:
                found += node.items
                continue
            assert type(node) is Mapping
            for key, value in node.pairs:
                words.add(key.text)
                if type(value) is Scalar:
                    words.add(value.text)
                else:
                    found.append(value)
    return words


def _names(text: str) -> frozenset[str]:
    """The names that a text refers to, whether it stands for a value or is a name with values in it."""
    names: frozenset[str] = frozenset()
    if "$" not in text:
        return names
    for parse in (parse_value, parse_name):
        try:
            expression = parse(text)
        except ExpressionError:
            continue
        assert expression is not None  # the text has a $
        names |= expression.names()
    return names


SHORT = 40
"""Characters below which the names in a text are remembered from one model to the next."""
names_met = lru_cache(maxsize=4096)(_names)
