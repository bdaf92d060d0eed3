"""What is said of a file: joined, silenced, chosen, in order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cnninspect.checks.lint import READER, codes, lint, lint_each
from cnninspect.checks.selection import Override, Selection
from tests.support.checking import look, networks, only, told

PADDED = "conv: {out: 8, kernel: 1, padding: 1}"
RULE = "padding-beyond-kernel"


def test_findings_of_one_line_are_told_once() -> None:
    """What blocks, repeats and variants make of a line is one finding, which names some of them."""
    text = (
        f"input: [3, 8, 8]\nblocks:\n  unit: [{PADDED}, relu]\nvariants: {{}}\n"
        "layers:\n  - {unit: , repeat: 6}\n  - {unit: , name: last}\n"
    )
    (found,) = look(text)
    assert told([found]) == [f"3:45 {RULE}"]
    assert found.layer == "0"
    assert found.notes == ("the same line makes 2, 4, 6, and 3 more",)


def test_variants_are_told() -> None:
    """A finding says which of the networks have it."""
    text = (
        "input: [3, 8, 8]\nparams: {p: 0}\nvariants: {a: {p: 1}, b: {p: 0}, c: {p: 2}}\n"
        "layers:\n  - conv: {out: 8, kernel: 1, padding: $p}\n"
    )
    (found,) = lint_each(networks(text), only(RULE))
    assert (found.finding.code, found.networks) == (RULE, (1, 3))


def test_errors_of_one_place_are_all_told() -> None:
    """Unlike mistakes that a block makes on one line are unlike findings; the same one of two variants is told once."""
    text = (
        "input: [3, 8, 8]\nvariants: {a: {}}\nblocks:\n  unit:\n    args: {groups}\n    layers:\n"
        "      - conv: {out: 60, kernel: 1, groups: $groups}\nlayers:\n  - unit: 2\n  - {unit: 7, from: input}\n"
    )
    found = lint_each(networks(text))
    assert [(one.finding.span.line, one.networks) for one in found] == [(7, (0, 1))] * 3
    assert len({one.finding.message for one in found}) == 3


def test_errors_come_alone() -> None:
    """A model with errors is not held against rules, and its errors cannot be switched off."""
    text = f"input: [3, 8, 8]\nlayers:\n  - {PADDED}  # cnninspect: ignore[unknown-layer, {RULE}] why\n  - nothing\n"
    assert told(look(text)) == ["4:5 unknown-layer"]
    assert told(look(text, Selection(select=()))) == ["4:5 unknown-layer"]
    assert told(look(text, Selection(ignore=("*",), severities={"*": "off"}))) == ["4:5 unknown-layer"]


def test_a_text_that_is_no_model() -> None:
    """What cannot be read is told, and nothing else."""
    assert told(look("[1, 2\n")) == ["1:1 yaml-syntax"]


def test_warnings_of_the_reader_are_chosen_like_rules() -> None:
    """Its warnings can be ignored, made graver, and silenced on their line."""
    text = "input: [3, 8, 8]\nparams: {wide: 3}\nlayers:\n  - relu\n"
    assert told(look(text)) == ["2:10 unused-param"]
    assert look(text, Selection(ignore=("unused",))) == []
    assert [found.severity for found in look(text, Selection(severities={"unused": "note"}))] == ["note"]
    assert look(text.replace("3}\n", "3}  # cnninspect: ignore[unused-param] soon\n")) == []
    assert "unused-param" in codes()


def test_severity_map() -> None:
    """A severity map makes a rule graver, or switches it off."""
    text = f"input: [3, 8, 8]\nlayers:\n  - {PADDED}\n"
    assert [found.severity for found in look(text)] == ["warning"]
    assert [found.severity for found in look(text, Selection(severities={RULE: "error"}))] == ["error"]
    assert look(text, Selection(severities={RULE: "off"})) == []


def test_overrides() -> None:
    """What is asked of some files is asked of no other."""
    text = f"input: [3, 8, 8]\nlayers:\n  - {PADDED}\n"
    selection = Selection(
        overrides=(Override(("old/**",), ignore=(RULE,)), Override(("*.yml",), severities={"*": "note"}))
    )
    found = [look(text, selection, name) for name in ("old/a.yaml", "new/a.yaml", "a.yml")]
    assert [[finding.severity for finding in one] for one in found] == [[], ["warning"], ["note"]]


def test_a_comment_speaks_for_what_begins_on_its_line() -> None:
    """On the line, on the first line of the layer, of the block's declaration, of the section, above the line."""
    comment = f"  # cnninspect: ignore[{RULE}] why"
    long = "  - conv:{}\n      out: 8{}\n      kernel: 1\n      padding: 1{}\n"
    for row in ((comment, "", ""), ("", "", comment)):
        assert look("input: [3, 8, 8]\nlayers:\n" + long.format(*row)) == []
    assert told(look("input: [3, 8, 8]\nlayers:\n" + long.format("", comment, ""))) == [
        "4:36 unused-ignore",
        f"6:16 {RULE}",
    ]
    assert look(f"input: [3, 8, 8]\nlayers:{comment}\n" + long.format("", "", "")) == []
    assert look("input: [3, 8, 8]\nlayers:\n" + comment + "\n\n  # more\n" + long.format("", "", "")) == []
    block = f"input: [3, 8, 8]\nblocks:\n  unit:{comment}\n    layers:\n      - {PADDED}\nlayers:\n  - unit\n"
    assert look(block) == []


def test_a_comment_on_the_first_item_is_not_for_the_list() -> None:
    """What begins on the line of the first item is that item, not the list."""
    text = f"input: [3, 8, 8]\nlayers:\n  - relu: # cnninspect: ignore[{RULE}] why\n  - {PADDED}\n"
    assert [found.code for found in look(text)] == ["unused-ignore", RULE]


@pytest.mark.parametrize(
    "comment",
    [
        f"# stem; cnninspect: ignore[{RULE}] why",
        f"# Cnninspect: Ignore[{RULE}] why",
        f"# CNNINSPECT:IGNORE [{RULE}] why",
        f"## cnninspect: ignore[{RULE}] why",
        f"# cnninspect: ignore[width-dips] a  # cnninspect: ignore[{RULE}] b",
        f"# cnninspect: ignore[width-dips] a, cnninspect: ignore[{RULE}] b",
        f"# cnninspect: ignore[{RULE}] a # cnninspect: ignore[{RULE}] b",
        f"# cnninspect: is quoted by some; cnninspect: ignore[{RULE}] b",
    ],
)
def test_a_comment_may_say_more(comment: str) -> None:
    """What silences stands anywhere in a comment, in letters of any size, and more than once."""
    selection = only(RULE, "width-dips")
    assert look(f"input: [3, 8, 8]\nlayers:\n  - {PADDED}  {comment}\n", selection) == []
    assert look(f"input: [3, 8, 8]\nlayers:\n  {comment}\n  - {PADDED}\n", selection) == []


def test_the_second_of_two_comments_is_judged() -> None:
    """A second comment of a line is told where it is of no use, misspelt or not understood, at its own place."""
    text = f"input: [3, 8, 8]\nlayers:\n  - {PADDED}  # cnninspect: ignore[{RULE}] a  # cnninspect: ignore"
    assert told(look(text + "[dead-layer] b\n")) == ["3:112 unused-ignore"]
    assert told(look(text + "[dead-lawyer] b\n")) == ["3:112 unknown-rule"]
    assert told(look(text + "\n")) == ["3:91 bad-ignore"]


def test_a_comment_beside_a_call_is_for_that_call() -> None:
    """What a call expands to is silenced beside the call; other calls of the block are not."""
    text = (
        f"input: [3, 8, 8]\nblocks:\n  unit: [{PADDED}]\nlayers:\n"
        f"  - unit  # cnninspect: ignore[{RULE}] why\n  - relu\n  - {{unit: , name: second}}\n"
    )
    (found,) = look(text)
    assert (found.code, found.layer) == (RULE, "second.0")


def test_only_some_variants_say_nothing_of_comments() -> None:
    """Where not every variant is looked at, no comment is called unused."""
    text = (
        "input: [3, 8, 8]\nparams: {p: 0}\nvariants: {a: {p: 1}}\n"
        f"layers:\n  - conv: {{out: 8, kernel: 1, padding: $p}}  # cnninspect: ignore[{RULE}] why\n"
    )
    assert look(text) == []
    assert lint(networks(text)[:1]) == []


def test_order() -> None:
    """Findings stand in the order of the file."""
    text = f"input: [3, 8, 8]\nparams: {{a: 1}}\nlayers:\n  - {PADDED}\n  - relu\n  - {{{PADDED}, name: b}}\n"
    assert [found.span.line for found in look(text)] == [2, 4, 6]


def test_a_network_without_a_file() -> None:
    """Rules on what is written are silent about a network that was written nowhere, and the others speak."""
    text = "input: [3, 6, 6]\nlayers:\n" + "  - conv: {out: 8, kernel: 1, padding: 1}\n" * 4
    found = lint([loaded._replace(document=None) for loaded in networks(text)])
    assert {one.code for one in found} >= {"padding-beyond-kernel"}
    assert "could-repeat" not in {one.code for one in found}


def test_every_warning_of_the_reader_can_be_chosen() -> None:
    """The warnings that reading a model gives, by its source, are those that can be chosen and silenced."""
    found = set()
    for path in (Path(__file__).parent.parent.parent / "cnninspect" / "frontends" / "yaml").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and any(word.arg == "severity" for word in call.keywords):
                grave = next(word.value for word in call.keywords if word.arg == "severity")
                if isinstance(grave, ast.Constant) and grave.value != "error":
                    found.add(
                        next(
                            ast.literal_eval(a)
                            for a in call.args
                            if isinstance(a, ast.Constant) and "-" in str(a.value)
                        )
                    )
    assert found == set(READER)
