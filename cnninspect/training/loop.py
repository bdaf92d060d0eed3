"""Many epochs of steps, from wherever a checkpoint stands to the end, with nothing lost on the way.

Everything that a later step depends on is in the state: weights, optimizer, scaler, averages, sources of random
numbers, the sums of the epoch so far, the best so far. The images of a batch are a function of seed, epoch and place,
so a run that goes on from any batch is the run that was never stopped, bit for bit on the CPU.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from cnninspect.training import chance
from cnninspect.training.diagnosis import never_moved, not_finite
from cnninspect.training.engine import NotFinite
from cnninspect.training.metrics import Confusion, Scores, Sums
from cnninspect.training.snapshots import snapshot
from cnninspect.training.telling import Epoch, Listener, Outcome
from cnninspect.training.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cnninspect.data.loading import Batch
    from cnninspect.recipe import Recipe
    from cnninspect.training.engine import Engine
    from cnninspect.training.restoring import Restored
    from cnninspect.values import Problem


class Feed(Protocol):
    """Gives the batches of one split, the same ones every time it is asked."""

    def epoch(self, epoch: int, start: int = 0) -> Iterable[Batch]:
        """Those of an epoch from a place on."""

    def __len__(self) -> int: ...


class Keeper(Protocol):
    """Keeps what a training leaves."""

    def save(self, state: Mapping[str, Any], place: tuple[int, int, int], *, best: bool, kept: bool = True) -> None:
        """Keep a state: steps, whole epochs and batches after them are its place; ``kept`` for longer than the next."""

    def check(self) -> None:
        """Raise the Problem that keeping has met."""

    def log(self, record: Mapping[str, object]) -> None:
        """Keep the line of an epoch."""

    def newest(self) -> str:
        """What the newest state is called that is kept; empty where there is none."""

    def resume(self) -> Restored | None:
        """The newest state; None where there is none."""


LOOK = 50
"""Steps between two looks at a device that every look has to wait for."""


class Place:
    """Where a training is."""

    def __init__(self) -> None:
        self.step = 0
        self.epoch = 0
        """Epochs that are done whole."""
        self.batch = 0
        """Batches of the next one that are done."""


class Loop:
    """A training."""

    def __init__(  # noqa: PLR0913 - all that a training is made of
        self,
        engine: Engine,
        train: Feed,
        validation: Feed,
        keeper: Keeper,
        listener: Listener,
        asked: Callable[[], int],
        about: Mapping[str, object],
    ) -> None:
        self.engine = engine
        self.recipe: Recipe = engine.recipe
        self.train = train
        self.validation = validation
        self.keeper = keeper
        self.listener = listener
        self.asked = asked
        """The signal that asks for a stop, 0 for none."""
        self.about = about
        """What every checkpoint says besides the state."""
        self.place = Place()
        self.sums = Sums(engine.device)
        self.epochs: list[Epoch] = []
        self.best: float | None = None
        self.waited = 0
        """Epochs since the best one."""
        self.confusion: Confusion | None = None
        self.problems: list[Problem] = []
        self.signal = 0
        """The signal on which all have agreed to stop."""
        self.spent = 0.0
        """Seconds of the epoch before this process."""
        self.start: dict[str, Any] | None = None
        """The state at the beginning, to find the step in where a number goes wrong before the first checkpoint."""

    # --- the course of things ---------------------------------------------------------------

    def run(self) -> Outcome:
        """Train to the end, or until something ends it."""
        begun = perf_counter()
        self.engine.network.train()
        if not self.place.step:
            self.start = snapshot(self.state())
        reason = self._epochs()
        never = never_moved(self.epochs, self.engine.objective.classes, self.recipe) if reason != "not-finite" else None
        if never is not None:
            self.problems.append(never)
        rows = () if self.confusion is None else self.confusion.rows(self.engine.world)
        signal = self.signal if reason == "signal" else 0
        seconds = perf_counter() - begun
        return Outcome(reason, signal, tuple(self.epochs), rows, tuple(self.problems), seconds)

    def _epochs(self) -> str:
        while self.place.epoch < self.recipe.epochs:
            if self.recipe.patience is not None and self.waited >= self.recipe.patience:
                return "patience"
            try:
                if not self._epoch():
                    return "signal"
            except NotFinite as found:
                if found.images is None and self._rewound():
                    continue
                place = self.place
                self.problems.append(not_finite(self.engine, found, place.step, place.epoch, place.batch, self.keeper))
                return "not-finite"
        return "done"

    def _rewound(self) -> bool:
        """Go back to the last good state and look at every step from there on; False where there is none, or no use."""
        if self.engine.strict:
            return False
        found = self.engine.world.shared(self.keeper.resume())
        if found is not None:
            place = found.position
            self.load(found.state, (place.step, place.epoch, place.batch))
        elif self.start is not None:
            self.load(self.start, (0, 0, 0))
        else:
            return False
        self.engine.network.train()
        self.engine.looks = self.engine.strict = True
        return True

    def _look(self) -> None:
        """Raise NotFinite where a number has gone wrong since the last look."""
        bad = not isfinite(float(self.sums.loss)) or not self.engine.sound()
        if self.engine.world.anywhere(bad):
            raise NotFinite("a loss or a weight")

    def _epoch(self) -> bool:
        """One epoch, or what is left of it; False where a signal ended it."""
        place = self.place
        begun, seen = perf_counter(), 0
        self.listener.began(place.epoch, place.batch, len(self.train))
        for batch in self.train.epoch(place.epoch, place.batch):
            seen += batch.total
            if not self.step(batch):
                self.spent += perf_counter() - begun
                self._save(best=False)
                return False
        self._look()
        trained = perf_counter() - begun
        self.listener.judging()
        return self._judge(begun, seen / trained if seen else 0.0)

    def step(self, batch: Batch) -> bool:
        """One step with all that is around it; False where a signal ends the training after it."""
        place = self.place
        self.engine.step(batch, place.step, self.sums)
        place.step += 1
        place.batch += 1
        self.listener.stepped(place.batch, batch.total, self._own)
        self.keeper.check()
        if not self.engine.looks and place.step % LOOK == 0:
            self._look()
        if self._stopped():
            return False
        if self.recipe.every_steps and place.step % self.recipe.every_steps == 0:
            self._save(best=False)
        return True

    def _stopped(self) -> bool:
        self.signal = self.engine.world.agreed(self.asked())
        return bool(self.signal)

    def _own(self) -> Scores:
        """Those of the epoch so far as this process knows them, without asking the others."""
        return self.sums.scores(World())

    def scores(self) -> Scores:
        """Those of the epoch so far."""
        return self.sums.scores(self.engine.world)

    def _judge(self, begun: float, speed: float) -> bool:
        engine = self.engine
        batches = self.validation.epoch(0)
        if engine.average is None:
            found = engine.judge(batches, self._stopped)
        else:
            with engine.average.instead():
                found = engine.judge(batches, self._stopped)
        if found is None:
            self.spent += perf_counter() - begun
            self._save(best=False)
            return False
        held = found[0].scores(engine.world)
        seconds = self.spent + perf_counter() - begun
        better = self._better(held.accuracy if self.recipe.monitor == "accuracy" else -held.loss)
        if better or self.confusion is None:
            self.confusion = found[1]
        place = self.place
        rate = engine.schedule.rate(max(place.step - 1, 0))
        epoch = Epoch(place.epoch + 1, place.step, rate, self.scores(), held, better, seconds, speed)
        self._done(epoch)
        return True

    def _better(self, measure: float) -> bool:
        better = self.best is None or measure > self.best
        if better:
            self.best, self.waited = measure, 0
        else:
            self.waited += 1
        return better

    def _done(self, epoch: Epoch) -> None:
        """Write an epoch down, begin the next, keep the state."""
        self.epochs.append(epoch)
        self.keeper.log(epoch.log())
        self.place.epoch += 1
        self.place.batch = 0
        self.spent = 0.0
        self.sums = Sums(self.engine.device)
        every = self.recipe.every_epochs
        self._save(best=epoch.best, kept=bool(every) and epoch.number % every == 0)
        self.listener.ended(epoch)

    # --- the state --------------------------------------------------------------------------

    def _save(self, *, best: bool, kept: bool = False) -> None:
        self._look()
        self.start = None
        place = self.place
        self.keeper.save(self.state(), (place.step, place.epoch, place.batch), best=best, kept=kept)

    def state(self) -> dict[str, Any]:
        """All that a later step depends on, and what says of what it is; the weights to use stand under ``model``."""
        engine = self.engine
        whole = engine.world.model_state(engine.network)
        average = engine.average
        model = whole if average is None else {**whole, **average.state()}
        training: dict[str, Any] = {
            "optimizer": engine.world.optimizer_state(engine.network, engine.optimizer),
            "scaler": engine.scaler.state_dict(),
            "weights": None if average is None else whole,
            "chance": chance.state(engine.device),
            "sums": self.sums.state(engine.world),
            "each": self._each(),
            "best": self.best,
            "waited": self.waited,
            "spent": self.spent,
            "epochs": [_plain(epoch) for epoch in self.epochs],
            "confusion": None if self.confusion is None else self.confusion.total(engine.world),
        }
        return {"model": model, "training": training, **self.about}

    def _each(self) -> list[dict[str, Any]]:
        """What each of several processes has for itself; where as many go on, each takes its own."""
        engine = self.engine
        if engine.world.size == 1:
            return []
        return engine.world.gathered({"chance": chance.state(engine.device), "sums": self.sums.state(World())})

    def load(self, state: dict[str, Any], place: tuple[int, int, int]) -> None:
        """Go on from a state."""
        engine, training = self.engine, state["training"]
        model = state["model"] if training["weights"] is None else training["weights"]
        engine.world.load_model(engine.network, model)
        if engine.average is not None:
            engine.average.load(state["model"])
        engine.world.load_optimizer(engine.network, engine.optimizer, training["optimizer"])
        engine.scaler.load_state_dict(training["scaler"])
        each = training.get("each") or []
        alike = len(each) == engine.world.size
        if alike:
            self.sums.load(each[engine.world.rank]["sums"])
        elif engine.world.talks:
            self.sums.load(training["sums"])
        self.best, self.waited, self.spent = training["best"], training["waited"], training["spent"]
        self.epochs = [_epoch(plain) for plain in training["epochs"]]
        if training["confusion"] is not None:
            self.confusion = Confusion(engine.objective.classes, engine.device)
            if engine.world.talks:  # one has the counts of all
                self.confusion.counts.copy_(training["confusion"])
        self.place.step, self.place.epoch, self.place.batch = place
        if alike or engine.world.talks:
            chance.load(each[engine.world.rank]["chance"] if alike else training["chance"], engine.device)
        else:
            chance.begin(chance.seed_of(self.recipe.seed, engine.world.rank, self.place.step))


def _plain(epoch: Epoch) -> list[object]:
    return [list(value) if isinstance(value, tuple) else value for value in epoch]


def _epoch(plain: list[Any]) -> Epoch:
    values: list[Any] = [Scores(*value) if isinstance(value, list) else value for value in plain]
    return Epoch(*values)
