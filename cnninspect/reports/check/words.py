"""What every report of a check says in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.findings import count, safe
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnninspect.api.checked import Checked, Told
    from cnninspect.reports.check import View

SEVERITIES = ("error", "warning", "note")
MOST_NAMED = 8
"""Models that are named in a sentence; machine formats name all."""


def number(many: int, word: str) -> str:
    """A number with its noun: ``1 file``, ``7 files``."""
    return f"{many:,} {word}{'' if many == 1 else 's'}"


def total(checked: Checked) -> str:
    """The last line: ``2 errors, 1 warning in 7 files (31 models)``."""
    found = count([told.finding for told in checked.findings])
    return f"{found} in {number(len(checked.files), 'file')} ({number(checked.models, 'model')})"


def models_of(checked: Checked) -> dict[str, int]:
    """How many models each file has."""
    return {file.path: len(file.models) for file in checked.files}


def lines_of(checked: Checked) -> dict[tuple[str, int], str]:
    """The lines of files at which findings point."""
    files = [*checked.files, *([] if checked.lock is None else [checked.lock])]
    return {place: line for file in files for place, line in file.lines.items()}


def whose(told: Told, models: Mapping[str, int]) -> str:
    """Which models have a finding, where that is not the only one of its file; empty where it is."""
    own = models.get(told.finding.span.file, 0)
    having = len(told.models)
    if having == own or not having:
        return f"in all {own} models of the file" if own > 1 else ""
    named = ", ".join([clip(name, 60) for name in told.models[:MOST_NAMED]])
    if told.file:
        return f"in {named} of {clip(told.file, 4096)}"
    more = f" and {having - MOST_NAMED} more" if having > MOST_NAMED else ""
    return f"in {named}{more}" + (f": {having} of {own} models of the file" if having < own else "")


def sentences(told: Told, models: Mapping[str, int]) -> list[str]:
    """Everything that is said of a finding, each on a line of its own: message, notes, help, models."""
    finding = told.finding
    texts = [finding.message, *[f"note: {note}" for note in finding.notes]]
    if finding.help:
        texts.append(f"help: {finding.help}")
    where = whose(told, models)
    return [safe(text) for text in (*texts, *([where] if where else []))]


def statistics(checked: Checked) -> list[tuple[str, str, int]]:
    """How many findings each code has, the most first: the code, its worst severity, the number."""
    counts: dict[str, tuple[str, int]] = {}
    for told in checked.findings:
        finding = told.finding
        severity, known = counts.get(finding.code, (finding.severity, 0))
        counts[finding.code] = min(severity, finding.severity, key=SEVERITIES.index), known + 1
    found = [(code, severity, many) for code, (severity, many) in counts.items()]
    return sorted(found, key=lambda one: (-one[2], one[0]))


def fingerprints(checked: Checked, view: View) -> list[str]:
    """For each finding that is shown something that stays the same while lines above it come and go.

    It follows from the code, the file and the text of the line, or the message where there is no line; findings that
    agree in all that are told apart by their order.
    """
    from hashlib import sha256

    lines = lines_of(checked)
    seen: dict[str, int] = {}
    found = []
    for told in view.shown:
        span = told.finding.span
        line = lines.get((span.file, span.line), "").strip() or told.finding.message
        word = "\0".join([told.finding.code, view.place(span.file), line])
        seen[word] = seen.get(word, 0) + 1
        found.append(sha256(f"{word}\0{seen[word]}".encode("utf-8", "backslashreplace")).hexdigest())
    return found


def joined(texts: Iterable[str]) -> str:
    """JSON values as an array, one a line."""
    inside = ",\n  ".join(texts)
    return f"[\n  {inside}]" if inside else "[]"
