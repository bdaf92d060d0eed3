"""Small models as text: what they elaborate to, and what is said of their mistakes."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

from cnninspect import api
from cnninspect.values import product

if TYPE_CHECKING:
    from cnninspect.ir import Graph


def graph_of(text: str, **wanted: Any) -> Graph:
    """The graph of a model about which there is nothing to say."""
    loaded = api.read("model.yaml", text=dedent(text), **wanted)
    assert loaded.findings == ()
    assert loaded.graph is not None
    return loaded.graph


def outline(text: str, **wanted: Any) -> list[str]:
    """One line for each layer: ``name op shape < what it reads``, and ``= owner`` where weights are shared."""
    graph = graph_of(text, **wanted)
    return [_line(graph, index) for index in range(len(graph.nodes))]


def _line(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    shapes = " ".join("x".join(map(str, shape or ("?",))) for shape in node.outputs)
    reads = " ".join(graph.tensor_name(tensor) for tensor in node.inputs)
    owner = "" if node.shares is None else f" = {graph.nodes[node.shares].name}"
    return f"{node.name} {node.op} {shapes} < {reads}{owner}"


def names(text: str, **wanted: Any) -> list[str]:
    """The name of every layer."""
    return [node.name for node in graph_of(text, **wanted).nodes]


def shapes(text: str, **wanted: Any) -> list[tuple[int, ...] | None]:
    """The first output of every layer."""
    return [node.outputs[0] for node in graph_of(text, **wanted).nodes]


def parameters(text: str, **wanted: Any) -> int:
    """All learned numbers, a shared tensor once."""
    nodes = graph_of(text, **wanted).nodes
    own = [node.facts.weights.values() for node in nodes if node.facts is not None and node.shares is None]
    return sum(product(shape) for weights in own for shape in weights)


def findings(text: str, **wanted: Any) -> list[str]:
    """One line for each finding: ``line:column code: message | help``."""
    loaded = api.read("model.yaml", text=dedent(text), **wanted)
    return [
        f"{found.span.line}:{found.span.column} {found.code}: {found.message}{' | ' + found.help if found.help else ''}"
        for found in loaded.findings
    ]
