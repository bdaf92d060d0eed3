"""Fixes change what they mean to and nothing else."""

from __future__ import annotations

import pytest

from cnninspect.checks.fixing import apply, fix
from cnninspect.checks.selection import EVERYTHING
from cnninspect.values import Edit, Finding, Span
from tests.support.checking import look, only

TAIL = "  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n"


def finding(*edits: tuple[int, int, int, str]) -> Finding:
    """A finding whose edits are (line, first column, end column, text)."""
    made = [Edit(Span("m", line, start, line, end), text) for line, start, end, text in edits]
    return Finding("some-code", "warning", "", (), "", Span("m", 1, 1, 1, 1), None, {}, tuple(made))


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("conv: {out: 8, kernel: 3}", "conv: {out: 8, kernel: 3, bias: false}"),
        ("conv: {out: 8, kernel: 3}  # why", "conv: {out: 8, kernel: 3, bias: false}  # why"),
        ("conv: {out: 8, kernel: 3, }", "conv: {out: 8, kernel: 3, bias: false, }"),
        ("conv: {kernel: [3, 3], out: 8}", "conv: {kernel: [3, 3], out: 8, bias: false}"),
        ("conv: {out: 8, kernel: [3, 3]}", "conv: {out: 8, kernel: [3, 3], bias: false}"),
        ("conv: {out: 8, bias: true, kernel: 3}", "conv: {out: 8, bias: false, kernel: 3}"),
        ("conv: {out: 8, kernel: 3,\n      stride: 1}", "conv: {out: 8, kernel: 3,\n      stride: 1, bias: false}"),
        (
            "conv:  # why\n      out: 8  # eight\n      kernel: 3",
            "conv:  # why\n      bias: false\n      out: 8  # eight\n      kernel: 3",
        ),
        (
            "conv:\n      out: 8\n      kernel: 3\n      bias: true  # why",
            "conv:\n      out: 8\n      kernel: 3\n      bias: false  # why",
        ),
        ("conv: !!map {out: 8, kernel: 3}", "conv: !!map {out: 8, kernel: 3, bias: false}"),
        ("conv: &a {\n      out: 8, kernel: 3}", "conv: &a {\n      out: 8, kernel: 3, bias: false}"),
        (
            "conv: &a  # {\n      out: 8\n      kernel: 3",
            "conv: &a  # {\n      bias: false\n      out: 8\n      kernel: 3",
        ),
        ("{conv: {out: 8, kernel: 3}, name: a}", "{conv: {out: 8, kernel: 3, bias: false}, name: a}"),
    ],
)
def test_bias_is_written(written: str, mended: str) -> None:
    """An option is written in the style of those beside it; every comment stays."""
    text, wanted = (f"input: [3, 8, 8]\nlayers:\n  - {part}\n  - batch_norm\n{TAIL}" for part in (written, mended))
    fixed = fix(text, lambda text: look(text, only("bias-before-norm")))
    assert (fixed.text, [found.code for found in fixed.mended], fixed.left) == (wanted, ["bias-before-norm"], ())
    assert fix(wanted, look).text == wanted


@pytest.mark.parametrize(
    "text",
    [
        f"input: [3, 8, 8]\ndefaults: {{conv: {{bias: true}}}}\nparams: {{b: true}}\nlayers:\n  - conv: {{out: 8, kernel: 3, bias: $b}}\n  - batch_norm\n{TAIL}",
        f"input: [3, 8, 8]\nlayers:\n  - conv: &a {{out: 8, kernel: 3}}\n  - batch_norm\n  - relu\n  - conv: *a\n{TAIL}",
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {norm}\n    layers: [conv: {out: 8, kernel: 3}, $norm, relu]\n"
        f"layers:\n  - unit: batch_norm\n  - unit: identity\n{TAIL}",
        "input: [3, 8, 8]\nparams: {norm: batch_norm}\nvariants: {plain: {norm: identity}}\n"
        f"layers:\n  - conv: {{out: 8, kernel: 3}}\n  - $norm\n{TAIL}",
    ],
    ids=["an expression", "an alias", "another call of the block", "another variant"],
)
def test_uncertain_is_left(text: str) -> None:
    """Nothing is changed where the place stands for something else as well: the finding is told, and no more."""
    fixed = fix(text, lambda text: look(text, only("bias-before-norm")))
    assert (fixed.text, fixed.mended) == (text, ())
    assert [found.code for found in fixed.left] == ["bias-before-norm"]


def test_all_edits_of_a_finding_or_none() -> None:
    """Findings whose edits touch are mended one after the other; several edits of one are made together."""
    text = "abcdef\nghi\n"
    first, second = finding((1, 1, 3, "X"), (2, 1, 2, "Y")), finding((1, 2, 4, "Z"), (2, 3, 4, "W"))
    assert apply(text, [first, second]) == ("Xcdef\nYhi\n", [first])
    assert apply(text, [second, first]) == ("aZdef\nghW\n", [second])
    assert apply(text, [finding()]) == (text, [])


def test_equal_edits_are_made_once() -> None:
    """Two findings that ask for the same edit are both mended by it."""
    one, other = finding((1, 1, 1, "X")), finding((1, 1, 1, "X"))
    assert apply("ab", [one, other]) == ("Xab", [one, other])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_stay(ending: str) -> None:
    """Lines are counted by the ends that the file has, and new lines end like the others."""
    text = ending.join(["a: 1", "b: 2", ""])
    changed, _ = apply(text, [finding((2, 1, 1, "c: 3\n"))])
    new = ending if ending != "\r" else "\n"
    assert changed == f"a: 1{ending}c: 3{new}b: 2{ending}"


def test_odd_line_breaks_are_left() -> None:
    """A text with line breaks that editors do not count is not changed."""
    text = "a: 1\u2028b: 2"
    assert apply(text, [finding((1, 1, 2, "X"))]) == (text, [])


def test_a_remedy_that_breaks_is_taken_back() -> None:
    """A round after which the model has more errors changes nothing."""

    def find(text: str) -> list[Finding]:
        if text == "broken":
            return [finding()._replace(severity="error")]
        return [finding((1, 1, 7, "broken"))]

    fixed = fix("mended", find)
    assert (fixed.text, fixed.mended, len(fixed.left)) == ("mended", (), 1)


def test_a_remedy_that_breaks_takes_no_other_with_it() -> None:
    """What is mended beside edits that break something is mended; what only breaks together is not."""

    def find(text: str) -> list[Finding]:
        remedies = {"a": (1, 1, 2, "A"), "b": (1, 3, 4, "B"), "c": (1, 5, 6, "C")}
        wrong = "B" in text or ("C" in text and "A" in text and "d" in text)
        told = [finding(edit) for sign, edit in remedies.items() if sign in text]
        return [*told, *[finding()._replace(severity="error")] * wrong]

    assert fix("a b c", find).text == "A b C"
    assert fix("a d c", find).text == "a d c"


def test_no_end_of_remedies() -> None:
    """Remedies that call for each other stop after some rounds."""
    fixed = fix("a", lambda _: [finding((1, 1, 1, "x"))])
    assert fixed.text == "x" * 10 + "a"


def test_a_comment_without_use_is_removed() -> None:
    """A comment that silences nothing goes, with its line where it stands alone; one of two codes stays."""
    text = (
        "input: [3, 8, 8]\nlayers:\n  # cnninspect: ignore[dead-layer] why\n  - relu  # cnninspect: ignore[dead-layer] why\n"
        "  - conv: {out: 8, kernel: 1, padding: 1}  # cnninspect: ignore[padding-beyond-kernel, dead-layer] why\n"
    )
    fixed = fix(text, lambda text: look(text, EVERYTHING))
    assert fixed.text == "input: [3, 8, 8]\nlayers:\n  - relu\n" + text.split("\n")[4] + "\n"
    assert [found.code for found in fixed.left] == ["unused-ignore"]


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("# stem; cnninspect: ignore[dead-layer] why", "# stem;"),
        ("# cnninspect: ignore[dead-layer] a  # cnninspect: ignore[width-dips] b", ""),
        ("# cnninspect: ignore[dead-layer] a # cnninspect: ignore[RULE] b", "# cnninspect: ignore[RULE] b"),
        ("# cnninspect: ignore[dead-layer] a# cnninspect: ignore[RULE] b", "# cnninspect: ignore[RULE] b"),
        ("# cnninspect: ignore[RULE] b# cnninspect: ignore[dead-layer] a", "# cnninspect: ignore[RULE] b"),
        (
            "# stem; cnninspect: ignore[dead-layer] a; cnninspect: ignore[RULE] b",
            "# stem; cnninspect: ignore[RULE] b",
        ),
        (  # the sign of the first makes both a comment
            "# cnninspect: ignore[dead-layer] a cnninspect: ignore[RULE] b",
            "# cnninspect: ignore[dead-layer] a cnninspect: ignore[RULE] b",
        ),
    ],
)
def test_one_of_several_comments_is_removed(written: str, mended: str) -> None:
    """What else a comment says stays as it is, and stays a comment."""
    line = "  - conv: {out: 8, kernel: 1, padding: 1}  "
    layer = "input: [3, 8, 8]\nlayers:\n" + (line if "RULE" in written else "  - relu  ")
    written, mended = (text.replace("RULE", "padding-beyond-kernel") for text in (written, mended))
    fixed = fix(f"{layer}{written}\n", lambda text: look(text, only("unused-ignore", "padding", "dead", "width-dips")))
    assert fixed.text == f"{layer}{mended}".rstrip() + "\n"
