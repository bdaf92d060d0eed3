"""``cnninspect schema``: the JSON Schema of model files, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from cnninspect.cli.output import emit


def schema(
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """Print the JSON Schema that completes model files.

    Print the JSON Schema of model files, for completion and checks in an editor.
    """
    from cnninspect.reports.schema import render

    emit(render(), output)
    return 0
