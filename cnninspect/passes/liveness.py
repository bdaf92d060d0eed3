"""Which tensors share storage, when each storage is born and dies, and what is kept for backward.

A storage is what torch allocates: an output, unless it is a view of the input or written over it. At
inference a layer that does nothing then (dropout) hands its input on.

A layer runs in place where torch offers it and the input is read by nothing else: not a network's input or
output, not a piece of another tensor, and no view of it read elsewhere. In training also nothing that is
overwritten may be kept for backward, neither by what made it nor by the layer itself (silu would make a copy
first: nothing gained). What is in place in training is safe at inference, with the same network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.holds import BEHIND, OWN, PIECE, RESHAPED, Holds
from cnninspect.passes.lying import Lying
from cnninspect.passes.usage import at_inference, heads, in_training
from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph, Node, Output, Tensor
    from cnninspect.passes.lying import Place
NOT_COPIED: dict[int, int] = {}
UNKNOWN = Holds()
"""Stands for what is unknown; such a layer may hand its input on."""


class Plan(Record):
    """The storages of one run through a graph."""

    training: bool
    order: Sequence[int]
    """The nodes in the order in which they run."""
    runs: list[bool]
    holds: list[Holds | None]
    """What each node holds; None where it is unknown."""
    sizes: list[int]
    """The elements of each storage for one sample, 0 where the shape is unknown: so is what the layer holds then."""
    storage: dict[Place, int]
    """The storage of each tensor."""
    in_place: list[bool]
    needs_grad: list[bool]
    """Whether a gradient reaches each node in backward."""
    kept: list[tuple[int, ...]]
    """The storages that each node is the first to keep for backward."""
    copies: list[int]
    """Elements of a sample of the copies that each node makes of its inputs because of how they lie."""
    copies_kept: list[int]
    """Elements of a sample that are kept besides: of those copies, in place of the inputs, and between two steps."""


def in_place(graph: Graph, training: bool) -> list[bool]:  # noqa: FBT001 - the question has two forms
    """For each node whether it writes its output over its input.

    With ``training`` backward still finds all that it needs, and the answer is safe at inference too.
    """
    return plan(graph, training=training).in_place


def plan(graph: Graph, *, training: bool, holds: list[Holds | None] | None = None, whole: bool = False) -> Plan:
    """Follow every tensor of a run at inference, or forward in training, where heads for training run too.

    With ``whole`` gradients go back to the inputs, as somebody may want them to.
    """
    return _Walk(graph, holds or holds_of(graph), training=training, whole=whole).walk()


def holds_of(graph: Graph) -> list[Holds | None]:
    """What each node holds, None where unknown; alike nodes are asked once."""
    known: dict[int, Holds | None] = {}
    found: list[Holds | None] = []
    for node in graph.nodes:
        key = id(node.facts)
        if node.facts is None or node.layer is None:
            found.append(None)
            continue
        if key not in known:
            shapes = [graph.shape(tensor) for tensor in node.inputs]
            known[key] = node.layer.holds([shape for shape in shapes if shape is not None])
        found.append(known[key])
    return found


class _Walk:
    """One pass over the nodes in the order in which they run."""

    def __init__(self, graph: Graph, holds: list[Holds | None], *, training: bool, whole: bool) -> None:
        count = len(graph.nodes)
        self.graph = graph
        self.training = training
        self.whole = whole
        calm = at_inference(graph)
        self.runs = [True] * count if training else calm
        self.order = in_training(graph, calm) if training else range(count)
        self.holds = [*holds]
        self.readers = _readers(graph, self.runs, heads(graph, training=training))
        self.sizes: list[int] = []
        self.storage: dict[Place, int] = {}
        self.sole: dict[Place, bool] = {}
        """Whether a tensor may be written over: it has one reader, and so has everything that it is a view of."""
        self.lying = Lying(graph)
        self.grads = [False] * count
        self.placed = [False] * count
        self.kept: list[tuple[int, ...]] = [()] * count
        self.seen: set[int] = set()
        self.copies = [0] * count
        self.copies_kept = [0] * count

    def walk(self) -> Plan:
        for index, given in enumerate(self.graph.inputs):
            self._born((-1 - index, 0), product(given.shape))
            self.sole[-1 - index, 0] = False
        for index in self.order:
            node = self.graph.nodes[index]
            fed, holds = any(map(self._needs, node.inputs)), self.holds[index]
            self.grads[index] = fed or self._learns(node)
            if holds is not None and holds.bare is not None and self.training and not fed:
                holds = self.holds[index] = holds.bare
            if self.runs[index] and node.inputs:
                self._node(index, node, holds or UNKNOWN)
        return Plan(
            self.training,
            self.order,
            self.runs,
            self.holds,
            self.sizes,
            self.storage,
            self.placed,
            self.grads,
            self.kept,
            self.copies,
            self.copies_kept,
        )

    def _born(self, place: Place, size: int) -> None:
        self.storage[place] = len(self.sizes)
        self.sizes.append(size)

    def _learns(self, node: Node) -> bool:
        owner = node if node.shares is None else self.graph.nodes[node.shares]
        return bool(node.facts and node.facts.weights) and bool(getattr(owner.layer, "trainable", True))

    def _needs(self, tensor: Tensor) -> bool:
        return self.grads[tensor.node] if tensor.node >= 0 else self.whole

    def _node(self, index: int, node: Node, holds: Holds) -> None:
        source, kind, lying = node.inputs[0], holds.view, self.lying
        handed = holds.idle and not self.training
        view = handed or (kind and (kind != RESHAPED or lying.allows(source, node.outputs[0])))
        placed = self.placed[index] = holds.in_place and not view and self._may_overwrite(source, holds)
        piece = kind == PIECE or holds is UNKNOWN
        chained = holds.idle or kind
        odd = kind or lying.strides or holds.lies == BEHIND
        for number, shape in enumerate(node.outputs):
            place = (index, number)
            if view or placed:
                self.storage[place] = self.storage[source]
            else:
                self._born(place, 0 if shape is None else product(shape) * node.copies)
            self.sole[place] = not piece and self.readers.get(place) == 1 and (not chained or self.sole[source])
            if odd and shape is not None:
                if view or placed:
                    lying.look(place, holds, source, shape)
                else:
                    lying.make(place, node, holds, shape)
        copied = NOT_COPIED
        if holds.gathers or (holds.straight and lying.strides):
            copied = lying.copied(node, holds)
            self.copies[index] = node.copies * sum(copied.values())
        if self.training and self.grads[index]:
            self._keep(index, node, holds, copied)

    def _may_overwrite(self, source: Tensor, holds: Holds) -> bool:
        if not self.sole[source]:
            return False
        return not self.training or ((holds.swaps or not holds.inputs) and self.storage[source] not in self.seen)

    def _keep(self, index: int, node: Node, holds: Holds, copied: dict[int, int]) -> None:
        """Note what backward of this node needs."""
        wanted = {*holds.inputs}
        for kept, reason in holds.pairs:
            if self._learns(node) if reason == OWN else self._needs(node.inputs[reason]):
                wanted.add(kept)
        for made, reasons in holds.between:
            if any(self._needs(node.inputs[number]) for number in reasons):
                self.copies_kept[index] += made * node.copies
        if not wanted and not holds.output:
            return
        places: list[Place] = [(index, number) for number in range(len(node.outputs))] if holds.output else []
        if self.placed[index] and holds.swaps:
            wanted.clear()
            places = [(index, 0)]
        for number in wanted & copied.keys():
            self.copies_kept[index] += copied[number] * node.copies
            wanted.discard(number)
        places += [node.inputs[number] for number in wanted]
        new = {self.storage[place] for place in places} - self.seen
        self.seen |= new
        self.kept[index] = tuple(new)


def _readers(graph: Graph, runs: Sequence[bool], outputs: Sequence[Output]) -> dict[Place, int]:
    """How often each tensor is read; the caller reads the outputs, and counts twice, because nothing comes after."""
    readers: dict[Place, int] = {}
    for node, run in zip(graph.nodes, runs):  # noqa: B905 - one each
        for tensor in node.inputs if run else ():
            readers[tensor] = readers.get(tensor, 0) + 1
    for output in outputs:
        readers[output.tensor] = readers.get(output.tensor, 0) + 2
    return readers
