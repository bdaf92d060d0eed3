"""Every layer type, a line each, by families."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect.layers import load_all
from cnninspect.records import Record
from cnninspect.reports.delimited import markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.layers.base import Layer

SCHEMA = "cnninspect.layers/1"
TITLES = ("layer", "first option", "what it is")
INDENT, BELOW = "  ", "    "
NARROW = 32
"""Columns that a description needs beside a name; with fewer it stands below."""
SPELLED = str.maketrans(
    {
        "Σ": "sum",
        "Φ": "Phi",
        "…": "...",
        "√": "sqrt",
        "⌊": "floor(",
        "⌋": ")",
        "⌈": "ceil(",
        "⌉": ")",
        "·": "*",
        "×": "x",
        "²": "^2",
        "−": "-",
    }
)
"""Signs of formulas, for terminals that cannot show them."""
BOLD, DIM = "\x1b[1m{}\x1b[0m", "\x1b[2m{}\x1b[0m"


class Entry(Record):
    """One layer type."""

    name: str
    family: str
    """The module that it stands in, or the family that this says it is part of."""
    summary: str
    options: tuple[str, ...]
    aliases: tuple[str, ...]


def entries(wanted: str = "") -> list[Entry]:
    """The layer types whose name, alias, family or summary contains a text, by family and name."""
    found = [_entry(layer) for layer in load_all().values()]
    key = wanted.lower()
    return sorted(
        [
            entry
            for entry in found
            if any(key in text.lower() for text in (entry.name, entry.family, entry.summary, *entry.aliases))
        ],
        key=lambda entry: (entry.family, entry.name),
    )


def _entry(layer: type[Layer]) -> Entry:
    module = sys.modules.get(layer.__module__)
    family = getattr(module, "FAMILY", layer.__module__.rpartition(".")[2])
    return Entry(
        layer.name,
        family,
        plain_text(layer.__doc__ or "").partition("\n")[0],
        tuple(layer.schema_options),
        layer.aliases,
    )


def plain_text(docstring: str) -> str:
    """A docstring without its indentation and marks of code."""
    from inspect import cleandoc

    return cleandoc(docstring).replace("``", "")


def render(found: Sequence[Entry], *, color: bool = False, width: int | None = None, ascii: bool = False) -> str:
    """A paragraph for each family; in a terminal ``width`` columns wide descriptions wrap inside their column."""
    name, option = (max(map(len, column)) for column in zip(*[(entry.name, first(entry)) for entry in found]))  # noqa: B905
    parts: dict[str, list[str]] = {}
    for entry in found:
        head = f"{entry.name:{name}}  {first(entry):{option}}"
        lines = _beside(head, entry.summary.translate(SPELLED) if ascii else entry.summary, width)
        shown = BOLD.format(entry.name) + lines[0][len(entry.name) :] if color else lines[0]
        parts.setdefault(entry.family, []).extend([f"{INDENT}{line}" for line in [shown, *lines[1:]]])
    total = f"{len(found)} layer type{'' if len(found) == 1 else 's'}; cnninspect explain NAME tells more"
    paragraphs = ["\n".join([family, *part]) for family, part in parts.items()]
    return "\n\n".join([*paragraphs, DIM.format(total) if color else total]) + "\n"


def _beside(head: str, text: str, width: int | None) -> list[str]:
    """A text beside what it is about, or below that where few columns would be left for it."""
    if width is None:
        return [f"{head}  {text}"]
    beside = len(head) + 2
    room = width - len(INDENT) - beside
    if room < NARROW:
        return [head.rstrip(), *[BELOW + line for line in wrapped(text, width - len(INDENT + BELOW))]]
    lines = wrapped(text, room)
    return [f"{head}  {lines[0]}", *[" " * beside + line for line in lines[1:]]]


def wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most ``room`` characters, broken between words; a longer word is left whole."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def markdown(found: Sequence[Entry]) -> str:
    """The same as a Markdown table."""
    rows = [(entry.name, first(entry), entry.summary) for entry in found]
    return "\n".join(markdown_table(TITLES, rows, (False, False, False))) + "\n"


def json(found: Sequence[Entry]) -> str:
    """The same for programs, one layer type a line."""
    from json import dumps

    layers = ",\n  ".join([dumps(entry._asdict(), ensure_ascii=False) for entry in found])
    return f'{{"schema": "{SCHEMA}",\n "layers": [\n  {layers}]}}\n'


def first(entry: Entry) -> str:
    """The option that takes a bare value, empty where there is none."""
    return entry.options[0] if entry.options else ""
