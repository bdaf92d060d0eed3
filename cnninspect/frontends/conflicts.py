"""Conflicts that git could not merge and a person has left in a text: no parser can tell what they are."""

from __future__ import annotations

BEGINS = "<<<<<<< "
ENDS = ">>>>>>> "
LEFT = "git could not merge what begins here"
REMEDY = "keep what is meant of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"


def conflicts(text: str) -> list[tuple[int, str]]:
    """The number and the text of each line that begins a conflict, where the text has the end of one as well."""
    if BEGINS not in text or f"\n{ENDS}" not in text:
        return []
    lines = text.split("\n")
    return [(number, line) for number, line in enumerate(lines, 1) if line.startswith(BEGINS)]
