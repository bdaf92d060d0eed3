"""``cnninspect runs``: trainings listed and compared, with their curves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, drawing
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.reports.runs_words import Drawn
    from cnninspect.training.reading import Run

FORMATS = ("table", "json", "csv", "markdown")
SORTS = ("path", "begun", "accuracy", "loss", "time")
MEASURES = ("accuracy", "loss", "train_accuracy", "train_loss", "lr", "images_per_second")
BY = ("epoch", "step", "seconds")
PIPE = (80, 24)


def runs(
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="FOLDER...", help="Runs, or folders with runs below; runs by default.")
    ] = None,
    curve: Annotated[
        str | None, typer.Option(metavar="MEASURE", help=f"What is drawn: {', '.join(MEASURES)}, none.")
    ] = None,
    by: Annotated[str, typer.Option(metavar="WHAT", help="What is drawn against: epoch, step or seconds.")] = "epoch",
    log: Annotated[bool, typer.Option("--log", help="Draw by powers of ten.")] = False,
    plot: Annotated[str | None, typer.Option(metavar="FILE", help="Write the curves as .svg or .png.")] = None,
    sort: Annotated[str, typer.Option(metavar="BY", help="path, begun, accuracy, loss or time.")] = "path",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tables only, no curves.")] = False,
) -> int:
    """List and compare trainings.

    List the runs that train has left: how each stands and what it has reached, where their recipes differ, and their
    curves. One run alone is shown from epoch to epoch. Needs no torch, and disturbs no training.
    """
    words = ("--format", format, FORMATS), ("--sort", sort, SORTS), ("--by", by, BY), ("--color", color, common.COLORS)
    for option, word, known in words:
        common.choose(option, word, known)
    if curve is not None:
        common.choose("--curve", curve, (*MEASURES, "none"))
    drawing.check(plot, output)
    try:
        found = api.runs(folders or ())
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    from cnninspect.reports import runs_words as report

    found = report.ordered(found, sort)
    drawn = report.Drawn(found, None if curve == "none" else curve, by, log=log)
    if plot is not None:
        if not drawn.curves:
            raise common.fail(f"no run has anything to draw in '{clip(plot)}'", f"--curve takes {', '.join(MEASURES)}")
        from cnninspect.reports.runs_plot import drawing as draw

        emit(drawing.drawn(plot, draw(drawn)), plot)
    shown = not quiet and plot is None and curve != "none"
    emit(_text(found, drawn, format, color, output, shown=shown), output)
    return 0


def _text(found: Sequence[Run], drawn: Drawn, format: str, color: str, output: str | None, *, shown: bool) -> str:
    if format in ("json", "csv"):
        from cnninspect.reports import runs_json

        return runs_json.json(found) if format == "json" else runs_json.csv(found)
    from cnninspect.reports import runs as report

    if format == "markdown":
        return report.markdown(found)
    here = output in (None, "-")
    terminal = here and sys.stdout.isatty()
    width, height = _size()
    style = report.Style(
        width if terminal else None,
        height if terminal else PIPE[1],
        color=common.colored(color) and (here or color == "always"),
        unicode=not here or (sys.stdout.encoding or "").lower().startswith("utf"),
    )
    return report.render(found, drawn.measure, drawn if shown else None, style)


def _size() -> tuple[int, int]:
    from shutil import get_terminal_size

    return get_terminal_size(PIPE)
