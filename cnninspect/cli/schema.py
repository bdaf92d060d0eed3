"""``cnninspect schema``: the JSON Schema of model files, for editors."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cnninspect.cli.output import emit
from cnninspect.values import clip


def schema(
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """Print the JSON Schema that completes model files.

    Print the JSON Schema of model files, for completion and checks in an editor. An editor with the YAML language
    server uses it in every file that begins with the line that -o names.
    """
    from cnninspect.reports.schema import MODELINE, render

    emit(render(), output)
    if output not in (None, "-"):
        sys.stderr.write(f"first line of a model beside it: {MODELINE}{clip(os.path.basename(output or ''), 200)}\n")
    return 0
