"""Edits applied to a text: everything else in it, comments and layout, stays as it is.

The edits of one finding are applied all or none; a finding whose edits touch those of an earlier one waits for the
next round, in which the text is looked at anew. Edits after which the model has more errors are not made.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.values import Edit, Finding

MOST_ROUNDS = 10
ODD_BREAKS = "\x85\u2028\u2029"
"""Line breaks to YAML that are none to an editor: a place in such a text is not certain."""


class Fixed(Record):
    """A text after its findings were mended."""

    text: str
    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]
    """What is found in the new text."""


def fix(text: str, find: Callable[[str], Sequence[Finding]]) -> Fixed:
    """Mend what can be mended for certain, until nothing is left of it; ``find`` looks at a text."""
    found = find(text)
    mended: list[Finding] = []
    refused: set[tuple[Edit, ...]] = set()
    for _ in range(MOST_ROUNDS):
        new, applied = apply(text, [one for one in found if one.edits not in refused])
        if not applied:
            break
        after = find(new)
        if _errors(after) > _errors(found):  # some of the edits were no remedy: the others are made without them
            wrong = {one.edits for one in applied if _errors(find(apply(text, [one])[0])) > _errors(found)}
            if not wrong:
                break
            refused |= wrong
            continue
        text, found = new, after
        mended += applied
    return Fixed(text, tuple(mended), tuple(found))


def _errors(found: Iterable[Finding]) -> int:
    return sum(finding.severity == "error" for finding in found)


def apply(text: str, findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    """A text with the edits of findings, and the findings whose edits were made."""
    if any(sign in text for sign in ODD_BREAKS):
        return text, []
    starts = _line_starts(text)
    ending = "\r\n" if "\r\n" in text else "\n"
    taken: list[tuple[int, int, str]] = []
    applied: list[Finding] = []
    for finding in findings:
        edits = [_offsets(edit, starts, len(text)) for edit in finding.edits]
        if not edits:
            continue
        fresh = [edit for edit in edits if edit not in taken]
        if any(_touch(edit, other) for edit in fresh for other in taken):
            continue
        taken += fresh
        applied.append(finding)
    for start, end, replacement in sorted(taken, reverse=True):
        text = text[:start] + replacement.replace("\n", ending) + text[end:]
    return text, applied


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _line_starts(text: str) -> list[int]:
    """Where each line begins, whichever of the three line ends the text has."""
    starts = [0]
    for line in StringIO(text, newline=""):
        starts.append(starts[-1] + len(line))
    return starts


def _offsets(edit: Edit, starts: list[int], length: int) -> tuple[int, int, str]:
    span = edit.span
    begin, end = (
        min(starts[line - 1] + column - 1 if line <= len(starts) else length, length)
        for line, column in ((span.line, span.column), (span.end_line, span.end_column))
    )
    return begin, end, edit.text
