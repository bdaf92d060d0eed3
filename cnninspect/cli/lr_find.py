"""``cnninspect lr-find``: how the loss answers to the learning rate."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, drawing, recipe_options
from cnninspect.cli.fetching import fetching
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.training.finding import Found

FORMATS = ("text", "json")
MOST = 100_000
PIPE = 100, 24
"""Columns and rows where there is no terminal."""

IDLE = (
    *("epochs", "lr", "ema", "schedule", "warmup", "milestones", "factor", "final", "strategy", "sync_batch_norm"),
    *("monitor", "patience", "keep", "every_epochs", "every_steps"),
)
"""Options of a recipe that have no part in it: rates are the command's own, one process runs, nothing is kept."""


@recipe_options.with_recipe(idle=IDLE)
def lr_find(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")
    ] = None,
    first: Annotated[float, typer.Option(metavar="X", help="The lowest rate.")] = 1e-6,
    last: Annotated[float, typer.Option(metavar="X", help="The highest rate.")] = 10.0,
    steps: Annotated[int, typer.Option(metavar="N", help="How many rates are tried, a step at each.")] = 100,
    plot: Annotated[str | None, typer.Option(metavar="FILE", help="Draw the curve as .svg or .png.")] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
    recipe: recipe_options.RecipeFile = None,
    training: recipe_options.Pairs = None,
    data_dir: recipe_options.DataDir = None,
    download: recipe_options.Download = False,
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
    **options: object,
) -> int:
    """Find a learning rate: draw the loss against it.

    One step is taken at each of many rates. The network, the images and all else are as train has them with the same
    options; nothing is kept. Options of train about epochs, schedules and checkpoints are taken and change nothing.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    drawing.check(plot, output)
    if not 0 < first < last <= 1e6:  # noqa: PLR2004
        message = f"--first and --last need 0 < first < last, got {first:g} and {last:g}"
        raise common.fail(message, "for example --first 1e-6 --last 10")
    if not 2 <= steps <= MOST:  # noqa: PLR2004
        raise common.fail(f"--steps must be between 2 and {MOST:,}, got {steps}")
    gc.enable()
    try:
        common.load_plugins(plugin)
        sets, inputs = common.given(set, input)
        wish = api.TrainWish(
            model=model,
            recipe=recipe,
            options=recipe_options.given(options, training or []),
            data_dir=data_dir,
            download=download,
            variant=variant,
            sets=sets,
            inputs=inputs,
            outside=allow_outside,
            fetched=fetching,
        )
        plan = api.plan_training(wish)
        found = api.find_planned_rate(plan, first=first, last=last, steps=steps, told=_told)
    except (api.CannotRun, api.ModelError) as error:
        return recipe_options.failed(error)
    finally:
        _told(0, 0)
    _report(
        found, plan.graph.name, plot, format, color, output, [*[source.path for source in plan.loaded.sources], recipe]
    )
    return 130 if found.ended == "signal" else int(found.least is None)


def _told(step: int, steps: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{step}/{steps} rates" if steps else "\r\x1b[K")
        sys.stderr.flush()


def _report(
    found: Found,
    name: str,
    plot: str | None,
    format: str,
    color: str,
    output: str | None,
    sources: Sequence[str | None],
) -> None:
    from cnninspect.reports import train_proof as report

    if plot is not None:
        from cnninspect.reports.runs_plot import drawing as draw

        emit(drawing.drawn(plot, draw(report.Sweep(found, name))), plot, sources)
    if format == "json":
        emit(report.rates_json(found, name), output, sources)
        return
    here = output in (None, "-") and sys.stdout.isatty()
    text = report.rates(found, _size()[0] if here else None)
    if found.tried and plot is None:
        text = _curve(found, name, color, output) + "\n" + text
    emit(text, output, sources)


def _curve(found: Found, name: str, color: str, output: str | None) -> str:
    from cnninspect.reports import runs
    from cnninspect.reports.train_proof import Sweep

    here = output in (None, "-")
    width, height = _size() if here and sys.stdout.isatty() else PIPE
    style = runs.Style(
        width,
        height,
        color=common.colored(color) and (here or color == "always"),
        unicode=not here or (sys.stdout.encoding or "").lower().startswith("utf"),
    )
    return "\n".join(runs.curves(Sweep(found, name), style)) + "\n"


def _size() -> tuple[int, int]:
    """Columns and rows of the terminal."""
    from shutil import get_terminal_size

    return get_terminal_size(PIPE)
