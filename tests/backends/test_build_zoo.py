"""Every shipped network as a module of torch: the state_dict that the graph states, the shapes that it states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from cnninspect.backends.build import build_graph
from cnninspect.frontends.locate import shipped_names
from tests.zoo import state_dict

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.values import Shape

NAMES = shipped_names()


def expected(graph: Graph, *, training: bool, batch: int = 2) -> dict[str, Shape]:
    """The shape of every head, regions standing in the batch."""
    heads = [output for output in graph.outputs if training or not output.training]
    found = {}
    for head in heads:
        copies = graph.nodes[head.tensor.node].copies if head.tensor.node >= 0 else 1
        found[head.name] = (batch * copies, *(graph.shape(head.tensor) or ()))
    return found


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_the_zoo(name: str) -> None:
    """Keys and shapes of the state_dict come in the graph's order; heads have their shapes, training heads in training."""
    graph = api.load(name)
    network = build_graph(graph, device="meta")
    assert [(key, tuple(tensor.shape)) for key, tensor in network.state_dict().items()] == state_dict(graph)
    inputs = [torch.empty(2, *given.shape, device="meta") for given in graph.inputs]
    for training in (True, False):
        made = network.train(training)(*inputs)
        shapes = expected(graph, training=training)
        if len(shapes) == 1:
            assert tuple(made.shape) == next(iter(shapes.values()))
        else:
            assert {key: tuple(tensor.shape) for key, tensor in made.items()} == shapes
            assert [*made] == [*shapes]
