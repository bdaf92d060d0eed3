"""What went wrong in a training, said so that a person knows what to do."""

from __future__ import annotations

from math import isfinite, log
from typing import TYPE_CHECKING

import torch

from cnninspect.backends.build_network import LayerError
from cnninspect.backends.measure import Probe, probed
from cnninspect.backends.running_memory import out_of_memory
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.backends.build_network import Network
    from cnninspect.recipe import Recipe
    from cnninspect.training.engine import Engine, NotFinite
    from cnninspect.training.loop import Keeper
    from cnninspect.training.telling import Epoch

NEAR = 0.02
"""How far below ln(classes) a loss may lie that has learned nothing."""
LUCKY = 1.5
"""How many times chance an accuracy may be that is one by chance."""
EARLIEST = 2
"""Epochs before which nothing is said of a loss that has not moved."""


class _First(Probe):
    """Remembers the first layer that makes a number that is none."""

    def __init__(self) -> None:
        self.node: int | None = None

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        if self.node is None and not all(bool(one.isfinite().all()) for one in made if one.is_floating_point()):
            self.node = node


def first_layer(network: Network, images: Tensor) -> str:
    """A sentence on where the first number comes from that is none."""
    if not bool(images.isfinite().all()):
        return "the images themselves have numbers that are none"
    looked = _First()
    state = torch.get_rng_state()
    with torch.no_grad():
        probed(network, looked)(images)
    torch.set_rng_state(state)
    broken = [name for name, weight in network.named_parameters() if not bool(weight.isfinite().all())]
    if looked.node is None:
        return "every layer's numbers are finite, and the loss is not: it is too large for its type"
    name, place = network.code.layers[looked.node]
    where = f"the first layer that makes one is '{name}' ({place})"
    if broken:
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        return f"{where}; the step before has already made some of '{broken[0]}'{more}"
    return f"{where}; all that it reads, and its weights, are finite"


def not_finite(  # noqa: PLR0913 - where it happened
    engine: Engine, found: NotFinite, step: int, epoch: int, batch: int, keeper: Keeper
) -> Problem:
    """The problem that a loss is no number."""
    notes = [] if found.images is None else [_said(engine, found, found.images)]
    newest = keeper.newest()
    notes.append(f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet")
    message = f"{found.what} is not a number at step {step + 1:,} (epoch {epoch + 1}, batch {batch + 1})"
    return Problem("loss-not-finite", message, notes=notes, help=_remedy(engine.recipe))


def _said(engine: Engine, found: NotFinite, images: Tensor) -> str:
    """What the first process says that has met it."""
    world = engine.world
    own = first_layer(engine.network, images) if found.here or world.lockstep else ""
    every = world.gathered(own if found.here else "")
    rank, text = next((rank, text) for rank, text in enumerate(every) if text)
    return text if world.size == 1 else f"of the images of rank {rank}: {text}"


def _remedy(recipe: Recipe) -> str:
    clipped = "" if recipe.clip is not None else ", --clip 1"
    half = "" if recipe.precision != "fp16" else ", --precision bf16"
    return f"a lower rate, such as --lr {recipe.rate / 10:g}{clipped}{half}, in another run folder"


def cannot_go_on(error: Exception, recipe: Recipe) -> Problem | None:
    """The problem that torch has with a training, as far as it is one of the recipe or the machine; None otherwise."""
    first = clip(str(error).partition("\n")[0] or type(error).__name__, 300)
    if out_of_memory(error):
        parts = recipe.accumulate * 2
        advice = f"--accumulate {parts} computes the same batch in {parts} parts; or a smaller --batch or --input"
        return Problem("out-of-memory", f"the device has not enough memory: {first}", help=advice)
    if recipe.compile and type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
        return Problem("cannot-run", f"torch.compile does not go: {first}", help="leave --compile out")
    if recipe.deterministic and "deterministic" in str(error):
        return Problem("cannot-run", first, help="leave --deterministic out, or train on another --device")
    return Problem("cannot-run", first) if isinstance(error, LayerError) else None


def never_moved(epochs: Sequence[Epoch], classes: int, recipe: Recipe) -> Problem | None:
    """The problem that a loss stays where guessing has it; None where it does not."""
    if recipe.loss != "cross_entropy" or classes < 2 or len(epochs) < EARLIEST:  # noqa: PLR2004
        return None
    last = epochs[-1]
    chance = log(classes)
    stuck = isfinite(last.train.loss) and last.train.loss > chance * (1 - NEAR)
    if not stuck or max(last.validation.accuracy, last.train.accuracy) > LUCKY / classes:
        return None
    message = (
        f"the loss stays at ln({classes}) = {chance:.3f}: the network answers as if it guessed, and has learned nothing"
    )
    notes = [f"after {last.number} epochs it is {last.train.loss:.3f}, and {last.validation.accuracy:.1%} are right"]
    advice = f"another --seed, a lower rate such as --lr {recipe.rate / 10:g}, --init kaiming, or --overfit-one-batch"
    return Problem("loss-never-moved", message, notes=notes, help=advice)
