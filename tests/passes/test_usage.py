"""Which layers run at inference, and when those that only training has have their turn."""

from __future__ import annotations

import pytest

from cnninspect.passes.usage import at_inference, in_training
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


@pytest.mark.parametrize(
    ("outputs", "order"),
    [
        ("", "stem aux1 aux2 unread main late both"),
        ("outputs: {m: main, l: {from: late, training: true}}", "stem aux1 aux2 late unread main both"),
        ("outputs: {m: main, b: {from: both, training: true}}", "stem aux1 aux2 late unread main both"),
        ("outputs: {m: both, i: {from: aux2, training: true}}", "stem aux1 aux2 unread main late both"),
        (
            "outputs: {m: unread, b: {from: both, training: true}, s: {from: stem, training: true}}",
            "stem aux1 aux2 main late both unread",
        ),
    ],
)
def test_in_training_a_helper_runs_as_soon_as_it_can(outputs: str, order: str) -> None:
    """Everything else keeps its order, and what a helper makes is there for whatever of it reads it."""
    model = MODEL + "  - {tanh: , from: aux1, name: late}\n  - {add: , from: [late, main], name: both}\n"
    graph = graph_of(model + outputs)
    assert " ".join(graph.nodes[index].name for index in in_training(graph, at_inference(graph))) == order
