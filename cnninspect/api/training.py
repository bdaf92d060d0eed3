"""Training: from a model file to a trained network, and what is looked at before the first step."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnninspect.api import resuming
from cnninspect.api.company import Alone, keeper_of, same_everywhere, world_of
from cnninspect.api.reading import CannotRun, read
from cnninspect.api.recipes import WrongRecipe, default_recipe, read_recipe_file, recipe_of
from cnninspect.api.running import require_torch
from cnninspect.recipe import GROUPS, OPTIONS
from cnninspect.records import Record
from cnninspect.training.telling import Listener
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnninspect.data.sets import Data
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.recipes import Written
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph
    from cnninspect.recipe import Recipe
    from cnninspect.training.finding import Found
    from cnninspect.training.following import Follower
    from cnninspect.training.loop import Loop
    from cnninspect.training.preflight import Preflight
    from cnninspect.training.preparing import Prepared
    from cnninspect.training.proving import Proof
    from cnninspect.training.run_folder import RunFolder
    from cnninspect.training.telling import Outcome
    from cnninspect.training.world import World
    from cnninspect.values import Shape

__all__ = ["GROUPS", "OPTIONS", "Listener", "Plan", "TrainWish", "Trained", "plan_training", "train_planned"]
RECIPE_OPTIONS = tuple(OPTIONS)
ECHO = 5.0
"""Seconds within which torchrun hands a signal on that each process has already got by itself."""


def option_value(text: str) -> object:
    """What a person means who writes an option of a recipe on the command line: as in a file."""
    from cnninspect.frontends.yaml.recipes import option_value

    return option_value(text)


class TrainWish(Record):
    """What a caller asks of a training."""

    model: str | None = None
    """A path, ``-`` or a shipped name; None where a recipe names one, or a run that is there."""
    run: str | None = None
    """The folder of the run; None for a new one below ``runs``."""
    resume: bool = False
    """Whether there has to be a run already: without ``run`` the newest."""
    recipe: str | None = None
    options: Mapping[str, object] = {}
    """Options of a recipe, over those of every file."""
    data_dir: str | None = None
    download: bool = False
    variant: str | None = None
    sets: Mapping[str, object] = {}
    inputs: Mapping[str | None, Shape] = {}
    tensorboard: bool = False
    """Whether the log is written for TensorBoard too."""
    outside: bool = False
    fetched: Callable[[str, int, int], None] | None = None
    """Told the name of a file that is fetched, its bytes so far and all of them."""


class Plan(Record):
    """What is going to be trained, and how: all is known before the first step."""

    loaded: Loaded
    graph: Graph
    recipe: Recipe
    data: Data
    preflight: Preflight
    folder: str | None
    """The run that goes on; None for one that begins."""
    published: Mapping[str, object] = {}
    """What the recipe's own source reports."""


class Trained(Record):
    """A training that has ended."""

    plan: Plan
    outcome: Outcome
    folder: str


# --- before --------------------------------------------------------------------------------


def plan_training(wish: TrainWish, team: Alone | None = None) -> Plan:
    """Read the model, the recipe and the images, and hold them against each other; each of a ``team`` does.

    Raises CannotRun and ModelError (a WrongRecipe among them) for what is wrong.
    """
    require_torch("training a network")
    if team is not None and team.launch is not None:
        if wish.run is None and not wish.resume:
            wish = wish._replace(run=team.remembered())
        if wish.download:
            team.first()
    plan = _plan(wish)
    if team is not None:
        team.fetched()
    return plan


def _plan(wish: TrainWish) -> Plan:
    if wish.resume and wish.run is None:
        wish = wish._replace(run=resuming.newest_run())
    found = resuming.begun(wish.run)
    if found is None and wish.resume:
        message = f"there is no run in '{clip(wish.run, 4096)}' to go on with"
        raise CannotRun(Problem("no-run", message, help="without --resume one is begun there"))
    if found is None and wish.run is not None and os.path.exists(wish.run) and not os.path.isdir(wish.run):
        message = f"there can be no run in '{clip(wish.run, 4096)}': it is no folder"
        raise CannotRun(Problem("no-run", message, help="name a folder that there is, or a new one"))
    file = None if wish.recipe is None else read_recipe_file(wish.recipe)
    try:
        return _resumed(wish, found, file) if found is not None else _planned(wish, file)
    except Problem as problem:
        raise CannotRun(problem) from None


def _resumed(wish: TrainWish, found: resuming.Begun, file: Written | None) -> Plan:
    from cnninspect.training.preflight import look

    given = {name: setting.value for name, setting in (file.settings if file is not None else {}).items()}
    options = resuming.same_recipe(found, {**given, **wish.options})
    recipe = recipe_of([], options)
    model = wish.model or (file.model if file is not None else None)
    loaded = _read(found.model, TrainWish(outside=True), {})
    data = _images(recipe, wish, loaded)
    if model is not None:
        asked, _ = _fitted(model, wish, data)
        resuming.same_network(found, asked)
    graph = _graph(loaded)
    return Plan(loaded, graph, recipe, data, look(graph, recipe, data), found.folder, _published(file))


def _planned(wish: TrainWish, file: Written | None) -> Plan:
    from cnninspect.training.preflight import look

    model = wish.model or (file.model if file is not None else None)
    if model is None:
        problem = Problem("cannot-train", "there is no model to train", help="for example cnninspect train lenet5")
        raise CannotRun(problem)
    loaded = _read(model, wish, {})
    layers = [loaded.training, *([] if file is None else [file.settings])]
    default = default_recipe(layers, wish.options)
    sources: tuple[Source, ...] = (*loaded.sources, *(() if file is None else file.sources))
    recipe = recipe_of([default, *layers], wish.options, sources)
    data = _images(recipe, wish, loaded)
    loaded, notes = _fitted(model, wish, data, loaded)
    _within_budgets(loaded)
    graph = _graph(loaded)
    return Plan(loaded, graph, recipe, data, look(graph, recipe, data, notes), None, _published(file))


def _images(recipe: Recipe, wish: TrainWish, loaded: Loaded) -> Data:
    from cnninspect.data.opening import open_data

    graph = _graph(loaded)
    shape = graph.inputs[0].shape if graph.inputs else None
    classes = graph.params.get("classes")
    return open_data(
        recipe.data,
        data_dir=wish.data_dir,
        download=wish.download,
        progress=wish.fetched,
        skip_bad=recipe.skip_bad,
        held_out=recipe.validation,
        shape=shape,
        classes=classes if isinstance(classes, int) else None,
    )


def _fitted(model: str, wish: TrainWish, data: Data, loaded: Loaded | None = None) -> tuple[Loaded, tuple[str, ...]]:
    """The network with as many classes as the images have, where its file leaves that open, and what to say of it."""
    loaded = loaded or _read(model, wish, {})
    params, classes = _graph(loaded).params, len(data.classes)
    if "classes" not in params or "classes" in wish.sets or params["classes"] == classes or model == "-":
        return loaded, ()
    note = f"classes is {classes}, as {data.name} has, in place of the file's {clip(params['classes'], 20)}"
    return _read(model, wish, {"classes": classes}), (note,)


def _read(model: str, wish: TrainWish, more: Mapping[str, object]) -> Loaded:
    loaded = read(model, variant=wish.variant, sets={**wish.sets, **more}, inputs=wish.inputs, outside=wish.outside)
    if loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings):
        raise WrongRecipe(loaded.findings, loaded.sources)
    return loaded


def _graph(loaded: Loaded) -> Graph:
    assert loaded.graph is not None
    return loaded.graph


def _within_budgets(loaded: Loaded) -> None:
    """Raise the findings of the budgets that the file sets and the network breaks."""
    if not loaded.budgets:
        return
    from cnninspect.checks.budgets import judge

    found = [verdict.finding for verdict in judge(_graph(loaded), loaded.budgets) if verdict.finding is not None]
    if any(finding.severity == "error" for finding in found):
        raise WrongRecipe(tuple(found), loaded.sources)


def _published(file: Written | None) -> Mapping[str, object]:
    return {} if file is None else file.published


# --- training --------------------------------------------------------------------------------


def train_planned(plan: Plan, wish: TrainWish, listener: Listener | None = None, team: Alone | None = None) -> Trained:
    """Train what has been planned, with the ``team`` of other processes; raises CannotRun for what keeps it from going on."""
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
            outcome = loop.run()
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
    model: str | None = None,
    /,
    *,
    listener: Listener | None = None,
    **wanted: Any,  # noqa: ANN401 - fields and options
) -> Trained:
    """Train a network: ``train("lenet5", epochs=5, run="runs/first")``.

    What is wanted are fields of TrainWish (run, recipe, data_dir, variant, …) and options of a recipe (epochs, lr, …).
    Raises CannotRun and ModelError for what keeps it from beginning or from going on.
    """
    fields = {name: value for name, value in wanted.items() if name in TrainWish._fields}
    options = {name: value for name, value in wanted.items() if name not in fields}
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        message = f"training has no option '{clip(unknown[0])}'"
        raise CannotRun(Problem("unknown-option", message, help=f"options are {', '.join(OPTIONS)}"))
    wish = TrainWish(**{"model": model, **fields, "options": {**fields.get("options", {}), **options}})
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
