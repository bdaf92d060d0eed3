"""Differential test: what every position of random networks sees is what reaches it in torch."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")

from hypothesis import HealthCheck, given, settings

from cnninspect import api
from tests.support.budget import EXAMPLES
from tests.support.field_check import agrees, idealised
from tests.support.field_graphs import Item, models


@pytest.mark.torch
@settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_supports_are_those_of_torch(model: Item) -> None:
    """At every output position of every layer, on every axis, exactly the positions are seen that reach it."""
    graph = api.read("random.yaml", text=json.dumps(model)).graph
    assert graph is not None
    agrees(graph)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_fields_are_supports_far_from_the_border(model: Item) -> None:
    """In the middle of a large image each unit sees exactly what the receptive field says."""
    channels, *sizes = model["input"]
    large = {**model, "input": [channels, *[size + 260 for size in sizes]]}
    graph = api.read("random.yaml", text=json.dumps(large)).graph
    assert graph is not None
    idealised(graph)
