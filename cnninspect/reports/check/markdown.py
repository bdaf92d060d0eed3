"""What a check has found as Markdown, for comments on pull requests and summaries of jobs.

Foreign text stands in code spans alone: in them nothing is markup, nobody is mentioned and nothing becomes a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import models_of, sentences, total
from cnninspect.reports.findings import safe

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked, Told
    from cnninspect.reports.check import View

MARKER = "<!-- cnninspect check -->"
"""By which a later run finds the comment of an earlier one."""
SIGNS = {"error": "❌", "warning": "⚠️", "note": "💡"}
MOST_SHOWN = 200
"""Findings in the table: a comment has at most 65,536 characters, and nobody reads more."""
LARGEST = 60_000
"""Characters of the whole."""


def render(checked: Checked, view: View) -> str:
    """A heading with the verdict, a table of findings, and what was looked at, folded."""
    heading = f"### {'❌' if view.failed or checked.troubles else '✅'} cnninspect: {total(checked)}"
    sections = [MARKER, heading]
    if view.shown:
        sections.append(_table(checked, view))
    if checked.troubles:
        sections.append("\n".join([f"- {code(trouble.message)}" for trouble in checked.troubles[:MOST_SHOWN]]))
    return "\n\n".join([*sections, _files(checked, LARGEST - len("".join(sections)))]).rstrip() + "\n"


def _table(checked: Checked, view: View) -> str:
    models = models_of(checked)
    rows = ["| | where | what |", "| --- | --- | --- |"]
    room = LARGEST
    for told in view.shown[:MOST_SHOWN]:
        row = f"| {SIGNS[told.finding.severity]} | {_where(told)} | {_what(told, models)} |"
        room -= len(row)
        if room < LARGEST // 3:
            break
        rows.append(row)
    more = len(view.shown) - len(rows) + 2
    return "\n".join(rows) + (f"\n\n… and {more:,} more" if more else "")


def _where(told: Told) -> str:
    span = told.finding.span
    return code(f"{span.file}:{span.line}:{span.column}" if span.line else span.file, cell=True)


def _what(told: Told, models: dict[str, int]) -> str:
    """The code, and what is said of it line by line."""
    texts = [code(text, cell=True) for text in sentences(told, models)]
    return f"**{told.finding.code}**<br>" + "<br>".join(texts)


def _files(checked: Checked, room: int) -> str:
    """Every file with its models, folded; left out where there is no room for it."""
    lines = []
    for file in checked.files:
        names = ", ".join([code(model.name) for model in file.models])
        lines.append(f"- {code(file.path)}: {names}")
    text = "<details><summary>What was checked</summary>\n\n" + "\n".join(lines) + "\n\n</details>"
    return text if lines and len(text) < room else ""


def code(text: str, *, cell: bool = False) -> str:
    """Foreign text as a code span; in a cell of a table bars are escaped."""
    shown = safe(text)
    longest = run = 0
    for sign in shown:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    padding = " " if longest or shown[:1] == " " or not shown else ""
    bar = "¦" if "\\" in shown else "\\|"  # what a backslash before a bar means, readers of Markdown do not agree on
    inside = shown.replace("|", bar) if cell else shown
    return f"{fence}{padding}{inside}{padding}{fence}"
