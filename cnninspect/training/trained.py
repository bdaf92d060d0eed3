"""A trained network out of a checkpoint: with its weights, the images that it knows, and what counts as its answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.backends.build import build_graph, choose_device
from cnninspect.data.transform import Transform
from cnninspect.recipe import OPTIONS, Recipe
from cnninspect.records import Record
from cnninspect.training.engine import Engine
from cnninspect.training.losses import Objective
from cnninspect.training.preparing import heads_of
from cnninspect.training.reading import is_run
from cnninspect.training.restoring import BEST, Restored, read, restore
from cnninspect.training.schedules import schedule_of
from cnninspect.values import Problem, Problems, clip

if TYPE_CHECKING:
    from cnninspect.ir import Graph

WHICH = ("best", "last")


class Trained(Record):
    """A network that can be asked."""

    engine: Engine
    transform: Transform
    classes: tuple[str, ...]
    data: str
    """What it was trained on."""
    identity: str
    """SHA-256 of that."""
    held_out: float | None = None
    """The share that was not learned from, where that was said."""


def choose(path: str, which: str) -> Restored:
    """The checkpoint of a run, its best or its last, or the one of a file; raises Problem.

    Where the best one is damaged the newest that is intact is taken, and its notes say so.
    """
    if not os.path.isdir(path):
        return read(path)
    if not is_run(path):
        message = f"'{clip(path, 4096)}' is no folder of a run"
        raise Problem("no-run", message, help="name the folder that train has made, or a checkpoint in it")
    notes: tuple[str, ...] = ()
    if which == "best" and os.path.exists(os.path.join(path, BEST)):
        try:
            return read(os.path.join(path, BEST))
        except Problem as problem:
            notes = (problem.message,)
    found = restore(path)
    if found is None:
        message = f"the run in '{clip(path, 4096)}' has no checkpoint yet"
        raise Problem("no-run", message, notes=notes, help="cnninspect train --run goes on with it")
    told = (f"the newest checkpoint is taken, of step {found.position.step:,}",) if notes else ()
    return found._replace(notes=(*notes, *found.notes, *told))


def network_of(found: Restored) -> tuple[str, str]:
    """The name and the flat YAML of the network that a checkpoint is of."""
    about = _section(found, "network")
    return str(about.get("name", "network")), str(about.get("yaml", ""))


def revive(found: Restored, graph: Graph, device: str) -> Trained:
    """The network with the weights of a checkpoint; raises Problem."""
    recipe = _recipe(found)
    data = _section(found, "data")
    classes = tuple(str(name) for name in data.get("classes", ()))
    where = choose_device(device, runs=True)
    network = build_graph(graph, device=where, seed=0)
    objective = Objective(recipe, heads_of(graph, recipe), len(classes))
    engine = Engine(network, recipe, objective, schedule_of(recipe, 1), where)
    try:
        network.load_state_dict(found.state["model"])
    except (AttributeError, KeyError, RuntimeError, TypeError) as error:
        why = clip(str(error).strip().partition("\n")[2].strip() or error, 200)
        message = f"the weights of '{clip(found.path, 4096)}' are not those of its own network: {why}"
        raise Problem("bad-checkpoint", message) from None
    network.eval()
    transform = Transform.from_json(_section(found, "transform"))
    name, identity = str(data.get("name", "")), str(data.get("identity", ""))
    return Trained(engine, transform, classes, name, identity, recipe.validation)


def _recipe(found: Restored) -> Recipe:
    given = {name: value for name, value in _section(found, "recipe").items() if name in OPTIONS and value is not None}
    try:
        return Recipe({**given, "compile": False})
    except Problems as several:
        raise several.problems[0] from None


def _section(found: Restored, name: str) -> dict[str, Any]:
    section = found.state.get(name)
    if not isinstance(section, dict):
        message = f"'{clip(found.path, 4096)}' does not say what its {name} is"
        raise Problem("bad-checkpoint", message, help="only checkpoints that cnninspect train wrote say so")
    return section
