"""Several processes that share one network out: each keeps a part of every weight and of the optimizer's state (FSDP2).

A layer's whole weights are there while it computes. What is written is whole and knows nothing of the shares: it is
the same file as that of one process, and goes on with any number of them.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from cnninspect.backends.build_network import Borrower
from cnninspect.training.several import Several
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from cnninspect.recipe import Recipe
    from cnninspect.training.team import Team

LARGE = 2**16
"""Weights of a layer from which on it is fetched and given back by itself; the others come together."""


class Sharded(Several):
    """One of several processes, each with a part of the network."""

    lockstep = True

    def __init__(self, team: Team, recipe: Recipe) -> None:
        if recipe.precision == "fp16":
            message = "strategy fsdp does not scale a loss, as precision fp16 needs"
            raise Problem(
                "conflicting-options", message, option="precision", help="--precision bf16, or --strategy ddp"
            )
        super().__init__(team, recipe)

    def _shared(self, network: nn.Module, *, unused: bool) -> Any:  # noqa: ANN401 - a module of torch
        del unused
        network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload] # shares have no other layout
        mesh = init_device_mesh(self._device.type, (self.size,))
        for layer in alone(network):
            fully_shard(layer, mesh=mesh)
        return fully_shard(network, mesh=mesh)

    def judged(self, network: nn.Module, called: Callable[..., Any]) -> Callable[..., Any]:
        del network
        return called

    @contextmanager
    def held_back(self, called: Callable[..., Any]) -> Iterator[None]:
        del called
        self._wrapped.set_requires_gradient_sync(False)
        try:
            yield
        finally:
            self._wrapped.set_requires_gradient_sync(True)

    def clip(self, parameters: list[nn.Parameter], most: float) -> Tensor:
        norm = super().clip(parameters, most)
        return self.whole(norm)  # type: ignore[no-any-return]

    # --- the state --------------------------------------------------------------------------

    def whole(self, state: Any) -> Any:  # noqa: ANN401 - tensors, in mappings or alone
        if isinstance(state, DTensor):
            return state.full_tensor().detach()
        if isinstance(state, dict):
            return {key: self.whole(value) for key, value in state.items()}
        return state

    def own(self, tensor: Tensor) -> Tensor:
        return tensor.to_local().detach() if isinstance(tensor, DTensor) else tensor

    def like(self, mine: Tensor, whole: Tensor) -> Tensor:
        if not isinstance(mine, DTensor):
            return whole
        there = whole.to(self._device)
        return distribute_tensor(there, mine.device_mesh, mine.placements, src_data_rank=None)

    def load_model(self, network: nn.Module, state: dict[str, Any]) -> None:
        own = network.state_dict()
        network.load_state_dict({key: self.like(own[key], one) if key in own else one for key, one in state.items()})

    def optimizer_state(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
        return dict(self.whole(super().optimizer_state(network, optimizer)))

    def load_optimizer(self, network: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> None:
        weights = [one for group in optimizer.param_groups for one in group["params"]]
        shares = {
            number: {key: self._part(weights[number], one) for key, one in kept.items()}
            for number, kept in state["state"].items()
        }
        super().load_optimizer(network, optimizer, {**state, "state": shares})

    def _part(self, weight: Tensor, kept: Any) -> Any:  # noqa: ANN401 - tensors and numbers
        """What an optimizer keeps of each number of a weight, shared out as the weight is."""
        fits = isinstance(kept, torch.Tensor) and kept.shape == weight.shape and kept.dim() > 0
        return self.like(weight, kept) if fits else kept


def alone(network: nn.Module) -> list[nn.Module]:
    """The layers that are shared out one by one: large, and with weights that no other layer uses.

    The network's forward calls its layers itself, so what is shared out has to be layers and no groups of them.
    """
    borrowed = {
        id(weight)
        for one in network.modules()
        if isinstance(one, Borrower)
        for weight in one.__dict__["layer"].parameters()
    }
    return [
        layer
        for layer in network.modules()
        if not [*layer.children()]
        and sum(one.numel() for one in layer.parameters()) >= LARGE
        and not any(id(one) in borrowed for one in layer.parameters())
    ]
