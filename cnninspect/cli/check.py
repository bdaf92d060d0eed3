"""``cnninspect check``: every model file of a repository, and what is to be told of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked, Told

FORMATS = ("text", "json")
LEVELS = ("error", "warning", "note")


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files, folders, patterns such as 'models/**/*.yaml', or -."),
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
    fail_level: Annotated[
        str, typer.Option(metavar="LEVEL", help="What makes it fail: error, warning or note, and all that is worse.")
    ] = "error",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Files and folders that are left out.")
    ] = None,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what makes it fail.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what was looked at.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Check model files: whole folders of them, every variant.

    Without a PATH, everything below the current folder. Exit code 1 where anything is as bad as --fail-level, 2 where
    something could not be read.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    common.choose("--fail-level", fail_level, LEVELS)
    common.load_plugins(plugin)
    wanted = paths or ["."]
    checked = api.check(wanted, exclude=exclude or [], outside=allow_outside)
    shown = [told for told in checked.findings if not quiet or told.finding.severity in _as_bad_as(fail_level)]
    failed = api.fails(checked, fail_level)
    here = output in (None, "-")
    text = _report(format, checked, shown, failed=failed, color=common.colored(color) and here, last=not quiet)
    emit(text, output, [file.path for file in checked.files])
    _tell(checked, wanted, quiet=quiet, verbose=verbose)
    if checked.troubles:
        return 2
    return int(failed and not exit_zero)


def _as_bad_as(level: str) -> tuple[str, ...]:
    return LEVELS[: LEVELS.index(level) + 1]


def _report(format: str, checked: Checked, shown: Sequence[Told], *, failed: bool, color: bool, last: bool) -> str:
    if format == "json":
        from cnninspect.reports import check_json

        return check_json.render(checked, shown, failed=failed)
    from cnninspect.reports import check_text

    return check_text.render(checked, shown, color=color, last=last)


def _tell(checked: Checked, wanted: Sequence[str], *, quiet: bool, verbose: bool) -> None:
    """What is no finding: files that could not be read, and that nothing was found to check."""
    say = sys.stderr.write
    for trouble in checked.troubles:
        help_ = f"  = help: {trouble.problem.help}\n" if trouble.problem.help else ""
        say(f"cnninspect: {trouble.problem.message}\n{help_}")
    if not checked.files and not checked.troubles and not quiet:
        from cnninspect.values import clip

        say(f"cnninspect: there is no model in {clip(', '.join(wanted), 200)}; a model has layers: at its top level\n")
    if verbose:
        from cnninspect.reports.check_words import number

        say(f"cnninspect: {number(checked.other, 'other YAML file')} left alone\n")
        if checked.links:
            say(f"cnninspect: {number(checked.links, 'link')} out of the tree not followed\n")
