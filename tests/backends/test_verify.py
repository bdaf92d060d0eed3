"""Verifying finds what differs: each kind of figure, stated wrongly, is told with its layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from cnninspect.backends.build import build_graph
from cnninspect.backends.measure_memory import Saving
from tests.support.models import graph_of

if TYPE_CHECKING:
    from cnninspect.ir import Graph

TEXT = """
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3}, name: a}
  - {relu: {}, name: b}
  - {conv: {out: 4, kernel: 1}, name: c}
"""


def stated(graph: Graph, index: int, **facts: Any) -> Graph:
    """The graph with other facts of one layer."""
    node = graph.nodes[index]
    assert node.facts is not None
    changed = node._replace(facts=node.facts._replace(**facts), outputs=facts.get("outputs", node.outputs))
    return graph._replace(nodes=(*graph.nodes[:index], changed, *graph.nodes[index + 1 :]))


def differing(graph: Graph) -> dict[str, tuple[int | None, int | None, str | None]]:
    """The figures that differ."""
    found = api.verify(graph).figures
    return {
        figure.name: (figure.stated, figure.measured, figure.layer) for figure in found if figure.verdict == "differs"
    }


def test_nothing_differs() -> None:
    """What is stated rightly agrees, every figure of it."""
    assert {figure.verdict for figure in api.verify(graph_of(TEXT)).figures} == {"agreed"}


def test_a_bias_is_added_in_place() -> None:
    """Watched, torch adds the bias of a linear layer behind a turned tensor with a result of its own: that is not counted."""
    graph = graph_of("input: [16, 32]\nlayers: [relu, {permute: [2, 1]}, {linear: 64}]\n")
    peak = next(figure for figure in api.verify(graph).figures if figure.name == "peak activations")
    assert (peak.stated, peak.measured, peak.verdict) == (24_576, 24_576, "agreed")


def test_a_shape() -> None:
    """A wrong shape is found, with everything that follows from it."""
    found = differing(stated(graph_of(TEXT), 2, outputs=((4, 6, 5),)))
    assert found["shapes"] == (6, 4, "c")
    assert found["outputs"] == (2, 2, None)


def test_macs() -> None:
    """Wrong MACs of one layer are found even where the total is right."""
    graph = graph_of(TEXT)
    macs = [node.facts.macs for node in graph.nodes if node.facts]
    assert macs == [3888, 0, 576]
    wrong = stated(stated(graph, 0, macs=3889), 2, macs=575)
    assert differing(wrong) == {"MACs": (2 * 4464, 2 * 4464, "a")}


def test_weights() -> None:
    """Another shape, and another order, of the same number of weights are found."""
    graph = graph_of(TEXT)
    assert differing(stated(graph, 2, weights={"weight": (4, 4, 1), "bias": (4,)})) == {"state_dict": (4, 4, "c")}
    assert differing(stated(graph, 2, weights={"bias": (4,), "weight": (4, 4, 1, 1)})) == {"state_dict": (4, 4, "c")}


def test_too_few_values_for_statistics() -> None:
    """A batch norm that has one value cannot train: unknown, and no difference."""
    graph = graph_of("input: [3]\nlayers:\n  - {batch_norm: {}, name: n}\n")
    found = {figure.name: figure for figure in api.verify(graph, batch=1).figures}
    assert (found["shapes"].verdict, found["shapes"].layer) == ("?", "n")
    assert found["shapes"].note.startswith("too few values for statistics: ")
    assert found["parameters"].verdict == "agreed"


def test_training_left_out() -> None:
    """Without training its figures are unknown, the others as ever."""
    found = api.verify(graph_of(TEXT), training=False).figures
    assert [figure.name for figure in found if figure.verdict != "agreed"] == ["saved for backward", "gradients"]


def test_every_layer() -> None:
    """Thorough means the receptive field of every layer: 3, 3, 3 positions on each of two axes."""
    found = {figure.name: figure for figure in api.verify(graph_of(TEXT), thorough=True).figures}
    assert (found["receptive field"].stated, found["receptive field"].measured) == (18, 18)


def test_smaller() -> None:
    """The smallest usual input that a network accepts is found; a cheap network keeps its own."""
    graph = api.load("alexnet")
    small = api.smaller(graph, lambda inputs: api.read("alexnet", inputs=inputs).graph)
    assert small is not None
    assert small.inputs[0].shape == (3, 64, 64)
    assert api.smaller(graph_of(TEXT), lambda _: None) is None


def test_each_input_is_seen_at_a_place_of_its_own() -> None:
    """Of two streams each layer sees one; what it does not see is no reason to look at all of the other."""
    graph = graph_of(
        """
        inputs: {left: [1, 16, 16], right: [1, 16, 16]}
        layers:
          - {conv: {out: 2, kernel: 3, padding: 1}, from: left, name: a}
          - {conv: {out: 2, kernel: 5, padding: 2}, from: right, name: b}
          - {add: [a, b]}
        """
    )
    found = {figure.name: figure for figure in api.verify(graph).figures}
    assert (found["receptive field"].verdict, found["receptive field"].stated) == ("agreed", 2 * (3 + 5) * 2)


def test_an_address_is_given_again() -> None:
    """A result in a larger storage is noticed, also where another's, which is gone, had the same address."""
    saving = Saving(build_graph(graph_of(TEXT)))
    for place in range(100):
        saving.after(place, (torch.empty(4),))
        saving.after(1000 + place, (torch.empty(8)[:4],))
    assert [*saving.large] == [*range(1000, 1100)]
