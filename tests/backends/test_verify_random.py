"""Differential test: random networks are built, run and verified, and nothing differs from what is stated of them."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import HealthCheck, assume, given, settings

from cnninspect import api
from tests.support.budget import EXAMPLES
from tests.support.graphs import Item, models, text_of

torch.set_num_threads(1)
SURE = {
    *("shapes", "outputs", "state_dict", "parameters", "trainable", "buffers", "weight bytes", "MACs"),
    *("saved for backward", "gradients", "determinism"),
}
"""What can be measured of every network."""


@pytest.mark.torch
@settings(max_examples=int(EXAMPLES * 10 / 3), deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_random_networks_verify(model: Item) -> None:
    """No figure of a random network differs, in eval and in training; gradients reach the weights that are used."""
    graph = api.read("random.yaml", text=text_of(model)).graph
    assume(graph is not None and graph.complete and graph.nodes)
    assert graph is not None
    found = api.verify(graph)
    told = {figure.name: figure for figure in found.figures}
    refused = told["shapes"].verdict == "?"  # one value has no variance: torch does not train on it
    assert refused == ("too few values" in told["shapes"].note)
    assert [figure for figure in found.figures if figure.verdict == "differs"] == []
    if not refused:
        odd = {name for name in SURE if told[name].verdict != "agreed"}
        large = "library" in told["saved for backward"].note  # a transposed conv in 3-D takes more than its output
        assert odd == ({"saved for backward"} if large else set())
