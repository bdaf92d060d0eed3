"""YAML text to a tree whose every node knows its place.

The tree is built from the parser's events, not from its composed nodes: that keeps positions, costs less, and
needs no recursion, so that no text can overflow the stack. Whatever a text claims about itself is bounded by
counting before anything is expanded, and nothing in it ever runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner, ScannerError

from cnninspect.frontends.yaml.scalars import resolve
from cnninspect.frontends.yaml.source import bad_character, only_comments
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.values import Span

try:
    from yaml._yaml import CParser
except ImportError:  # pragma: no cover - a PyYAML that was built without libyaml
    CParser = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.error import Mark
    from yaml.tokens import ScalarToken

    from cnninspect.frontends.yaml.extras import Extras
    from cnninspect.frontends.yaml.tree import Node, Placed, Report, Source

    Parse = Callable[[str], Any]
    """What makes events of a text: ``LibyamlParser``, or ``PythonParser``, which does the same forty times slower."""

DEEPEST = 100
"""Levels of nesting; the deepest shipped model has a dozen."""
MOST_NODES = 1_000_000
MOST_COLLECTIONS = 500_000
MOST_DIFFERENT = 500_000
"""Plain scalars that are not repeated: what costs most has the lowest limits, so that each is reached in 2 seconds."""
MOST_PROBLEMS = 100
CACHED = 50_000
"""Distinct scalars that are remembered: models repeat few words often."""
ODD_KEYS = frozenset(("<<", "", "~", "null", "Null", "NULL"))


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's parser without C, made to take and refuse tabs, escapes and directives as libyaml does.

    What stays different is rare: within brackets a ``?`` in a word ends it here, and a comma in a tag does not.
    """

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_directive_name(self, start_mark: Mark) -> str:
        name: str = super().scan_directive_name(start_mark)  # type: ignore[no-untyped-call]
        if name not in ("YAML", "TAG"):
            raise ScannerError(
                "while scanning a directive", start_mark, "found unknown directive name", self.get_mark()
            )
        return name

    def scan_plain(self) -> ScalarToken:
        start = self.get_mark()
        token = super().scan_plain()
        if self.flow_level and self.peek() == ":" and self.peek(1) in ",[]{}":
            raise ScannerError("while scanning a plain scalar", start, "found unexpected ':'", self.get_mark())
        return token

    def scan_plain_spaces(self, indent: int, start_mark: Mark) -> list[str] | None:
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        if "\t" not in blanks:
            return super().scan_plain_spaces(indent, start_mark)
        self.forward(length)
        return super().scan_plain_spaces(indent, start_mark) or [blanks]

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Mark) -> list[str]:  # noqa: FBT001 - as in PyYAML
        start = self.get_mark()
        try:
            chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
            "".join(chunks).encode()
        except ValueError:
            raise ScannerError(None, start_mark, "found invalid Unicode escape", start) from None
        return chunks


LibyamlParser: Parse | None = CParser
DEFAULT: Parse = LibyamlParser or PythonParser


def read_tree(source: Source, report: Report, parser: Parse | None = None) -> Node | None:
    """The tree of one YAML document; None, with the reason in the report, where there is none."""
    builder = _Builder(source, report)
    try:
        return builder.build((parser or DEFAULT)(source.text))
    except _Stop:
        return None
    except (ReaderError, UnicodeError):
        bad = bad_character(source.name, source.text)
        if bad is None:  # pragma: no cover - whatever PyYAML refuses to read is forbidden here as well
            raise
        report.problem(bad.span, bad)
        return None


class _Stop(Exception):
    """Nothing more can be read."""


class _Builder:
    """One reading of one text."""

    def __init__(self, source: Source, report: Report) -> None:
        self.source = source
        self.report = report
        self.problems = 0
        self.opened: dict[int, int] = {}
        self.odd: dict[int, dict[int, str]] = {}
        self.met: Extras | None = None

    @property
    def extras(self) -> Extras:
        """What treats anchors, tags and odd keys, loaded when a text has one: most have none."""
        if self.met is None:
            from cnninspect.frontends.yaml.extras import Extras

            self.met = Extras(self.source, self.say, self.opened, self.odd)
        return self.met

    def build(self, parser: Any) -> Node | None:  # noqa: ANN401, PLR0915
        # One long loop on purpose: it runs for every event, and each call out of it costs a tenth of the whole.
        source, opened, odd = self.source, self.opened, self.odd
        cache: dict[str, tuple[str, Any]] = {}
        root: list[Node] = []
        items: list[Node] | None = root
        pairs: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        key: Scalar | None = None
        current: Any = None
        stack: list[Any] = []
        node: Any = None
        count = collections = 0
        different = CACHED
        end_line = end_column = 1
        try:
            for event in iter(parser.get_event, None):
                kind = type(event)
                if kind is ScalarEvent:
                    start = event.start_mark
                    end = event.end_mark
                    line = start.line + 1
                    column = start.column + 1
                    end_line = end.line + 1
                    end_column = end.column + 1
                    text = value = event.value
                    quoted = bool(event.style)
                    if not quoted:
                        known = cache.get(text)
                        if known is not None:
                            text, value = known
                        elif text:
                            value = resolve(text)
                            if len(cache) < CACHED:
                                cache[text] = text, value
                            else:
                                different += 1
                        else:
                            value = None
                            if key is not None:
                                # Parsers disagree on where a missing value is: let it be right after its key.
                                line = end_line = key.end_line
                                column = end_column = key.end_column
                    elif event.style in "|>":
                        end_line, end_column = self.end_of_block(start, end)
                    node = Scalar(source, (line, column, end_line, end_column), text, value, quoted)
                    if event.anchor or event.tag:
                        self.extras.decorate(node, event.anchor, event.tag, count)
                    count += 1
                    if count > MOST_NODES:
                        self.extras.too_many(node, MOST_NODES, "values")
                    if different > MOST_DIFFERENT:
                        self.extras.too_many(node, MOST_DIFFERENT, "different values")
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    end = event.end_mark
                    if end.index > event.start_mark.index:
                        # A bracket. A block ends with its last child instead, before blank lines and comments.
                        end_line = end.line + 1
                        end_column = end.column + 1
                    current.end_line = end_line
                    current.end_column = end_column
                    if odd and kind is MappingEndEvent and id(pairs) in odd:
                        self.extras.finish(pairs, seen)
                    if opened and id(current) in opened:
                        self.extras.close(current, count)
                    items, pairs, seen, key, current = stack.pop()
                    continue
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    start = event.start_mark
                    place = (start.line + 1, start.column + 1, start.line + 1, start.column + 2)
                    node = Mapping(source, place, []) if kind is MappingStartEvent else Sequence(source, place, [])
                    if event.anchor or event.tag:
                        self.extras.decorate(node, event.anchor, event.tag, count)
                    count += 1
                    collections += 1
                    if collections > MOST_COLLECTIONS:
                        self.extras.too_many(node, MOST_COLLECTIONS, "lists and mappings")
                    if len(stack) >= DEEPEST:
                        self.extras.too_deep(node, DEEPEST)
                elif kind is AliasEvent:
                    end_line = event.end_mark.line + 1
                    end_column = event.end_mark.column + 1
                    node = self.extras.follow(str(event.anchor), self.span(event))
                elif kind is DocumentStartEvent and root:
                    self.several_documents(event)
                    break
                else:
                    continue

                if items is not None:
                    items.append(node)
                elif key is not None:
                    pairs.append((key, node))
                    key = None
                elif kind is not ScalarEvent or text in ODD_KEYS:
                    key = self.extras.odd_key(node, self.span(event), pairs, seen, alias=kind is AliasEvent)
                elif seen.setdefault(text, node) is node:
                    key = node
                else:
                    key = self.extras.second(node, seen[text], pairs)

                if kind is MappingStartEvent:
                    stack.append((items, pairs, seen, key, current))
                    items, pairs, seen, key, current = None, node.pairs, {}, None, node
                elif kind is SequenceStartEvent:
                    stack.append((items, pairs, seen, key, current))
                    items, key, current = node.items, None, node
        except MarkedYAMLError as error:
            self.syntax(error, node, current)
        if not root:
            nothing = only_comments(source.name)
            self.report.problem(nothing.span, nothing)
        return root[0] if root else None

    def say(  # noqa: PLR0913 - the fields of one record
        self,
        where: Placed | Span,
        code: str,
        message: str,
        help: str,
        notes: tuple[str, ...] = (),
        *,
        last: bool = False,
    ) -> None:
        """Report a problem of this text, and stop after the last one or where there are too many."""
        self.problems += 1
        if self.problems == MOST_PROBLEMS:
            notes = (*notes, f"reading stopped here, after {MOST_PROBLEMS} problems")
        self.report.add(where, code, message, help=help, notes=notes)
        if last or self.problems == MOST_PROBLEMS:
            raise _Stop

    def span(self, event: Any) -> Span:  # noqa: ANN401
        start, end = event.start_mark, event.end_mark
        return Span(self.source.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def end_of_block(self, start: Mark, end: Mark) -> tuple[int, int]:
        """Where the text of a ``|`` or ``>`` ends: parsers say where the next thing begins."""
        text = self.source.text[start.index : end.index].rstrip()
        newline = text.rfind("\n")
        column = len(text) - newline if newline >= 0 else start.column + 1 + len(text)
        return start.line + 1 + text.count("\n"), column

    def several_documents(self, event: DocumentStartEvent) -> None:
        advice = "a model is one document: delete '---', or make two files"
        self.say(self.span(event), "several-documents", "a second document begins here", advice)

    def syntax(self, error: MarkedYAMLError, last: Node | None, inner: Node | None) -> None:
        from cnninspect.frontends.yaml.syntax import explain

        mistake = explain(self.source, error, inner)
        notes = mistake.notes
        if type(last) is Scalar and last.quoted and last.line < last.end_line == mistake.span.line:
            notes = (*notes, f"the quoted text before it began at {last.span}: is its closing quote missing there?")
        self.say(mistake.span, "yaml-syntax", mistake.message, mistake.help, notes, last=True)
