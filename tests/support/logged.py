"""Runs that nobody trained: folders with what a training leaves, made of figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def entry(number: int, accuracy: float, *, best: bool = True) -> dict[str, Any]:
    """The record of an epoch."""
    return {
        "epoch": number,
        "step": 20 * number,
        "lr": 0.01 / number,
        "train_loss": 1.5 / number,
        "train_accuracy": accuracy - 0.05,
        "loss": 2.0 / number,
        "accuracy": accuracy,
        "best": best,
        "seconds": 30.5,
        "images_per_second": 1500.0,
    }


def logged(folder: Path, accuracies: list[float], *, ended: str | None = "done", **recipe: Any) -> Path:
    """A run with an epoch for each accuracy."""
    folder.mkdir(parents=True)
    best = [place for place, one in enumerate(accuracies) if one > max(accuracies[:place], default=0)]
    about = {
        "schema": "cnninspect.training/1",
        "model": "lenet5",
        "data": "digits",
        "classes": list("0123456789"),
        "recipe": {"epochs": 4, "lr": 0.003, "optimizer": "adamw", "monitor": "accuracy", "workers": 2, **recipe},
        "parameters": 61_706,
        "begun": f"2026-01-0{len(accuracies)}T10:00:00+00:00",
        "ended": None if ended is None else {"reason": ended, "at": "2026-01-09T10:00:00+00:00"},
    }
    (folder / "run.json").write_text(json.dumps(about), "utf-8")
    lines = [json.dumps(entry(number + 1, one, best=number in best)) + "\n" for number, one in enumerate(accuracies)]
    (folder / "metrics.jsonl").write_text("".join(lines), "utf-8")
    return folder
