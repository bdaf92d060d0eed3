"""Differential test: what random networks see is where torch's gradient is not zero."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import HealthCheck, given, settings

from cnninspect import api
from cnninspect.passes.field_sets import join, places
from cnninspect.passes.support import support
from tests.support.budget import EXAMPLES
from tests.support.field_check import either
from tests.support.field_graphs import TINY, Item, models, positive


@pytest.mark.torch
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_supports_are_those_of_the_gradient(model: Item) -> None:
    """With weights of 1 in double precision the gradient of each output position is not zero where it looks."""
    graph = api.read("random.yaml", text=json.dumps(model)).graph
    assert graph is not None
    if not graph.complete or len(graph.nodes[-1].outputs) > 1:
        return
    fed = torch.ones(1, *graph.inputs[0].shape, dtype=torch.float64, requires_grad=True)
    values = {(-1, 0): fed}
    for index, node in enumerate(graph.nodes):
        made = positive(
            graph, node, [values[tensor.node, tensor.output] for tensor in node.inputs], through_gates=False
        )
        values |= {(index, i): one for i, one in enumerate(made if isinstance(made, (tuple, list)) else (made,))}
    out = values[len(graph.nodes) - 1, 0]
    seen = support(graph)[-1].get(0, "nothing")
    if seen == "nothing":
        assert not out.requires_grad or not _reached(out.sum(), fed).any()
        return
    assert seen is not None
    assert not isinstance(seen, str)
    for axis, lines in enumerate(seen.axes):
        for driver, sets in lines:
            rest = join([one for other, line in lines if other != driver for one in line])
            have = [places(join([one, rest])) for one in sets]
            along = max(driver, 0) + 1
            parts = [out.select(along, i).sum() for i in range(out.shape[along])]
            wanted = [_mask(_reached(part, fed), axis) for part in parts]
            assert have == (wanted if driver >= 0 else [either(wanted)])


def _reached(total: torch.Tensor, fed: torch.Tensor) -> torch.Tensor:
    """Where the gradient is not zero."""
    (gradient,) = torch.autograd.grad(total, fed, retain_graph=True, allow_unused=True)
    return torch.zeros_like(fed, dtype=torch.bool) if gradient is None else gradient[0].abs() > TINY


def _mask(reached: torch.Tensor, axis: int) -> int:
    """The positions of a spatial axis that are reached, as bits."""
    flat = reached.movedim(axis + 1, 0).flatten(1).any(1)
    return sum(1 << place for place, hit in enumerate(flat.tolist()) if hit)
