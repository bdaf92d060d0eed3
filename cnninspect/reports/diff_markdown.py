"""What changed between networks, for a comment on a pull request: the marker first, details folded.

Names are foreign text. They stand in code spans, in fenced blocks or escaped within a summary, where they are no
table, no HTML, no link and mention nobody; a backtick or a bar in one is written as its code point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import diff_words as words
from cnninspect.reports.diff import MOST_KEYS, MOST_LINES, files, sentence
from cnninspect.reports.diff_lines import CHANGED, FOLLOWS, RENAMED, said_lines
from cnninspect.reports.diff_lines import lines as layer_lines
from cnninspect.reports.findings import render as render_findings
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.changed import Since
    from cnninspect.api.diffing import Case
    from cnninspect.comparing.limits import Verdict

MARKER = "<!-- cnninspect-diff -->"
"""By which a comment is found again, to be replaced by the next one; it never changes."""
LONGEST = 60_000
"""Characters that details may make the text long: a comment on GitHub has at most 65,536."""
SIGNS = {CHANGED: "!", RENAMED: "#", FOLLOWS: " "}
"""How a line begins so that it has a colour in a block of differences; the others begin as in a terminal."""
MOST_FAILURES = 50
MOST_VARIANTS = 100
"""How far back a variant looks for its file's first network."""


def render(
    cases: Sequence[Case], verdicts: Sequence[Verdict] = (), since: Since | None = None, *, every: bool = False
) -> str:
    """A heading, what fails, an overview of several networks, and each of them folded."""
    shown = [case for case in cases if since is None or case.status != "same"]
    sections = [MARKER, f"### {_title(cases, since)}", *_failures(verdicts)]
    if since is not None and shown:
        sections.append(_overview(shown))
    told = [case for at, case in enumerate(shown) if case.status != "broken" or not _told(shown[:at], case)]
    sections += _fitting([_details(case, alone=since is None, every=every) for case in told], sections)
    if since is not None:
        sections.append(f"<sub>{words.since_text(since, code)}</sub>")
    return "\n\n".join(sections) + "\n"


def _told(before: Sequence[Case], case: Case) -> bool:
    """Whether the mistakes of a variant are told already."""
    return any(words.like_first(first, case) for first in before[-MOST_VARIANTS:])


def code(text: str) -> str:
    """Foreign text as a code span that is one, also within a table."""
    return "`" + clip(text, 200).replace("`", "\\u0060").replace("|", "\\u007c") + "`" if text else ""


def block(lines: Sequence[str], kind: str = "") -> str:
    """Lines as a fenced block that none of them can end."""
    text = "\n".join(lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{kind}\n{text}\n{fence}"


def _title(cases: Sequence[Case], since: Since | None) -> str:
    if since is None and len(cases) == 1:
        return f"{code(cases[0].name)}: {sentence(cases[0])}"
    counts = [(sum([case.status == status for case in cases]), word) for status, word in words.WORDS.items()]
    told = ", ".join([f"{count:,} {word}" for count, word in counts if count])
    return f"Networks: {told}" if told else "Networks: no difference"


def _failures(verdicts: Sequence[Verdict]) -> list[str]:
    if not verdicts:
        return []
    failed = [verdict for verdict in verdicts if verdict.failed]
    if not failed:
        many = len(verdicts)
        return [
            f"None of {many:,} conditions to fail on is met." if many > 1 else "The condition to fail on is not met."
        ]
    lines = [f"- {code(verdict.name)}: {code(words.verdict_text(verdict))}" for verdict in failed[:MOST_FAILURES]]
    more = len(failed) - len(lines)
    return ["**Fails:**", "\n".join([*lines, *([f"- … {more:,} more"] if more else [])])]


def _overview(cases: Sequence[Case]) -> str:
    """A row for each network."""
    rows = [(code(case.name), code(files(case)), *words.variant_row(case)[1:], sentence(case)) for case in cases]
    titles = ("network", "file", "parameters", "", "MACs", "", "what changed")
    return "\n".join(_table(titles, rows, (False, False, True, True, True, True, False)))


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    rule = ["---:" if end else "---" for end in right]
    return [f"| {' | '.join(row)} |" for row in (titles, rule, *rows)]


def _details(case: Case, *, alone: bool, every: bool) -> str:
    same = case.comparison is not None and case.comparison.same
    parts = [] if case.status == "broken" or same else [_figures(case)]
    folded = _findings(case) if case.status == "broken" else _changes(case, every=every)
    if not alone:
        folded, parts = [*parts, *folded], []
    if not folded:
        return "\n\n".join(parts)
    inside = "Budgets and training" if same else "Layers and weights"
    name = inside if alone else f"<code>{_html(case.name)}</code>: {_html(sentence(case))}"
    return "\n\n".join([*parts, f"<details>\n<summary>{name}</summary>", *folded, "</details>"])


def _figures(case: Case) -> str:
    titles, *rows = words.figure_rows(case)
    named = [(_label(row[0]), *row[1:]) for row in rows]
    return "\n".join(_table(titles, named, [column > 0 for column in range(len(titles))]))


def _label(label: str) -> str:
    """What a figure is called; the name of an input or output is foreign text."""
    kind, _, name = label.partition(" ")
    return f"{kind} {code(name)}" if kind in ("input", "output") and name else label


def _changes(case: Case, *, every: bool) -> list[str]:
    if case.comparison is None or case.status == "same":
        return []
    found = [*layer_lines(case.comparison, every=every), *said_lines(case.said)]
    most = len(found) if every else MOST_LINES
    rows = [(f"{SIGNS.get(line.sign, line.sign)} {line.name}", line.kind, line.what, line.place) for line in found]
    lines = aligned(rows[:most], [False] * 4) if rows else []
    if len(found) > most:
        lines.append(f"  … {len(found) - most:,} more lines")
    sections = [block(lines, "diff")] if lines else []
    if case.comparison.same:
        return sections
    sections += [line[:1].upper() + line[1:] + "." for line in words.loading(case.comparison)]
    keys = words.key_rows(case.comparison, None if every else MOST_KEYS)
    return sections + ([block(aligned(keys, [False] * 3))] if keys else [])


def _findings(case: Case) -> list[str]:
    """What is wrong with a model."""
    parts = []
    for label, findings, sources in words.mistakes(case):
        parts += [label] if label else []
        parts.append(block(render_findings(findings, sources).rstrip("\n").split("\n")))
    return parts


def _fitting(details: Sequence[str], before: Sequence[str]) -> list[str]:
    """As many of the details as a comment has room for, and how many it has not."""
    room = LONGEST - sum([len(section) + 2 for section in before])
    kept: list[str] = []
    for detail in filter(None, details):
        room -= len(detail) + 2
        if room < 0:
            break
        kept.append(detail)
    left = len([detail for detail in details if detail]) - len(kept)
    return kept + ([f"… the details of {left:,} more are left out: a comment would be too long"] if left else [])


def _html(text: str) -> str:
    text = clip(text, 4096)
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return text
