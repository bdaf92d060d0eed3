"""The design rules, a line each, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.plain import aligned
from cnninspect.reports.prose import beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.checks.rules import Rule

SCHEMA = "cnninspect.lint-rules/1"


def entries(wanted: str = "") -> list[Rule]:
    """The rules that mention a word, all of them for an empty one."""
    from cnninspect.checks.rules import rules

    word = wanted.lower()
    return [rule for rule in rules().values() if word in f"{rule.code} {rule.severity} {rule.summary}".lower()]


def render(rules: Sequence[Rule], *, width: int | None = None) -> str:
    """A line for each: its code, how grave it is, whether ``--fix`` mends it, and what it finds."""
    heads = [("code", "severity", "fix"), *[(rule.code, rule.severity, "yes" if rule.fix else "") for rule in rules]]
    columns = [f"{line:{max(map(len, _lines(heads)))}}  " for line in _lines(heads)]
    return "\n".join(beside(columns, ["what it finds", *[rule.summary for rule in rules]], width)) + "\n"


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return aligned(rows, (False,) * len(rows[0]))


def json(rules: Sequence[Rule]) -> str:
    """Every rule as a record."""
    from json import dumps

    found = [
        {
            "code": rule.code,
            "severity": rule.severity,
            "summary": rule.summary,
            "fix": rule.fix or None,
            "page": rule.page,
        }
        for rule in rules
    ]
    return dumps({"schema": SCHEMA, "rules": found}, indent=2, ensure_ascii=False) + "\n"
