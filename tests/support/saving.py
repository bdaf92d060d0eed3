"""Runs with checkpoints, made without a training."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from cnninspect.training.checkpoints import Checkpoints, Position, Restored

ROOT = Path(__file__).parent.parent.parent


def state(number: float = 0.0, size: int = 50) -> dict[str, Any]:
    """A state whose every part follows from a number."""
    weights = {"fc.weight": torch.full((10, size), float(number)), "fc.bias": torch.arange(10.0) + number}
    moments = {0: {"step": torch.tensor(number), "exp_avg": torch.full((10, size), -number)}}
    groups = [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0, 1], "maximize": False, "foreach": None}]
    return {
        "model": weights,
        "optimizer": {"state": moments, "param_groups": groups},
        "rng": {"python": (3, (1, 2**31, 5), None), "torch": torch.arange(16, dtype=torch.uint8)},
        "recipe": "epochs: 3\nname: zürich\n",
    }


def same(one: Any, other: Any) -> bool:
    """Whether two states are equal in every value and type."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and one.dtype == other.dtype and torch.equal(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def saved(folder: Path, steps: int, *, keep: int = 2, best: int = 0) -> Checkpoints:
    """A run of so many steps with a checkpoint after each."""
    made = Checkpoints(str(folder), keep=keep)
    for step in range(1, steps + 1):
        made.save(state(step), Position(step, step // 2, step % 2), best=step == best)
    made.close()
    return made


def flip(path: Path, bit: int) -> None:
    """Turn one bit of a file over, in the very file: each of its names sees it."""
    with path.open("r+b") as file:
        file.seek(bit // 8)
        (value,) = file.read(1)
        file.seek(bit // 8)
        file.write(bytes([value ^ 1 << bit % 8]))


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def latest(folder: Path) -> Restored:
    found = Checkpoints(str(folder)).latest()
    assert found is not None
    return found


def writer(program: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **options)
