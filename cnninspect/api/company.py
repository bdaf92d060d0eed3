"""Several processes that train one network: who they are, what each of them is for the others, and what all have to agree on."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun
from cnninspect.api.running import require_torch
from cnninspect.training.launch import Alone, launched
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.api.planning import Plan
    from cnninspect.recipe import Recipe
    from cnninspect.training.following import Follower
    from cnninspect.training.run_folder import RunFolder
    from cnninspect.training.world import World

__all__ = ["Alone", "together"]


def together() -> Alone:
    """The company of this process: nobody, or those that torchrun has started with it; raises CannotRun."""
    try:
        found = launched()
        if found is None:
            return Alone()
        require_torch("training a network")
        from cnninspect.training.team import Team

        return Team(found)
    except Problem as problem:
        raise CannotRun(problem) from None


def world_of(team: Alone, recipe: Recipe) -> World:
    """What the engine asks of the processes; raises Problem."""
    from cnninspect.training.world import World

    if team.launch is None:
        return World()
    from cnninspect.training.team import Team

    assert isinstance(team, Team)
    if recipe.strategy == "fsdp":
        from cnninspect.training.sharded import Sharded

        return Sharded(team, recipe)
    from cnninspect.training.several import Several

    return Several(team, recipe)


def keeper_of(world: World, folder: str, recipe: Recipe, *, tensorboard: bool = False) -> RunFolder | Follower:
    """Who keeps the run: one process writes it, and the others follow."""
    if not world.talks:
        from cnninspect.training.following import Follower

        return Follower()
    from cnninspect.training.run_folder import RunFolder

    return RunFolder(folder, keep=recipe.keep, tensorboard=tensorboard)


def same_everywhere(world: World, plan: Plan) -> None:
    """Raise the Problem that another process trains something else: another file, other images, other options."""
    if world.size == 1:
        return
    from cnninspect import flat

    text = flat.render(plan.graph)
    settings = {name: value for name, value in plan.recipe.settings().items() if name != "workers"}
    own = {
        "network": sha256(text.encode("utf-8")).hexdigest(),
        "images": plan.data.identity,
        **{f"option {name}": repr(value) for name, value in settings.items()},
    }
    every = world.gathered(own)
    for rank, other in enumerate(every):
        wrong = [name for name in own if other.get(name) != every[0].get(name)]
        if wrong:
            message = f"rank {rank} has another {clip(wrong[0], 40)} than rank 0"
            raise Problem("cannot-train", message, help="give all machines the same files and the same command")
