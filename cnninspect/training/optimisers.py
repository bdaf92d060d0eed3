"""The rule of a step, and which weights decay.

Weight decay pulls what multiplies (kernels, matrices) and spares what shifts and scales: biases, whatever has one axis
or none, and every weight of a normalisation, however many axes it has. ``decay_all`` spares nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch.optim import Optimizer

    from cnninspect.recipe import Recipe

NORMS = (_NormBase, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)


def optimizer_of(network: nn.Module, recipe: Recipe) -> Optimizer:
    """The optimizer of a recipe for the weights that learn."""
    groups = [group for group in grouped(network, recipe) if group["params"]]
    if not groups:  # a network without weights has nothing to learn: torch wants a parameter all the same
        groups = [{"params": [nn.Parameter(torch.zeros(()))], "weight_decay": 0.0}]
    return MAKERS[recipe.optimizer](groups, recipe)


def grouped(network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """The weights that learn: those that decay, then those that are spared."""
    spared = frozenset() if recipe.decay_all else frozenset(_spared(network))
    learned = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [one for one in learned if one not in spared], "weight_decay": recipe.weight_decay},
        {"params": [one for one in learned if one in spared], "weight_decay": 0.0},
    ]


def _spared(network: nn.Module) -> Iterator[nn.Parameter]:
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.dim() < 2 or name.endswith("bias") or isinstance(module, NORMS):  # noqa: PLR2004
                yield parameter


def _sgd(groups: list[dict[str, Any]], recipe: Recipe, **fused: bool) -> Optimizer:
    return torch.optim.SGD(groups, lr=recipe.rate, momentum=recipe.momentum, nesterov=recipe.nesterov, **fused)


def _adam(groups: list[dict[str, Any]], recipe: Recipe, **fused: bool) -> Optimizer:
    return torch.optim.Adam(groups, lr=recipe.rate, betas=(recipe.momentum, 0.999), **fused)


def _adamw(groups: list[dict[str, Any]], recipe: Recipe, **fused: bool) -> Optimizer:
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(recipe.momentum, 0.999), **fused)


def _rmsprop(groups: list[dict[str, Any]], recipe: Recipe) -> Optimizer:
    return torch.optim.RMSprop(groups, lr=recipe.rate, momentum=recipe.momentum)


def _fused(maker: Callable[..., Optimizer]) -> Callable[[list[dict[str, Any]], Recipe], Optimizer]:
    """In one kernel for all weights where this torch can do that on this device."""

    def make(groups: list[dict[str, Any]], recipe: Recipe) -> Optimizer:
        try:
            return maker([dict(group) for group in groups], recipe, fused=True)
        except RuntimeError:
            return maker(groups, recipe)

    return make


MAKERS: dict[str, Callable[[list[dict[str, Any]], Recipe], Optimizer]] = {
    "sgd": _fused(_sgd),
    "adam": _fused(_adam),
    "adamw": _fused(_adamw),
    "rmsprop": _rmsprop,
}
