"""Texts that are no YAML, or hardly: what is said of the rarer ones by each parser."""

from __future__ import annotations

from typing import Any

import pytest

from cnninspect.frontends.yaml.python_parser import PythonParser
from cnninspect.frontends.yaml.reader import DEFAULT, read_tree
from cnninspect.frontends.yaml.tree import Mapping, Report, Source
from tests.frontends.test_reader import each_parser, plain, read, told


@each_parser
@pytest.mark.parametrize("directive", ["%YAML 1.2", "%YAML 1.1", "%TAG ! tag:x,2000:"])
def test_directives_of_yaml_itself(directive: str, parser: Any) -> None:
    """A text may say which YAML it is: that changes nothing."""
    node, found = read(f"{directive}\n---\na: 1\n", parser)
    assert (plain(node), found) == ({"a": 1}, [])


@each_parser
@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("--- a: 1", "1:6-1:7 yaml-syntax: no key can stand here [put each 'key: value' on a line of its own]"),
        (
            "a: [x, ? ",
            "1:9-1:10 yaml-syntax: a value is missing before the end of the file [write the value, or '\"\"' for an empty text]",
        ),
        (
            "a: 1\n%b: 2",
            (
                "2:1-2:2 yaml-syntax: a line that begins with '%' is a directive, which no model needs"
                " [delete the line, or put the text in quotes]"
            ),
        ),
        (
            "a: >= 224\n",
            "1:4-1:5 yaml-syntax: only + - or a digit can follow '>' on its line [put a comparison in quotes: \">= 224\"]",
        ),
        ("a: %b", "1:4-1:5 yaml-syntax: a value cannot begin with '%' [put it in quotes: '%b']"),
    ],
)
def test_rare_mistakes(text: str, finding: str, parser: Any) -> None:
    """Each is told in plain words at its place, whichever parser is there."""
    assert told(text, parser) == [finding]


@pytest.mark.parametrize("parser", [DEFAULT, PythonParser])
def test_empty_lines_and_comments_are_looked_through(parser: Any) -> None:
    """What a line is held against is the nearest line above that says something."""
    report = Report()
    assert read_tree(Source("m", "a: 1\n\n# note\n  b: 2\n"), report, parser=parser) is None
    (finding,) = report.findings
    assert (finding.span.line, finding.message) == (4, "this line lines up with nothing above it")


@pytest.mark.parametrize("parser", [DEFAULT, PythonParser])
def test_tabs_between_words_are_spaces(parser: Any) -> None:
    """A tab may stand where a space may, but not in indentation."""
    report = Report()
    tree = read_tree(Source("m", "a:\t1\nb: [1,\t2]\n"), report, parser=parser)
    assert report.findings == []
    assert isinstance(tree, Mapping)
    assert [key.text for key, _ in tree.pairs] == ["a", "b"]


@each_parser
def test_conflicts_of_git(parser: Any) -> None:
    """Every conflict that git has left is told as one, wherever it stands: what a parser says of it only misleads."""
    side = "<<<<<<< HEAD\n  %s\n=======\n  %s\n>>>>>>> branch\n"
    remedy = "keep what is meant of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
    text = "input: [3,\n" + side % ("8,", "9,") + "  8]\nlayers:\n" + side % ("- relu", "- tanh")
    assert told(text, parser) == [
        f"{line}:1-{line}:13 yaml-syntax: git could not merge what begins here [{remedy}]" for line in (2, 9)
    ]
    drawing = "description: |\n  <<<<<<< here\n  >>>>>>> there\n"
    assert told(drawing, parser) == []
