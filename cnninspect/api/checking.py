"""Check model files: every network in every file, and what is to be told of it."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api import checking_extends
from cnninspect.api.checked import Checked, merged
from cnninspect.api.checking_asked import asked, excluded
from cnninspect.api.checking_pool import check_all
from cnninspect.frontends.config import search
from cnninspect.frontends.discover import below, discover, would_meet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checking_asked import Asked
    from cnninspect.api.checking_baseline import Baseline
    from cnninspect.api.checking_file import Outcome
    from cnninspect.api.reading import Path
    from cnninspect.frontends.config.search import Config
    from cnninspect.frontends.discover import Discovered


def check(  # noqa: PLR0913 - what a caller may ask of a check, by keyword
    paths: Sequence[Path] = (),
    *,
    config: Config | None = None,
    exclude: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    budgets: Sequence[str] = (),
    outside: bool = False,
    jobs: int | None = None,
    baseline: Baseline | None = None,
    cache: bool = False,
    plugins: bool = False,
) -> Checked:
    """Check files, folders and patterns of files; what cannot be read is among the troubles.

    Without paths those of the configuration, or the current folder. ``jobs`` is how many processes look at them, None
    for as many as pay; it changes nothing of what is found. With ``cache`` what has not changed since an earlier check
    is not looked at again, unless ``plugins`` have been loaded, of which nobody knows whether they have. Raises CannotRun for an option, ModelError for a
    configuration that is mistaken.
    """
    config = config or search.nothing()
    wanted = asked(config, select=select, ignore=ignore, budgets=budgets, outside=outside)
    wanted = wanted._replace(baseline=baseline)
    written = [] if paths else search.below_root(config, config.settings.paths)
    given = [fspath(path) for path in paths] or written or ["."]
    left_out = excluded(config, exclude)
    found = discover(given, left_out)
    checked = _sourced(collected(found, _outcomes(found, wanted, jobs, cache=cache, plugins=plugins)), written, config)
    if baseline is None:
        return checked
    from cnninspect.api.checking_unchecked import lock_file

    lock = lock_file(baseline, checked, found, lambda file: would_meet(file, given, left_out))
    return checked if lock is None else checked._replace(findings=(*checked.findings, *lock.findings), lock=lock)


def _outcomes(found: Discovered, wanted: Asked, jobs: int | None, *, cache: bool, plugins: bool) -> list[Outcome]:
    """What becomes of each file, remembered or found out."""
    if cache:
        from cnninspect.api import checking_cache

        kept = checking_cache.find(wanted, len(found.candidates), plugins=plugins)
        if kept is not None:
            outcomes = check_all(found.candidates, wanted._replace(known=kept.known), jobs)
            kept.keep([candidate.path for candidate in found.candidates], outcomes)
            return outcomes
    return check_all(found.candidates, wanted, jobs)


def _sourced(checked: Checked, written: Sequence[str], config: Config) -> Checked:
    """The same, of a path that the configuration names and nothing is found at, where it stands."""
    why = f"paths in {config.path} names it"
    told = [
        one._replace(help=why) if one.code == "file-not-found" and one.path in written else one
        for one in checked.troubles
    ]
    return checked._replace(troubles=tuple(told))


def collected(found: Discovered, outcomes: Sequence[Outcome]) -> Checked:
    """One result of what became of each file, in the order in which they were found."""
    troubles = list(found.troubles)
    other = 0
    for outcome in outcomes:
        if outcome.trouble is not None:
            troubles.append(outcome.trouble)
        elif outcome.file is None:
            other += 1
    files = checking_extends.files(outcomes)
    findings = merged([told for file in files for told in file.findings])
    return Checked(tuple(files), findings, tuple(troubles), other, found.links)


def places(checked: Checked) -> dict[str, str]:
    """For each file that is spoken of its path from the root of the repository, as services of CI want it."""
    root = search.repository()
    names = {file.path for file in checked.files} | {told.finding.span.file for told in checked.findings}
    names |= {trouble.path for trouble in checked.troubles}
    names |= {edit.span.file for told in checked.findings for edit in told.finding.edits}
    return {name: below(name, root) for name in names}
