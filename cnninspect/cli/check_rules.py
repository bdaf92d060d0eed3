"""``cnninspect check --list-rules``: what is looked for, in the formats that can say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.cli.check_outputs import AUTO
from cnninspect.cli.output import emit_each
from cnninspect.reports.check import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.cli.check_outputs import Output

FORMATS = ("text", "json")


def refuse_others(formats: Sequence[str]) -> None:
    """Refuse formats that are about findings."""
    for word in formats:
        if word not in (*FORMATS, AUTO):
            raise common.fail(f"--list-rules is told as {' or '.join(FORMATS)}, not as {word}", "leave out --format")


def list_rules(
    severities: Mapping[str, str | None], wanted: Sequence[Output], sources: Sequence[str | None], color: str
) -> int:
    """Print the rules, each format to where it goes; the exit code."""
    reports = []
    for one in wanted:
        here = one.file in (None, "-")
        painted = common.colored(color) and (here or color == "always")
        told = rules.json(severities) if one.format == "json" else rules.render(severities, color=painted)
        reports.append((told, one.file))
    return 2 if emit_each(reports, sources) else 0
