"""``cnninspect expand``: a network as flat YAML that means the same."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip


def expand(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    variant: common.Variant = None,
    set: common.Sets = None,
    input: common.Inputs = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the model to a file.")
    ] = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Print a network as flat YAML that means the same.

    Print a network as flat YAML: no blocks, repeats or expressions, every layer with its full name; its budgets and
    its training section stand below.
    """
    common.load_plugins(plugin)
    loaded = common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)
    failed = common.has_errors(loaded) or loaded.graph is None
    if loaded.findings:
        from cnninspect.reports.findings import render as findings_text

        stream = sys.stdout if failed else sys.stderr
        stream.write(
            findings_text(loaded.findings, loaded.sources, color=common.colored("auto", error_stream=not failed))
        )
    if failed or loaded.graph is None:
        return 1
    from cnninspect.reports.expand import CannotExpand, document

    try:
        text, left = document(loaded)
    except CannotExpand as reason:
        raise common.fail(f"cannot write '{clip(model)}' as a flat file: {reason}") from None
    for budget in left:
        sys.stderr.write(f"note: left out is the budget '{clip(budget.title)}': a flat file has no such part\n")
    emit(text, output, [source.path for source in loaded.sources])
    return 0
