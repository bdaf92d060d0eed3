"""``cnninspect explain``: a layer, a block, a word of the language or the code of a finding."""

from __future__ import annotations

from typing import Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip


def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A layer, a block, a word of the language, or a code.")],
    color: Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")] = "auto",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """Explain a layer, a word or an error code.

    Explain a layer with its options, a word of the language, or what a finding means and how to mend it.
    """
    common.choose("--color", color, common.COLORS)
    from cnninspect.reports import explain as report

    text = report.explain(name, color=common.colored(color) and output in (None, "-"))
    if text is None:
        raise common.fail(f"there is nothing called '{clip(name)}' to explain", report.hint(name))
    emit(text, output)
    return 0
