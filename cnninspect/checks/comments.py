"""Comments that silence findings: ``# cnninspect: ignore[code, code] reason``.

A comment speaks for everything that begins on its line: the option, the layer, the block or the whole section,
with all that is inside it, and, beside a call, for what the call expands to. On a line of its own it speaks
for what begins on the next line that says something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.tree import Scalar, Sequence
from cnninspect.values import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.frontends.yaml.tree import Node, Source

    Pair = tuple[Node, Node]
    Codes = tuple[tuple[str, Span], ...] | None

MARK = "cnninspect:"
WORD = "ignore"


class Ignore:
    """One comment of a file, and which of its codes have silenced something."""

    def __init__(self, span: Span, codes: Codes, reason: str, lines: range) -> None:
        self.span = span
        self.codes = codes
        """Each code as written with its place; None where the comment cannot be understood."""
        self.reason = reason
        self.lines = lines
        """The lines for which it speaks."""
        self.used: set[str] = set()


def ignores(source: Source, pairs: Iterable[Pair]) -> list[Ignore]:
    """The comments of a text, ``pairs`` being all that was read in it, by its keys."""
    if MARK not in source.text:
        return []
    source.line(1)
    lines = source.lines or []
    ends, quoted = _walk(pairs)
    found = []
    for number, line in enumerate(lines, 1):
        if MARK in line:
            made = _read(source.name, number, line.rstrip("\r"), quoted)
            if made is not None:
                span, codes, reason = made
                spoken = number if line[: span.column - 1].strip() else _next(lines, number)
                found.append(Ignore(span, codes, reason, range(spoken, max(ends.get(spoken, 0), spoken) + 1)))
    return found


def _next(lines: list[str], number: int) -> int:
    """The next line after one that is not empty nor a comment."""
    for later in range(number, len(lines)):
        text = lines[later].strip()
        if text and text[0] != "#":
            return later + 1
    return number


def _walk(pairs: Iterable[Pair]) -> tuple[dict[int, int], list[Scalar]]:
    """For each line the last line of what begins on it, items of lists and keys with values; and all quoted texts."""
    ends: dict[int, int] = {}
    quoted: list[Scalar] = []
    seen: set[int] = set()
    stack: list[Pair] = list(pairs)
    while stack:
        key, node = stack.pop()
        ends[key.line] = max(ends.get(key.line, 0), node.end_line)
        if type(node) is Scalar:
            quoted += [node] if node.quoted else []
        elif id(node) not in seen:  # what an alias repeats is looked at once
            seen.add(id(node))
            stack += [(item, item) for item in node.items] if type(node) is Sequence else node.pairs  # type: ignore[union-attr]
    return ends, quoted


def _read(file: str, number: int, line: str, quoted: list[Scalar]) -> tuple[Span, Codes, str] | None:
    """The comment of a line: its place, its codes, its reason; None where the words stand in a text."""
    at = line.find(MARK)
    start = line.rfind("#", 0, at)
    if start < 0 or line[start + 1 : at].strip() or (start and line[start - 1] not in " \t"):
        return None
    if any(_inside(scalar, number, start + 1) for scalar in quoted):
        return None
    span = Span(file, number, start + 1, number, len(line.rstrip()) + 1)
    rest = line[at + len(MARK) :]
    word, bracket, listed = rest.partition("[")
    codes, closing, reason = listed.partition("]")
    if word.strip() != WORD or not bracket or not closing or not codes.strip(", "):
        return span, None, ""
    return span, tuple(_codes(file, number, codes, len(line) - len(listed) + 1)), reason.strip()


def _codes(file: str, number: int, listed: str, column: int) -> Iterator[tuple[str, Span]]:
    for part in listed.split(","):
        code = part.strip()
        if code:
            first = column + len(part) - len(part.lstrip())
            yield code, Span(file, number, first, number, first + len(code))
        column += len(part) + 1


def _inside(scalar: Scalar, line: int, column: int) -> bool:
    return (scalar.line, scalar.column) <= (line, column) < (scalar.end_line, scalar.end_column)
