"""Differential test: random networks, built, against the same layers run one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import HealthCheck, assume, given, settings
from torch import nn

from cnninspect import api
from cnninspect.backends.build import build_graph
from cnninspect.backends.build_network import Scope
from cnninspect.passes.usage import at_inference, in_training
from tests.support.budget import EXAMPLES
from tests.support.graphs import Item, models, text_of
from tests.support.oracle import resolve
from tests.zoo import state_dict

if TYPE_CHECKING:
    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph, Output, Tensor

torch.set_num_threads(1)


def one_by_one(graph: Graph, network: Network, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """The heads, every layer being run on copies of what it reads, so that nothing is overwritten or freed."""
    values: dict[Tensor | tuple[int, int], torch.Tensor] = {(-1 - i, 0): x for i, x in enumerate(inputs)}
    modules = dict(network.named_modules())
    for index in in_training(graph, at_inference(graph)):  # the order decides what a dropout drops
        node = graph.nodes[index]
        assert node.layer is not None
        call = node.layer.call([graph.shape(tensor) or () for tensor in node.inputs])
        read = [copied(values[tensor]) for tensor in node.inputs]
        if call.pad:
            value = {"value": call.pad_value} if call.pad_mode == "constant" else {}
            read[0] = nn.functional.pad(read[0], call.pad, mode=call.pad_mode, **value)
        target: Any = modules.get(node.name)
        arguments = {}
        if target is None or isinstance(target, Scope):  # a merge may have the name of its branches
            target, arguments = resolve(call.target), dict(call.arguments)
        made = target(read, **arguments) if call.listed else target(*read, **arguments)
        for number, tensor in enumerate(made if isinstance(made, (tuple, list)) else (made,)):
            values[index, number] = tensor
    return [values[output.tensor] for output in told(graph, training=network.training)]


def told(graph: Graph, *, training: bool) -> list[Output]:
    """What the network gives."""
    return [output for output in graph.outputs if training or not output.training]


def copied(tensor: torch.Tensor) -> torch.Tensor:
    """A copy that lies in memory as the original does: kernels round by that, and a maximum of equals goes by rounding."""
    if 0 in tensor.stride():
        return tensor.clone()
    size = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride(), strict=True)) + 1
    room = torch.zeros(tensor.storage_offset() + size, dtype=tensor.dtype)
    return room.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).copy_(tensor)


@pytest.mark.torch
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_random_networks(model: Item) -> None:
    """A built network computes what its layers do, in both modes; gradients are the same, and reach what is used and the inputs."""
    graph = api.read("random.yaml", text=text_of(model)).graph
    assert graph is not None
    assume(graph.nodes)
    assume(graph.complete)
    network = build_graph(graph, seed=0, dtype="float64")
    assert [(key, tuple(tensor.shape)) for key, tensor in network.state_dict().items()] == state_dict(graph)
    other = build_graph(graph, seed=0, dtype="float64")
    generator = torch.Generator().manual_seed(0)
    for training in (True, False):
        inputs = [
            torch.randn(2, *given.shape, generator=generator, dtype=torch.float64).requires_grad_()
            for given in graph.inputs
        ]
        again = [x.detach().clone().requires_grad_() for x in inputs]
        torch.manual_seed(1)
        try:
            expected = one_by_one(graph, other.train(training), inputs)
        except ValueError as refusal:  # a normalisation over a single value
            assert "more than 1" in str(refusal)  # noqa: PT017 - the only refusal that depends on the mode
            continue
        torch.manual_seed(1)
        made: Any = network.train(training)(*again)
        found = list(made.values()) if isinstance(made, dict) else [made]
        given = told(graph, training=training)
        assert [tuple(head.shape[1:]) for head in found] == [graph.shape(output.tensor) for output in given]
        torch.testing.assert_close(found, expected, equal_nan=True)
        compare_gradients(graph, (other, expected), (network, found))
        for one, two in zip(inputs, again, strict=True):
            torch.testing.assert_close(two.grad, one.grad, equal_nan=True)


def compare_gradients(
    graph: Graph,
    one: tuple[Network, list[torch.Tensor]],
    other: tuple[Network, list[torch.Tensor]],
) -> None:
    """Backward through both: weights that an output depends on have gradients, and the same."""
    for network, heads in (one, other):
        network.zero_grad()
        if any(head.requires_grad for head in heads):
            sum((head.sum() for head in heads), torch.zeros((), dtype=torch.float64)).backward()  # type: ignore[no-untyped-call]
    reached = {output.tensor.node for output in told(graph, training=network.training)}
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in reached:
            reached |= {tensor.node for tensor in graph.nodes[index].inputs}
    used = {graph.nodes[i].weight_key(key) for i in reached if i >= 0 for key in graph.nodes[i].facts.weights}  # type: ignore[union-attr]
    assert {name for name, weight in other[0].named_parameters() if weight.grad is not None} == used
    for (name, mine), theirs in zip(one[0].named_parameters(), other[0].parameters(), strict=True):
        if name in used:
            torch.testing.assert_close(theirs.grad, mine.grad, equal_nan=True)
