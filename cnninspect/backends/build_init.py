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

Where the model says of a layer how its weights begin (``init:`` beside it), that holds, whatever the network begins with
otherwise: torch, kaiming, xavier and orthogonal are as above for each weight (a matrix begins as one of linear, anything
with more axes as one of conv), constant is one number, normal and uniform are drawn with a deviation or within a bound,
trunc_normal with a deviation and cut at twice that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from cnninspect.ir import Graph, Start

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


NUMBERED: dict[str, Callable[[Tensor, float], object]] = {
    "constant": nn.init.constant_,
    "normal": lambda weight, deviation: nn.init.normal_(weight, std=deviation),
    "uniform": lambda weight, bound: nn.init.uniform_(weight, -bound, bound),
    "trunc_normal": lambda weight, std: nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std),
}
"""What a model may say of one layer, with a number."""


def initialise(network: nn.Module, init: str, last: Sequence[nn.Module], told: Sequence[tuple[Start, Tensor]]) -> None:
    """Give every weight its beginning.

    ``last`` are the modules that end a branch which is added; ``told`` are weights of which the model says how they
    begin.
    """
    own = {id(weight) for _, weight in told}
    draw = INITS[init]
    for module in network.modules() if draw is not None else ():
        if isinstance(module, (_ConvNd, nn.Linear)):
            assert draw is not None
            if id(module.weight) not in own:
                draw(module.weight, conv=isinstance(module, _ConvNd))
            if module.bias is not None and id(module.bias) not in own:
                nn.init.zeros_(module.bias)
    for module in last if init == "zero_residual" else ():
        if isinstance(module, NORMS) and module.weight is not None and id(module.weight) not in own:
            nn.init.zeros_(module.weight)
    for start, weight in told:
        _begin(start, weight)


def _begin(start: Start, weight: Tensor) -> None:
    """Give one weight the beginning that the model states."""
    if start.number is not None:
        NUMBERED[start.how](weight, start.number)
    elif (draw := INITS[start.how]) is not None:
        draw(weight, conv=weight.dim() > 2)  # noqa: PLR2004 - a matrix is a linear layer's


def branch_ends(graph: Graph) -> list[int]:
    """The nodes whose output is added to something and read by nothing else."""
    readers: dict[int, list[str]] = {}
    for node in graph.nodes:
        assert node.layer is not None
        target = node.layer.call([graph.shape(tensor) or () for tensor in node.inputs]).target
        for tensor in node.inputs:
            readers.setdefault(tensor.node, []).append(target)
    return [index for index, targets in readers.items() if index >= 0 and len(targets) == 1 and targets[0] in ADDED]
