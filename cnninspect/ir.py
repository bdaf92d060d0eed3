"""The graph of a network: flat, in topological order, immutable, the same whatever format it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape, Span


class Tensor(Record):
    """One output of one node; the network's own inputs are the nodes -1, -2 and so on."""

    node: int
    output: int = 0


class Input(Record):
    """Something that the network is given."""

    name: str
    shape: Shape
    span: Span


class Output(Record):
    """A head of the network; a training head exists only while the network learns."""

    name: str
    tensor: Tensor
    training: bool = False


class Arguments(dict[str, object]):
    """What the arguments of a block are in one call of it; it says nothing about which call that is."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arguments)

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


class BlockCall(Record):
    """A block that was being expanded, and where it was called."""

    block: str
    span: Span
    arguments: Mapping[str, object] = Arguments()


class Start(Record):
    """How one weight of a layer begins, where the model says so.

    ``how`` is torch, kaiming, xavier, orthogonal, constant, normal, trunc_normal or uniform; ``number`` is the value,
    the deviation or the bound of the last four.
    """

    weight: str
    how: str
    number: float | None = None


class Node(Record):
    """One layer in its place."""

    name: str
    """Its qualified name, which is also the prefix of its weights in the ``state_dict``."""
    op: str
    """The layer type as written; the layer's own name wherever the layer is known."""
    layer: Layer | None
    """None where the layer could not be made: everything about it is unknown."""
    inputs: tuple[Tensor, ...]
    outputs: tuple[Shape | None, ...]
    facts: Facts | None
    span: Span
    calls: tuple[BlockCall, ...] = ()
    """The blocks above it, outermost first."""
    shares: int | None = None
    """The node whose weights it uses, by index."""
    copies: int = 1
    """How often it runs for one sample: once, or once a region after a region layer."""
    init: tuple[Start, ...] = ()
    """How those of its weights begin of which the model says so."""

    def weight_key(self, weight: str) -> str:
        """The ``state_dict`` key of one of its weights."""
        return f"{self.name}.{weight}" if weight else self.name


class Graph(Record):
    """A whole network."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    source: str
    description: str = ""
    reference: Any = None
    params: Mapping[str, object] = {}
    variant: str | None = None

    def shape(self, tensor: Tensor) -> Shape | None:
        """The shape of a tensor, None when unknown."""
        if tensor.node < 0:
            return self.inputs[-1 - tensor.node].shape
        return self.nodes[tensor.node].outputs[tensor.output]

    def tensor_name(self, tensor: Tensor) -> str:
        """What a person calls a tensor: its node's name, numbered where the node has several outputs."""
        if tensor.node < 0:
            return self.inputs[-1 - tensor.node].name
        node = self.nodes[tensor.node]
        return f"{node.name}.{tensor.output}" if len(node.outputs) > 1 else node.name

    @property
    def complete(self) -> bool:
        """Whether every shape is known."""
        return all(node.facts is not None for node in self.nodes)


class BrokenGraph(Exception):
    """A front end or a pass made a graph that breaks its own rules: a mistake of this program."""


def verify(graph: Graph) -> Graph:
    """Return the graph if it keeps the rules of the IR, raise BrokenGraph otherwise."""
    for complaint in violations(graph):
        raise BrokenGraph(complaint)
    return graph


def violations(graph: Graph) -> Iterator[str]:
    """Every rule of the IR that the graph breaks."""
    yield from _name_violations(graph)
    known = {(-1 - index, 0) for index in range(len(graph.inputs))}
    for index, node in enumerate(graph.nodes):
        name, _, layer, inputs, outputs, facts, _, _, shares, _, init = node
        for tensor in inputs:
            if tensor not in known:
                yield f"{name} reads {tensor}, which does not come before it"
        if (facts is None) is not (None in outputs):
            yield f"{name} has facts without shapes, or shapes without facts"
        if facts is not None and (facts.outputs != outputs or layer is None):
            yield f"{name} states other shapes than it has"
        if shares is not None and not 0 <= shares < index:
            yield f"{name} shares weights with a node that does not come before it"
        if init and (facts is None or {start.weight for start in init} - facts.weights.keys()):
            yield f"{name} begins weights that it does not have"
        if len(outputs) == 1:
            known.add((index, 0))
        else:
            known.update([(index, number) for number in range(len(outputs))])
    for output in graph.outputs:
        if output.tensor not in known:
            yield f"output {output.name} is {output.tensor}, which does not exist"


def _name_violations(graph: Graph) -> Iterator[str]:
    names = [node.name for node in graph.nodes]
    names += [given.name for given in graph.inputs]
    if len(set(names)) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        yield f"two nodes are called {twice}"
    heads = [output.name for output in graph.outputs]
    if len(set(heads)) != len(heads):
        yield "two outputs have the same name"
