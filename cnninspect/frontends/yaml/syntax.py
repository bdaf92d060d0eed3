"""Syntax errors in plain words: what a person did wrong where a parser, in C or in Python, gave up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable
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


CLOSING = {"[": "]", "{": "}"}


class Mistake(Record):
    """A syntax error in plain words."""

    span: Span
    message: str
    help: str
    notes: tuple[str, ...] = ()


class _Scene:
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


def explain(source: Source, error: Complaint, inner: Placed | None) -> Mistake:
    """What a person did wrong where a parser, in C or in Python, gave up."""
    scene = _Scene(source, error, inner)
    if "directive" in scene.context or "YAML" in scene.problem:
        return _directive(scene)
    if "tag" in scene.context or "tag handle" in scene.problem:
        advice = "a model needs none; put text that begins with '!' in quotes"
        return scene.there("this tag is not written as YAML wants it", advice)
    for needle, tell in EXPLAINED:
        if needle in scene.problem:
            return tell(scene)
    advice = "text with special characters belongs in quotes"  # pragma: no cover - no known parser complains of more
    return scene.here(f"this is not YAML: {clip(scene.problem)}", advice)  # pragma: no cover


def _unclosed_quote(scene: _Scene) -> Mistake:
    return scene.there("this quote is never closed", f"write {scene.opened} where the text ends")


def _bad_start(scene: _Scene) -> Mistake:
    if scene.char == "'\\t'":
        return _tab(scene)
    word = clip(scene.row[scene.column - 1 :].split(" #")[0].rstrip(" ,]}"), 40)
    return scene.here(f"a value cannot begin with {scene.char}", f"put it in quotes: '{word}'")


def _tab(scene: _Scene) -> Mistake:
    if scene.before.strip():
        return scene.here("a tab stands where only spaces may", "write a space instead of the tab")
    return scene.here("a tab is used for indentation", "YAML is indented by spaces: write 2 for each level")


def _directive(scene: _Scene) -> Mistake:
    start = Span(scene.source.name, scene.line, 1, scene.line, 2)
    message = "a line that begins with '%' is a directive, which no model needs"
    return Mistake(start, message, "delete the line, or put the text in quotes")


def _second_colon(scene: _Scene) -> Mistake:
    """A ``:`` where none can be: the cause is on this line, or on the one above."""
    inner = scene.before.strip()
    if ": " in inner or inner.startswith(("? ", "*")):
        value = clip(scene.row[scene.row.index(": ") + 2 :].strip(), 40) if ": " in scene.row else ""
        return scene.here("this line has a second ':'", f"put the value in quotes, or write a mapping: {{{value}}}")
    if len(inner) > 1024:  # noqa: PLR2004 - YAML's limit
        return scene.here("a key has more than 1,024 characters", "shorten the key")
    above = scene.above()
    row = scene.source.line(above).split(" #")[0].rstrip() if above else ""
    word = row.strip().removeprefix("- ").strip()
    if not row or row.endswith(("]", "}", "'", '"')):
        return scene.here("no key can stand here", "put each 'key: value' on a line of its own")
    if ": " not in row and not row.endswith(":"):
        return _no_colon(scene, above)
    return scene.here(
        "this line is indented deeper than the line above, which has a value already",
        f"line it up with '{clip(word, 40)}', or move that value to a line of its own",
    )


def _no_colon(scene: _Scene, line: int = 0) -> Mistake:
    """A key whose ``:`` is missing, or has no space behind it."""
    line = line or scene.opening.line + 1
    row = scene.source.line(line).split(" #")[0].rstrip()
    first = len(row) - len(row.lstrip(" -")) + 1
    word = row[first - 1 :]
    if word[:1] in ("[", "{", "!"):
        return scene.there("something else stands among 'key: value' lines", "indent it below its key")
    name, colon, rest = word.partition(":")
    if colon and rest:
        where = scene.point(line, first + len(name))
        return Mistake(where, "a space is missing after ':'", f"write '{clip(name, 40)}: {clip(rest, 40)}'")
    where = Span(scene.source.name, line, first, line, len(row) + 1)
    return Mistake(where, f"no ':' follows '{clip(word, 40)}'", f"write '{clip(word, 40)}:'")


def _tight_colon(scene: _Scene) -> Mistake:
    """A ``:`` in brackets that a bracket or comma follows at once: part of the word, says YAML 1.1."""
    word = clip(scene.before[max(map(scene.before.rfind, "[{,")) + 1 :].strip(), 40)
    return scene.here("a space is missing after ':'", f"write '{word}: {scene.row[scene.column : scene.column + 1]}…'")


def _list_in_line(scene: _Scene) -> Mistake:
    return scene.here("no '- ' can stand here", "begin the list on a line of its own, or write it in brackets: [a, b]")


def _key_in_line(scene: _Scene) -> Mistake:
    return scene.here("no '? ' can stand here", "put text that begins with '?' in quotes")


def _bracket(scene: _Scene) -> Mistake:
    """A bracket that is never closed, or entries without a comma between them."""
    closing = CLOSING.get(scene.opened, "]")
    if scene.at_end or (scene.line > scene.opening.line + 1 and not _closes(scene.source.text, scene.index)):
        return scene.there(f"this '{scene.opened}' is never closed", f"write '{closing}' where it ends")
    note = f"the '{scene.opened}' is at {scene.opened_at}"
    advice = "separate entries by commas, and pair the brackets"
    return scene.here(f"',' or '{closing}' must come before {scene.char}", advice, (note,))


def _closes(text: str, index: int) -> bool:
    """Whether a bracket that was open at the index is closed in what follows."""
    depth = 0
    for character in text[index : index + 10_000]:
        depth += (character in "[{") - (character in "]}")
        if depth < 0:
            return True
    return False


def _no_value(scene: _Scene) -> Mistake:
    inner = scene.inner
    if scene.at_end and inner is not None:
        bracket = scene.source.line(inner.line)[inner.column - 1 : inner.column]
        if bracket in ("[", "{"):
            where = scene.point(inner.line, inner.column)
            return Mistake(where, f"this '{bracket}' is never closed", f"write '{CLOSING[bracket]}' where it ends")
    if scene.char in ("']'", "'}'"):
        return scene.here(f"{scene.char} closes nothing", "delete it, or write the bracket that opens it")
    return scene.here(f"a value is missing before {scene.char}", "write the value, or '\"\"' for an empty text")


def _after_end(scene: _Scene) -> Mistake:
    if scene.char in ("']'", "'}'"):
        return _no_value(scene)
    advice = "a model is one mapping: is this line indented as the others?"
    return scene.here(f"{scene.char} comes after the end of the model", advice)


def _out_of_line(scene: _Scene) -> Mistake:
    """Something that is no further entry of the block that is open."""
    indent = scene.opening.column
    note = f"what is open here begins at {scene.opened_at}"
    if scene.before.strip(" -"):
        advice = "put the whole value in one pair of quotes"
        if scene.before.rstrip().endswith("'"):
            advice += "; between single quotes an apostrophe is written twice"
        return scene.here(f"{scene.char} cannot follow a finished value", advice, (note,))
    if scene.char == "':'":
        return scene.here("a key is missing before ':'", "write one, or put text that begins with ':' in quotes")
    if scene.column - 1 != indent:
        above = scene.source.line(scene.above())
        deeper = len(above) - len(above.lstrip(" " if scene.char == "'-'" else " -"))
        either = f"{indent}" if deeper == indent else f"{deeper} or {indent}"
        return scene.here(
            "this line lines up with nothing above it", f"indent it by {either} spaces, as lines above are"
        )
    if "mapping" in scene.context:
        what = "a list entry" if scene.char == "'-'" else "something else"
        return scene.here(f"{what} stands among 'key: value' lines", "indent it below its key", (note,))
    advice = "write '- ' before it, or indent it below its entry"
    return scene.here("a line without '- ' stands among list entries", advice, (note,))


def _anchor_name(scene: _Scene) -> Mistake:
    return scene.there(f"a name must follow '{scene.opened}'", f"put text that begins with '{scene.opened}' in quotes")


def _escape(scene: _Scene) -> Mistake:
    slash = scene.row.rfind("\\", 0, scene.column + 1)
    column = slash + 1 if slash >= 0 else scene.column
    written = clip(scene.row[column - 1 : column + 1].strip())
    return Mistake(
        scene.point(scene.line, column),
        f"'{written}' is no escape that YAML knows",
        "double the backslash, or use single quotes, where it is an ordinary character",
    )


def _block_head(scene: _Scene) -> Mistake:
    advice = "begin the text on the next line"
    return scene.there(f"only + - or a digit can follow '{scene.opened}' on its line", advice)


EXPLAINED: tuple[tuple[str, Callable[[_Scene], Mistake]], ...] = (
    ("unexpected end of stream", _unclosed_quote),
    ("unexpected document", _unclosed_quote),
    ("tab character", _tab),
    ("cannot start any token", _bad_start),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _no_colon),
    ("unexpected ':'", _tight_colon),
    ("sequence entries are not allowed", _list_in_line),
    ("mapping keys are not allowed", _key_in_line),
    ("expected ',' or", _bracket),
    ("expected node content", _no_value),
    ("expected the node content", _no_value),
    ("document start", _after_end),
    ("expected key", _out_of_line),
    ("<block end>", _out_of_line),
    ("'-' indicator", _out_of_line),
    ("alphabetic or numeric", _anchor_name),
    ("escape", _escape),
    ("hexadecimal", _escape),
    ("hexdecimal", _escape),
    ("comment or line break", _block_head),
    ("comment or a line break", _block_head),
    ("indentation indicator", _block_head),
)
"""Pieces of the parsers' messages, those of C and of Python, with what explains them."""
