"""Where a parser gave up, with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Span, clip

if TYPE_CHECKING:
    from typing import Protocol

    from cnninspect.frontends.yaml.tree import Placed, Source

    class Mark(Protocol):
        """A place in a text; all three count from 0."""

        line: int
        column: int
        index: int

    class Complaint(Protocol):
        """What both parsers raise."""

        @property
        def context(self) -> str | None: ...
        @property
        def context_mark(self) -> Mark | None: ...
        @property
        def problem(self) -> str | None: ...
        @property
        def problem_mark(self) -> Mark | None: ...


class Mistake(Record):
    """A syntax error in plain words."""

    span: Span
    message: str
    help: str
    notes: tuple[str, ...] = ()


class Scene:
    """Where a parser gave up, with what stands around it."""

    def __init__(self, source: Source, error: Complaint, inner: Placed | None) -> None:
        self.source = source
        self.inner = inner
        self.problem = error.problem or ""
        self.context = error.context or ""
        mark = error.problem_mark or error.context_mark
        assert mark is not None
        self.opening: Mark = error.context_mark or mark
        self.at_end = mark.index >= len(source.text.rstrip())
        before = source.text.rstrip() if self.at_end else source.text[: mark.index]
        self.line = before.count("\n") + 1
        self.column = len(before) - before.rfind("\n")
        self.index = len(before)
        self.row = source.line(self.line)
        self.before = self.row[: self.column - 1]
        self.char = "the end of the file" if self.at_end else f"'{clip(self.row[self.column - 1 : self.column])}'"

    def here(self, message: str, help: str, notes: tuple[str, ...] = ()) -> Mistake:
        return Mistake(self.point(self.line, self.column), message, help, notes)

    def there(self, message: str, help: str, notes: tuple[str, ...] = ()) -> Mistake:
        """The same at the beginning of what was being read."""
        return Mistake(self.point(self.opening.line + 1, self.opening.column + 1), message, help, notes)

    def point(self, line: int, column: int) -> Span:
        return Span(self.source.name, line, column, line, column + 1)

    @property
    def opened(self) -> str:
        """The character at the beginning of what was being read."""
        return self.source.line(self.opening.line + 1)[self.opening.column : self.opening.column + 1]

    @property
    def opened_at(self) -> str:
        return f"{self.source.name}:{self.opening.line + 1}"

    def above(self) -> int:
        """The nearest line above that says something; 0 where there is none."""
        line = self.line - 1
        while line and self.source.line(line).strip()[:1] in ("", "#"):
            line -= 1
        return line
