"""A network that has learned a little, for whoever asks it something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import api

if TYPE_CHECKING:
    from pathlib import Path

TINY = """
name: tiny
input: [1, 8, 8]
params: {classes: 10}
layers:
  - {conv: {out: 8, kernel: 3, padding: 1}, name: stem.conv}
  - {batch_norm: , name: stem.bn}
  - relu
  - max_pool: 2
  - flatten
  - dropout: 0.2
  - {linear: $classes, name: fc}
"""


def trained(folder: Path, **options: object) -> Path:
    """The run of a training of the digits, with files of its network beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.yaml").write_text(TINY, "utf-8")
    wish = api.TrainWish(model=str(folder / "tiny.yaml"), run=str(folder / "run"), options={"epochs": 3, **options})
    api.train_planned(api.plan_training(wish), wish)
    return folder / "run"
