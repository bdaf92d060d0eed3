"""``cnninspect diff``: what changed between two networks, or since a revision."""

from __future__ import annotations

from typing import Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.check_outputs import AUTO, outputs

FORMATS = ("text", "json", "markdown", "github", "sarif", "junit", "gitlab")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
LARGEST = 2**53


def diff(
    ctx: typer.Context,
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="OLD NEW", help="Two of: a file, -, a shipped network. With --git: where to look."),
    ] = None,
    git: Annotated[
        str | None,
        typer.Option(metavar="BASE", help="Compare the model files that changed since the merge base with BASE."),
    ] = None,
    merge_base: Annotated[
        bool, typer.Option("--merge-base/--no-merge-base", help="As a pull request has it, or with BASE itself.")
    ] = True,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help="Exit with 1 where this is so, such as 'parameters > +1%'."),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where anything differs.")] = False,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)} or auto; several, each with its -o."),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file what the --format before it says."),
    ] = None,
    input: common.Inputs = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch, for costs and activations.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print one line for each network.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every layer, key and variant.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Show what changed between two networks, or since a revision.

    Figures, layers that came, went or differ, and what a checkpoint loses and gains. With --git every model file
    that changed in this repository, each variant of it.
    """
    for word in format or []:
        common.choose("--format", word, (*FORMATS, AUTO))
    common.choose("--color", color, common.COLORS)
    common.choose("--dtype", dtype, DTYPES)
    if not 1 <= batch <= LARGEST:
        raise common.fail(f"--batch must be {'at least 1' if batch < 1 else f'at most {LARGEST:,}'}, got {batch}")
    if git is None and len(models or []) != 2:  # noqa: PLR2004 - old and new
        advice = "write cnninspect diff OLD NEW, or cnninspect diff --git main for what changed since a revision"
        raise common.fail(f"diff compares two models, got {len(models or [])}", advice)
    if git is None and not merge_base:
        raise common.fail("--no-merge-base is about --git BASE", "leave it out, or name a revision")
    if git is None:
        common.refuse_second_stdin(models or [])
    common.load_plugins(plugin)
    sets, inputs = common.given(set, input)
    from cnninspect.cli.diffing import Reporter, Wish

    asked = {
        "variant": variant,
        "sets": sets,
        "inputs": inputs,
        "batch": batch,
        "dtype": dtype,
        "outside": allow_outside,
    }
    try:
        limits = api.parse_limits(fail_on or [])
        since = None if git is None else api.diff_git(git, models or [], merge_base=merge_base, **asked)  # type: ignore[arg-type]
        cases = [api.diff(*(models or []), **asked)] if since is None else list(since.cases)  # type: ignore[arg-type]
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    wish = Wish(outputs(ctx.obj or [], format or [], output or []), batch, dtype, color, quiet, verbose, exit_code)
    return Reporter(wish, cases, api.verdicts(cases, limits), since).run()
