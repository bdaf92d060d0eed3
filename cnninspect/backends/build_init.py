"""How weights begin.

===============  ==========================================  ============================  ===========================
``init``         conv, conv_transpose                        linear                        biases of both
===============  ==========================================  ============================  ===========================
torch            uniform within 1/√fan_in                    uniform within 1/√fan_in      uniform within 1/√fan_in
kaiming          normal, variance 2/fan_out                  normal, variance 2/fan_in     0
xavier           uniform within √(6 / (fan_in + fan_out))    the same                      0
trunc_normal     normal, deviation 0.02, cut at ± 0.04       the same                      0
orthogonal       orthogonal rows, gain √2                    the same                      0
zero_residual    as kaiming                                  as kaiming                    0
===============  ==========================================  ============================  ===========================

Normalisations begin with factor 1 and offset 0 everywhere; ``zero_residual`` begins with factor 0 where a normalisation
is the end of a branch that is added, so that a residual block begins as identity. Every other layer begins as torch
has it. fan_in is the number of connections into an output, in_channels / groups times the kernel; fan_out is
out_channels times the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from cnninspect.ir import Graph

ADDED = {"torch:add", "cnninspect.backends.torch_layers3:add"}
NORMS = (_NormBase, nn.GroupNorm, nn.LayerNorm)


def _kaiming(weight: Tensor, *, conv: bool) -> None:
    nn.init.kaiming_normal_(weight, mode="fan_out" if conv else "fan_in", nonlinearity="relu")


def _xavier(weight: Tensor, *, conv: bool) -> None:
    del conv
    nn.init.xavier_uniform_(weight)


def _trunc_normal(weight: Tensor, *, conv: bool) -> None:
    del conv
    nn.init.trunc_normal_(weight, std=0.02, a=-0.04, b=0.04)


def _orthogonal(weight: Tensor, *, conv: bool) -> None:
    del conv
    nn.init.orthogonal_(weight, gain=2**0.5)


INITS: dict[str, Callable[..., None] | None] = {
    "torch": None,
    "kaiming": _kaiming,
    "xavier": _xavier,
    "trunc_normal": _trunc_normal,
    "orthogonal": _orthogonal,
    "zero_residual": _kaiming,
}


def initialise(network: nn.Module, init: str, last: list[nn.Module]) -> None:
    """Give every weight its beginning; ``last`` are the modules that end a branch which is added."""
    draw = INITS[init]
    if draw is None:
        return
    for module in network.modules():
        if isinstance(module, (_ConvNd, nn.Linear)):
            draw(module.weight, conv=isinstance(module, _ConvNd))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    if init == "zero_residual":
        for module in last:
            if isinstance(module, NORMS) and module.weight is not None:
                nn.init.zeros_(module.weight)


def branch_ends(graph: Graph) -> list[int]:
    """The nodes whose output is added to something and read by nothing else."""
    readers: dict[int, list[str]] = {}
    for node in graph.nodes:
        assert node.layer is not None
        target = node.layer.call([graph.shape(tensor) or () for tensor in node.inputs]).target
        for tensor in node.inputs:
            readers.setdefault(tensor.node, []).append(target)
    return [index for index, targets in readers.items() if index >= 0 and len(targets) == 1 and targets[0] in ADDED]
