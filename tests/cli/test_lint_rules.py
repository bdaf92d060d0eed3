"""``cnninspect lint-rules`` lists every design rule, ``explain`` prints its page."""

from __future__ import annotations

import json

import pytest

from cnninspect.checks.rules import rules
from cnninspect.cli import run


def test_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule has a line: its code, its severity, whether there is a fix, and what it finds."""
    assert run(["lint-rules"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.split("\n")
    assert lines[0].split() == ["code", "severity", "fix", "what", "it", "finds"]
    assert [line.split()[0] for line in lines[1:-1]] == sorted(rules())
    assert "\nbias-before-norm" in out
    assert all(line.endswith(rule.summary) for line, rule in zip(lines[1:], rules().values(), strict=False))


def test_filter(capsys: pytest.CaptureFixture[str]) -> None:
    """A filter is looked for in codes, severities and summaries; one that finds nothing exits with 2."""
    assert run(["lint-rules", "BIAS"]) == 0
    assert "bias-before-norm" in capsys.readouterr().out
    assert run(["lint-rules", "zzz"]) == 2
    assert capsys.readouterr() == (
        "",
        "cnninspect: no rule mentions 'zzz'\n  = help: cnninspect lint-rules lists them all\n",
    )


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON every rule has code, severity, summary, fix and page."""
    assert run(["lint-rules", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cnninspect.lint-rules/1"
    assert [rule["code"] for rule in document["rules"]] == sorted(rules())
    found = {rule["code"]: rule for rule in document["rules"]}
    assert found["dead-layer"]["fix"] is None
    assert found["bias-before-norm"]["fix"].startswith("writes bias: false")
    assert set(found["dead-layer"]) == {"code", "severity", "summary", "fix", "page"}


@pytest.mark.parametrize("code", sorted(rules()))
def test_explain(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The page of a rule tells what it finds, its severity, and how to silence it."""
    assert run(["explain", code]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith(f"{code}: a design rule {rules()[code].summary}.")
    assert f"Severity: {rules()[code].severity}" in out
    assert f"# cnninspect: ignore[{code}] reason" in out
