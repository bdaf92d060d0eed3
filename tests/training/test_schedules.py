"""Schedules are torch's own, as functions of the step alone."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch.optim import lr_scheduler

from cnninspect.recipe import Recipe
from cnninspect.training.schedules import schedule_of

pytestmark = pytest.mark.torch

EACH, EPOCHS = 7, 6
TOTAL = EACH * EPOCHS


def by_torch(make: Any, *, epochs: bool = False) -> list[float]:
    """The rates of every step by a scheduler of torch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = make(optimizer)
    found = []
    for step in range(TOTAL):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < TOTAL - 1 and (not epochs or step % EACH == EACH - 1):
            scheduler.step()
    return found


def ours(**options: Any) -> list[float]:
    schedule = schedule_of(Recipe({"lr": 0.1, "epochs": EPOCHS, **options}), EACH)
    return [schedule.rate(step) for step in range(TOTAL)]


def test_one_cycle() -> None:
    """Up over the first 30 % of the steps, then down to almost nothing."""
    torchs = by_torch(
        lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=TOTAL, cycle_momentum=False)
    )
    assert ours(schedule="one_cycle") == pytest.approx(torchs)


def test_one_cycle_with_another_end() -> None:
    """The end is a share of the highest rate."""
    torchs = by_torch(
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer, 0.1, total_steps=TOTAL, cycle_momentum=False, final_div_factor=4
        )
    )
    assert ours(schedule="one_cycle", final=0.01) == pytest.approx(torchs)


def test_cosine() -> None:
    """Half a cosine over all steps, to zero or a share of the highest rate."""
    torchs = by_torch(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, TOTAL, eta_min=0.01))
    assert ours(schedule="cosine", final=0.1) == pytest.approx(torchs)


def test_step() -> None:
    """Multiplied after the epochs that are milestones."""
    torchs = by_torch(lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [2, 5], gamma=0.2), epochs=True)
    assert ours(schedule="step", milestones=[2, 5], factor=0.2) == pytest.approx(torchs)


def test_constant_with_warm_up() -> None:
    """A warm-up rises in equal steps, and reaches the rate in the step after it."""
    assert ours(schedule="constant", warmup=1)[:8] == pytest.approx([0.1 * step / 8 for step in range(1, 9)])
    assert ours(schedule="constant") == [0.1] * TOTAL


def test_short_runs_have_rates() -> None:
    """Runs of one or two steps do not divide by nothing."""
    for steps in (1, 2, 3):
        schedule = schedule_of(Recipe({"lr": 0.1, "epochs": steps}), 1)
        assert all(0 < schedule.rate(step) <= 0.1 for step in range(steps))
