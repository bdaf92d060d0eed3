"""Torch as the oracle: build what a layer's ``Call`` says, run it, and read off the truth."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnninspect.values import Facts, Problem, Problems, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.layers.base import Layer
    from cnninspect.values import Call


class Truth(NamedTuple):
    """What torch says of one layer."""

    outputs: tuple[Shape, ...]
    weights: dict[str, Shape]
    buffers: dict[str, Shape]
    macs: int


def resolve(target: str) -> Callable[..., object]:
    """The object behind ``module:name``."""
    module, _, path = target.partition(":")
    found: object = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    assert callable(found)
    return found


def realize(call: Call) -> tuple[nn.Module | None, Callable[..., object]]:
    """The module (None for a plain function) and how to run it on tensors."""
    target = resolve(call.target)
    built = target(**call.arguments) if isinstance(target, type) and issubclass(target, nn.Module) else None

    def run(*inputs: torch.Tensor) -> object:
        if call.pad:
            value = {"value": call.pad_value} if call.pad_mode == "constant" else {}
            inputs = (nn.functional.pad(inputs[0], call.pad, mode=call.pad_mode, **value), *inputs[1:])
        if built is not None:
            return built([*inputs]) if call.listed else built(*inputs)
        return target([*inputs], **call.arguments) if call.listed else target(*inputs, **call.arguments)

    return built, run


def truth(layer: Layer, inputs: tuple[Shape, ...], *, batch: int = 2, device: str = "meta") -> Truth:
    """Run the layer in torch; raises what torch raises when it refuses, and ValueError for an empty output.

    The meta device computes no values and is quick, and lets pass what only a kernel refuses: an
    output_padding that is too large, for one. ``device="cpu"`` runs the kernel.
    """
    with torch.device(device):
        module, run = realize(layer.call(inputs))
        tensors = [torch.zeros(batch, *shape) for shape in inputs]
        if module is not None:
            module.eval()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            result = run(*tensors)
    outputs = result if isinstance(result, (tuple, list)) else (result,)
    if any(0 in output.shape for output in outputs):
        message = f"empty output: {[tuple(output.shape) for output in outputs]}"
        raise ValueError(message)
    parameters = {} if module is None else {name: tuple(p.shape) for name, p in module.named_parameters()}
    stored = {} if module is None else module.state_dict()
    buffers = {name: tuple(tensor.shape) for name, tensor in stored.items() if name not in parameters}
    flops = counter.get_total_flops()
    assert flops % (2 * batch) == 0
    return Truth(tuple(tuple(o.shape[1:]) for o in outputs), parameters, buffers, flops // (2 * batch))


def agree(
    layer_type: type[Layer],
    options: dict[str, object],
    inputs: tuple[Shape, ...],
    *,
    device: str = "meta",
) -> bool:
    """Hold one layer against torch: the same facts, or refused by both. True when accepted."""
    layer = layer_type(options, len(inputs[0]) - 1)
    facts: Facts | None
    try:
        facts = layer.facts(inputs)
    except (Problem, Problems):
        facts = None
    try:
        real = truth(layer, inputs, device=device)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NotImplementedError) as refusal:
        assert facts is None, f"torch refuses: {refusal}"  # noqa: PT017 - both sides are compared
        return False
    assert facts is not None, f"refused, and torch gives {real}"
    assert facts.outputs == real.outputs
    assert dict(facts.weights) == real.weights
    assert list(facts.weights) == list(real.weights)
    assert dict(facts.buffers) == real.buffers
    assert facts.macs == real.macs
    return True
