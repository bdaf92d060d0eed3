"""The graph's own rules: what `verify` lets pass and what it refuses."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.ir import Arguments, BrokenGraph, Graph, Output, Tensor, verify

MODEL = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - chunk: 2\n    name: halves\n  - add: [halves.0, halves.1]\n"


@pytest.fixture
def graph() -> Graph:
    loaded = api.read("model.yaml", text=MODEL)
    assert loaded.graph is not None
    return loaded.graph


def test_what_a_front_end_makes_passes(graph: Graph) -> None:
    """A graph that was elaborated keeps every rule."""
    assert verify(graph) is graph


def test_names_of_tensors(graph: Graph) -> None:
    """A tensor is called by its node; one of several outputs by its number; an input by its own name."""
    names = [graph.tensor_name(tensor) for node in graph.nodes for tensor in node.inputs]
    assert names == ["input", "0", "halves.0", "halves.1"]
    assert graph.shape(Tensor(-1)) == (3, 8, 8)
    assert graph.shape(Tensor(1, 1)) == (2, 6, 6)


def test_a_graph_is_complete_or_not(graph: Graph) -> None:
    """A graph is complete where every layer states its facts."""
    assert graph.complete
    broken = graph.nodes[0]._replace(outputs=(None,), facts=None)
    assert not graph._replace(nodes=(broken, *graph.nodes[1:])).complete


def test_weight_keys(graph: Graph) -> None:
    """A weight's key is its node's name and its own, or the node's name alone for a nameless one."""
    assert graph.nodes[0].weight_key("bias") == "0.bias"
    assert graph.nodes[0].weight_key("") == "0"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "halves"}, "two nodes are called halves"),
        ({"inputs": (Tensor(0),)}, "0 reads Tensor(node=0, output=0), which does not come before it"),
        ({"inputs": (Tensor(-2),)}, "0 reads Tensor(node=-2, output=0), which does not come before it"),
        ({"outputs": (None,)}, "0 has facts without shapes, or shapes without facts"),
        ({"outputs": ((4, 5, 5),)}, "0 states other shapes than it has"),
        ({"layer": None}, "0 states other shapes than it has"),
        ({"shares": 0}, "0 shares weights with a node that does not come before it"),
    ],
)
def test_a_broken_node_is_refused(graph: Graph, change: dict[str, object], complaint: str) -> None:
    """Each rule of a node is checked, and the complaint names the node."""
    broken = graph.nodes[0]._replace(**change)  # type: ignore[arg-type]
    with pytest.raises(BrokenGraph) as raised:
        verify(graph._replace(nodes=(broken, *graph.nodes[1:])))
    assert str(raised.value) == complaint


def test_an_output_must_exist_and_be_named_once(graph: Graph) -> None:
    """Outputs are tensors of the graph with names of their own."""
    with pytest.raises(BrokenGraph, match="does not exist"):
        verify(graph._replace(outputs=(Output("a", Tensor(1, 2)),)))
    with pytest.raises(BrokenGraph, match="two outputs have the same name"):
        verify(graph._replace(outputs=(Output("a", Tensor(0)), Output("a", Tensor(2)))))


def test_a_graph_is_immutable(graph: Graph) -> None:
    """Neither a graph nor a node can be changed in place."""
    with pytest.raises(AttributeError):
        graph.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        graph.nodes[0].name = "other"  # type: ignore[misc]


def test_a_graph_is_deterministic() -> None:
    """Elaborating the same text twice gives equal graphs."""
    first, second = (api.read("model.yaml", text=MODEL).graph for _ in range(2))
    assert first == second


def test_arguments_do_not_tell_calls_apart() -> None:
    """What a block was given says nothing about which call it is: calls are equal whatever their arguments."""
    one, other = Arguments({"out": 4}), Arguments({"out": 8})
    assert one == other
    assert hash(one) == hash(other)
    assert (one == 4) is False
    assert one["out"] == 4
