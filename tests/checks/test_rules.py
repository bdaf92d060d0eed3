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
