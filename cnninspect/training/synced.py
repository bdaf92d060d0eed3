"""Batch norm over the whole batch, whichever process has which part of it: on CPUs as well as on GPUs.

torch's own does that on GPUs alone. Mean and variance are those of all images of all processes (an image that stands
in for none counts nothing), so that the result is, but for rounding, that of one process:
``dx = w / s · (dy − mean(dy) − x̂ · mean(dy · x̂))`` with means over all processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.training.world import World


class Synced(_BatchNorm):
    """A batch norm of one, two or three axes whose statistics are those of all processes."""

    world: World

    def _check_input_dim(self, input: Tensor) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        real = float(self.world.share > 0)
        made, mean, variance, count = _Normalise.apply(input, self.weight, self.bias, self.eps, real)  # type: ignore[no-untyped-call]
        self._remember(mean, variance * (count / (count - 1).clamp_min(1)))
        return made  # type: ignore[no-any-return]

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1.0 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), share)
        self.running_var.lerp_(variance.to(self.running_var.dtype), share)


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(  # noqa: PLR0913 - what it is computed from
        ctx: Any,  # noqa: ANN401 - torch's
        given: Tensor,
        weight: Tensor | None,
        bias: Tensor | None,
        eps: float,
        real: float,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = given.float()
        axes, shape = [0, *range(2, x.dim())], [1, -1] + [1] * (x.dim() - 2)
        own = x.new_tensor([real * x.numel() / x.shape[1]])
        sums = torch.cat([x.sum(axes) * real, own])
        distributed.all_reduce(sums)
        count = sums[-1:]
        mean = sums[:-1] / count
        centred = x - mean.view(shape)
        squares = centred.square().sum(axes) * real
        distributed.all_reduce(squares)
        variance = squares / count
        scale = torch.rsqrt(variance + eps)
        normal = centred * scale.view(shape)
        made = normal if weight is None else normal * weight.view(shape)
        made = made if bias is None else made + bias.view(shape)
        ctx.save_for_backward(normal, weight, scale, count)
        ctx.axes, ctx.shape, ctx.real, ctx.kind = axes, shape, real, given.dtype
        ctx.mark_non_differentiable(mean, variance, count)
        return made.to(given.dtype), mean, variance, count

    @staticmethod
    def backward(ctx: Any, grad: Tensor, *none: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401 - torch's
        del none
        normal, weight, scale, count = ctx.saved_tensors
        dy = grad.float() * ctx.real
        of_bias, of_weight = dy.sum(ctx.axes), (dy * normal).sum(ctx.axes)
        sums = torch.cat([of_bias, of_weight])
        distributed.all_reduce(sums)
        means = (sums / count).view(2, -1)
        inner = dy - means[0].view(ctx.shape) - normal * means[1].view(ctx.shape)
        factor = scale if weight is None else scale * weight
        dx = inner * factor.view(ctx.shape) * ctx.real
        spared = weight is None
        return dx.to(ctx.kind), None if spared else of_weight, None if spared else of_bias, None, None


def synchronise(network: nn.Module, world: World) -> None:
    """Make every batch norm of a network one over all processes; its weights and their names stay."""
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            module.__class__ = Synced
            module.__dict__["world"] = world
