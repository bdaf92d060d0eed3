"""What ``cnninspect diff`` prints, and its exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.cli.check_outputs import add_to_summary, in_github
from cnninspect.cli.output import emit_each
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.changed import Since
    from cnninspect.api.diffing import Case
    from cnninspect.cli.check_outputs import Output
    from cnninspect.comparing.limits import Verdict

WIDE = 100
"""The width of a terminal that does not tell its own."""


class Wish(Record):
    """What the options ask for."""

    outputs: Sequence[Output]
    batch: int
    dtype: str
    color: str
    quiet: bool
    verbose: bool
    exit_code: bool


class Reporter:
    """Reports on networks then and now."""

    def __init__(self, wish: Wish, cases: Sequence[Case], verdicts: Sequence[Verdict], since: Since | None) -> None:
        self.wish = wish
        self.cases = cases
        self.verdicts = verdicts
        self.since = since

    def run(self) -> int:
        """Print everything, each format to where it goes; the exit code."""
        loaded = [one for case in self.cases for one in (case.old, case.new) if one is not None]
        models = [source.path for one in loaded for source in one.sources]
        unwritten = emit_each([(self._text(one), one.file) for one in self.wish.outputs], models)
        if in_github() and any(one.format == "github" for one in self.wish.outputs):
            add_to_summary(self._markdown())
        return 2 if unwritten else self._code()

    def _code(self) -> int:
        """1 for a broken model, a condition that is met, or any difference where that was asked for.

        A model that was broken in the revision and is mended now fails nothing.
        """
        sides = [case.new if self.since is not None else one for case in self.cases for one in (case.old, case.new)]
        if any(one is not None and common.has_errors(one) for one in sides):
            return 1
        if any(verdict.failed for verdict in self.verdicts):
            return 1
        return int(self.wish.exit_code and any(case.status != "same" for case in self.cases))

    def _text(self, wanted: Output) -> str:
        wish = self.wish
        if wanted.format == "json":
            from cnninspect.reports import diff_json

            return diff_json.render(self.cases, wish.batch, wish.dtype, self.verdicts, self.since)
        if wanted.format == "markdown":
            return self._markdown()
        return self._plain(wanted) if wanted.format == "text" else self._findings(wanted.format)

    def _markdown(self) -> str:
        from cnninspect.reports import diff_markdown

        return diff_markdown.render(self.cases, self.verdicts, self.since, every=self.wish.verbose)

    def _findings(self, format: str) -> str:
        """What fails and what is looser, as services want it that know files, lines and messages."""
        from cnninspect import __version__, api
        from cnninspect.reports.check import View, render

        checked = api.as_checked(self.cases, self.verdicts, since=self.since is not None)
        view = View(
            checked.findings,
            ("error",),
            api.fails(checked, "error"),
            api.places(checked),
            guarded=True,
            version=__version__,
        )
        return render(format, checked, view)

    def _plain(self, wanted: Output) -> str:
        from cnninspect.reports import diff as report

        wish = self.wish
        here = wanted.file in (None, "-")
        width = _width() if here and sys.stdout.isatty() else None
        color = common.colored(wish.color) and (here or wish.color == "always")
        style = report.Style(width, color=color, every=wish.verbose)
        text = report.render(self.cases, style, verdicts=self.verdicts, since=self.since, brief=wish.quiet)
        unicode = not here or (sys.stdout.encoding or "").lower().startswith("utf")
        return text if unicode else text.translate(report.ASCII)


def _width() -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told[:6]) > 0:
        return int(told[:6])
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDE
    except (OSError, ValueError):
        return WIDE
