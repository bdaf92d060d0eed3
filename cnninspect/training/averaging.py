"""Weights averaged over the steps of a run: often better than the last ones, and steadier.

After step t, from 1: ``average += (1 − d) (weight − average)`` with ``d = min(decay, t / (t + 9))``, so that the
beginning is forgotten soon. What is not a float, as counters are, and running statistics are taken as they are.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from cnninspect.training.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn


class Average:
    """The averaged weights of a network."""

    def __init__(self, network: nn.Module, decay: float, world: World | None = None) -> None:
        self.world = world or World()
        self.decay = decay
        self.weights = {name: one for name, one in network.named_parameters() if one.is_floating_point()}
        self.average = {name: one.detach().clone() for name, one in self.weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step, counted from 1."""
        share = 1 - min(self.decay, step / (step + 9))
        for name, weight in self.weights.items():
            self.average[name].lerp_(weight, share)

    @contextmanager
    def instead(self) -> Iterator[None]:
        """While this lasts the network has the averaged weights."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, weight in self.weights.items():
            kept = weight.detach().clone()
            weight.copy_(self.average[name])
            self.average[name].copy_(kept)

    def state(self) -> dict[str, Tensor]:
        """The averages, whole."""
        return dict(self.world.whole(self.average))

    def load(self, state: dict[str, Tensor]) -> None:
        """Take the averages of a checkpoint."""
        for name, average in self.average.items():
            average.copy_(self.world.like(average, state[name]))
