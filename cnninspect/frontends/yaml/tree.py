"""A YAML file as nodes that remember where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from cnninspect.records import made
from cnninspect.values import Finding, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class Source:
    """One text and what to call it in messages."""

    __slots__ = ("lines", "name", "path", "text")

    def __init__(self, name: str, text: str, path: str | None = None) -> None:
        self.name = name
        self.text = text
        self.path = path
        """The real file, None for standard input and text from Python."""
        self.lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty beyond the end."""
        if self.lines is None:
            self.lines = self.text.split("\n")
        return self.lines[number - 1].rstrip("\r") if 0 < number <= len(self.lines) else ""


class Placed:
    """A node with its place; lines and columns count from 1, the end is exclusive.

    Each kind of node sets it itself: they are made by the thousand, and a second constructor would be a call more.
    """

    __slots__ = ("column", "end_column", "end_line", "line", "source")

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def span(self) -> Span:
        return made(Span, (self.source.name, self.line, self.column, self.end_line, self.end_column))


class Scalar(Placed):
    """One plain or quoted value."""

    __slots__ = ("quoted", "text", "value")

    def __init__(
        self,
        source: Source,
        place: tuple[int, int, int, int],
        text: str,
        value: object,
        quoted: bool,  # noqa: FBT001 - one of the hot constructors: positional
    ) -> None:
        self.source = source
        self.line, self.column, self.end_line, self.end_column = place
        self.text = text
        self.value = value
        """The text read as YAML 1.2's core schema does: None, bool, int, float or str."""
        self.quoted = quoted
        """Whether it was written in quotes or as a block (``|`` or ``>``)."""


class Sequence(Placed):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, source: Source, place: tuple[int, int, int, int], items: list[Node]) -> None:
        self.source = source
        self.line, self.column, self.end_line, self.end_column = place
        self.items = items


class Mapping(Placed):
    """Key and value pairs in their order; the keys are unique."""

    __slots__ = ("pairs",)

    def __init__(self, source: Source, place: tuple[int, int, int, int], pairs: list[tuple[Scalar, Node]]) -> None:
        self.source = source
        self.line, self.column, self.end_line, self.end_column = place
        self.pairs = pairs

    def get(self, key: str) -> Node | None:
        """The value of a key, None where there is none."""
        for name, value in self.pairs:
            if name.text == key:
                return value
        return None


Node = Union[Scalar, Sequence, Mapping]  # noqa: UP007 - evaluated when it runs, also on 3.10


def said(node: Node) -> str:
    """What a node says, however it is laid out; equal texts mean the same."""
    if type(node) is Scalar:
        return f"{node.text!r}{'q' if node.quoted else ''}"
    if type(node) is Sequence:
        return f"[{', '.join(map(said, node.items))}]"
    assert type(node) is Mapping
    return f"{{{', '.join(f'{said(key)}: {said(value)}' for key, value in node.pairs)}}}"


MOST_FINDINGS = 200


MOST_ALIKE = 2
"""Notes that tell of others like a finding."""


class Enough(Exception):
    """So much is wrong that nobody reads on; nothing more is looked for."""


LARGEST_VALUE = 100_000


class Sizes:
    """How many elements values have, found without walking a part twice: a few lines can write 2 to the 40."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, int]] = {}

    def fits(self, value: list[object] | dict[str, object]) -> bool:
        """Whether a value that has just been made is of a bearable size."""
        parts = value.values() if isinstance(value, dict) else value
        size = 1 + len(value)
        nested = False
        for part in parts:
            if isinstance(part, (list, dict)):
                nested = True
                known = self._known.get(id(part))
                size += known[1] if known else len(part)
        if nested:
            self._known[id(value)] = (value, size)  # the value is kept, so that its id stays its own
        return size <= LARGEST_VALUE


class Report:
    """The findings of one load, in the order in which they were found."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.sizes = Sizes()
        self._told: set[tuple[str, Span, str]] = set()
        self._places: set[tuple[str, Span]] = set()
        self._alike: dict[tuple[object, ...], int] = {}
        """Where among the findings the one stands that others differ from only in their message."""

    def add(  # noqa: PLR0913 - the fields of one record
        self,
        where: Placed | Span,
        code: str,
        message: str,
        *,
        help: str = "",
        notes: Iterable[str] = (),
        severity: str = "error",
        layer: str | None = None,
    ) -> None:
        span = where if isinstance(where, Span) else where.span
        key = (code, span, message)
        if key in self._told:
            return
        self._told.add(key)
        self._places.add((code, span))
        notes = tuple(notes)
        at = self._alike.setdefault((code, span, help, notes, severity), len(self.findings))
        if at < len(self.findings):  # the same line, expanded once more: told once, whatever it says of itself
            self.findings[at] = _once_more(self.findings[at], message, len(notes))
            return
        self.findings.append(Finding(code, severity, message, notes, help, span, layer))
        if len(self.findings) >= MOST_FINDINGS:
            raise Enough

    def knows(self, code: str, span: Span) -> bool:
        """Whether such a finding stands at that place already."""
        return (code, span) in self._places

    def problem(
        self, where: Placed | Span, problem: Problem, *, notes: Iterable[str] = (), layer: str | None = None
    ) -> None:
        """Add what something deeper said, now that its place is known."""
        self.add(
            where,
            problem.code,
            problem.message,
            help=problem.help,
            notes=(*problem.notes, *notes),
            severity=problem.severity,
            layer=layer,
        )

    @property
    def broken(self) -> bool:
        return "error" in [finding.severity for finding in self.findings]


def _once_more(finding: Finding, message: str, own: int) -> Finding:
    """A finding with a note of another like it; beyond a few they are only counted."""
    notes = finding.notes
    if len(notes) < own + MOST_ALIKE:
        return finding._replace(notes=(*notes, f"also: {message}"))
    count = int(notes[-1].split()[1]) if len(notes) > own + MOST_ALIKE else 0
    return finding._replace(notes=(*notes[: own + MOST_ALIKE], f"and {count + 1} more like these"))
