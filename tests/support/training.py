"""Small trainings for tests: a network with everything that has a state, on the digits that come with the program."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import torch

from cnninspect import api

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.api.planning import Plan
    from cnninspect.api.training import Trained
    from cnninspect.training.telling import Epoch, Listener

SMALL = """
name: small
input: [1, 8, 8]
params: {classes: 10}
layers:
  - conv: {out: 8, kernel: 3, stride: 2}
  - batch_norm
  - relu
  - flatten
  - dropout: 0.2
  - linear: $classes
"""
"""Running statistics, dropout, and weights of one and of more axes."""


def model(folder: Path, text: str = SMALL) -> str:
    """The file of a small network."""
    path = folder / "small.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def wish(folder: Path, *, run: str = "run", text: str = SMALL, **options: Any) -> api.TrainWish:
    """A short training of it."""
    given = {"epochs": 2, "batch": 128, "every_steps": 0, **options}
    return api.TrainWish(model=model(folder, text), run=str(folder / run), options=given)


def trained(asked: api.TrainWish, listener: Listener | None = None) -> Trained:
    """Plan and train."""
    return api.train_planned(api.plan_training(asked), asked, listener)


def planned(asked: api.TrainWish) -> Plan:
    return api.plan_training(asked)


def digest(path: Path) -> str:
    """One number for every weight of a checkpoint, bit for bit."""
    state = torch.load(path, weights_only=True)
    found = hashlib.sha256()
    for name, weight in state["model"].items():
        found.update(name.encode())
        found.update(weight.numpy().tobytes())
    return found.hexdigest()


def figures(epochs: tuple[Epoch, ...]) -> list[tuple[Any, ...]]:
    """What epochs say, times left out."""
    return [(one.number, one.step, one.rate, one.train, one.validation, one.best) for one in epochs]
