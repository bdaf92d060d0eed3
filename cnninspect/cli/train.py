"""``cnninspect train``: from a model file to a trained network."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, recipe_options
from cnninspect.cli.fetching import fetching


@recipe_options.with_recipe
def train(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")
    ] = None,
    run: recipe_options.Run = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="There has to be a run already: without --run the newest below runs.")
    ] = False,
    recipe: recipe_options.RecipeFile = None,
    training: recipe_options.Pairs = None,
    data_dir: recipe_options.DataDir = None,
    download: recipe_options.Download = False,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Write the log for TensorBoard too.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at everything, and stop before the first step.")
    ] = False,
    overfit_one_batch: Annotated[
        bool, typer.Option("--overfit-one-batch", help="Learn one batch by heart: whether the network learns at all.")
    ] = False,
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only how it ended.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
    **options: object,
) -> int:
    """Train a network on images, from the model file to weights.

    Without any option it learns the digits that come with the program. A run folder that is there goes on where it
    stopped. Exit code 1 where the loss is no number or never moved, 130 and 143 where Ctrl-C or a kill stopped it.
    """
    gc.enable()
    try:
        common.load_plugins(plugin)
        sets, inputs = common.given(set, input)
        wish = api.TrainWish(
            model=model,
            run=run,
            resume=resume,
            recipe=recipe,
            options=recipe_options.given(options, training or []),
            data_dir=data_dir,
            download=download,
            variant=variant,
            sets=sets,
            inputs=inputs,
            outside=allow_outside,
            fetched=None if quiet else fetching,
            tensorboard=tensorboard,
        )
        plan = _planned(wish, quiet=quiet)
        if dry_run:
            sys.stdout.write("everything fits; nothing was trained (--dry-run)\n")
            return 0
        return _prove(plan) if overfit_one_batch else _train(plan, wish, quiet=quiet)
    except (api.CannotRun, api.ModelError) as error:
        return recipe_options.failed(error)


def _planned(wish: api.TrainWish, *, quiet: bool) -> api.Plan:
    from cnninspect.reports import train as report

    plan = api.plan_training(wish)
    if not quiet:
        sys.stdout.write(report.plan(plan, _width() if sys.stdout.isatty() else None))
        sys.stdout.flush()
    return plan


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns


def _prove(plan: api.Plan) -> int:
    from cnninspect.reports.train_proof import proof

    found = api.prove_planned(plan)
    sys.stdout.write(proof(found))
    problem = found.problem()
    if problem is not None:
        recipe_options.tell(problem)
    return 128 + found.stopped if found.stopped else int(problem is not None)


def _train(plan: api.Plan, wish: api.TrainWish, *, quiet: bool) -> int:
    from cnninspect.cli.train_view import view
    from cnninspect.reports import train as report

    trained = api.train_planned(plan, wish, view(plan.recipe.epochs, quiet=quiet))
    sys.stdout.write(report.summary(trained) if quiet else "\n" + report.summary(trained))
    sys.stdout.flush()
    for problem in trained.outcome.problems:
        recipe_options.tell(problem)
    if trained.outcome.reason == "signal":
        return 128 + trained.outcome.signal
    return int(bool(trained.outcome.problems))
