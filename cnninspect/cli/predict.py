"""``cnninspect predict``: what a trained network takes pictures for."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.evaluate import WHICH, Device, Target, Which, failed, tell
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.api.evaluating import Predictions

FORMATS = ("table", "json", "csv")
LARGEST = 2**24


def predict(
    run: Target,
    pictures: Annotated[list[str], typer.Argument(metavar="IMAGE...", help="Pictures, or folders of pictures.")],
    top: Annotated[int, typer.Option(metavar="K", help="How many classes of each.")] = 5,
    checkpoint: Which = "best",
    device: Device = "auto",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or csv.")] = "table",
    color: common.Color = "auto",
    output: common.Output = None,
    plugin: common.Plugins = None,
) -> int:
    """Tell what a trained network takes pictures for.

    The likeliest classes by name. Pictures are prepared exactly as the checkpoint says. Exit code 2 where one of them
    cannot be read; the others are told all the same.
    """
    words = ("--format", format, FORMATS), ("--checkpoint", checkpoint, WHICH), ("--color", color, common.COLORS)
    for option, word, known in words:
        common.choose(option, word, known)
    if not 1 <= top <= LARGEST:
        raise common.fail(f"--top must be between 1 and {LARGEST:,}, got {top}")
    gc.enable()
    common.load_plugins(plugin)
    try:
        found = api.predict(run, pictures, which=checkpoint, top=top, device=device)
    except api.CannotRun as stopped:
        raise failed(stopped) from None
    tell(found.asked.notes)
    emit(_text(found, format, color, output), output, [found.asked.checkpoint, *[one.path for one in found.pictures]])
    bad = [one.problem for one in found.pictures if one.problem is not None]
    for problem in bad:
        common.fail(problem.message, problem.help)
    return 2 if bad else 0


def _text(found: Predictions, format: str, color: str, output: str | None) -> str:
    from cnninspect.reports import evaluation as report

    if format == "json":
        return report.predictions_json(found)
    if format == "csv":
        return report.predictions_csv(found)
    here = output in (None, "-")
    return report.predictions(found, report.Style(color=common.colored(color) and (here or color == "always")))
