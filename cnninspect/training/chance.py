"""Every source of random numbers that training draws from, as a checkpoint keeps it.

The order of images and their augmentation are no part of this: they are a function of seed, epoch and place.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import torch


def begin(seed: int) -> None:
    """Begin all of them anew."""
    random.seed(seed)
    torch.manual_seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)


def seed_of(seed: int, rank: int, step: int = 0) -> int:
    """The seed of one of several processes from a step on: no two draw alike; the first has the recipe's at first."""
    return (seed + rank * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9) % 2**63


def state(device: torch.device) -> dict[str, Any]:
    """Where all of them are."""
    found: dict[str, Any] = {"torch": torch.get_rng_state(), "python": _listed(random.getstate())}
    if device.type == "cuda":
        found["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        found["mps"] = torch.mps.get_rng_state()
    if "numpy" in sys.modules:
        kind, keys, *rest = sys.modules["numpy"].random.get_state()
        found["numpy"] = [kind, keys.tolist(), *rest]
    return found


def load(found: dict[str, Any], device: torch.device) -> None:
    """Put all of them there."""
    torch.set_rng_state(found["torch"])
    random.setstate(_tupled(found["python"]))
    if device.type == "cuda" and "cuda" in found:
        torch.cuda.set_rng_state(found["cuda"], device)
    elif device.type == "mps" and "mps" in found:
        torch.mps.set_rng_state(found["mps"])
    if "numpy" in sys.modules and "numpy" in found:
        sys.modules["numpy"].random.set_state(tuple(found["numpy"]))


def _listed(value: Any) -> Any:  # noqa: ANN401 - tuples within tuples
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:  # noqa: ANN401 - lists within lists
    return tuple([_tupled(item) for item in value]) if isinstance(value, list) else value
