"""``cnninspect diff``: what changed between two networks, or since a revision."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case

FORMATS = ("text", "json")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
WIDE = 100
"""The width of a terminal that does not tell its own."""


def diff(
    models: Annotated[
        list[str], typer.Argument(metavar="OLD NEW", help="Two of: a file, - for standard input, a shipped network.")
    ],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where anything differs.")] = False,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
    input: common.Inputs = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch, for costs and activations.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print one line for each network.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every layer and every key.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Show what changed between two networks.

    Show what changed between two networks: figures, layers that came, went or differ, and what a checkpoint loses and
    gains. A layer that is put in is one layer more, not a change of all that follow.
    """
    for option, word, known in (("--format", format, FORMATS), ("--color", color, common.COLORS)):
        common.choose(option, word, known)
    common.choose("--dtype", dtype, DTYPES)
    if not 1 <= batch <= 2**53:
        raise common.fail(f"--batch must be at least 1 and at most {2**53:,}, got {batch}")
    if len(models) != 2:  # noqa: PLR2004 - old and new
        raise common.fail(f"diff compares two models, got {len(models)}", "write cnninspect diff OLD NEW")
    common.refuse_second_stdin(models)
    common.load_plugins(plugin)
    sets, inputs = common.given(set, input)
    try:
        found = api.diff(
            *models, variant=variant, sets=sets, inputs=inputs, batch=batch, dtype=dtype, outside=allow_outside
        )
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    cases = [found]
    if format == "json":
        from cnninspect.reports import diff_json

        text = diff_json.render(cases, batch, dtype)
    else:
        text = _text(cases, color, output, quiet=quiet, verbose=verbose)
    emit(text, output, [source.path for one in (found.old, found.new) if one is not None for source in one.sources])
    return _code(cases, exit_code=exit_code)


def _code(cases: Sequence[Case], *, exit_code: bool) -> int:
    if any(case.status == "broken" for case in cases):
        return 1
    return int(exit_code and any(case.status != "same" for case in cases))


def _text(cases: Sequence[Case], color: str, output: str | None, *, quiet: bool, verbose: bool) -> str:
    from cnninspect.reports import diff as report

    here = output in (None, "-")
    width = _width() if here and sys.stdout.isatty() else None
    style = report.Style(width, color=common.colored(color) and (here or color == "always"), every=verbose)
    text = report.render(cases, style, brief=quiet)
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
