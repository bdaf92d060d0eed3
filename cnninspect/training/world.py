"""The processes that train together; here the one that trains alone.

The engine asks this of them and nothing else, so that several processes are this class once more with other answers:
sums go over all of them, what one is asked all are asked, and one talks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from torch import Tensor, nn


class World:
    """One process that trains alone."""

    rank = 0
    size = 1

    @property
    def talks(self) -> bool:
        """Whether this process prints and writes."""
        return self.rank == 0

    def device(self, wanted: str) -> torch.device:
        """The device of this process."""
        from cnninspect.backends.build import choose_device

        return choose_device(wanted)

    def wrap(self, network: nn.Module) -> Callable[..., Any]:
        """What is called in place of the network in training: gradients come out as those of all processes."""
        return network

    def held_back(self, called: Callable[..., Any]) -> AbstractContextManager[None]:
        """A stretch in which gradients are not yet exchanged: a part of a batch that is not its last."""
        from contextlib import nullcontext

        del called
        return nullcontext()

    def clip(self, parameters: list[nn.Parameter], most: float) -> Tensor:
        """Scale all gradients together so that their norm is ``most`` at most; returns the norm before."""
        return torch.nn.utils.clip_grad_norm_(parameters, most)

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        return tensor

    def agreed(self, number: int) -> int:
        """The largest of the numbers that the processes have, as soon as all have said theirs."""
        return number

    def model_state(self, network: nn.Module) -> dict[str, Any]:
        """The whole ``state_dict``, on every process."""
        return network.state_dict()

    def optimizer_state(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
        """The whole state of the optimizer, on every process."""
        del network
        return optimizer.state_dict()

    def load_model(self, network: nn.Module, state: dict[str, Any]) -> None:
        """Take the weights of a whole ``state_dict``."""
        network.load_state_dict(state)

    def load_optimizer(self, network: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> None:
        """Take the whole state of an optimizer."""
        del network
        optimizer.load_state_dict(state)

    def wait(self) -> None:
        """Until all are here."""
