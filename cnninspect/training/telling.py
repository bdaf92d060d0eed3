"""What a training tells while it runs: records to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.training.metrics import Scores
    from cnninspect.values import Problem


class Epoch(Record):
    """One epoch that is done."""

    number: int
    """From 1."""
    step: int
    """Steps since the beginning."""
    rate: float
    """The learning rate of its last step."""
    train: Scores
    """Of the images as they were augmented, while the weights moved."""
    validation: Scores
    """Of those held out, after the last step."""
    best: bool
    """Whether none before was better."""
    seconds: float
    speed: float
    """Training images a second."""

    def log(self) -> Mapping[str, object]:
        """Its line in the log."""
        return {
            "epoch": self.number,
            "step": self.step,
            "lr": self.rate,
            "train_loss": self.train.loss,
            "train_accuracy": self.train.accuracy,
            "loss": self.validation.loss,
            "accuracy": self.validation.accuracy,
            "best": self.best,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.speed, 1),
        }


class Outcome(Record):
    """How a training ended."""

    reason: str
    """``done``, ``patience``, ``signal`` or ``not-finite``."""
    signal: int
    epochs: tuple[Epoch, ...]
    """Those of this process and those before it."""
    confusion: tuple[tuple[int, ...], ...]
    """Of the best epoch of this process."""
    problems: tuple[Problem, ...]
    """What has to be said of it: numbers that are none, a loss that never moved."""
    seconds: float
    """Of this process."""


class Listener:
    """Somebody who listens; whoever wants to know less leaves a method as it is."""

    def resumed(self, epoch: int, batch: int, step: int, notes: tuple[str, ...]) -> None:
        """Training goes on from a checkpoint."""

    def began(self, epoch: int, batch: int, batches: int) -> None:
        """An epoch begins, or goes on."""

    def stepped(self, batch: int, images: int, scores: object) -> None:
        """A batch is done; ``scores`` when called gives the epoch's scores so far, for which it waits for the device."""

    def judging(self) -> None:
        """The epoch's steps are done, and the images held out come."""

    def ended(self, epoch: Epoch) -> None:
        """An epoch is done."""

    def noticed(self, problem: Problem) -> None:
        """Something that a person should know."""
