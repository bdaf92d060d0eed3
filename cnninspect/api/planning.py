"""What is looked at before the first step of a training: the model, the recipe and the images, held against each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.api import resuming
from cnninspect.api.reading import CannotRun, read
from cnninspect.api.recipes import WrongRecipe, default_recipe, read_recipe_file, recipe_of
from cnninspect.api.running import require_torch
from cnninspect.recipe import OPTIONS
from cnninspect.recipe.contradictions import CODE
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnninspect.api.company import Alone
    from cnninspect.data.sets import Data
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.recipes import Written
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph
    from cnninspect.recipe import Recipe
    from cnninspect.training.preflight import Preflight
    from cnninspect.values import Finding, Shape

RECIPE_OPTIONS = tuple(OPTIONS)


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
    from cnninspect.training.preflight import trainable

    graph = _graph(loaded)
    shape = trainable(graph)  # before images are fetched, read or made for it
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
    mistakes = [finding for finding in loaded.findings if finding.severity == "error"]
    if loaded.graph is None or not all(_of_options(finding, loaded) for finding in mistakes):
        raise WrongRecipe(loaded.findings, loaded.sources)
    return loaded


def _of_options(finding: Finding, loaded: Loaded) -> bool:
    """Whether it is about options of the section that do not go together, which what stands over them may mend."""
    return finding.code == CODE and finding.span in {setting.span for setting in loaded.training.values()}


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
