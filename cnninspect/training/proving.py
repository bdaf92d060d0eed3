"""Whether a network can learn at all: one batch, again and again, until it knows it by heart.

What cannot be learned so has a mistake in it: a dead activation, labels that are not the images', a rate out of reach.
Labels count as they are, without smoothing, weights or mixing; dropout and noise stay.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.training.engine import NotFinite
from cnninspect.training.metrics import Scores, Sums
from cnninspect.training.schedules import Schedule
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.data.loading import Batch
    from cnninspect.training.engine import Engine

MOST = 500
"""Steps after which a batch should long be known."""
ENOUGH = 0.98
"""The share of a batch that is right when it counts as known: two images may be the same under two labels."""
FALLEN = 0.2
"""The share of its first loss that is left then, at most."""


class Proof(Record):
    """How a batch was learned."""

    steps: int
    images: int
    first: Scores
    last: Scores
    known: bool
    """Whether the network knows it by heart."""
    stopped: int = 0
    """The signal that ended it; 0 for none."""

    def problem(self) -> Problem | None:
        """What has to be said of a network that does not learn."""
        if self.known or self.stopped:
            return None
        message = f"the network has not learned one batch of {self.images:,} images in {self.steps:,} steps"
        notes = [
            f"loss {self.first.loss:.3f} at first, {self.last.loss:.3f} at last; {self.last.accuracy:.1%} of them right"
        ]
        return Problem(
            "loss-never-moved", message, notes=notes, help="another --lr, --init kaiming, or look at the network"
        )


def prove(engine: Engine, batch: Batch, asked: Callable[[], int]) -> Proof:
    """Learn a batch by heart; raises NotFinite."""
    engine.objective = engine.objective.plain()
    engine.schedule = Schedule("constant", engine.recipe.rate, MOST, MOST, 0, (), 1.0, 0.0)
    engine.network.train()
    first: Scores | None = None
    step = 0
    while True:
        sums = Sums(engine.device)
        engine.step(batch, step, sums)
        step += 1
        last = sums.scores(engine.world)
        first = first or last
        if not isfinite(last.loss):
            raise NotFinite(images=batch.images)
        known = last.accuracy >= ENOUGH and last.loss <= FALLEN * first.loss
        signal = asked()
        if known or signal or step == MOST:
            return Proof(step, batch.total, first, last, known, signal)
