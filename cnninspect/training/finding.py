"""How the loss answers to the learning rate: one step at each of many rates, from one far too low to one far too high.

Leslie N. Smith, Cyclical Learning Rates for Training Neural Networks, 2015, section 3.3. Rates grow by the same factor
from step to step. The loss is smoothed, ``s = 0.9 s + 0.1 loss`` with its beginning made up for; the search ends where
that is four times the least, or no number at all. The network is changed by this and is not to be used after it.
"""

from __future__ import annotations

from itertools import chain, count, islice
from math import isfinite, log
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.training.engine import NotFinite
from cnninspect.training.metrics import Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.data.loading import Batch
    from cnninspect.training.engine import Engine
    from cnninspect.training.loop import Feed

SMOOTH = 0.9
TOO_MUCH = 4.0
"""How many times the least loss ends the search."""
SETTLED = 5
"""Steps before which nothing is too much."""
SAFE = 10
"""How far below the rate of the least loss a run does well: at that rate itself it is about to burst."""


class Tried(Record):
    """A step at a rate."""

    rate: float
    loss: float
    smooth: float


class Found(Record):
    """What the steps have shown."""

    tried: tuple[Tried, ...]
    least: Tried | None
    """Where the smoothed loss is least; None where no step was taken."""
    steepest: float | None
    """The rate at which it falls most steeply."""
    ended: str
    """``range`` where all rates were tried, ``diverged`` where the loss grew too much, ``signal`` where one came."""

    @property
    def suggested(self) -> float | None:
        """A highest rate for a run: a tenth of that of the least loss."""
        return None if self.least is None else self.least.rate / SAFE


class _Rates(Record):
    """A schedule of rates that grow by a factor; it stands in for a recipe's."""

    first: float
    factor: float

    def rate(self, step: int) -> float:
        return self.first * self.factor**step


def find_rate(  # noqa: PLR0913 - the rates to try, and who is told
    engine: Engine,
    feed: Feed,
    first: float,
    last: float,
    steps: int,
    asked: Callable[[], int],
    told: Callable[[int, int], None] | None,
) -> Found:
    """Take a step at each of ``steps`` rates from ``first`` to ``last``."""
    rates = _Rates(first, (last / first) ** (1 / max(steps - 1, 1)))
    engine.schedule = rates  # type: ignore[assignment]
    engine.network.train()
    tried: list[Tried] = []
    smooth, ended = 0.0, "range"
    for step, batch in enumerate(islice(_endless(feed), steps)):
        sums = Sums(engine.device)
        try:
            engine.step(batch, step, sums)
        except NotFinite:
            ended = "diverged"
            break
        loss = sums.scores(engine.world).loss
        if not isfinite(loss):
            ended = "diverged"
            break
        smooth = SMOOTH * smooth + (1 - SMOOTH) * loss
        tried.append(Tried(rates.rate(step), loss, smooth / (1 - SMOOTH ** (step + 1))))
        if told is not None:
            told(step + 1, steps)
        least = min(one.smooth for one in tried)
        if step >= SETTLED and tried[-1].smooth > TOO_MUCH * least:
            ended = "diverged"
            break
        if engine.world.agreed(asked()):
            ended = "signal"
            break
    return Found(tuple(tried), min(tried, key=lambda one: one.smooth, default=None), _steepest(tried), ended)


def _endless(feed: Feed) -> Iterator[Batch]:
    return chain.from_iterable(feed.epoch(epoch) for epoch in count())


def _steepest(tried: list[Tried]) -> float | None:
    """The rate at the middle of the three steps over which the loss falls most for the growth of the rate."""
    falls = [
        ((after.smooth - before.smooth) / log(after.rate / before.rate), here.rate)
        for before, here, after in zip(tried, tried[1:], tried[2:], strict=False)
    ]
    steepest = min(falls, default=None)
    return steepest[1] if steepest is not None and steepest[0] < 0 else None
