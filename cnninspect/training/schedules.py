"""How the learning rate moves: a function of the step alone, so that nothing of it has to be stored.

With T steps in all, t the step from 0, w the steps of warm-up and f the ``final`` share, the share of the highest rate is

constant   1
step       factor ^ (milestones passed), a milestone being passed after that many epochs
cosine     f + (1 − f) (1 + cos(π (t − w) / (T − w))) / 2
one_cycle  half a cosine from 1/25 up to 1 over the first 30 % of the run, half a cosine down to f after it

as torch's CosineAnnealingLR and OneCycleLR have them (the momentum stays). In a warm-up it is (t + 1) / (w + 1).
"""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.recipe import Recipe

RISE = 0.3
"""The share of a run in which one_cycle rises."""
FIRST = 1 / 25
"""Where it begins."""
LAST = FIRST / 1e4
"""Where it ends when nothing is said."""


class Schedule(Record):
    """The learning rate at every step."""

    kind: str
    highest: float
    total: int
    """Steps of the whole run."""
    each: int
    """Steps of an epoch."""
    warm: int
    milestones: tuple[int, ...]
    factor: float
    final: float

    def rate(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        return self.highest * self.share(step)

    def share(self, step: int) -> float:
        """That as a share of the highest."""
        if self.kind == "one_cycle":
            return self._one_cycle(step)
        if step < self.warm:
            return (step + 1) / (self.warm + 1)
        if self.kind == "step":
            epoch = step // self.each
            return float(self.factor ** sum([milestone <= epoch for milestone in self.milestones]))
        if self.kind == "cosine":
            return _between(1, self.final, (step - self.warm) / max(self.total - self.warm, 1))
        return 1.0

    def _one_cycle(self, step: int) -> float:
        top = RISE * self.total - 1
        if step <= top:
            return _between(FIRST, 1, step / top)
        return _between(1, self.final, min((step - top) / max(self.total - 1 - top, 1e-12), 1))


def _between(first: float, last: float, share: float) -> float:
    """Half a cosine from one number to another."""
    return last + (first - last) / 2 * (1 + cos(pi * share))


def schedule_of(recipe: Recipe, steps_an_epoch: int) -> Schedule:
    """The schedule of a recipe, once it is known how many steps an epoch has."""
    each = max(steps_an_epoch, 1)
    default = LAST if recipe.schedule == "one_cycle" else 0.0
    return Schedule(
        recipe.schedule,
        recipe.rate,
        max(recipe.epochs * each, 1),
        each,
        round(recipe.warmup * each),
        recipe.milestones or (),
        recipe.factor,
        default if recipe.final is None else recipe.final,
    )
