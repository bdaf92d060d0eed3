"""YAML text becomes a tree with places, or problems with places; never an exception, never a long wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnninspect.frontends.yaml.extras import MOST_ALIASED
from cnninspect.frontends.yaml.python_parser import PythonParser
from cnninspect.frontends.yaml.reader import DEFAULT, read_tree
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Sequence, Source
from tests.support.hostile import HOSTILE, bomb

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.values import Finding

PARSERS = [PythonParser] if DEFAULT is PythonParser else [DEFAULT, PythonParser]
each_parser = pytest.mark.parametrize("parser", PARSERS)


def read(text: str, parser: Any = None) -> tuple[Node | None, list[Finding]]:
    """The tree of a text, and what was found."""
    report = Report()
    return read_tree(Source("m.yaml", text), report, parser), report.findings


def tree(text: str, parser: Any = None) -> Node:
    """The tree of a text without problems."""
    node, findings = read(text, parser)
    assert findings == []
    assert node is not None
    return node


def plain(node: Node | None) -> Any:
    """The data of a tree, as a loader would give it."""
    if type(node) is Sequence:
        return [plain(item) for item in node.items]
    if type(node) is Mapping:
        return {key.text: plain(value) for key, value in node.pairs}
    assert type(node) is Scalar
    return node.value


def placed(node: Node) -> Any:
    """Everything that a tree says, places included."""
    place = node.span[1:]
    if type(node) is Sequence:
        return place, [placed(item) for item in node.items]
    if type(node) is Mapping:
        return place, [(placed(key), placed(value)) for key, value in node.pairs]
    assert type(node) is Scalar
    return place, node.text, repr(node.value), node.quoted


def told(text: str, parser: Any = None) -> list[str]:
    """The findings in one line each."""
    return [
        f"{f.span.line}:{f.span.column}-{f.span.end_line}:{f.span.end_column} {f.code}: {f.message}"
        + (f" [{f.help}]" if f.help else "")
        + "".join(f" ({note})" for note in f.notes)
        for f in read(text, parser)[1]
    ]


MODEL = """\
# a model
name: tiny  # said once
input: [3, 32, 32]
blocks:
  unit:
    args: {out, kernel: 1}
    layers:
      - conv: {out: $out * 2, 'bias': false}
      - relu

note: >-
  two
  lines

rate: 1e-3
"""


@each_parser
def test_values(parser: Any) -> None:
    """Plain scalars are read by YAML 1.2's core schema, and a missing value is nothing."""
    assert plain(tree(MODEL, parser)) == {
        "name": "tiny",
        "input": [3, 32, 32],
        "blocks": {
            "unit": {
                "args": {"out": None, "kernel": 1},
                "layers": [{"conv": {"out": "$out * 2", "bias": False}}, "relu"],
            }
        },
        "note": "two lines",
        "rate": 0.001,
    }


@each_parser
def test_places(parser: Any) -> None:
    """Every node spans what was written for it: a block ends with its last child, a flow with its bracket."""
    root = tree(MODEL, parser)
    assert type(root) is Mapping
    assert root.span == ("m.yaml", 2, 1, 15, 11)
    blocks = root.get("blocks")
    assert type(blocks) is Mapping
    unit = blocks.get("unit")
    assert type(unit) is Mapping
    assert [blocks.span[1:], unit.span[1:]] == [(5, 3, 9, 13), (6, 5, 9, 13)]
    assert placed(unit) == (
        (6, 5, 9, 13),
        [
            (
                ((6, 5, 6, 9), "args", "'args'", False),
                (
                    (6, 11, 6, 27),
                    [
                        (((6, 12, 6, 15), "out", "'out'", False), ((6, 15, 6, 15), "", "None", False)),
                        (((6, 17, 6, 23), "kernel", "'kernel'", False), ((6, 25, 6, 26), "1", "1", False)),
                    ],
                ),
            ),
            (
                ((7, 5, 7, 11), "layers", "'layers'", False),
                (
                    (8, 7, 9, 13),
                    [
                        (
                            (8, 9, 8, 45),
                            [
                                (
                                    ((8, 9, 8, 13), "conv", "'conv'", False),
                                    (
                                        (8, 15, 8, 45),
                                        [
                                            (
                                                ((8, 16, 8, 19), "out", "'out'", False),
                                                ((8, 21, 8, 29), "$out * 2", "'$out * 2'", False),
                                            ),
                                            (
                                                ((8, 31, 8, 37), "bias", "'bias'", True),
                                                ((8, 39, 8, 44), "false", "False", False),
                                            ),
                                        ],
                                    ),
                                )
                            ],
                        ),
                        ((9, 9, 9, 13), "relu", "'relu'", False),
                    ],
                ),
            ),
        ],
    )
    key, note = next(pair for pair in root.pairs if pair[0].text == "note")
    assert (key.span[1:], note.span[1:]) == ((11, 1, 11, 5), (11, 7, 13, 8))


@each_parser
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: |\n  x\n   y \n\n\nb: 1", (1, 4, 3, 5)),
        ("a: |\n  x", (1, 4, 2, 4)),
        ("a: |", (1, 4, 1, 5)),
        ("a: 'x\n\n  y'\n", (1, 4, 3, 5)),
        ("a: x\n  y  # c\n", (1, 4, 2, 4)),
        ("a:\n- 1\n- 2\n\n# c\nb: 2", (2, 1, 3, 4)),
        ("a: &x\n  b: 1\n\nc: 2", (1, 4, 2, 7)),
        ("a:\n\n\nb: 2", (1, 2, 1, 2)),
        ("a: [x: 1 , y]", (1, 4, 1, 14)),
        ("a: 😀é", (1, 4, 1, 6)),
        ("a: &x [1]\nb: {c: *x}\n", (1, 4, 1, 10)),
    ],
)
def test_value_place(text: str, place: tuple[int, int, int, int], parser: Any) -> None:
    """The first value spans what was written, without comments and blank lines after it."""
    root = tree(text, parser)
    assert type(root) is Mapping
    assert root.pairs[0][1].span[1:] == place


@each_parser
@pytest.mark.parametrize("text", ["'1'", '"1"', "'true'", "''", "|\n  1", ">-\n  1", '"\\x31"'])
def test_quoted_is_text(text: str, parser: Any) -> None:
    """What stands in quotes or in a block is text, whatever it looks like."""
    node = tree(f"a: {text}", parser)
    assert type(node) is Mapping
    value = node.pairs[0][1]
    assert type(value) is Scalar
    assert value.quoted
    assert value.value == value.text


def test_keys_are_text() -> None:
    """A key is what was written, also where it would be a number or a truth value."""
    assert plain(tree("{0: a, 1.50: b, true: c, 'null': d, '': e, on: f}")) == {
        "0": "a",
        "1.50": "b",
        "true": "c",
        "null": "d",
        "": "e",
        "on": "f",
    }


def test_alias_shares_the_node() -> None:
    """An alias stands for the very node; an anchor may be given again."""
    root = tree("- &a {x: 1}\n- *a\n- &a 2\n- *a")
    assert type(root) is Sequence
    assert root.items[0] is root.items[1]
    assert plain(root) == [{"x": 1}, {"x": 1}, 2, 2]


@each_parser
@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("{<<: *a, z: 3}", {"x": 1, "y": 2, "z": 3}),
        ("{z: 3, <<: *a}", {"z": 3, "x": 1, "y": 2}),
        ("{y: 9, <<: *a}", {"y": 9, "x": 1}),
        ("{<<: *a, y: 9}", {"x": 1, "y": 9}),
        ("{<<: [*a, *b]}", {"x": 1, "y": 2, "w": 6}),
        ("{<<: [*b, *a, *a]}", {"x": 5, "w": 6, "y": 2}),
        ("{<<: {x: 7}, <<q: 1}", {"x": 7, "<<q": 1}),
        ("{<<: []}", {}),
        ("{'<<': 1}", {"<<": 1}),
        ("{'<<': 1, <<: *a}", {"<<": 1, "x": 1, "y": 2}),
        ("{k: {<<: *a}, <<: {k: 1, <<: *b}}", {"k": {"x": 1, "y": 2}, "x": 5, "w": 6}),
    ],
)
def test_merge(text: str, merged: dict[str, object], parser: Any) -> None:
    """A plain ``<<`` takes what the mapping has not, of several the first; in quotes it is a key."""
    root = tree(f"- &a {{x: 1, y: 2}}\n- &b {{x: 5, w: 6}}\n- {text}", parser)
    assert type(root) is Sequence
    assert plain(root.items[2]) == merged
    assert list(plain(root.items[2])) == list(merged)


@each_parser
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str 12", "12"),
        ("!!str", ""),
        ("!!int '12'", 12),
        ("!!float 3", 3.0),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("! 12", 12),
        ("!<tag:yaml.org,2002:int> 0x10", 16),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
    ],
)
def test_tags(text: str, value: object, parser: Any) -> None:
    """YAML's own tags say what a value is."""
    assert repr(plain(tree(f"- {text}", parser))) == repr([value])


QUOTE = "put text that begins with '{}' in quotes"


@each_parser
@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            "a: 1\nb: 2\n'a': {a: 3}",
            ["3:1-3:4 duplicate-key: the key 'a' is here twice [keep one of the two] (first at m.yaml:1)"],
        ),
        (
            "- &a {}\n- {<<: *a, <<: *a}",
            [
                "2:12-2:14 duplicate-key: the key '<<' is here twice [merge several with <<: [*a, *b]] (first at m.yaml:2)"
            ],
        ),
        (
            "{a: 1, a: {b: 1, b: 2}}",
            [
                "1:8-1:9 duplicate-key: the key 'a' is here twice [keep one of the two] (first at m.yaml:1)",
                "1:18-1:19 duplicate-key: the key 'b' is here twice [keep one of the two] (first at m.yaml:1)",
            ],
        ),
        ("~: 1", ["1:1-1:2 bad-key: '~' cannot be a key [write \"~\" in quotes]"]),
        ("? \n: 1", ["1:2-1:2 bad-key: nothing cannot be a key [write a word before the ':']"]),
        (
            "[1]: 2",
            [
                "1:1-1:2 bad-key: a list cannot be a key [a key is a word or a number; put text that begins with a bracket in quotes]"
            ],
        ),
        (
            "a: {{x}}",
            [
                "1:5-1:6 bad-key: a mapping cannot be a key [a key is a word or a number; put text that begins with a bracket in quotes]"
            ],
        ),
        (
            "- &a b\n- *a : 1",
            [
                "2:3-2:5 bad-key: an alias cannot be a key [a key is a word or a number; put text that begins with a bracket in quotes]"
            ],
        ),
        ("a: *x", ["1:4-1:6 unknown-anchor: *x refers to no anchor above it [write '*x' in quotes if it is text]"]),
        (
            "a: &y 1\nb: *x",
            [
                "2:4-2:6 unknown-anchor: *x refers to no anchor above it [anchors so far are &y; write '*x' in quotes if it is text]"
            ],
        ),
        (
            "a: &x\n  b: [*x]",
            [
                "2:7-2:9 alias-cycle: *x stands inside what it refers to [refer to something that ends before] (&x begins at m.yaml:1)"
            ],
        ),
        (
            "&x {<<: *x}",
            [
                "1:9-1:11 alias-cycle: *x stands inside what it refers to [refer to something that ends before] (&x begins at m.yaml:1)"
            ],
        ),
        (
            "<<: [{}, 3, [a]]",
            [
                f"1:{place} bad-merge: << takes a mapping or a list of mappings [write <<: *name, with name: &name {{…}} above]"
                for place in ("10-1:11", "13-1:16")
            ],
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            [
                (
                    "1:4-1:5 yaml-tag: a list cannot have the tag !!python/object/apply:os.system"
                    " [delete the tag: a model needs none]"
                )
            ],
        ),
        ("- !x y", ["1:3-1:7 yaml-tag: a scalar cannot have the tag !x [delete the tag: a model needs none]"]),
        ("- !!str {}", ["1:3-1:4 yaml-tag: a mapping cannot have the tag !!str [delete the tag: a model needs none]"]),
        ("- !!int x", ["1:3-1:10 yaml-tag: 'x' is no !!int [delete the tag, or correct the value]"]),
        (
            "- !!binary eA==",
            ["1:3-1:16 yaml-tag: a scalar cannot have the tag !!binary [delete the tag: a model needs none]"],
        ),
        (
            "a: 1\n---\nb: 2\n",
            [
                (
                    "2:1-2:4 several-documents: a second document begins here"
                    " [a model is one document: delete '---', or make two files]"
                )
            ],
        ),
        (
            "# c\n",
            ["1:1-1:2 empty-file: m.yaml contains nothing but comments [a model begins with input: and layers:]"],
        ),
        (
            "[" * 101 + "]" * 101,
            [
                "1:101-1:102 nesting-too-deep: lists and mappings nest at most 100 levels deep [is a closing bracket missing?]"
            ],
        ),
        (
            "a: \x07",
            [
                "1:4-1:5 invalid-character: the character U+0007 at line 1, column 4 may not stand in a model [delete it: it is invisible]"
            ],
        ),
        (
            "a: \udcff",
            [
                "1:4-1:5 invalid-character: the character U+DCFF at line 1, column 4 may not stand in a model [delete it: it is invisible]"
            ],
        ),
    ],
)
def test_problems(text: str, findings: list[str], parser: Any) -> None:
    """What YAML allows and a model does not is told with its place and its remedy."""
    assert told(text, parser) == findings


@each_parser
@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a:\n\tb: 1", "2:1-2:2: a tab is used for indentation [YAML is indented by spaces: write 2 for each level]"),
        ("- a\n\t- b", "2:1-2:2: a tab is used for indentation [YAML is indented by spaces: write 2 for each level]"),
        ("a: |\n\tb", "2:1-2:2: a tab is used for indentation [YAML is indented by spaces: write 2 for each level]"),
        ("-\ta: 1", "1:2-1:3: a tab stands where only spaces may [write a space instead of the tab]"),
        ("a: 1\nb: 'x\nc: 2", "2:4-2:5: this quote is never closed [write ' where the text ends]"),
        ('a: "x\n---\nb"', '1:4-1:5: this quote is never closed [write " where the text ends]'),
        ("a: 1\nb: [1, 2\nc: 3", "2:4-2:5: this '[' is never closed [write ']' where it ends]"),
        ("b: {x: 1,\n\nc: [3]\n", "1:4-1:5: this '{' is never closed [write '}' where it ends]"),
        ("a: [", "1:4-1:5: this '[' is never closed [write ']' where it ends]"),
        ("a: [[1, {b: ", "1:9-1:10: this '{' is never closed [write '}' where it ends]"),
        (
            "a: {b: 1 c: 2}",
            (
                "1:11-1:12: ',' or '}' must come before ':' [separate entries by commas, and pair the brackets]"
                " (the '{' is at m.yaml:1)"
            ),
        ),
        (
            "a: {\n  b: 1\n  c: 2\n}",
            (
                "3:4-3:5: ',' or '}' must come before ':' [separate entries by commas, and pair the brackets]"
                " (the '{' is at m.yaml:1)"
            ),
        ),
        (
            "a: [1, 2}",
            (
                "1:9-1:10: ',' or ']' must come before '}' [separate entries by commas, and pair the brackets]"
                " (the '[' is at m.yaml:1)"
            ),
        ),
        (
            "a: [1]]",
            "1:7-1:8: ']' cannot follow a finished value [put the whole value in one pair of quotes] (what is open here begins at m.yaml:1)",
        ),
        ("[1]]", "1:4-1:5: ']' closes nothing [delete it, or write the bracket that opens it]"),
        ("a: }", "1:4-1:5: '}' closes nothing [delete it, or write the bracket that opens it]"),
        ("a: [1,, 2]", "1:7-1:8: a value is missing before ',' [write the value, or '\"\"' for an empty text]"),
        ("a: {b:[1]}", "1:6-1:7: a space is missing after ':' [write 'b: […']"),
        ("a: b: c", "1:5-1:6: this line has a second ':' [put the value in quotes, or write a mapping: {b: c}]"),
        ("name:foo\ninput: 3", "1:5-1:6: a space is missing after ':' [write 'name: foo']"),
        ("a: 1\nb:2\nc: 3", "2:2-2:3: a space is missing after ':' [write 'b: 2']"),
        ("- conv\n  name: a", "1:3-1:7: no ':' follows 'conv' [write 'conv:']"),
        (
            "- conv\n  out: 3",
            "2:3-2:4: a line without '- ' stands among list entries"
            " [options of conv are indented below 'conv:', or written conv: {out: 3}]",
        ),
        (
            "- relu\n  max_pool: 2",
            "2:3-2:4: a line without '- ' stands among list entries [write '- max_pool: 2', an entry of its own]",
        ),
        ("-conv: 1\n-relu", "2:1-2:2: a space is missing after '-' [write '- relu']"),
        (
            "- relu\n-conv: 8",
            "2:1-2:2: a space is missing after '-' [write '- conv: 8']",
        ),
        (
            "- conv:{out: 8, kernel: 3}",
            "1:7-1:8: a space is missing after ':' [write 'conv: {…']",
        ),
        (
            "- a: 1\nname: b",
            "2:1-2:2: a line without '- ' stands among list entries [indent 'name' as the entry that it belongs to]"
            " (what is open here begins at m.yaml:1)",
        ),
        (
            "- a\noutputs: b",
            "2:1-2:2: a line without '- ' stands among list entries"
            " [begin 'outputs' at the left margin, as the other sections] (what is open here begins at m.yaml:1)",
        ),
        (
            "a: {out: 8\uff0c b: 3}",
            "1:14-1:15: ',' or '}' must come before ':' [separate entries by commas, and pair the brackets]"
            " (the '{' is at m.yaml:1) (U+FF0C (fullwidth comma) is no sign of YAML: write ', ')",
        ),
        ("a: 1\nb\nc: 2", "2:1-2:2: no ':' follows 'b' [write 'b:']"),
        (
            "a: 1\n  b: 2",
            (
                "2:4-2:5: this line is indented deeper than the line above, which has a value already"
                " [line it up with 'a: 1', or move that value to a line of its own]"
            ),
        ),
        ("k" * 1100 + ": 1", "1:1101-1:1102: a key has more than 1,024 characters [shorten the key]"),
        (
            "a:\n    b: 1\n  c: 2",
            "3:3-3:4: this line lines up with nothing above it [indent it by 4 or 0 spaces, as lines above are]",
        ),
        (
            "a:\n  - b\n - c",
            "3:2-3:3: this line lines up with nothing above it [indent it by 2 or 0 spaces, as lines above are]",
        ),
        (
            "- a\nb: 1",
            (
                "2:1-2:2: a line without '- ' stands among list entries"
                " [write '- b: 1'] (what is open here begins at m.yaml:1)"
            ),
        ),
        (
            "a: 1\n- b",
            (
                "2:1-2:2: a list entry stands among 'key: value' lines [indent it below its key]"
                " (what is open here begins at m.yaml:1)"
            ),
        ),
        (
            "a: 1\n[b]\nc: 2",
            "2:1-2:2: something else stands among 'key: value' lines [indent it below its key]",
        ),
        (
            "a: - b",
            "1:4-1:5: no '- ' can stand here [begin the list on a line of its own, or write it in brackets: [a, b]]",
        ),
        ("a: ? b", f"1:4-1:5: no '? ' can stand here [{QUOTE.format('?')}]"),
        ("a:\n  : 3", "2:3-2:4: a key is missing before ':' [write one, or put text that begins with ':' in quotes]"),
        ("a: @x # c", "1:4-1:5: a value cannot begin with '@' [put it in quotes: '@x']"),
        ("a: [`x`]", "1:5-1:6: a value cannot begin with '`' [put it in quotes: '`x`']"),
        ("a: %x", "1:4-1:5: a value cannot begin with '%' [put it in quotes: '%x']"),
        (
            "%x\n---\na: 1",
            (
                "1:1-1:2: a line that begins with '%' is a directive, which no model needs"
                " [delete the line, or put the text in quotes]"
            ),
        ),
        ("a: * b", f"1:4-1:5: a name must follow '*' [{QUOTE.format('*')}]"),
        ("a: &", f"1:4-1:5: a name must follow '&' [{QUOTE.format('&')}]"),
        (
            "a: 'it's'",
            (
                "1:8-1:9: 's' cannot follow a finished value [put the whole value in one pair of quotes;"
                " between single quotes an apostrophe is written twice] (what is open here begins at m.yaml:1)"
            ),
        ),
        (
            'a: "x\nb: 1\nc: "y"',
            (
                "3:5-3:6: 'y' cannot follow a finished value [put the whole value in one pair of quotes]"
                " (what is open here begins at m.yaml:1)"
                " (the quoted text before it began at m.yaml:1: is its closing quote missing there?)"
            ),
        ),
        *(
            (
                f'a: "x\\{escape}"',
                (
                    f"1:6-1:7: '\\{escape[0]}' is no escape that YAML knows"
                    " [double the backslash, or use single quotes, where it is an ordinary character]"
                ),
            )
            for escape in ("q", "xzz", "ud800", "U00110000")
        ),
        ("a: | x\n  b", "1:4-1:5: only + - or a digit can follow '|' on its line [begin the text on the next line]"),
        ("a: >0\n  b", "1:4-1:5: only + - or a digit can follow '>' on its line [begin the text on the next line]"),
        ("a: !x!y z", f"1:4-1:5: this tag is not written as YAML wants it [a model needs none; {QUOTE.format('!')}]"),
        (
            "a: 1\n...\nb",
            "3:1-3:2: 'b' comes after the end of the model [a model is one mapping: is this line indented as the others?]",
        ),
    ],
)
def test_syntax_errors(text: str, finding: str, parser: Any) -> None:
    """A syntax error says in plain words what was done, where, and what to write; no tree comes of it."""
    place, _, rest = finding.partition(": ")
    node, _ = read(text, parser)
    assert told(text, parser) == [f"{place} yaml-syntax: {rest}"]
    assert node is None


def test_problems_before_a_syntax_error() -> None:
    """What was found before the text became unreadable is told as well."""
    codes = [(f.code, f.span.line) for f in read("a: 1\na: 2\nb: *x\nc: [1\n")[1]]
    assert codes == [("duplicate-key", 2), ("unknown-anchor", 3), ("yaml-syntax", 4)]


def test_first_of_duplicates_stays() -> None:
    """Of two equal keys the first stays, and everything else is still read."""
    node, findings = read("a: 1\nb: {c: 2, c: 3}\na: {d: 4}\n<<: 5\ne: !x 6\n? [7]\n: 8\nf: 9")
    assert [f.code for f in findings] == ["duplicate-key", "duplicate-key", "yaml-tag", "bad-key", "bad-merge"]
    assert plain(node) == {"a": 1, "b": {"c": 2}, "e": 6, "f": 9}


def test_second_document_is_not_read() -> None:
    """Of several documents the first is the tree."""
    node, _ = read("a: 1\n---\na: [")
    assert plain(node) == {"a": 1}


def test_too_many_problems() -> None:
    """After a hundred problems reading stops, and the last one says so."""
    node, findings = read("- *x\n" * 1000)
    assert node is None
    assert len(findings) == 100
    assert findings[99].notes == ("reading stopped here, after 100 problems",)
    assert findings[98].notes == ()


def test_long_texts_are_cut() -> None:
    """A key of a megabyte fits in a message."""
    key = "k" * 2**20
    _, (finding,) = read(f"? {key}\n: 1\n? {key}\n: 2")
    assert finding.message == f"the key '{'k' * 79}…' is here twice"


def test_hundred_levels() -> None:
    """A hundred levels are allowed."""
    node: Any = tree("[" * 100 + "]" * 100)
    for _ in range(99):
        node = node.items[0]
    assert plain(node) == []


@each_parser
def test_alias_bomb_is_counted_by_multiplication(parser: Any) -> None:
    """Aliases may stand for a million nodes: each counts with everything in it, and nothing is expanded."""
    # a0 is 3 nodes; a_k holds w aliases and is 1 + w * a_(k-1): 31, 311, 3111, 31111; all aliases together
    # stand for 30 + 310 + 3110 + 31110 + 311110 = 345,670, and three of a5 = 311,111 more than a million
    assert MOST_ALIASED == 1_000_000
    within = bomb(10, 5, "[{}]") + "- [*a5, *a5]\n"
    assert read(within, parser)[1] == []
    assert told(within + "- *a5\n", parser) == [
        (
            "8:3-8:6 alias-bomb: with *a5 the aliases stand for 1,279,003 values, more than 1,000,000"
            " [use fewer aliases of aliases; 'repeat:' writes a layer many times]"
        )
    ]


def test_quadratic_aliases() -> None:
    """Many aliases of one large list are a bomb, too."""
    text = f"- &a [{'x, ' * 10_000}]\n" + "- *a\n" * 10_000
    assert [f.code for f in read(text)[1]] == ["alias-bomb"]


@each_parser
def test_merge_bomb(parser: Any) -> None:
    """Merging counts every pair that it looks at."""
    text = "- &a {" + ", ".join(f"k{i}: 0" for i in range(1000)) + "}\n" + "- {<<: *a}\n" * 201
    _, findings = read(text, parser)
    assert [(f.code, f.message) for f in findings] == [("alias-bomb", "merge keys look at more than 200,000 pairs")]
    assert read(text[: -len("- {<<: *a}\n")], parser)[1] == []


@pytest.mark.skipif(DEFAULT is PythonParser, reason="what is bounded by size alone needs the parser in C")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(name: str) -> None:
    """Sixteen megabytes of anything are answered, reading no further than the first hundred problems.

    How soon is a matter for ``benchmarks/hostile.py``, which reads the same texts.
    """
    text, codes = HOSTILE[name]
    _, findings = read(text)
    assert [f.code for f in findings] == codes


@pytest.mark.skipif(DEFAULT is PythonParser, reason="takes a minute without the parser in C")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n" * 999_999, ""),
        ("- a\n" * 1_000_000, "a model has at most 1,000,000 values"),
        ("[" + "[]," * 499_999 + "]", ""),
        ("[" + "[]," * 500_000 + "]", "a model has at most 500,000 lists and mappings"),
        ("".join(f"- {i}\n" for i in range(500_000)), ""),
        ("".join(f"- {i}\n" for i in range(500_001)), "a model has at most 500,000 different values"),
    ],
    ids=["values", "a value more", "lists", "a list more", "different", "a different one more"],
)
def test_too_many_values(text: str, message: str) -> None:
    """A million values are read; one more is a problem."""
    assert [(f.code, f.message) for f in read(text)[1]] == ([("too-many-values", message)] if message else [])


@each_parser
@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: "])
def test_deep_nesting(opening: str, parser: Any) -> None:
    """No depth of nesting overflows anything, with either parser."""
    node, findings = read(opening * 200_000, parser)
    assert node is None
    assert findings[-1].code in ("nesting-too-deep", "bad-key")


TEXTS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff"
    )
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32) | TEXTS
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


class Quoting(yaml.SafeDumper):
    """Writes text in quotes, so that YAML 1.1 and 1.2 agree on everything."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
Quoting.add_representer(
    float, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", spelled(number))
)


def spelled(number: float) -> str:
    """A float in YAML's spelling."""
    return repr(number).replace("inf", ".inf")


@settings(max_examples=200, deadline=None)
@given(data=DATA, flow=st.booleans(), width=st.sampled_from([20, 80, 10_000]), unicode=st.booleans())
def test_round_trip(data: object, flow: bool, width: int, unicode: bool) -> None:  # noqa: FBT001
    """What another program wrote as YAML is read back the same, in either style, by either parser."""
    text = yaml.dump(data, Dumper=Quoting, default_flow_style=flow, width=width, allow_unicode=unicode, sort_keys=False)
    text = text.replace("!!float ", "")
    first = tree(text)
    assert plain(first) == data
    assert placed(tree(text, PythonParser)) == placed(first)


@pytest.mark.parametrize("text", ["a: b\tc", "a: b \t c", "a: [b\tc, d\t]", "a: b\t\n  c"])
def test_tabs_within_a_text(text: str) -> None:
    """A tab between words is a part of the text, as it stands, for both parsers."""
    one, other = (tree(text, parser) for parser in (PARSERS[0], PARSERS[-1]))
    assert placed(one) == placed(other)


# Left out: ? and ! in brackets, and what directly follows | or >, where PyYAML's two parsers differ.
WHOLE = MODEL.replace(">-\n", "")
DAMAGE = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 3), st.sampled_from(["", *"\n :,[]{}'\"-#&*@`a$\\"]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(cuts=st.lists(DAMAGE, max_size=3))
def test_parsers_agree(cuts: list[tuple[int, int, str]]) -> None:
    """A damaged file is the same tree, or has the same problems at the same places, with either parser."""
    text = WHOLE
    for at, length, put in cuts:
        text = text[:at] + put + text[at + length :]
    both = [read(text, parser) for parser in PARSERS]
    codes = [[(f.code, f.span.line) for f in findings] for _, findings in both]
    assert codes[0] == codes[-1]
    nodes = [None if node is None else placed(node) for node, _ in both]
    assert nodes[0] == nodes[-1]


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("\t\n :,[]{}'\"-?#&*!|>%@`\\~a$<1\r\x00é"), max_size=40))
def test_anything_is_answered(text: str) -> None:
    """No text raises: it is a tree or has a problem."""
    for parser in PARSERS:
        node, findings = read(text, parser)
        assert (node is None) <= bool(findings)
