"""``cnninspect evaluate``: a trained network held against labelled images."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.fetching import fetching
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.api.evaluating import Evaluation

FORMATS = ("table", "json", "csv", "markdown")
WHICH = ("best", "last")
SPLITS = ("validation", "train")
LARGEST = 2**24
Target = Annotated[str, typer.Argument(metavar="RUN", help="The folder of a run, or a checkpoint that train wrote.")]
Which = Annotated[str, typer.Option("--checkpoint", metavar="WHICH", help="Of a run: best or last.")]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")]


def evaluate(
    run: Target,
    data: Annotated[
        str | None, typer.Option(metavar="DATA", help="Other images, such as folder:PATH; the run's own by default.")
    ] = None,
    split: Annotated[str, typer.Option(metavar="SPLIT", help="validation, or train.")] = "validation",
    checkpoint: Which = "best",
    data_dir: Annotated[str | None, typer.Option(metavar="FOLDER", help="Where the files of data sets lie.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the data set where it is missing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out images that cannot be read.")] = False,
    batch: Annotated[int | None, typer.Option(metavar="N", help="Images at a time; as in training.")] = None,
    workers: Annotated[int, typer.Option(metavar="N", help="Processes that decode images.")] = 0,
    device: Device = "auto",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    color: common.Color = "auto",
    output: common.Output = None,
    plugin: common.Plugins = None,
) -> int:
    """Hold a trained network against labelled images.

    Loss, accuracy, each class, and which was taken for which. Images are prepared exactly as the checkpoint says: its
    own data score what training logged.
    """
    words = ("--format", format, FORMATS), ("--checkpoint", checkpoint, WHICH), ("--split", split, SPLITS)
    for option, word, known in (*words, ("--color", color, common.COLORS)):
        common.choose(option, word, known)
    for name, number, least in (("--batch", batch, 1), ("--workers", workers, 0)):
        if number is not None and not least <= number <= LARGEST:
            raise common.fail(f"{name} must be between {least} and {LARGEST:,}, got {number}")
    gc.enable()
    common.load_plugins(plugin)
    try:
        found = api.evaluate(
            run,
            which=checkpoint,
            data=data,
            split=split,
            data_dir=data_dir,
            download=download,
            skip_bad=skip_bad,
            batch=batch,
            workers=workers,
            device=device,
            progress=_progress if sys.stderr.isatty() else None,
            fetched=fetching,
        )
    except api.CannotRun as stopped:
        raise failed(stopped) from None
    tell(found.asked.notes)
    emit(_text(found, format, color, output), output, [found.asked.checkpoint])
    return 0


def failed(stopped: api.CannotRun) -> common.Stop:
    """Say why it could not be done; raise what it returns."""
    notes = "".join([f"\n  = note: {note}" for note in stopped.problem.notes])
    return common.fail(stopped.problem.message + notes, stopped.problem.help)


def tell(notes: tuple[str, ...]) -> None:
    """Say what has to be said of a checkpoint."""
    for note in notes:
        sys.stderr.write(f"cnninspect: {note}\n")


def _progress(done: int, images: int) -> None:
    end = "" if done < images else "\r\x1b[K"
    sys.stderr.write(f"\r\x1b[K{done:,} of {images:,} images{end}")
    sys.stderr.flush()


def _text(found: Evaluation, format: str, color: str, output: str | None) -> str:
    from cnninspect.reports import evaluation as report

    if format == "json":
        return report.evaluation_json(found)
    if format == "csv":
        return report.evaluation_csv(found)
    if format == "markdown":
        return report.evaluation_markdown(found)
    from shutil import get_terminal_size

    from cnninspect.reports.train import confusion

    here = output in (None, "-")
    width = get_terminal_size().columns if here and sys.stdout.isatty() else None
    style = report.Style(width, color=common.colored(color) and (here or color == "always"))
    pairs = confusion(found.asked.classes, found.judged.confusion, width) if found.judged.confusion else []
    return report.evaluation(found, pairs, style)
