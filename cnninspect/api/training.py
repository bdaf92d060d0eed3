"""Training: from a plan to a trained network."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnninspect.api import resuming
from cnninspect.api.company import Alone, keeper_of, same_everywhere, world_of
from cnninspect.api.planning import Plan, TrainWish, plan_training
from cnninspect.api.reading import CannotRun
from cnninspect.recipe import GROUPS, OPTIONS
from cnninspect.records import Record
from cnninspect.training.telling import Listener
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.api.reading import Path
    from cnninspect.recipe import Recipe
    from cnninspect.training.finding import Found
    from cnninspect.training.following import Follower
    from cnninspect.training.loop import Loop
    from cnninspect.training.preparing import Prepared
    from cnninspect.training.proving import Proof
    from cnninspect.training.run_folder import RunFolder
    from cnninspect.training.telling import Outcome
    from cnninspect.training.world import World

__all__ = ["GROUPS", "OPTIONS", "Listener", "Plan", "TrainWish", "Trained", "plan_training", "train_planned"]
ECHO = 5.0
"""Seconds within which torchrun hands a signal on that each process has already got by itself."""


class Trained(Record):
    """A training that has ended."""

    plan: Plan
    outcome: Outcome
    folder: str


def train_planned(plan: Plan, wish: TrainWish, listener: Listener | None = None, team: Alone | None = None) -> Trained:
    """Train what has been planned, with the ``team`` of other processes; raises CannotRun for what keeps it from going on."""
    from cnninspect.backends.room import with_room
    from cnninspect.training.following import Follower
    from cnninspect.training.preparing import prepare
    from cnninspect.training.signals import Stop

    team = team or Alone()
    with _explained(plan.recipe):
        world = world_of(team, plan.recipe)
        same_everywhere(world, plan)
        folder = world.shared(plan.folder or wish.run or team.remembered() or _new_folder(plan))
        prepared = prepare(plan.graph, plan.recipe, plan.data, world)
        keeper = keeper_of(world, folder, plan.recipe, tensorboard=wish.tensorboard)
        with keeper as run, Stop(tells=world.talks, deaf=ECHO if world.size > 1 else 0) as stop:
            team.remember(folder)
            loop = _loop(plan, prepared, run, listener or Listener(), stop)
            if not isinstance(run, Follower):
                _describe(plan, run, world, prepared)
            outcome = with_room(loop.run)
            run.finish(outcome.reason)
            world.close()
    return Trained(plan, outcome, folder)


@contextmanager
def _explained(recipe: Recipe) -> Iterator[None]:
    """Raise CannotRun for what keeps a training from going on."""
    from cnninspect.training.diagnosis import cannot_go_on

    try:
        yield
    except Problem as problem:
        raise CannotRun(problem) from None
    except (RuntimeError, MemoryError, NotImplementedError) as error:
        found = cannot_go_on(error, recipe)
        if found is None:
            raise
        raise CannotRun(found) from error


def train(
    model: Path | None = None,
    /,
    *,
    listener: Listener | None = None,
    **wanted: Any,  # noqa: ANN401 - fields and options
) -> Trained:
    """Train a network: ``train("lenet5", epochs=5, run="runs/first")``.

    What is wanted are fields of TrainWish (run, recipe, data_dir, variant, …) and options of a recipe (epochs, lr, …).
    Raises CannotRun and ModelError for what keeps it from beginning or from going on.
    """
    wanted = {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in wanted.items()}
    fields = {name: value for name, value in wanted.items() if name in TrainWish._fields}
    options = {name: value for name, value in wanted.items() if name not in fields}
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        message = f"training has no option '{clip(unknown[0])}'"
        raise CannotRun(Problem("unknown-option", message, help=f"options are {', '.join(OPTIONS)}"))
    wish = TrainWish(
        **{
            "model": None if model is None else os.fspath(model),
            **fields,
            "options": {**fields.get("options", {}), **options},
        }
    )
    return train_planned(plan_training(wish), wish, listener)


def prove_planned(plan: Plan) -> Proof:
    """Learn one batch by heart, and tell whether that went; nothing is kept."""
    from cnninspect.training.preparing import prepare, unaugmented
    from cnninspect.training.proving import prove
    from cnninspect.training.signals import Stop
    from cnninspect.training.world import World

    with _explained(plan.recipe):
        prepared = prepare(plan.graph, plan.recipe, plan.data, World())
        batch = unaugmented(prepared, plan.recipe, plan.data).batch(0, 0)
        with Stop() as stop:
            return prove(prepared.engine, batch, lambda: stop.number)


def find_planned_rate(
    plan: Plan,
    *,
    first: float = 1e-6,
    last: float = 10.0,
    steps: int = 100,
    told: Callable[[int, int], None] | None = None,
) -> Found:
    """Take a step at each of many learning rates; nothing is kept. ``told`` is called after each."""
    from cnninspect.training.finding import find_rate
    from cnninspect.training.preparing import prepare
    from cnninspect.training.signals import Stop
    from cnninspect.training.world import World

    with _explained(plan.recipe):
        prepared = prepare(plan.graph, plan.recipe, plan.data, World())
        with Stop() as stop:
            return find_rate(prepared.engine, prepared.train, first, last, steps, lambda: stop.number, told)


def _loop(plan: Plan, prepared: Prepared, run: RunFolder | Follower, listener: Listener, stop: Any) -> Loop:  # noqa: ANN401 - Stop
    """The loop, where the newest checkpoint of its run has it."""
    from cnninspect.training.loop import Loop

    known = about(plan, prepared)
    loop = Loop(prepared.engine, prepared.train, prepared.validation, run, listener, lambda: int(stop.number), known)
    found = prepared.engine.world.shared(run.resume())
    if found is not None:
        resuming.same_data(found, known["data"])
        place = found.position
        loop.load(found.state, (place.step, place.epoch, place.batch))
        listener.resumed(place.epoch, place.batch, place.step, found.notes)
    return loop


def about(plan: Plan, prepared: Prepared) -> dict[str, Any]:
    """What a checkpoint says of what it is, as plain data."""
    from hashlib import sha256

    from cnninspect import flat
    from cnninspect.training.environment import environment

    text = flat.render(plan.graph)
    where = environment(_version(), str(prepared.engine.device), [])
    return {
        "network": {"name": plan.graph.name, "yaml": text, "sha256": sha256(text.encode("utf-8")).hexdigest()},
        "recipe": plan.recipe.settings(),
        "data": {"name": plan.data.name, "identity": plan.data.identity, "classes": list(plan.data.classes)},
        "transform": prepared.transform.as_json(),
        "versions": {name: where[name] for name in ("cnninspect", "torch", "python")},
    }


def _describe(plan: Plan, run: RunFolder, world: World, prepared: Prepared) -> None:
    """Write down what the run is: what it takes to read it, to repeat it and to go on with it."""
    from cnninspect import flat
    from cnninspect.training.environment import environment

    graph, recipe, data = plan.graph, plan.recipe, plan.data
    if plan.folder is None:
        run.write(resuming.MODEL, plan.loaded.sources[-1].text)
        run.write(resuming.EXPANDED, flat.render(graph))
    run.write(resuming.RECIPE, "".join([f"{name}: {flat.flow(value)}\n" for name, value in recipe.settings().items()]))
    run.describe(
        {
            "model": graph.name,
            "data": recipe.data,
            "classes": list(data.classes),
            "recipe": recipe.settings(),
            "parameters": plan.preflight.parameters,
            "images": {"train": len(data.train), "validation": len(data.validation)},
            "transform": prepared.transform.as_json(),
        }
    )
    where = environment(_version(), str(prepared.engine.device), sys.argv)
    run.entered(where if world.size == 1 else {**where, "processes": world.size, "strategy": recipe.strategy})


def _version() -> str:
    return str(sys.modules["cnninspect"].__version__)


def _new_folder(plan: Plan) -> str:
    """A folder for a run that has none yet: the network's name, and the next number."""
    name = "".join([sign if sign.isalnum() or sign in "-_." else "-" for sign in plan.graph.name])[:60] or "network"
    number = 1
    while os.path.lexists(os.path.join(resuming.RUNS, f"{name}-{number}")):
        number += 1
    return os.path.join(resuming.RUNS, f"{name}-{number}")
