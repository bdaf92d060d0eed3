"""The top level of a model file: its sections, each with the shape that it must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.hints import SECTIONS, near
from cnninspect.frontends.yaml.naming import bad_name
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.options import described
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.frontends.yaml.recipes import Setting
    from cnninspect.frontends.yaml.tree import Node, Report, Source

KNOWN: dict[str, tuple[str, Callable[[Node], bool]]] = {
    "name": ("a name", lambda node: type(node) is Scalar),
    "description": ("text", lambda node: type(node) is Scalar),
    "reference": ("text or a mapping", lambda node: type(node) is not Sequence),
    "extends": ("a file or the name of a shipped network", lambda node: type(node) is Scalar),
    "layout": ("channels_first or channels_last", lambda node: type(node) is Scalar),
    "input": ("a shape such as [3, 224, 224]", lambda node: type(node) is not Scalar),
    "inputs": ("a mapping of names to shapes", lambda node: type(node) is Mapping),
    "params": ("a mapping of names to values", lambda node: type(node) is Mapping),
    "variants": ("a mapping of names to params", lambda node: type(node) is Mapping),
    "defaults": ("a mapping of layer types to options", lambda node: type(node) is Mapping),
    "blocks": ("a mapping of names to blocks", lambda node: type(node) is Mapping),
    "layers": ("a list of layers", lambda node: type(node) is Sequence),
    "outputs": ("a list of names, or a mapping of names to them", lambda node: type(node) is not Scalar),
    "budgets": ("a mapping of metrics to limits", lambda node: type(node) is Mapping),
    "training": ("a mapping of options to values", lambda node: type(node) is Mapping),
}
"""Every section with what it must be."""

MERGED = ("params", "blocks", "defaults", "variants")
"""Sections that merge one level deep with those of the extended file."""


class Document:
    """The sections of one model, after ``extends`` those of several files."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.sections: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.merged: dict[str, dict[str, tuple[Scalar, Node]]] = {section: {} for section in MERGED}
        self.sources = [source]
        self.training: dict[str, Setting] = {}
        """What ``training:`` says, once it has been read."""
        self.mistaken: set[str] = set()
        """Sections that were meant and could not be understood: nobody should say that they are missing."""
        self.lost: list[str] = []
        """Params whose values could not be understood."""

    def entries(self, section: str) -> dict[str, tuple[Scalar, Node]]:
        """The entries of a merged section with their keys."""
        return self.merged[section]

    def text(self, section: str) -> str:
        """A section that is plain text; empty where there is none."""
        node = self.sections.get(section)
        return node.text if type(node) is Scalar and node.value is not None else ""


def read_document(tree: Node, source: Source, report: Report) -> Document | None:
    """Sort a tree into sections; every section that cannot be one is reported and left out."""
    if type(tree) is not Mapping:
        got = "a list" if type(tree) is Sequence else described(getattr(tree, "value", None))
        report.add(
            tree,
            "not-a-model",
            f"a model is a mapping with input and layers, got {got}",
            help="write layers: above the list" if type(tree) is Sequence else "start with name:, input: and layers:",
        )
        return None
    document = Document(source)
    for key, value in tree.pairs:
        if key.text not in KNOWN:
            document.mistaken.add(_unknown_section(key, report))
        elif _null(value):
            document.mistaken.add(key.text)
            needed = key.text in ("input", "layers") and tree.get("extends") is None
            help_ = f"write {KNOWN[key.text][0]}" + ("" if needed else f", or leave {key.text} out")
            report.add(key, "bad-section", f"{key.text} is empty", help=help_)
        elif not KNOWN[key.text][1](value):
            document.mistaken.add(key.text)
            if key.text == "params" and type(value) is Sequence:
                document.lost = [name.text for item in value.items if type(item) is Mapping for name, _ in item.pairs]
            _wrong_section(key.text, value, report)
        elif key.text in MERGED:
            assert type(value) is Mapping
            document.keys[key.text] = key
            document.merged[key.text] = {
                name.text: (name, node) for name, node in value.pairs if _named_well(key.text, name, report)
            }
        else:
            document.keys[key.text] = key
            document.sections[key.text] = value
    return document


def _null(node: Node) -> bool:
    return type(node) is Scalar and node.value is None and not node.quoted


def _wrong_section(section: str, value: Node, report: Report) -> None:
    got = described(value.value) if type(value) is Scalar else "a list" if type(value) is Sequence else "a mapping"
    help_ = _section_help(section, value)
    report.add(value, "bad-section", f"{section} must be {KNOWN[section][0]}, got {got}", help=help_)


def _section_help(section: str, value: Node) -> str:
    from cnninspect.frontends.yaml.meant import odd_help, sizes_in

    if section == "layers" and type(value) is Mapping:
        tight = next((key.text for key, _ in value.pairs if key.text[:1] == "-"), "")
        return (
            f"a space follows each dash: write '- {clip(tight[1:], 40)}: …'" if tight else "put '- ' before each layer"
        )
    if type(value) is Sequence:
        return _listed_help(section, value)
    if type(value) is not Scalar:
        return ""
    if section == "outputs":
        return f"write outputs: [{clip(value.text, 40)}]"
    if section == "layers" and value.text[:1] == "-":
        return f"a space follows each dash: write '- {clip(value.text[1:].split(' ')[0], 40)}'"
    sizes = sizes_in(value.text) if section == "input" else []
    return f"write input: [{', '.join(sizes)}]" if sizes else odd_help(value.text)


def _listed_help(section: str, value: Sequence) -> str:
    """How to write a section of names that stands in a list."""
    if section == "inputs":
        return "name each of them: inputs: {left: [3, 64, 64], right: [3, 64, 64]}"
    first = value.items[0] if value.items and section in MERGED else None
    if type(first) is Mapping and first.pairs:
        return f"a name stands there without a dash: {clip(first.pairs[0][0].text, 40)}: …"
    return f"write {section}: {{{clip(first.text, 40)}: …}}" if type(first) is Scalar else ""


def _named_well(section: str, name: Scalar, report: Report) -> bool:
    """Whether an entry of a section can be referred to by its name."""
    if section == "params":
        good = name.text.isidentifier()
        wrong = "" if good else "a param's name is made of letters, digits and '_', and begins with no digit"
        help_ = "a list is written in square brackets: [2, 3]" if name.text.endswith(")") else ""
    else:
        wrong, help_ = bad_name(name.text) if section in ("blocks", "variants") else "", ""
    if wrong:
        report.add(name, "bad-name", f"{wrong}, got '{clip(name.text, 40)}'", help=help_)
    return not wrong


def _unknown_section(key: Scalar, report: Report) -> str:
    """Report a section that does not exist; what it was meant to be, as far as can be guessed."""
    guess = SECTIONS.get(key.text) or near(key.text, KNOWN)
    report.add(
        key,
        "unknown-section",
        f"'{clip(key.text)}' is not a section of a model",
        help=f"did you mean '{guess}'?" if guess else f"sections are {', '.join(KNOWN)}",
    )
    return guess or ""


def inherit(base: Document, own: Document) -> Document:
    """What a file means that extends another: its sections replace, the merged ones merge one level deep."""
    result = Document(own.source)
    result.sections = {**base.sections, **own.sections}
    if "input" in own.sections:
        result.sections.pop("inputs", None)
    elif "inputs" in own.sections:
        result.sections.pop("input", None)
    result.sections.pop("extends", None)
    result.keys = {**base.keys, **own.keys}
    result.sources = [*base.sources, own.source]
    result.mistaken = base.mistaken | own.mistaken
    result.lost = [*base.lost, *own.lost]
    for section in MERGED:
        result.merged[section] = {**base.merged[section], **own.merged[section]}
    for name, (_, node) in own.merged["variants"].items():
        if name in base.merged["variants"] and _null(node):
            del result.merged["variants"][name]  # a variant of the extended file that makes no sense here
    return result
