"""Params of a model: their defaults, what a variant changes, what the caller sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import RESERVED, UNKNOWN, Environment, declare, names_in, scalars
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Source
from cnninspect.values import Span, clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as AnyMapping

    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.tree import Node

ABOUT = ("description", "reference")
"""What a variant may say of itself besides its params."""


def read_params(
    document: Document,
    variant: str | None,
    sets: AnyMapping[str, object],
    report: Report,
) -> Environment:
    """The params with their values: the variant's over the file's, the caller's over both."""
    nodes = {name: node for name, (_, node) in document.entries("params").items()}
    for name in RESERVED:
        if name in nodes:
            key = document.entries("params")[name][0]
            report.add(
                key, "bad-name", f"'{name}' already has a meaning in expressions", help="give the param another name"
            )
    for name in document.entries("variants"):
        if name != variant:  # a mistake in a variant is one, whoever asks for it
            for _ in variant_params(document, name, report):
                pass
    if variant is not None:
        nodes.update(_variant(document, variant, report))
    given: dict[str, object] = dict.fromkeys(document.lost, UNKNOWN)
    for name, value in sets.items():
        if name not in nodes:
            _unknown(Span(f"--set {clip(name, 40)}", 0, 0, 0, 0), name, list(nodes), report)
        elif not isinstance(value, str):
            given[name] = value
        elif (node := _parse(name, value, report)) is not None:
            nodes[name] = node
        else:
            given[name] = UNKNOWN
    lazy = _Lazy(nodes, given, report)
    for name in nodes:
        lazy.force(name)
    return Environment(lazy.values)


class _Lazy:
    """Params that may refer to one another, in any order but not in a circle."""

    def __init__(self, nodes: dict[str, Node], given: dict[str, object], report: Report) -> None:
        self.nodes = nodes
        self.report = report
        self.values: dict[str, object] = dict(given)

    def force(self, name: str) -> None:
        """Find the value of a param, those that it refers to first; a chain may be long, so nothing recurses."""
        node = self.nodes[name]
        if type(node) is Scalar and "$" not in node.text:
            self.values.setdefault(name, node.value)
            return
        path = [name]
        while path:
            needed = next((other for other in self._refers_to(path[-1]) if other not in self.values), None)
            if path[-1] in self.values or needed is None:
                self._evaluate(path.pop())
            elif needed in path:
                chain = " → ".join([*path[path.index(needed) :], needed])
                message = f"params refer to each other in a circle: {clip(chain)}"
                self.report.add(self.nodes[needed], "param-cycle", message, help="give one of them a value of its own")
                self.values.update(dict.fromkeys(path[path.index(needed) :], UNKNOWN))
            else:
                path.append(needed)

    def _evaluate(self, name: str) -> None:
        if name not in self.values:
            declare(name, self.nodes[name], Environment(self.values), self.report)

    def _refers_to(self, name: str) -> list[str]:
        """The params whose values this one needs; a mistake in an expression is reported when it is evaluated."""
        found: set[str] = set()
        for scalar in scalars([self.nodes[name]]) if name in self.nodes else ():
            if "$" in scalar.text:
                found |= names_in(scalar)
        return [other for other in sorted(found) if other in self.nodes]


def _variant(document: Document, variant: str, report: Report) -> dict[str, Node]:
    entry = document.entries("variants").get(variant)
    if entry is None:
        known = list(document.entries("variants"))
        guess = near(variant, known)
        listed = f"it has {', '.join(known[:12])}" if known else "it has none"
        report.add(
            Span(document.source.name, 0, 0, 0, 0),
            "unknown-variant",
            f"the model has no variant '{clip(variant)}'",
            help=f"did you mean '{guess}'?" if guess else listed,
        )
        return {}
    return dict(variant_params(document, variant, report))


def variant_params(document: Document, variant: str, report: Report) -> Iterator[tuple[str, Node]]:
    """The params that a variant changes; anything else in it is reported."""
    _, node = document.entries("variants")[variant]
    if type(node) is not Mapping:
        empty = type(node) is Scalar and node.value is None
        help_ = f"write {variant}: {{}} for one that changes nothing" if empty else f"write {variant}: {{param: value}}"
        report.add(node, "bad-variant", f"variant '{variant}' must be a mapping of params to values", help=help_)
        return
    known = document.entries("params")
    for key, value in node.pairs:
        if key.text in known:
            yield key.text, value
        elif key.text not in ABOUT:
            _unknown(key.span, key.text, list(known), report)


def _unknown(where: Span, name: str, known: list[str], report: Report) -> None:
    guess = near(name, known)
    listed = f"it has {', '.join(known)}" if known else "it has none: write params: {…} at the top level"
    report.add(
        where,
        "unknown-param",
        f"the model has no param '{clip(name)}'",
        help=f"did you mean '{guess}'?" if guess else listed,
    )


def _parse(name: str, text: str, report: Report) -> Node | None:
    """A value from the command line, read as YAML; None (and a finding) where it cannot be read."""
    source = Source(f"--set {clip(name, 40)}", text)
    if not text.strip():
        return Scalar(source, (1, 1, 1, 1), "", None, quoted=False)
    found = Report()
    tree = read_tree(source, found)
    if not found.findings:
        return tree
    if "\n" in text.strip():
        message = f"the value of --set {clip(name, 40)} has several lines and is not YAML: {clip(text)}"
        report.add(Span(source.name, 0, 0, 0, 0), "yaml-syntax", message, help="write it on one line")
    else:
        report.findings += found.findings
    return None
