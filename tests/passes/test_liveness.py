"""Which layers run in place: where nothing else reads what is overwritten, and backward does not need it."""

from __future__ import annotations

import pytest

from cnninspect.passes.liveness import in_place
from tests.support.models import graph_of

CASES = {
    "conv then relu": ("[{conv: {out: 4, kernel: 1}}, relu]", "relu", "relu"),
    "the network's input": ("[relu]", "", ""),
    "the network's output": ("[{conv: {out: 4, kernel: 1}, name: a}, relu]", "relu", "relu"),
    "a second reader": ("[{conv: {out: 4, kernel: 1}, name: a}, relu, {add: [a, prev]}]", "", ""),
    "a second reader above": (
        "[{conv: {out: 4, kernel: 1}, name: a}, tanh, {add: [a, prev]}, relu]",
        "relu",
        "relu",
    ),
    "what sigmoid keeps": ("[{conv: {out: 4, kernel: 1}}, sigmoid, relu]", "relu", ""),
    "what relu keeps": ("[{conv: {out: 4, kernel: 1}}, relu, relu]", "relu relu", "relu"),
    "silu keeps its input": ("[{conv: {out: 4, kernel: 1}}, silu]", "silu", ""),
    "elu keeps its output instead": ("[{conv: {out: 4, kernel: 1}}, elu]", "elu", "elu"),
    "dropout does nothing at inference": ("[{conv: {out: 4, kernel: 1}}, dropout]", "", "dropout"),
    "dropout hands its input on": (
        "[{conv: {out: 4, kernel: 1}, name: a}, dropout, relu, {add: [a, prev]}]",
        "",
        "",
    ),
    "through a view": ("[{conv: {out: 4, kernel: 1}}, flatten, relu]", "relu", "relu"),
    "a view read elsewhere": ("[{conv: {out: 4, kernel: 1}, name: a}, flatten, relu, {conv: 2, from: a}]", "", ""),
    "a piece": ("[{conv: {out: 4, kernel: 1}}, {sequence: [{chunk: 2}, {concat: {l: [relu], r: []}}]}]", "", ""),
    "a sum": ("[{conv: {out: 3, kernel: 1}}, {add: {main: [tanh], skip: []}}, relu]", "relu", "relu"),
}


@pytest.mark.parametrize("case", CASES)
def test_in_place_where_it_is_safe(case: str) -> None:
    """At inference and in training a layer overwrites its input exactly where nobody misses it."""
    layers, inference, training = CASES[case]
    layers = layers.replace("conv: 2,", "conv: {out: 2, kernel: 1},")
    graph = graph_of(f"input: [3, 8, 8]\nlayers: {layers}\n")
    found = [
        " ".join([node.op for node, placed in zip(graph.nodes, in_place(graph, mode), strict=True) if placed])
        for mode in (False, True)
    ]
    assert found == [inference, training]


def test_what_is_safe_in_training_is_safe_at_inference() -> None:
    """A network built once runs in both modes: a layer behind dropout that is read elsewhere is never in place."""
    graph = graph_of(
        "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 1}, name: a}, dropout, relu, {add: [a, prev]}, relu]\n"
    )
    assert in_place(graph, training=True) == [False, False, False, False, True]
