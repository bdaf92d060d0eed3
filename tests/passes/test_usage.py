"""Which layers run at inference."""

from __future__ import annotations

import pytest

from cnninspect.passes.usage import at_inference
from tests.support.models import graph_of

MODEL = """\
input: [3, 8, 8]
layers:
  - {relu: , name: stem}
  - {tanh: , name: aux1}
  - {tanh: , name: aux2}
  - {relu: , from: stem, name: unread}
  - {relu: , from: stem, name: main}
"""


@pytest.mark.parametrize(
    ("outputs", "idle"),
    [
        ("", set()),
        ("outputs: [main, aux2]", set()),
        ("outputs: {m: main, a: {from: aux2, training: true}}", {"aux1", "aux2"}),
        ("outputs: {m: aux1, a: {from: aux2, training: true}}", {"aux2"}),
        ("outputs: {m: main, i: {from: input, training: true}, j: input}", set()),
    ],
)
def test_what_feeds_training_heads_alone_is_idle(outputs: str, idle: set[str]) -> None:
    """Only layers whose every reader is a training head stand still at inference; one that nobody reads runs."""
    graph = graph_of(MODEL + outputs)
    assert {node.name for node, runs in zip(graph.nodes, at_inference(graph), strict=True) if not runs} == idle
