"""Comments that silence findings: ``# cnninspect: ignore[code, code] reason``.

A comment speaks for everything that begins on its line: the option, the layer, the block or the whole section,
with all that is inside it, and, beside a call, for what the call expands to. On a line of its own it speaks
for what begins on the next line that says something. A comment may say something else before, and several may stand
in one line.
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
SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""What is read whichever letters are large; nothing becomes longer or shorter, as it may by ``lower``."""


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


def mentioned(text: str) -> bool:
    """Whether a text may have such comments."""
    return MARK in text.lower()


def ignores(source: Source, pairs: Iterable[Pair]) -> list[Ignore]:
    """The comments of a text, ``pairs`` being all that was read in it, by its keys."""
    if not mentioned(source.text):
        return []
    source.line(1)
    lines = source.lines or []
    ends, quoted = _walk(pairs)
    found: list[Ignore] = []
    below: dict[int, int] = {}
    for number in [number for number in range(len(lines), 0, -1) if MARK in lines[number - 1].lower()]:
        line, spoken = lines[number - 1].rstrip("\r"), number
        if line.lstrip()[0] == "#":
            below[number] = _next(lines, number, below)
            spoken = below[number] or number
        meant = range(spoken, max(ends.get(spoken, 0), spoken) + 1)
        read = [*_read(source.name, number, line, quoted.get(number, ()))]
        found += [Ignore(span, codes, reason, meant) for span, codes, reason in reversed(read)]
    return found[::-1]


def _next(lines: list[str], number: int, below: dict[int, int]) -> int:
    """The next line after one that is not empty nor a comment, 0 where none is; ``below`` has what is known of later ones."""
    for later in range(number + 1, len(lines) + 1):
        if later in below:
            return below[later]
        text = lines[later - 1].strip()
        if text and text[0] != "#":
            return later
    return 0


def spoken(comments: Iterable[Ignore], code: str) -> dict[tuple[str, int], list[list[Ignore]]]:
    """For each line of each file the comments that silence a code there, those of the same lines together."""
    alike: dict[tuple[str, range], list[Ignore]] = {}
    for comment in comments:
        if any(code == written for written, _ in comment.codes or ()):
            alike.setdefault((comment.span.file, comment.lines), []).append(comment)
    found: dict[tuple[str, int], list[list[Ignore]]] = {}
    for (file, lines), several in alike.items():
        for line in lines:
            found.setdefault((file, line), []).append(several)
    return found


def _walk(pairs: Iterable[Pair]) -> tuple[dict[int, int], dict[int, list[Scalar]]]:
    """For each line the last line of what begins on it, items of lists and keys with values; and the quoted texts on it."""
    ends: dict[int, int] = {}
    quoted: dict[int, list[Scalar]] = {}
    seen: set[int] = set()
    stack: list[Pair] = list(pairs)
    while stack:
        key, node = stack.pop()
        ends[key.line] = max(ends.get(key.line, 0), node.end_line)
        if id(node) in seen:  # what an alias repeats is looked at once
            continue
        seen.add(id(node))
        if type(node) is Scalar:
            for line in range(node.line, node.end_line + 1) if node.quoted else ():
                quoted.setdefault(line, []).append(node)
        else:
            stack += [(item, item) for item in node.items] if type(node) is Sequence else node.pairs  # type: ignore[union-attr]
    return ends, quoted


def _read(file: str, number: int, line: str, quoted: Iterable[Scalar]) -> Iterator[tuple[Span, Codes, str]]:
    """The comments of a line: their places, codes and reasons; none where the words stand in a text."""
    places = [*_places(line.translate(SMALL), _begin(number, line, quoted))]
    ends = [*[start for start, _ in places[1:]], len(line)]
    for (start, after), end in zip(places, ends, strict=False):
        span = Span(file, number, start + 1, number, len(line[:end].rstrip()) + 1)
        word, bracket, listed = line[after:end].partition("[")
        codes, closing, reason = listed.partition("]")
        if word.strip().lower() != WORD or not bracket or not closing or not codes.strip(", "):
            yield span, None, ""
        else:
            yield span, tuple(_codes(file, number, codes, after + len(word) + 2)), reason.strip()


def _begin(number: int, line: str, quoted: Iterable[Scalar]) -> int:
    """Where the comment of a line begins; its end where there is none."""
    at = line.find("#")
    while at >= 0:
        if (not at or line[at - 1] in " \t") and not any(_inside(scalar, number, at + 1) for scalar in quoted):
            return at
        at = line.find("#", at + 1)
    return len(line)


def _places(line: str, begin: int) -> Iterator[tuple[int, int]]:
    """Where in a comment each one that silences begins, and where its mark ends."""
    at = line.find(MARK, begin)
    while at >= 0:
        after, sign = at + len(MARK), line.rfind("#", begin, at)
        if sign >= 0 and not line[sign + 1 : at].strip():
            yield sign, after
        elif line[after : after + 20].partition("[")[0].strip() == WORD:  # others talk of the program
            yield at, after
        begin, at = after, line.find(MARK, after)


def _codes(file: str, number: int, listed: str, column: int) -> Iterator[tuple[str, Span]]:
    for part in listed.split(","):
        code = part.strip()
        if code:
            first = column + len(part) - len(part.lstrip())
            yield code, Span(file, number, first, number, first + len(code))
        column += len(part) + 1


def _inside(scalar: Scalar, line: int, column: int) -> bool:
    return (scalar.line, scalar.column) <= (line, column) < (scalar.end_line, scalar.end_column)
