"""What a check says beside its report, on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked
    from cnninspect.frontends.config.search import Config
    from cnninspect.values import Finding


def tell(checked: Checked, paths: Sequence[str], *, quiet: bool, verbose: bool, mended: bool) -> None:
    """What is no finding: files that could not be read, that there was nothing to check, what was left alone."""
    say = sys.stderr.write
    for trouble in checked.troubles:
        help_ = f"  = help: {trouble.help}\n" if trouble.help else ""
        say(f"cnninspect: {trouble.message}\n{help_}")
    if not checked.files and not checked.troubles and not quiet:
        where = clip(", ".join(paths) or "the current folder", 200)
        say(f"cnninspect: there is no model in {where}; a model has layers: at its top level\n")
    if not (quiet or mended):
        _tell_fixes(checked)
    if verbose:
        from cnninspect.reports.check.words import number

        say(f"cnninspect: {number(checked.other, 'other YAML file')} left alone\n")
        if checked.links:
            say(f"cnninspect: {number(checked.links, 'link')} out of the tree not followed\n")
        _tell_margins(checked)


def _tell_fixes(checked: Checked) -> None:
    """How many findings need no hand: those of files, as standard input and shipped networks are not mended."""
    files = [file for file in checked.files if os.path.isfile(file.path)]
    many = sum(bool(told.finding.edits) for file in files for told in file.findings)
    if many:
        sys.stderr.write(f"cnninspect: --fix mends {many} of the findings\n")


def _tell_margins(checked: Checked) -> None:
    """The limits that are kept, and what is left of each."""
    kept = [
        (file.path, model.name, verdict)
        for file in checked.files
        for model in file.models
        for verdict in model.verdicts
        if verdict.passed
    ]
    if kept:
        from cnninspect.reports.check.junit import said

        for path, name, verdict in kept:
            sys.stderr.write(f"cnninspect: {clip(path, 4096)}: {clip(name)}: {clip(said(verdict), 400)}\n")


def say_config(config: Config) -> None:
    """Which configuration holds."""
    sys.stderr.write(f"cnninspect: {f'configured by {clip(config.path, 4096)}' if config.path else 'not configured'}\n")


def tell_mistakes(findings: Sequence[Finding], config: Config, color: str) -> common.Stop:
    """The mistakes of a configuration: nothing is checked by half of one."""
    from cnninspect.reports.findings import render

    sources = [] if config.source is None else [config.source]
    sys.stderr.write(render(findings, sources, color=common.colored(color, error_stream=True)))
    return common.Stop(2)
