"""``cnninspect train``: from a model file to a trained network."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, recipe_options
from cnninspect.cli.fetching import fetching


@recipe_options.with_recipe()
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
    team = api.Alone()
    try:
        team = api.together()
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
        quiet = quiet or not team.talks
        if overfit_one_batch and team.launch is not None:
            raise common.fail("--overfit-one-batch is for one process", "leave torchrun out")
        plan = _planned(wish, team, quiet=quiet)
        if dry_run:
            _say("everything fits; nothing was trained (--dry-run)\n", team)
            return team.leave(0)
        return team.leave(_prove(plan) if overfit_one_batch else _train(plan, wish, team, quiet=quiet))
    except (api.CannotRun, api.ModelError) as error:
        code = recipe_options.failed(error) if team.fails(str(error), error) else 2
    except common.Stop as stop:
        code = stop.code
    except Exception as error:
        if team.fails(f"{type(error).__name__}: {error}", error):
            raise
        code = 2
    return team.leave(code)


def _say(text: str, team: api.Alone) -> None:
    """Print, if this is the process that does."""
    if team.talks:
        sys.stdout.write(text)
        sys.stdout.flush()


def _planned(wish: api.TrainWish, team: api.Alone, *, quiet: bool) -> api.Plan:
    from cnninspect.reports import train as report

    plan = api.plan_training(wish, team)
    if not quiet:
        sys.stdout.write(report.plan(plan, _width()))
        sys.stdout.flush()
    return plan


def _width() -> int | None:
    """How many columns the terminal has; None in a pipe, which has no end."""
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns if sys.stdout.isatty() else None


def _prove(plan: api.Plan) -> int:
    from cnninspect.reports.train_proof import proof

    found = api.prove_planned(plan)
    sys.stdout.write(proof(found))
    problem = found.problem()
    if problem is not None:
        recipe_options.tell(problem)
    return 128 + found.stopped if found.stopped else int(problem is not None)


def _train(plan: api.Plan, wish: api.TrainWish, team: api.Alone, *, quiet: bool) -> int:
    from cnninspect.cli.train_view import view
    from cnninspect.reports import train as report

    if team.launch is not None and not quiet:
        _say(f"{team.launch.size} processes train together ({plan.recipe.strategy})\n", team)
    trained = api.train_planned(plan, wish, view(plan.recipe.epochs, quiet=quiet), team)
    text = report.summary(trained, _width())
    _say(text if quiet else "\n" + text, team)
    for problem in trained.outcome.problems if team.talks else ():
        recipe_options.tell(problem)
    if trained.outcome.reason == "signal":
        return 128 + trained.outcome.signal
    return int(bool(trained.outcome.problems))
