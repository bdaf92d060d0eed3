"""Every design rule has a page whose examples do what they say, and cases that it finds and leaves alone."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cnninspect.checks.lint import codes
from cnninspect.checks.rules import rules
from cnninspect.checks.selection import SEVERITIES, Selection
from cnninspect.reports import pages
from tests.support.checking import look, only

RULES = sorted(rules())
FOLDER = Path(__file__).parent / "cases"


def cases(code: str) -> Any:
    return import_module(f"tests.checks.cases.{code.replace('-', '_')}")


def chosen(code: str) -> Selection:
    """The rule alone, or with the others that its cases need."""
    return only(code, *getattr(cases(code), "ALSO", ()))


def table(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}: {title}")
        for code in RULES
        if (FOLDER / f"{code.replace('-', '_')}.py").exists()
        for title, case in getattr(cases(code), kind).items()
    ]


def test_every_rule_has_cases() -> None:
    """A rule without cases of both kinds, or cases without a rule, fail."""
    files = {path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert files == set(RULES)
    assert [code for code in RULES if len(cases(code).FOUND) < 2 or len(cases(code).FREE) < 2] == []


@pytest.mark.parametrize(("code", "case"), table("FOUND"))
def test_found(code: str, case: tuple[str, list[int]]) -> None:
    """A rule finds what it is there for, at the very line, in a model that is without mistakes otherwise."""
    text, lines = case
    assert [(finding.code, finding.span.line) for finding in look(text, chosen(code))] == [
        (code, line) for line in lines
    ]


@pytest.mark.parametrize(("code", "text"), table("FREE"))
def test_free(code: str, text: str) -> None:
    """A rule leaves alone what only looks like it."""
    assert look(text, chosen(code)) == []


@pytest.mark.parametrize("code", RULES)
def test_page(code: str) -> None:
    """A page begins with one sentence, says where it is known from, and has a bad and a good example."""
    rule, page = rules()[code], pages.rules()[code]
    assert rule.severity in SEVERITIES
    assert "\n" not in rule.summary
    assert len(rule.summary) <= 110
    assert rule.page.startswith(f"{rule.summary}.\n\n")
    assert "\nSource: " in rule.page
    assert [example.label for example in page.examples()] == ["Bad", "Good"]


@pytest.mark.parametrize("code", RULES)
def test_examples(code: str) -> None:
    """All rules together find one thing in the bad example of a page, and nothing in the good one."""
    bad, good = pages.rules()[code].examples()
    assert [finding.code for finding in look(bad.text)] == [code]
    assert look(good.text) == []


@pytest.mark.parametrize(
    ("layer", "remedy"),
    [
        ("max_pool: 2", "1 more cell of padding behind, or rounding: ceil, would read it"),
        ("conv: {out: 8, kernel: 3, stride: 2}", "1 more cell of padding behind would read it"),
    ],
)
def test_unread_rows_offers_what_the_layer_has(layer: str, remedy: str) -> None:
    """A convolution cannot round up: nobody is sent to an option that it has not."""
    [found] = look(f"input: [3, 7, 8]\nlayers:\n  - {layer}\n", only("unread-rows"))
    assert found.help == remedy


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("softmax", "'1' makes shares of the scores, and cross-entropy does so again"),
        ("softmin", "'1' makes shares of the scores, and cross-entropy does so again"),
        (
            "log_softmax",
            "'1' takes the logarithm of shares, and so does cross-entropy: the loss is the same without it",
        ),
    ],
)
def test_softmax_before_loss_tells_harm_from_idleness(layer: str, message: str) -> None:
    """Shares of shares are another loss; shares of log shares are the same one, which the message says."""
    text = f"input: [8]\ntraining: {{loss: cross_entropy}}\nlayers:\n  - linear: 10\n  - {layer}\n"
    [found] = look(text, only("softmax-before-loss"))
    first = "smallest" if layer == "softmin" else "largest"
    assert (found.message, found.help) == (message, f"remove {layer}: the {first} score is the largest share")


@pytest.mark.parametrize(
    ("layer", "remedy"),
    [
        ("batch_norm: 8", "the channels (8) are known: leave them out"),
        ("instance_norm: 16", "leave it out: 1e-5 is usual, and channels are known"),
        (
            "batch_norm: 0.9",
            "leave it out: 1e-5 is usual; a momentum is written momentum: and is the share of the newest batch",
        ),
        ("layer_norm: {eps: 0.5}", "leave it out: 1e-5 is usual"),
    ],
)
def test_large_eps_says_what_was_meant(layer: str, remedy: str) -> None:
    """The number of the channels stands where eps does; a share is more likely a momentum."""
    [found] = look(f"input: [8, 8, 8]\nlayers:\n  - {layer}\n", only("large-eps"))
    assert found.help == remedy


def test_codes_are_words_of_their_own() -> None:
    """A code is in kebab case and means one thing: no page of another finding, and no layer, has its name."""
    assert [code for code in RULES if not code.replace("-", "").isalpha() or "-" not in code] == []
    assert set(RULES).isdisjoint(pages.codes())
    assert set(codes()) - set(RULES) <= set(pages.codes())


def test_the_guide_names_what_there_is() -> None:
    """Every code in docs/lint.md is one of a rule or of another finding."""
    text = (FOLDER.parent.parent.parent / "docs" / "lint.md").read_text("utf-8")
    words = [word for part in text.split("```")[::2] for word in part.split("`")[1::2]]
    named = {word for word in words if word.islower() and "-" in word.strip("-*") and word.replace("-", "").isalpha()}
    assert len(named) > 20
    assert sorted(named - {*RULES, *pages.codes()} - {"lint-rules"}) == []
