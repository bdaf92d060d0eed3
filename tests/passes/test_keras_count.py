"""What Keras's summary would count."""

from __future__ import annotations

from cnninspect import api
from cnninspect.passes.cost import costs
from cnninspect.passes.keras_count import KerasCount, keras_count


def count(text: str) -> KerasCount:
    graph = api.read("model.yaml", text=text).graph
    assert graph is not None
    return keras_count(graph.nodes, costs(graph))


def test_statistics_are_parameters_that_do_not_learn() -> None:
    """A batch norm of 4 channels has 16 parameters, 8 of them running statistics; what is frozen does not learn either."""
    assert count("input: [4, 8, 8]\nlayers: [batch_norm]") == KerasCount(16, 8, 8)
    assert count("input: [4, 8, 8]\nlayers: [conv: {out: 2, kernel: 1, trainable: false}]") == KerasCount(10, 0, 10)


def test_what_is_shared_counts_once() -> None:
    """Weights and statistics that are used twice are counted where they first stand."""
    text = "input: [4, 8, 8]\nlayers: [{batch_norm: , name: b}, {share: b}, {relu: }]"
    assert count(text) == KerasCount(16, 8, 8)


def test_an_unknown_part_makes_the_count_unknown() -> None:
    """Of a network with a broken layer nothing is counted."""
    assert count("input: [4, 8, 8]\nlayers: [batch_norm, conv: {out: 2, kernel: 9}]") == KerasCount(None, None, None)
