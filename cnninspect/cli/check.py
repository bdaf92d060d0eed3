"""``cnninspect check``: every model file of a repository, and what is to be told of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import __version__, api
from cnninspect.cli import common
from cnninspect.cli.check_fixing import mend
from cnninspect.cli.check_outputs import AUTO, Output, outputs, refuse_losses, write
from cnninspect.cli.check_stdin import refuse_stdin, tell_unheld
from cnninspect.cli.check_telling import say_config, tell, tell_mistakes
from cnninspect.reports.check import FORMATS, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked
    from cnninspect.frontends.config.search import Config

MOST_JOBS = 256
LEVELS = ("error", "warning", "note")
Codes = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Findings that are wanted, such as unused.")]


def check(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Files, folders, patterns such as 'models/**/*.yaml', or -."),
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)} or auto; several, each with its -o."),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file what the --format before it says."),
    ] = None,
    fail_level: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL", help="What makes it fail: error (usual), warning or note, and all that is worse."
        ),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="First mend what can be mended for certain, in the files.")
    ] = False,
    select: Codes = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODES", help="Findings that are not wanted.")] = None,
    budget: Annotated[
        list[str] | None, typer.Option(metavar="LIMIT", help="A limit for every model, such as 'macs <= 600M'.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="A lock file: what has grown against it is an error.")
    ] = None,
    tolerance: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="How much a figure may grow against the baseline.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write the baseline anew instead of holding models against it.")
    ] = False,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Files and folders that are left out.")
    ] = None,
    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="This configuration instead of the nearest one.")
    ] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="No configuration at all.")] = False,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="What would be looked for, and how grave it is, instead.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="How many findings each code has, instead.")] = False,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", help="How many processes; as many as pay without it.")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Look at every file, changed or not.")] = False,
    color: common.Color = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what makes it fail.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what was looked at.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Check model files: whole folders of them, every variant.

    Mistakes, design rules and budgets. Without a PATH, those of cnninspect.toml, or everything below the current
    folder. Exit code 1 where anything is as bad as --fail-level, 2 where something could not be read.
    """
    for word in format or []:
        common.choose("--format", word, (*FORMATS, AUTO))
    common.choose("--color", color, common.COLORS)
    if fail_level is not None:
        common.choose("--fail-level", fail_level, LEVELS)
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise common.fail(f"--jobs must be between 1 and {MOST_JOBS}, got {jobs}")
    refuse_stdin(paths or (), fix=fix, update=update_baseline, baseline=baseline is not None)
    wanted = outputs(ctx.obj or [], format or [], output or [])
    if list_rules:
        from cnninspect.cli import check_rules

        check_rules.refuse_others(format or [])
    settled = _config(paths or [], config, color, isolated=isolated)
    common.load_plugins([*settled.settings.plugins, *(plugin or [])])
    codes = {"select": _words(select), "ignore": _words(ignore)}
    try:
        if list_rules:
            return check_rules.list_rules(api.severities(settled, **codes), wanted, [settled.path], color)
        lock = api.baseline(settled, baseline, tolerance, update=update_baseline)
        refuse_losses(wanted, settled, lock)
        unwritten = mend(paths or (), settled, exclude or (), codes, outside=allow_outside, quiet=quiet) if fix else 0
        checked = api.check(
            paths or (),
            config=settled,
            exclude=exclude or (),
            **codes,
            budgets=budget or (),
            outside=allow_outside,
            jobs=jobs,
            baseline=lock,
            cache=not no_cache,
            plugins=bool(settled.settings.plugins or plugin),
        )
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    except api.ModelError as wrong:
        raise tell_mistakes(wrong.findings, settled, color) from None
    if verbose:
        say_config(settled)
    level = fail_level or settled.settings.fail_level or "error"
    view = _view(checked, level, wanted, quiet=quiet)
    unwritten += write(checked, view, wanted, color=color, statistics=statistics)
    tell(checked, paths or [], quiet=quiet, verbose=verbose, mended=fix)
    if lock is not None and "-" in (paths or ()) and not quiet:
        tell_unheld(lock)
    if lock is not None and lock.update:
        from cnninspect.cli.check_locking import write_lock

        write_lock(lock, checked, quiet=quiet)
    return 2 if checked.troubles or unwritten else int(view.failed and not exit_zero)


def _config(paths: Sequence[str], file: str | None, color: str, *, isolated: bool) -> Config:
    if isolated and file is not None:
        raise common.fail("--config and --isolated contradict each other", "leave one of the two out")
    try:
        found = api.configuration(paths, file, isolated=isolated)
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    if found.findings:
        raise tell_mistakes(found.findings, found, color)
    return found


def _words(given: Sequence[str] | None) -> list[str]:
    """What several options and commas list."""
    return [word.strip() for text in given or [] for word in text.split(",") if word.strip()]


def _view(checked: Checked, level: str, wanted: Sequence[Output], *, quiet: bool) -> View:
    failing = LEVELS[: LEVELS.index(level) + 1]
    shown = [told for told in checked.findings if not quiet or told.finding.severity in failing]
    places = api.places(checked) if any(one.format in ("github", "sarif", "gitlab", "junit") for one in wanted) else {}
    guarded = any(os.environ.get(name) for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"))
    return View(
        tuple(shown), failing, api.fails(checked, level), places, last=not quiet, guarded=guarded, version=__version__
    )
