"""YAML text to a tree whose every node knows its place.

The tree is built from the parser's events, not from its composed nodes: that keeps positions, costs less, and
needs no recursion, so that no text can overflow the stack. Whatever a text claims about itself is bounded by
counting before anything is expanded, and nothing in it ever runs.
"""

from __future__ import annotations

from functools import lru_cache
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
from yaml.reader import ReaderError

from cnninspect.frontends.yaml.scalars import resolve
from cnninspect.frontends.yaml.source import bad_character, only_comments
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.values import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.error import Mark

    from cnninspect.frontends.yaml.extras import Extras
    from cnninspect.frontends.yaml.tree import Node, Placed, Report, Source

    Parse = Callable[[str], Any]
    """What makes events of a text: libyaml's parser, or ``PythonParser``, which does the same forty times slower."""

DEFAULT: Parse
try:
    from yaml._yaml import CParser

    DEFAULT = CParser
except ImportError:  # pragma: no cover - a PyYAML that was built without libyaml
    from cnninspect.frontends.yaml.python_parser import PythonParser

    DEFAULT = PythonParser

DEEPEST = 100
"""Levels of nesting; the deepest shipped model has a dozen."""
MOST_NODES = 1_000_000
MOST_COLLECTIONS = 500_000
MOST_DIFFERENT = 500_000
"""Plain scalars that are not repeated: what costs most has the lowest limits, so that each is reached in 2 seconds."""
MOST_PROBLEMS = 100
CACHED = 50_000
"""Distinct scalars that are remembered: models repeat few words often."""
SHORT = 40
"""Characters below which what a word means is remembered from one text to the next."""
ODD_KEYS = frozenset(("<<", "", "~", "null", "Null", "NULL"))


resolved = lru_cache(maxsize=4096)(resolve)


def read_tree(source: Source, report: Report, parser: Parse | None = None) -> Node | None:
    """The tree of one YAML document; None, with the reason in the report, where there is none."""
    builder = _Builder(source, report)
    try:
        if "<<<<<<< " in source.text:  # before any parser: what it would say of one only misleads
            builder.refuse_conflicts()
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
                    style = event.style
                    quoted = False
                    if not style:
                        known = cache.get(text)
                        if known is not None:
                            text, value = known
                        elif text:
                            value = resolved(text) if len(text) < SHORT else resolve(text)
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
                    else:
                        quoted = True
                        if style in "|>":
                            end_line, end_column = self.end_of_block(start, end)
                    node = Scalar(source, (line, column, end_line, end_column), text, value, quoted)
                    if event.anchor or event.tag:
                        self.extras.decorate(node, event.anchor, event.tag, count)
                    count += 1
                    if count > MOST_NODES:
                        self.extras.too_many(node, MOST_NODES, "values")
                    if different > MOST_DIFFERENT:
                        self.extras.too_many(node, MOST_DIFFERENT, "different values")
                    # Most values end here: what follows is for collections, aliases, and keys that are odd or repeated.
                    if items is not None:
                        items.append(node)
                        continue
                    if key is not None:
                        pairs.append((key, node))
                        key = None
                        continue
                    if text not in ODD_KEYS and seen.setdefault(text, node) is node:
                        key = node
                        continue
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

    def refuse_conflicts(self) -> None:
        """Report every conflict that git has left; nothing else can be said of such a text."""
        from cnninspect.frontends.conflicts import LEFT, REMEDY, conflicts

        found = conflicts(self.source.text)
        for line, text in found:
            where = Span(self.source.name, line, 1, line, len(text) + 1)
            self.say(where, "yaml-syntax", LEFT, REMEDY, last=line == found[-1][0])

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
