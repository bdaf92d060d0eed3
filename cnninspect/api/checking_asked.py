"""What a check asks of every file: a configuration and the options of one run, made ready before the first file is read."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, ModelError
from cnninspect.checks.selection import EVERYTHING, Override, Selection, unknown
from cnninspect.frontends.config import search
from cnninspect.frontends.discover import LeftOut, any_matches, below, from_here
from cnninspect.frontends.globs import meaningless
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.api.checking_baseline import Baseline
    from cnninspect.api.checking_cache import Known
    from cnninspect.api.reading import Path
    from cnninspect.frontends.budgets.elsewhere import Table
    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.frontends.config.search import Config
    from cnninspect.frontends.config.settings import Settings
    from cnninspect.frontends.config.settings import Table as Written
    from cnninspect.frontends.yaml.tree import Source

EVERY_FILE = ("**",)


class Tables(Record):
    """Limits of a configuration, and the files that they are for."""

    files: tuple[str, ...]
    table: Table


class Asked(Record):
    """What is asked of every file."""

    outside: bool = False
    """Whether models may extend files out of their folder."""
    root: str = ""
    """The folder that the patterns of the configuration start from."""
    selection: Selection = EVERYTHING
    tables: tuple[Tables, ...] = ()
    budgets: tuple[Budget, ...] = ()
    """Limits of the command line, which hold for every network."""
    config: Source | None = None
    baseline: Baseline | None = None
    known: Known | None = None
    """What is remembered of an earlier check; None where nothing is to be."""

    def of_file(self, path: str) -> tuple[Selection, list[Table]]:
        """What is asked of one file: the overrides that mean it have been chosen."""
        overrides = self.selection.overrides
        if not overrides and not self.tables:
            return self.selection, []
        known = below(path, self.root)
        chosen = [one._replace(files=EVERY_FILE) for one in overrides if any_matches(one.files, known)]
        tables = [one.table for one in self.tables if any_matches(one.files, known)]
        return self.selection._replace(overrides=tuple(chosen)), tables


def configuration(paths: Sequence[Path] = (), file: Path | None = None, *, isolated: bool = False) -> Config:
    """The configuration in a file, or the nearest one of what is to be checked; ``isolated`` takes none.

    Mistakes in it are among its findings; raises CannotRun where there is no such file.
    """
    if isolated:
        return search.nothing()
    try:
        return search.find([fspath(path) for path in paths]) if file is None else search.read(fspath(file))
    except Problem as problem:
        raise CannotRun(problem) from None


def asked(
    config: Config,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    budgets: Sequence[str] = (),
    outside: bool = False,
) -> Asked:
    """What a configuration and the options of a run ask together; raises CannotRun and ModelError for mistakes."""
    if config.findings:
        raise ModelError(config.findings)
    settings = config.settings
    tables = tuple([Tables(files, _table(written)) for files, written in _limits(settings)])
    wrong = [finding for one in tables for finding in one.table.findings]
    given = (*select, *ignore, *[pattern for _, pattern in _patterns(settings)])
    if given:
        from cnninspect.checks.lint import codes

        wrong = [*_unknown_codes(config, codes()), *wrong]
        for problem in unknown((*select, *ignore), codes()):
            raise CannotRun(problem)
    if wrong:
        raise ModelError(tuple(wrong))
    selection = Selection(
        settings.select or EVERYTHING.select,
        settings.ignore,
        settings.severity,
        tuple([Override(one.files, one.select, one.ignore, one.severity) for one in settings.overrides]),
        Override((), tuple(select), tuple(ignore)),
    )
    return Asked(outside, config.root, selection, tables, tuple([_budget(text) for text in budgets]), config.source)


def excluded(config: Config, exclude: Sequence[str]) -> list[LeftOut]:
    """What the configuration leaves out, from its folder, and an option, from the current one; raises CannotRun."""
    given = [from_here(pattern) for pattern in exclude]
    for pattern in given:
        why = meaningless(clip(pattern, 200))
        if why is not None:
            raise CannotRun(Problem("bad-setting", f"--exclude: {why[0]}", help=why[1]))
    return [LeftOut(config.settings.exclude, config.root), LeftOut(tuple(given))]


def severities(config: Config, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> dict[str, str | None]:
    """How grave a finding of each code is that can be chosen, None where it is not wanted.

    Where the configuration has overrides, as it is for the files that none of them means.
    """
    from cnninspect.checks.lint import READER
    from cnninspect.checks.rules import rules

    selection = asked(config, select=select, ignore=ignore).selection._replace(overrides=())
    usual = {**dict.fromkeys(READER, "warning"), **{rule.code: rule.severity for rule in rules().values()}}
    return {code: selection.severity(code, usual[code], "") for code in sorted(usual)}


def _limits(settings: Settings) -> Iterator[tuple[tuple[str, ...], Written]]:
    """Every table of limits with the files that it is for."""
    if settings.budgets is not None:
        yield EVERY_FILE, settings.budgets
    for override in settings.overrides:
        if override.budgets is not None:
            yield override.files, override.budgets


def _table(written: Written) -> Table:
    from cnninspect.frontends.budgets.elsewhere import Table

    return Table(dict(written.values), written.source, written.place)


def _budget(text: str) -> Budget:
    from cnninspect.frontends.budgets.elsewhere import parse_option

    try:
        return parse_option(text, "--budget")
    except Problem as problem:
        raise CannotRun(problem) from None


def _patterns(settings: Settings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every pattern of a code in a configuration with the key that it stands under."""
    for name, patterns in (("select", settings.select), ("ignore", settings.ignore)):
        yield from [((name, index), pattern) for index, pattern in enumerate(patterns)]
    yield from [(("severity", pattern), pattern) for pattern in settings.severity]
    for override in settings.overrides:
        for name, patterns in (("select", override.select), ("ignore", override.ignore)):
            yield from [((*override.keys, name, index), pattern) for index, pattern in enumerate(patterns)]
        yield from [((*override.keys, "severity", pattern), pattern) for pattern in override.severity]


def _unknown_codes(config: Config, codes: Sequence[str]) -> list[Finding]:
    """A mistake of the configuration for each code in it that no finding has."""
    found = []
    for keys, pattern in _patterns(config.settings):
        for problem in unknown([pattern], codes):
            span = config.settings.span(keys)
            found.append(Finding(problem.code, "error", problem.message, problem.notes, problem.help, span))
    return found
