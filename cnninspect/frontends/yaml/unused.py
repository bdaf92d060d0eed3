"""Warnings about what a model declares and never uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import layers
from cnninspect.frontends.yaml.blocks import find, library
from cnninspect.frontends.yaml.environment import scalars
from cnninspect.frontends.yaml.evaluation import ExpressionError
from cnninspect.frontends.yaml.expressions import parse_name, parse_value
from cnninspect.frontends.yaml.hints import alias_table, layer_help
from cnninspect.frontends.yaml.tree import Mapping
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.tree import Node, Report


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
    """Warn of params, blocks and arguments that nothing refers to, each in the file that declares it."""
    params, blocks = document.entries("params"), document.entries("blocks")
    if not (params or blocks):
        return
    bodies = [node for _, node in blocks.values()]
    sections = [document.sections[key] for key in ("layers", "input", "inputs", "outputs") if key in document.sections]
    values = [node for section in ("params", "variants", "defaults") for _, node in document.entries(section).values()]
    everything = [*bodies, *sections, *values]
    names, words = _mentions(everything)
    own = document.source
    for name, (key, _) in params.items():
        if name not in names and key.source is own:
            advice = f"remove it, or refer to it as ${name}"
            report.add(key, "unused-param", f"param '{name}' is never used", severity="warning", help=advice)
    for name, (key, node) in blocks.items():
        block = find(elaborator, name)
        if name not in words and key.source is own:
            advice = f"remove it, or call it: - {name}"
            report.add(key, "unused-block", f"block '{name}' is never called", severity="warning", help=advice)
        if block is None or key.source is not own or type(node) is not Mapping:
            continue
        inside, _ = _mentions([node])
        for arg, _default in block.args:
            if arg.text not in inside:
                message = f"argument '{arg.text}' of block '{name}' is never used"
                advice = f"remove it, or refer to it as ${arg.text}"
                report.add(arg, "unused-argument", message, severity="warning", help=advice)


def _mentions(nodes: Iterable[Node]) -> tuple[set[str], set[str]]:
    """The names that expressions refer to, and every word that may call a block."""
    names: set[str] = set()
    words: set[str] = set()
    for scalar in scalars(nodes):
        text = scalar.text
        words.add(text)
        if "$" not in text:
            continue
        for parse in (parse_value, parse_name):
            try:
                expression = parse(text)
            except ExpressionError:
                continue
            assert expression is not None  # the text has a $
            names |= expression.names()
    return names, words
