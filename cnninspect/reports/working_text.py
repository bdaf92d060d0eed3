"""Workings as text: full width in a pipe, folded at the edge of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.expand import beginnings, flow
from cnninspect.workings import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.reports.working import Explanation
    from cnninspect.reports.working_window import Row, Section
    from cnninspect.workings import Line

BOLD, DIM = "\x1b[1m{}\x1b[0m", "\x1b[2m{}\x1b[0m"
ASCII = {
    "·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "→": "->", "×": "x", "…": "...", "²": "^2",
    "–": "-", "∪": "and", "Σ": "sum", "Φ": "Phi", "√": "sqrt",
}  # fmt: skip
"""What stands for a sign that a terminal without Unicode lacks."""


class Style:
    """How wide a page is and whether it has colour."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def bold(self, text: str) -> str:
        """A title."""
        return BOLD.format(text) if self.color else text

    def dim(self, text: str) -> str:
        """What stands beside the matter."""
        return DIM.format(text) if self.color and text else text


def plain_signs(text: str) -> str:
    """The same text in ASCII."""
    for sign, letters in ASCII.items():
        text = text.replace(sign, letters)
    return text


def shown(line: Line) -> str:
    """A line's arithmetic with what it gives: ``extent = 2·(3 − 1) + 1 = 5``."""
    text = f"{line.label} = {line.text}" if line.label else line.text
    if line.value is None or line.text == number(line.value):
        return text
    between = f"{line.between} → " if line.between else ""
    return f"{text} = {between}{number(line.value)}"


def render(sections: Sequence[Section], style: Style) -> str:
    """Sections under their titles."""
    width = max([len(row.head) for section in sections for row in section.rows], default=0)
    return "\n".join(["\n".join([style.bold(s.title), *_rows(s.rows, width, style)]) + "\n" for s in sections])


def _rows(rows: Sequence[Row], width: int, style: Style) -> Iterator[str]:
    for head, line in rows:
        front = f"  {head:<{width}}  "
        text = shown(line)
        note = f"  {line.note}" if line.note else ""
        if style.width is None or len(front) + len(text) + len(note) <= style.width:
            yield (front + text + style.dim(note)).rstrip()
            continue
        room = style.width - len(front)
        first, *rest = folded(text, room)
        yield front + first
        yield from [" " * len(front) + more for more in rest]
        yield from [" " * len(front) + style.dim(more) for more in folded(line.note, room)]


def folded(text: str, width: int) -> list[str]:
    """A text broken at blanks, a piece longer than the width left whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def page(what: Explanation, yaml: Sequence[str], style: Style) -> str:
    """The whole explanation of a layer."""
    node = what.node
    head, where = f"{node.name}: {node.op}", f"of {what.graph.name}, {node.span}"
    fits = style.width is None or len(head) + 1 + len(where) <= style.width
    parts = [f"{style.bold(head)}{' ' if fits else chr(10) + '  '}{where}"]
    parts += [_indented(yaml, style)] if yaml else []
    parts.append("\n".join(_around(what, style)))
    parts += [render(what.sections, style).rstrip("\n")] if what.sections else []
    if what.torch:
        parts.append("\n".join([style.bold("In torch"), *code(what.torch, style)]))
    return "\n\n".join(parts) + "\n"


def _indented(lines: Sequence[str], style: Style) -> str:
    return "\n".join([style.dim(f"  {line}") if line else "" for line in lines])


def _around(what: Explanation, style: Style) -> Iterator[str]:
    """Where the input comes from, who reads the output, and what is special."""
    node = what.node
    shapes = [f"{name} {_shape(shape)}" for name, shape in what.reads]
    if what.meant:
        yield from _fact("means", what.meant, style)
    yield from _fact("reads", ", ".join(shapes), style)
    yield from _fact("makes", ", ".join([_shape(shape) for shape in node.outputs]), style)
    readers = ", ".join(what.readers) or ("nobody" if not what.heads else "")
    yield from _fact("read by", readers, style)
    yield from _fact("output", ", ".join(what.heads), style)
    calls = [f"{call.block} at {call.span}" for call in reversed(node.calls)]
    yield from _fact("inside", ", ".join(calls), style)
    if node.shares is not None:
        yield from _fact("shares", f"the weights of {what.graph.nodes[node.shares].name}", style)
    if node.init:
        yield from _fact("begins", flow(beginnings(node))[1:-1], style)
    if not what.runs:
        yield from _fact("training", "exists only while the network learns: no cost at inference", style)
    if node.copies > 1:
        yield from _fact("runs", f"{number(node.copies)} times for each sample, once a region", style)
    if not what.sections:
        yield from _fact("unknown", "its shape could not be worked out, so nothing about it is known", style)


def _fact(head: str, text: str, style: Style) -> Iterator[str]:
    if not text:
        return
    front = f"  {head:<9}"
    for line in folded(text, (style.width or len(text) + 11) - len(front)):
        yield front + line
        front = " " * len(front)


def _shape(shape: Sequence[int] | None) -> str:
    from cnninspect.values import show_shape

    return show_shape(shape)


def code(lines: Sequence[str], style: Style) -> Iterator[str]:
    """Statements, broken between arguments where they are too long, so that they can still be pasted."""
    for line in lines:
        first, *rest = folded(line, style.width - 6 if style.width else len(line))
        yield f"  {first}"
        yield from [f"      {more}" for more in rest]
