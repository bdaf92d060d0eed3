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
from cnninspect.records import Record
from cnninspect.values import Span, clip

try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML that was built without libyaml
    CParser = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yaml.error import Mark
    from yaml.events import Event
    from yaml.tokens import ScalarToken

    from cnninspect.frontends.yaml.tree import Node, Placed, Report, Source

    Parse = Callable[[str], Any]
    """What makes events of a text: ``LibyamlParser``, or ``PythonParser``, which does the same forty times slower."""

DEEPEST = 100
"""Levels of nesting; the deepest shipped model has a dozen."""
MOST_NODES = 1_000_000
MOST_COLLECTIONS = 500_000
MOST_DIFFERENT = 500_000
"""Plain scalars that are not repeated: what costs most has the lowest limits, so that each is reached in 2 seconds."""
MOST_ALIASED = 1_000_000
"""How many nodes aliases may stand for, each counted with everything in it."""
MOST_MERGED = 200_000
"""How many pairs merge keys may look at."""
MOST_PROBLEMS = 100
CACHED = 50_000
"""Distinct scalars that are remembered: models repeat few words often."""
TAGS = "tag:yaml.org,2002:"
KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),)}
ODD_KEYS = frozenset(("<<", "", "~", "null", "Null", "NULL"))
CLOSING = {"[": "]", "{": "}"}
MERGE, DROP = "merge", "drop"
MERGE_KEY = "\0<<"
"""What a plain ``<<`` is remembered as; a quoted one is a key like any other."""


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
        if bad is None:
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
        self.anchors: dict[str, Node] = {}
        self.open: dict[int, int] = {}
        """Anchored collections that have not ended, with the count of nodes before them."""
        self.weights: dict[int, int] = {}
        """How many nodes an alias of an anchored collection stands for."""
        self.odd: dict[int, dict[int, str]] = {}
        """Of the pairs of some mappings: which are to be merged, and which dropped."""
        self.aliased = 0
        self.merged = 0
        self.problems = 0

    def build(self, parser: Any) -> Node | None:  # noqa: ANN401, PLR0915
        # One long loop on purpose: it runs for every event, and each call out of it costs a tenth of the whole.
        source, odd = self.source, self.odd
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
                        self.decorate(node, event.anchor, event.tag, None)
                    count += 1
                    if count > MOST_NODES or different > MOST_DIFFERENT:
                        self.too_many(
                            node,
                            *((MOST_NODES, "values") if count > MOST_NODES else (MOST_DIFFERENT, "different values")),
                        )
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    end = event.end_mark
                    if end.index > event.start_mark.index:
                        # A bracket. A block ends with its last child instead, before blank lines and comments.
                        end_line = end.line + 1
                        end_column = end.column + 1
                    current.end_line = end_line
                    current.end_column = end_column
                    if odd and kind is MappingEndEvent and id(pairs) in odd:
                        self.finish(pairs, seen)
                    if self.open and id(current) in self.open:
                        self.weights[id(current)] = count + self.aliased - self.open.pop(id(current))
                    items, pairs, seen, key, current = stack.pop()
                    continue
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    start = event.start_mark
                    place = (start.line + 1, start.column + 1, start.line + 1, start.column + 2)
                    node = Mapping(source, place, []) if kind is MappingStartEvent else Sequence(source, place, [])
                    if event.anchor or event.tag:
                        self.decorate(node, event.anchor, event.tag, count + self.aliased)
                    count += 1
                    collections += 1
                    if collections > MOST_COLLECTIONS:
                        self.too_many(node, MOST_COLLECTIONS, "lists and mappings")
                    if len(stack) >= DEEPEST:
                        self.too_deep(node)
                elif kind is AliasEvent:
                    end_line = event.end_mark.line + 1
                    end_column = event.end_mark.column + 1
                    node = self.follow(event)
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
                    key = self.odd_key(node, event, pairs, seen)
                elif seen.setdefault(text, node) is node:
                    key = node
                else:
                    key = self.second(node, seen[text], pairs)

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

    def say(self, where: Placed | Span, code: str, message: str, help: str, notes: tuple[str, ...] = ()) -> None:
        """Report a problem of this text, and stop where there are too many."""
        self.problems += 1
        if self.problems == MOST_PROBLEMS:
            notes = (*notes, f"reading stopped here, after {MOST_PROBLEMS} problems")
        self.report.add(where, code, message, help=help, notes=notes)
        if self.problems == MOST_PROBLEMS:
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

    def decorate(self, node: Node, anchor: str | None, tag: str | None, before: int | None) -> None:
        """Remember an anchor and obey a tag."""
        if anchor:
            self.anchors[anchor] = node
            if before is not None:
                self.open[id(node)] = before
            else:
                self.weights.pop(id(node), None)
        if tag and tag != "!":
            self.obey(node, tag)

    def obey(self, node: Node, tag: str) -> None:
        name = tag[len(TAGS) :] if tag.startswith(TAGS) else ""
        if type(node) is not Scalar:
            if name != ("map" if type(node) is Mapping else "seq"):
                self.refuse(node, tag, "a mapping" if type(node) is Mapping else "a list")
        elif name == "str":
            node.value = node.text
        elif name not in KINDS:
            self.refuse(node, tag, "a scalar")
        else:
            value = resolve(node.text)
            if type(value) not in KINDS[name]:
                self.say(
                    node, "yaml-tag", f"'{clip(node.text)}' is no !!{name}", "delete the tag, or correct the value"
                )
            else:
                node.value = float(value) if name == "float" else value  # type: ignore[arg-type]
                node.quoted = False

    def refuse(self, node: Node, tag: str, what: str) -> None:
        written = f"!!{tag[len(TAGS) :]}" if tag.startswith(TAGS) else tag
        self.say(node, "yaml-tag", f"{what} cannot have the tag {clip(written)}", "delete the tag: a model needs none")

    def follow(self, event: AliasEvent) -> Node:
        """The node that an alias stands for; after a problem, a scalar without a value."""
        name = str(event.anchor)
        node = self.anchors.get(name)
        span = self.span(event)
        if node is not None and id(node) not in self.open:
            self.aliased += self.weights.get(id(node), 1)
            if self.aliased > MOST_ALIASED:
                self.say(
                    span,
                    "alias-bomb",
                    f"with *{clip(name)} the aliases stand for {self.aliased:,} values, more than {MOST_ALIASED:,}",
                    "use fewer aliases of aliases; 'repeat:' writes a layer many times",
                )
                raise _Stop
            return node
        if node is not None:
            self.say(
                span,
                "alias-cycle",
                f"*{clip(name)} stands inside what it refers to",
                "refer to something that ends before",
                (f"&{clip(name)} begins at {node.span}",),
            )
        else:
            text = f"write '*{clip(name)}' in quotes if it is text"
            if self.anchors:
                text = f"anchors so far are {clip(', '.join('&' + anchor for anchor in self.anchors))}; {text}"
            self.say(span, "unknown-anchor", f"*{clip(name)} refers to no anchor above it", text)
        return Scalar(self.source, span[1:], f"*{name}", None, False)

    def odd_key(self, node: Node, event: Event, pairs: list[tuple[Scalar, Node]], seen: dict[str, Scalar]) -> Scalar:
        """A key that is no word: a merge key, a collection, nothing, or a quoted text that looks like one."""
        if type(event) is ScalarEvent and type(node) is Scalar:
            name = MERGE_KEY if node.text == "<<" and not node.quoted else node.text
            if node.value is not None:
                if seen.setdefault(name, node) is not node:
                    return self.second(node, seen[name], pairs)
                if name is MERGE_KEY:
                    self.odd.setdefault(id(pairs), {})[len(pairs)] = MERGE
                return node
            written = f"'{node.text}'" if node.text else "nothing"
            advice = f'write "{node.text}" in quotes' if node.text else "write a word before the ':'"
        else:
            written = "an alias" if type(event) is AliasEvent else "a mapping" if type(node) is Mapping else "a list"
            advice = "a key is a word or a number; put text that begins with a bracket in quotes"
        span = self.span(event)
        self.say(span, "bad-key", f"{written} cannot be a key", advice)
        self.odd.setdefault(id(pairs), {})[len(pairs)] = DROP
        return Scalar(self.source, span[1:], "", None, False)

    def second(self, key: Scalar, first: Scalar, pairs: list[tuple[Scalar, Node]]) -> Scalar:
        """A key that the mapping has already: the first one stays."""
        self.odd.setdefault(id(pairs), {})[len(pairs)] = DROP
        advice = "merge several with <<: [*a, *b]" if key.text == "<<" and not key.quoted else "keep one of the two"
        self.say(key, "duplicate-key", f"the key '{clip(key.text)}' is here twice", advice, (f"first at {first.span}",))
        return key

    def finish(self, pairs: list[tuple[Scalar, Node]], seen: dict[str, Scalar]) -> None:
        """Leave out what is to be dropped, and put in what is to be merged."""
        odd = self.odd.pop(id(pairs))
        kept: list[tuple[Scalar, Node]] = []
        for index, pair in enumerate(pairs):
            what = odd.get(index)
            if what is MERGE:
                kept.extend(self.merge(pair[1], seen))
            elif what is None:
                kept.append(pair)
        pairs[:] = kept

    def merge(self, value: Node, seen: dict[str, Scalar]) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of ``<<``: of several the first wins, and the mapping's own win over all."""
        for base in value.items if type(value) is Sequence else [value]:
            if type(base) is not Mapping:
                if type(base) is Scalar and base.text[:1] == "*" and not base.quoted:
                    continue  # an alias that has been reported
                advice = "write <<: *name, with name: &name {…} above"
                self.say(base, "bad-merge", "<< takes a mapping or a list of mappings", advice)
                continue
            self.merged += len(base.pairs)
            if self.merged > MOST_MERGED:
                message = f"merge keys look at more than {MOST_MERGED:,} pairs"
                self.say(base, "alias-bomb", message, "merge fewer or smaller mappings")
                raise _Stop
            for pair in base.pairs:
                if pair[0].text not in seen:
                    seen[pair[0].text] = pair[0]
                    yield pair

    def too_many(self, node: Node, most: int, what: str) -> None:
        advice = "'repeat:' writes a layer many times"
        self.say(node, "too-many-values", f"a model has at most {most:,} {what}", advice)
        raise _Stop

    def too_deep(self, node: Node) -> None:
        message = f"lists and mappings nest at most {DEEPEST} levels deep"
        self.say(node, "nesting-too-deep", message, "is a closing bracket missing?")
        raise _Stop

    def several_documents(self, event: DocumentStartEvent) -> None:
        advice = "a model is one document: delete '---', or make two files"
        self.say(self.span(event), "several-documents", "a second document begins here", advice)

    def syntax(self, error: MarkedYAMLError, last: Node | None, inner: Node | None) -> None:
        mistake = explain(self.source, error, inner)
        notes = mistake.notes
        if type(last) is Scalar and last.quoted and last.line < last.end_line == mistake.span.line:
            notes = (*notes, f"the quoted text before it began at {last.span}: is its closing quote missing there?")
        self.say(mistake.span, "yaml-syntax", mistake.message, mistake.help, notes)
        raise _Stop


class Mistake(Record):
    """A syntax error in plain words."""

    span: Span
    message: str
    help: str
    notes: tuple[str, ...] = ()


class _Scene:
    """Where a parser gave up, with what stands around it."""

    def __init__(self, source: Source, error: MarkedYAMLError, inner: Placed | None) -> None:
        self.source = source
        self.inner = inner
        self.problem = error.problem or ""
        self.context = error.context or ""
        mark: Any = error.problem_mark or error.context_mark
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


def explain(source: Source, error: MarkedYAMLError, inner: Placed | None) -> Mistake:
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
    return scene.here(f"this is not YAML: {clip(scene.problem)}", "text with special characters belongs in quotes")


def _unclosed_quote(scene: _Scene) -> Mistake:
    return scene.there("this quote is never closed", f"write {scene.opened} where the text ends")


def _bad_start(scene: _Scene) -> Mistake:
    if scene.char == "'\\t'":
        return _tab(scene)
    if scene.char == "'%'" and not scene.before:
        return _directive(scene)
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
