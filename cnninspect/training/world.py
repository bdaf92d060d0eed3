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
    share = 1.0
    """The part of a batch's images that this process has."""
    lockstep = False
    """Whether every forward is an exchange, so that all have to do as many."""

    @property
    def talks(self) -> bool:
        """Whether this process prints and writes."""
        return self.rank == 0

    def device(self, wanted: str) -> torch.device:
        """The device of this process."""
        from cnninspect.backends.build import choose_device

        return choose_device(wanted, runs=True)

    def wrap(self, network: nn.Module, *, unused: bool = False) -> Callable[..., Any]:
        """What is called in place of the network in training: gradients come out as those of all processes.

        ``unused``: weights may have none.
        """
        del unused
        return network

    def judged(self, network: nn.Module, called: Callable[..., Any]) -> Callable[..., Any]:
        """What is called in place of the network in judging."""
        del network
        return called

    def stepping(self, real: int, total: int) -> None:
        """A step begins, with so many images of this process out of so many of all."""

    def settle(self) -> None:
        """The gradients of a step are there: what is left to bring together is brought together."""

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

    def anywhere(self, found: bool) -> bool:  # noqa: FBT001 - what is asked of all
        """Whether it is so in any of the processes; waits for all."""
        return found

    def gathered(self, own: Any) -> list[Any]:  # noqa: ANN401 - plain values
        """What each of the processes has."""
        return [own]

    def shared(self, own: Any) -> Any:  # noqa: ANN401 - plain values
        """What the first of the processes has."""
        return own

    def whole(self, state: Any) -> Any:  # noqa: ANN401 - tensors, in mappings or alone
        """The whole of tensors of which each process has a part."""
        return state

    def own(self, tensor: Tensor) -> Tensor:
        """The numbers of a tensor that this process has."""
        return tensor

    def like(self, mine: Tensor, whole: Tensor) -> Tensor:
        """The part of a whole tensor that this process has, as it has one of another."""
        del mine
        return whole

    def model_state(self, network: nn.Module) -> dict[str, Any]:
        """The whole ``state_dict``, on every process."""
        return dict(self.whole(network.state_dict()))

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

    def close(self) -> None:
        """Nothing more is exchanged."""
