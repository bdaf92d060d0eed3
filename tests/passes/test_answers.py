"""What a network's answers mean: by its last layer, views and what is idle at inference left out."""

from __future__ import annotations

import pytest

from cnninspect.passes.answers import gives
from tests.support.models import graph_of


@pytest.mark.parametrize(
    ("layers", "meaning"),
    [
        ("[{linear: 4, name: a}, {softmax: , name: b}]", "shares"),
        ("[{linear: 4, name: a}, {softmax: , name: b}, {dropout: 0.5, name: c}, {reshape: [2, 2], name: d}]", "shares"),
        ("[{linear: 4, name: a}, {softmax: , name: b}, {relu: , name: c}]", "scores"),
        ("[{softmax: , name: a}, {linear: 4, name: b}]", "scores"),
        ("[{softmax: , name: a}, {add: [a, input], name: b}]", "scores"),
        ("[{dropout: 0.5, name: a}, {reshape: [2, 2], name: b}]", "scores"),
    ],
)
def test_what_a_head_gives(layers: str, meaning: str) -> None:
    """A softmax's shares stay shares behind a dropout and a reshape; the input itself is scores."""
    graph = graph_of(f"input: [4]\nlayers: {layers}\n")
    assert gives(graph, graph.outputs[0].name) == meaning
