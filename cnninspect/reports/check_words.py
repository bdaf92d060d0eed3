"""What every report of a check says in the same words: the last line, and which models have a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.findings import count
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked, Told

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


def whose(told: Told, models: dict[str, int]) -> str:
    """Which models have a finding, where that is not the only one of its file; empty where it is."""
    own = models.get(told.finding.span.file, 0)
    if len(told.models) == own:
        return f"in all {own} models of the file" if own > 1 else ""
    if own == 0 and len(told.models) == 1:
        return f"in {clip(told.models[0], 60)}"
    named = [clip(name, 60) for name in told.models[:MOST_NAMED]]
    more = len(told.models) - len(named)
    listed = ", ".join(named) + (f" and {more} more" if more else "")
    return (
        f"in {listed}: {len(told.models)} of {own} models of the file" if 0 < len(told.models) < own else f"in {listed}"
    )
