"""The stored tensors of a network against those that its graph states: names, shapes, order, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.backends.verify_figures import DIFFERS, Figure, held
from cnninspect.passes.cost import costs, total
from cnninspect.passes.usage import at_inference
from cnninspect.values import show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph
    from cnninspect.values import Shape


def weights(graph: Graph, network: Network) -> Iterator[Figure]:
    """The figures of what a network stores."""
    yield _keys(graph, network)
    stated = total(costs(graph), at_inference(graph))
    found = [*network.parameters()]  # a shared tensor once
    parameters = sum([weight.numel() for weight in found])
    yield held("parameters", stated.parameters, parameters, "")
    trained = sum([weight.numel() for weight in found if weight.requires_grad])
    yield held("trainable", stated.trainable, trained, "")
    learned = {name for name, _ in network.named_parameters(remove_duplicate=False)}
    stored = [tensor.numel() for name, tensor in network.state_dict().items() if name not in learned]
    yield held("buffers", stated.buffers, sum(stored), "", note="in the state_dict")
    size = sum([weight.numel() * weight.element_size() for weight in found])
    yield held("weight bytes", stated.weight_bytes, size, "", note="of parameters")


def _keys(graph: Graph, network: Network) -> Figure:
    expected = stated_keys(graph)
    found = [(name, tuple(tensor.shape)) for name, tensor in network.state_dict().items()]
    note = "keys, their shapes and their order"
    if expected == found:
        return held("state_dict", len(expected), len(found), "", note=note)
    pairs = zip(expected, found)  # noqa: B905 - one of them may be shorter
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), (None, None))
    if one is None or other is None:
        note += ": not as many"
        layer = None
    else:
        note += f": {other[0]} {show_shape(other[1])} in place of {one[0]} {show_shape(one[1])}"
        layer = one[0].rpartition(".")[0]
    return held("state_dict", len(expected), len(found), "", layer=layer, note=note)._replace(verdict=DIFFERS)


def stated_keys(graph: Graph) -> list[tuple[str, Shape]]:
    """What the layers say they store, as torch lists it: of each scope its own, then that of its children."""
    tree: dict[str, Any] = {}
    for node in graph.nodes:
        if node.facts is None or node.shares is not None:
            continue
        for name, shape in (*node.facts.weights.items(), *node.facts.buffers.items()):
            *scopes, last = node.weight_key(name).split(".")
            inner = tree
            for scope in scopes:
                inner = inner.setdefault(scope + ".", {})
            inner[last] = shape
    return [*_listed(tree, "")]


def _listed(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, Shape]]:
    for name, inner in tree.items():
        if not name.endswith("."):
            yield prefix + name, inner
    for name, inner in tree.items():
        if name.endswith("."):
            yield from _listed(inner, prefix + name)


def on_a_path(graph: Graph) -> set[int]:
    """The nodes that an output depends on, heads for training included."""
    found = {output.tensor.node for output in graph.outputs}
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in found:
            found.update([tensor.node for tensor in graph.nodes[index].inputs])
    return found


def used(graph: Graph) -> list[str]:
    """The keys of the trainable weights that a gradient of the outputs has to reach."""
    reached = on_a_path(graph)
    found = []
    for index, node in enumerate(graph.nodes):
        owner = node if node.shares is None else graph.nodes[node.shares]
        if index in reached and node.facts is not None and getattr(owner.layer, "trainable", True):
            found += [owner.weight_key(key) for key in node.facts.weights]
    return [*dict.fromkeys(found)]


def unused(graph: Graph) -> tuple[str, ...]:
    """The layers with weights of which none is on a path to an output."""
    reached = on_a_path(graph)
    owners = {
        index if node.shares is None else node.shares for index, node in enumerate(graph.nodes) if index in reached
    }
    return tuple(
        [
            node.name
            for index, node in enumerate(graph.nodes)
            if node.facts is not None and node.facts.weights and node.shares is None and index not in owners
        ]
    )
