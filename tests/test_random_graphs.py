"""Differential test: whole random networks agree with torch in shapes, weights, MACs and refusals."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from hypothesis import HealthCheck, assume, given, settings

from cnninspect import api
from cnninspect.ir import violations
from tests.support.budget import EXAMPLES
from tests.support.graphs import Item, models, run_torch, text_of


@pytest.mark.torch
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_random_networks_agree_with_torch(model: Item) -> None:
    """Every shape, every named weight and all MACs of a random network are torch's; what we refuse, torch refuses."""
    loaded = api.read("random.yaml", text=text_of(model))
    graph = loaded.graph
    assert graph is not None
    assume(graph.nodes)  # all of it may have been repeated 0 times, which is refused
    assert list(violations(graph)) == []
    assert graph.complete is not any(finding.severity == "error" for finding in loaded.findings)
    weights, macs = run_torch(graph)
    expected: dict[str, tuple[int, ...]] = {}
    for node in graph.nodes:
        if node.facts is not None and node.shares is None:
            expected |= {node.weight_key(key): shape for key, shape in node.facts.weights.items()}
    assert weights == expected
    assert macs == sum(node.facts.macs for node in graph.nodes if node.facts is not None)
