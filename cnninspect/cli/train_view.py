"""Training as it is watched: a bar that moves in a terminal, one plain line an epoch in a pipe."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.reports import train as report

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.training.metrics import Scores
    from cnninspect.training.telling import Epoch
    from cnninspect.values import Problem

EVERY = 0.2
"""Seconds between two looks at the device, each of which waits for it."""


def view(epochs: int, *, quiet: bool = False) -> api.Listener:
    """Who listens, in this kind of output."""
    if quiet:
        return api.Listener()
    return Moving(epochs) if sys.stdout.isatty() else Plain(epochs)


class Plain(api.Listener):
    """One line an epoch."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def resumed(self, epoch: int, batch: int, step: int, notes: tuple[str, ...]) -> None:
        for note in notes:
            sys.stderr.write(f"{note}\n")
        where = f"epoch {epoch + 1}, batch {batch + 1}" if batch else f"epoch {epoch + 1}"
        self.say(f"going on after {step:,} steps, at {where}")

    def ended(self, epoch: Epoch) -> None:
        self.say(report.line(epoch, self.epochs))

    def noticed(self, problem: Problem) -> None:
        sys.stderr.write(f"{problem.message}\n" + (f"  = help: {problem.help}\n" if problem.help else ""))

    def say(self, text: str) -> None:
        """Print a line at once."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class Moving(Plain):
    """A row an epoch, and below it a bar."""

    def __init__(self, epochs: int) -> None:
        super().__init__(epochs)
        self.headed = False
        self.epoch = self.batches = self.seen = self.done = 0
        self.begun = self.first = self.looked = perf_counter()
        self.started = 0

    def began(self, epoch: int, batch: int, batches: int) -> None:
        if not self.headed:
            self.say(report.HEAD)
            self.headed = True
            self.first, self.started = perf_counter(), epoch * batches + batch
        self.epoch, self.batches, self.seen = epoch, batches, 0
        self.begun = perf_counter()

    def stepped(self, batch: int, images: int, scores: Callable[[], Scores]) -> None:  # type: ignore[override]
        self.seen += images
        now = perf_counter()
        if now - self.looked < EVERY:
            return
        self.looked = now
        speed = self.seen / max(now - self.begun, 1e-9)
        done = self.epoch * self.batches + batch
        left = (now - self.first) / max(done - self.started, 1) * (self.epochs * self.batches - done)
        share = batch / max(self.batches, 1)
        text = report.bar(self.epoch + 1, self.epochs, share, scores(), speed, left, _width() - 1)
        sys.stdout.write(f"\r\x1b[K{text}")
        sys.stdout.flush()

    def judging(self) -> None:
        self.say_over(f"{self.epoch + 1:>3}/{self.epochs} held-out images …")

    def ended(self, epoch: Epoch) -> None:
        self.say_over("")
        self.say(report.row(epoch))

    def say_over(self, text: str) -> None:
        """Put a text in place of the bar."""
        sys.stdout.write(f"\r\x1b[K{text}")
        sys.stdout.flush()


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
