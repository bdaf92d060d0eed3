"""What ``cnninspect summary`` prints: the options as one wish, and the reports that fulfil it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import Summary
    from cnninspect.frontends.devices import Device
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.reports.lines import Line

WIDE = 140
"""The width of a table in colour that no terminal asked for."""


class Wish(Record):
    """What the options ask for."""

    format: str
    depth: int | None
    columns: tuple[str, ...] | None
    sort: str | None
    top: int | None
    totals_only: bool
    units: str
    batch: int
    dtype: str
    counted: str
    """Whose count of parameters is shown."""
    color: bool
    drawn: bool
    """Whether the table is drawn for a terminal."""
    quiet: bool
    verbose: bool
    flops_as: str | None = None
    why: str | None = None
    """Whose total is taken apart, in place of the table."""
    device: Device | None = None
    """For which times are estimated."""
    color_aside: bool = False
    """Whether what is said on standard error is coloured."""

    @property
    def insight(self) -> bool:
        """Whether anything that is shown needs more than each layer's own costs."""
        from cnninspect.reports.columns import INSIGHT

        if self.why is not None:
            return False
        wanted = (*(self.columns or ()), self.sort)
        return self.format == "json" or self.drawn or self.verbose or any(name in INSIGHT for name in wanted)


class Reporter:
    """Reports on models one after another, and what to tell about their findings."""

    def __init__(self, wish: Wish, models: Sequence[str], loaded: Sequence[Loaded], *, several: bool) -> None:
        from cnninspect import api

        self.wish = wish
        self.models = models
        self.loaded = loaded
        self.several = several
        """Whether more than one was asked for, whatever could be read of them."""
        self.summaries: list[Summary | None] = [
            None
            if one.graph is None
            else api.summarize(
                one.graph,
                batch=wish.batch,
                dtype=wish.dtype,
                count=wish.counted,
                insight=wish.insight,
                flops_as=wish.why or wish.flops_as,
                device=wish.device,
            )
            for one in loaded
        ]

    def run(self, output: str | None) -> int:
        """Print everything; the exit code."""
        emit(self._report(output), output, [source.path for one in self.loaded for source in one.sources])
        failed = any(common.has_errors(one) for one in self.loaded)
        if self.wish.format != "json":
            self._tell_findings(below=output in (None, "-"))
        return 1 if failed else 0

    def _tell_findings(self, *, below: bool) -> None:
        """Findings of broken models below the table; warnings, and whatever would mix with data, to stderr."""
        for one in self.loaded:
            if not one.findings or (self.wish.quiet and not common.has_errors(one)):
                continue
            from cnninspect.reports.findings import render

            aside = self.wish.format != "table" or not common.has_errors(one)
            stream = sys.stderr if aside else sys.stdout
            text = render(one.findings, one.sources, color=self.wish.color_aside if aside else self.wish.color)
            stream.write(f"\n{text}" if below and not aside and one.graph is not None else text)

    def _report(self, output: str | None) -> str:
        if self.wish.why is not None:
            return self._shown(self._why())
        write = {"table": self._tables, "json": self._json, "markdown": self._markdown}.get(
            self.wish.format, self._delimited
        )
        text = write()
        return self._shown(text) if self.wish.format == "table" and output is None else text

    def _shown(self, text: str) -> str:
        """What this terminal can show of it."""
        if (sys.stdout.encoding or "").lower().startswith("utf"):
            return text
        from cnninspect.reports.table import ASCII

        return text.translate(ASCII)

    def _why(self) -> str:
        from cnninspect.reports import peers

        wish = self.wish
        known = [(one.graph.name, one.peer) for one in self.summaries if one is not None]
        found = [(name, peer) for name, peer in known if peer is not None]
        if wish.format == "json":
            from cnninspect.reports.json import value

            documents = [peers.as_json(peer, name, wish.batch) for name, peer in found]
            if self.several or not documents:
                return value({"schema": peers.SCHEMAS, "models": documents}) + "\n"
            return value(documents[0]) + "\n"
        width = _width() if wish.drawn else None
        return "\n".join([peers.render(peer, name, width=width, color=wish.color) for name, peer in found])

    def _lines(self, summary: Summary, *, tree: bool = False) -> tuple[list[Line], int]:
        """The lines to show, and how many are not."""
        from cnninspect.reports.columns import ordered
        from cnninspect.reports.lines import flat, nested

        wish = self.wish
        if wish.totals_only:
            return [], 0
        if wish.sort is None and wish.top is None:
            return (nested if tree else flat)(summary, wish.depth), 0
        lines = ordered(flat(summary, wish.depth), summary, wish.sort or "macs")
        return lines[: wish.top], max(0, len(lines) - (wish.top or len(lines)))

    def _tables(self) -> str:
        known = [summary for summary in self.summaries if summary is not None]
        if self.wish.totals_only and len(known) > 1:
            from cnninspect.reports import compare

            width, times = (_width(), " × ") if self.wish.drawn else (None, "x")
            return compare.render(known, units=self.wish.units, times=times, width=width)
        return "\n".join([self._table(summary) for summary in self.summaries if summary is not None])

    def _table(self, summary: Summary) -> str:
        wish = self.wish
        lines, hidden = self._lines(summary, tree=wish.drawn)
        notes, shown = not wish.quiet, not wish.totals_only
        if not wish.drawn:
            from cnninspect.reports import plain
            from cnninspect.reports.columns import PLAIN, VERBOSE

            names = wish.columns or (*PLAIN, *[name for name in VERBOSE if wish.verbose])
            return plain.render(summary, lines, names, units=wish.units, hidden=hidden, table=shown, notes=notes)
        from cnninspect.reports import table
        from cnninspect.reports.columns import VERBOSE

        return table.render(
            summary,
            lines,
            width=_width(),
            color=wish.color,
            columns=wish.columns,
            more=VERBOSE if wish.verbose else (),
            units=wish.units,
            hidden=hidden,
            table=shown,
            notes=notes,
        )

    def _json(self) -> str:
        from cnninspect.reports import json

        wish = self.wish
        documents = []
        for model, one, summary in zip(self.models, self.loaded, self.summaries, strict=True):
            if summary is None:
                keras = wish.counted == "keras"
                documents.append(json.render_broken(model, wish.batch, wish.dtype, one.findings, keras=keras))
            else:
                documents.append(json.render(summary, one.findings, table=not wish.totals_only))
        return json.render_several(documents) if self.several else documents[0]

    def _delimited(self) -> str:
        from cnninspect.reports import delimited

        wish = self.wish
        separator = "," if wish.format == "csv" else "\t"
        several = self.several
        names = [
            summary.graph.name if summary else model for model, summary in zip(self.models, self.summaries, strict=True)
        ]
        if wish.totals_only:
            return delimited.render_totals(list(zip(names, self.summaries, strict=True)), separator=separator)
        columns = wish.columns or (*delimited.COLUMNS_OF_CSV, *(("options", "source") if wish.verbose else ()))
        texts = [delimited.header_only(columns, separator=separator, model=several)]
        for name, summary in zip(names, self.summaries, strict=True):
            if summary is not None:
                model = name if several else None
                lines, _ = self._lines(summary)
                texts.append(delimited.render(summary, lines, columns, separator=separator, model=model, header=False))
        return "".join(texts)

    def _markdown(self) -> str:
        from cnninspect.reports.columns import VERBOSE
        from cnninspect.reports.delimited import COLUMNS_OF_MARKDOWN, markdown

        wish = self.wish
        names = wish.columns or (*COLUMNS_OF_MARKDOWN, *[name for name in VERBOSE if wish.verbose])
        texts = []
        for summary in self.summaries:
            if summary is not None:
                lines, hidden = self._lines(summary)
                options = {"hidden": hidden, "table": not wish.totals_only, "notes": not wish.quiet}
                texts.append(markdown(summary, lines, names, units=wish.units, **options))  # type: ignore[arg-type]
        return "\n".join(texts)


def _width() -> int:
    """How many columns the terminal has."""
    import os

    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told[:6]) > 0:
        return int(told[:6])
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDE
    except (OSError, ValueError):
        return WIDE


def read_device(name: str, color: str) -> Device:
    """The device of a name or file; its mistakes are told and nothing is run."""
    from cnninspect import api

    try:
        found = api.read_device(name)
    except api.CannotRun as error:
        raise common.fail(error.problem.message, error.problem.help) from None
    if found.device is None:
        from cnninspect.reports.findings import render

        sys.stderr.write(render(found.findings, found.sources, color=common.colored(color, error_stream=True)))
        raise common.Stop(2)
    return found.device
