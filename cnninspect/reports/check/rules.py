"""What a check looks for by this configuration, as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.findings import painted
from cnninspect.reports.pages import codes, rules

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "cnninspect.check-rules/1"


def render(severities: Mapping[str, str | None], *, color: bool) -> str:
    """A line for each code: how grave it is here, ``off`` where it is not wanted, and what it finds."""
    pages = {**codes(), **rules()}
    width = max(map(len, severities), default=0)
    lines = []
    for code, severity in severities.items():
        word = f"{severity or 'off':<7}"
        shown = painted(word, severity) if color and severity else word
        lines.append(f"{shown}  {code:<{width}}  {pages[code].first_sentence()}\n")
    return "".join(lines)


def json(severities: Mapping[str, str | None]) -> str:
    """Every code as a record: how grave it is here, null where it is not wanted, and what it finds."""
    from json import dumps

    pages = {**codes(), **rules()}
    found = [
        {"code": code, "severity": severity, "summary": pages[code].first_sentence()}
        for code, severity in severities.items()
    ]
    return dumps({"schema": SCHEMA, "rules": found}, indent=2, ensure_ascii=False) + "\n"
