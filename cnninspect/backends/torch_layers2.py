"""Pointwise and normalising modules that torch itself lacks, for the torch back end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, rms_norm
from torch.nn.modules.batchnorm import _BatchNorm

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_channel(values: Tensor, like: Tensor) -> Tensor:
    """One value a channel, shaped to broadcast over ``like``."""
    return values.view([-1] + [1] * (like.dim() - 2))  # spelled so that TorchScript can read it


# --- activations -----------------------------------------------------------------------


class Squareplus(nn.Module):
    """``y = (x + sqrt(x² + b)) / 2``."""

    def __init__(self, b: float = 4.0) -> None:
        super().__init__()
        self.b = b

    def forward(self, x: Tensor) -> Tensor:
        return (x + torch.sqrt(x * x + self.b)) / 2

    def extra_repr(self) -> str:
        return f"b={self.b:g}"


class SparsePlus(nn.Module):
    """0 where ``x <= -1``, ``x`` where ``x >= 1``, else ``(x + 1)² / 4``."""

    def forward(self, x: Tensor) -> Tensor:
        bend = x.clamp(-1, 1) + 1
        return bend * bend / 4 + (x - 1).relu()


class SparseSigmoid(nn.Module):
    """``y = min(max((x + 1) / 2, 0), 1)``."""

    def forward(self, x: Tensor) -> Tensor:
        return ((x + 1) / 2).clamp(0, 1)


class Sparsemax(nn.Module):
    """The projection of ``x`` onto the shares that sum to 1 along ``dim``."""

    def __init__(self, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        z = x.movedim(self.dim, -1)
        ordered = z.sort(dim=-1, descending=True).values
        sums = ordered.cumsum(-1)
        ranks = torch.arange(1, z.shape[-1] + 1, device=z.device, dtype=z.dtype)
        support = (1 + ranks * ordered > sums).sum(-1, keepdim=True)
        threshold = (sums.gather(-1, support - 1) - 1) / support
        return (z - threshold).relu().movedim(-1, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


# --- normalisation ---------------------------------------------------------------------


class BatchNorm(_BatchNorm):
    """Batch normalisation of any rank that learns only its factor or only its offset."""

    def __init__(  # noqa: PLR0913 - torch's five, one of them split
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        *,
        scale: bool = True,
        center: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine=True, track_running_stats=track_running_stats)
        if not scale:
            self.register_parameter("weight", None)
        if not center:
            self.register_parameter("bias", None)

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        if self.weight is not None:
            nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        """Every rank is fine."""


class FrozenBatchNorm(nn.Module):
    """Batch normalisation whose statistics, factor and offset are all constants."""

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight: Tensor
        self.bias: Tensor
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("weight", torch.ones(num_features))
        self.register_buffer("bias", torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: Tensor) -> Tensor:
        factor = self.weight * (self.running_var + self.eps).rsqrt()
        offset = self.bias - self.running_mean * factor
        return x * by_channel(factor, x) + by_channel(offset, x)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: object) -> None:
        # A checkpoint of an ordinary batch_norm has one tensor more.
        state_dict.pop(f"{prefix}num_batches_tracked", None)
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps:g}"


class ChannelLayerNorm(nn.LayerNorm):
    """Layer normalisation of every position over its channels."""

    def forward(self, x: Tensor) -> Tensor:
        last = x.movedim(1, -1)
        y = layer_norm(last, self.normalized_shape, self.weight, self.bias, self.eps)
        return y.movedim(-1, 1)


class ChannelRMSNorm(nn.RMSNorm):
    """Root-mean-square normalisation of every position over its channels."""

    def forward(self, x: Tensor) -> Tensor:
        last = x.movedim(1, -1)
        y = rms_norm(last, self.normalized_shape, self.weight, self.eps)
        return y.movedim(-1, 1)


# --- regularisation --------------------------------------------------------------------


class GaussianDropout(nn.Module):
    """Noise of mean 1 and variance ``p / (1 - p)`` as a factor, in training."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p
        self.deviation = (p / (1 - p)) ** 0.5

    def forward(self, x: Tensor) -> Tensor:
        return x * (1 + self.deviation * torch.randn_like(x)) if self.training else x

    def extra_repr(self) -> str:
        return f"p={self.p:g}"


class GaussianNoise(nn.Module):
    """Noise of mean 0 as an offset, in training."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def forward(self, x: Tensor) -> Tensor:
        return x + self.deviation * torch.randn_like(x) if self.training else x

    def extra_repr(self) -> str:
        return f"deviation={self.deviation:g}"


class DropPath(nn.Module):
    """Whole samples at 0 with probability ``p``, the others stretched so that the mean stays, in training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        kept = 1 - self.p
        mask = x.new_empty([x.shape[0]] + [1] * (x.dim() - 1)).bernoulli_(kept)
        return x * (mask.div_(kept) if kept else mask)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"


# --- factors and offsets ---------------------------------------------------------------


class LayerScale(nn.Module):
    """A learned factor for each position of one axis, which has ``after`` axes behind it."""

    def __init__(self, size: int, *, after: int, init: float = 1e-6, keep_axes: bool = False) -> None:
        super().__init__()
        self.init = init
        self.spread = (size, *[1] * after)
        self.weight = nn.Parameter(torch.empty(self.spread if keep_axes else (size,)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.constant_(self.weight, self.init)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.view(self.spread)

    function = "cnninspect.backends.torch_layers2:scaled"
    """What does the same with a weight that stands by itself, on the arguments below."""

    def arguments(self) -> dict[str, object]:
        return {"spread": self.spread}

    def extra_repr(self) -> str:
        return f"{self.spread[0]}, init={self.init:g}"


def scaled(x: Tensor, weight: Tensor, spread: tuple[int, ...]) -> Tensor:
    """What a LayerScale does, with a weight that stands by itself."""
    return x * weight.view(spread)


class ScaleShift(nn.Module):
    """``y = scale x + shift`` with constants that no checkpoint holds."""

    def __init__(self, scale: Sequence[float], shift: Sequence[float]) -> None:
        super().__init__()
        self.constants = (tuple(scale), tuple(shift))
        self.scale: Tensor
        self.shift: Tensor
        self.register_buffer("scale", torch.tensor(scale), persistent=False)
        self.register_buffer("shift", torch.tensor(shift), persistent=False)

    def _load_from_state_dict(self, *given: Any) -> None:  # noqa: ANN401 - as torch calls it
        """Set the constants too: on the meta device there were none."""
        super()._load_from_state_dict(*given)
        device = "cpu" if self.scale.is_meta else self.scale.device
        self.scale, self.shift = [
            torch.tensor(values, dtype=self.scale.dtype, device=device) for values in self.constants
        ]

    def forward(self, x: Tensor) -> Tensor:
        return x * by_channel(self.scale, x) + by_channel(self.shift, x)


class Normalize(nn.Module):
    """``y = (x - mean) / sqrt(variance)`` with figures that the checkpoint holds."""

    def __init__(self, channels: int, mean: Sequence[float], variance: Sequence[float]) -> None:
        super().__init__()
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.tensor(mean).expand(channels).clone())
        self.register_buffer("variance", torch.tensor(variance).expand(channels).clone())
        self.register_buffer("count", torch.zeros((), dtype=torch.long))

    def forward(self, x: Tensor) -> Tensor:
        return (x - by_channel(self.mean, x)) / by_channel(self.variance, x).sqrt()
