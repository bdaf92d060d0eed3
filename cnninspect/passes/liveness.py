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

from cnninspect.holds import OWN, PIECE, RESHAPED, WHOLE, Holds
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.values import Shape

Place = tuple[int, int]
"""A tensor: node and output, as a plain tuple."""
Order = tuple[int, ...] | None
"""The axes as they lie in memory, None in their own order, empty where there are gaps between them."""


UNKNOWN = Holds()
"""Stands for what is unknown; such a layer may hand its input on."""


class Plan(Record):
    """The storages of one run through a graph."""

    training: bool
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
    """Elements of a sample of the straight copy that each node makes of its input."""
    copies_kept: list[int]
    """Elements of a sample that are kept besides: of those copies, in place of the input, and between two steps."""


def in_place(graph: Graph, training: bool) -> list[bool]:  # noqa: FBT001 - the question has two forms
    """For each node whether it writes its output over its input.

    With ``training`` backward still finds all that it needs, and the answer is safe at inference too.
    """
    return plan(graph, training=training).in_place


def plan(graph: Graph, *, training: bool, holds: list[Holds | None] | None = None) -> Plan:
    """Follow every tensor of a run at inference, or forward in training, where heads for training run too."""
    return _Walk(graph, holds or holds_of(graph), training=training).walk()


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
    """One pass over the nodes in their order."""

    def __init__(self, graph: Graph, holds: list[Holds | None], *, training: bool) -> None:
        count = len(graph.nodes)
        self.graph = graph
        self.training = training
        self.runs = [True] * count if training else at_inference(graph)
        self.holds = [*holds]
        self.readers = _readers(graph, self.runs)
        self.sizes: list[int] = []
        self.storage: dict[Place, int] = {}
        self.sole: dict[Place, bool] = {}
        """Whether a tensor may be written over: it has one reader, and so has everything that it is a view of."""
        self.orders: dict[Place, Order] = {}
        self.grads: list[bool] = []
        self.placed = [False] * count
        self.kept: list[tuple[int, ...]] = [()] * count
        self.seen: set[int] = set()
        self.copies = [0] * count
        self.copies_kept = [0] * count

    def walk(self) -> Plan:
        for index, given in enumerate(self.graph.inputs):
            self._born((-1 - index, 0), product(given.shape))
            self.sole[-1 - index, 0] = False
        for index, node in enumerate(self.graph.nodes):
            fed, holds = any(map(self._needs, node.inputs)), self.holds[index]
            self.grads.append(fed or self._learns(node))
            if holds is not None and holds.bare is not None and self.training and not fed:
                holds = self.holds[index] = holds.bare
            if self.runs[index] and node.inputs:
                self._node(index, node, holds or UNKNOWN)
        return Plan(
            self.training,
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
        return tensor.node >= 0 and self.grads[tensor.node]

    def _node(self, index: int, node: Node, holds: Holds) -> None:
        source, kind, idle = node.inputs[0], holds.view, holds.idle
        view = (idle and not self.training) or (kind and not (kind == RESHAPED and source in self.orders))
        placed = self.placed[index] = holds.in_place and not view and self._may_overwrite(source, holds)
        piece = kind == PIECE or holds is UNKNOWN
        chained = idle or kind
        for number, shape in enumerate(node.outputs):
            place = (index, number)
            if view or placed:
                self.storage[place] = self.storage[source]
            else:
                self._born(place, 0 if shape is None else product(shape) * node.copies)
            self.sole[place] = not piece and self.readers.get(place) == 1 and (not chained or self.sole[source])
            if kind or self.orders:
                self._lie(place, holds, source, shape)
        if holds.straight:
            size = product(self.graph.shape(source) or ()) * node.copies
            if source in self.orders or self.sizes[self.storage[source]] > size:  # a piece has gaps between samples
                self.copies[index] = size
        if self.training and self.grads[index]:
            self._keep(index, node, holds)

    def _may_overwrite(self, source: Tensor, holds: Holds) -> bool:
        if not self.sole[source]:
            return False
        return not self.training or ((holds.swaps or not holds.inputs) and self.storage[source] not in self.seen)

    def _lie(self, place: Place, holds: Holds, source: Tensor, shape: Shape | None) -> None:
        """Note how an output lies where its axes are not in their own order."""
        order = None if shape is None else self._order(holds, source, shape)
        if order is not None:
            self.orders[place] = order

    def _order(self, holds: Holds, source: Tensor, shape: Shape) -> Order:
        """The order of an output: views keep or turn it, elementwise layers follow their first input."""
        old = self.orders.get(source)
        if holds.view == PIECE and not holds.fresh:
            return ()
        if holds.fresh and holds.view != PIECE:
            return None
        if not holds.turn:
            same = bool(old) and len(old or ()) == len(shape)
            handed = holds.view in (WHOLE, PIECE) or (holds.idle and not self.training)
            return old if same or handed else None
        if old == ():
            return ()
        order = tuple([holds.turn.index(axis) for axis in old or range(len(shape))])
        long = [axis for axis in order if shape[axis] > 1]
        return None if long == sorted(long) else order

    def _keep(self, index: int, node: Node, holds: Holds) -> None:
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
        if self.copies[index]:
            self.copies_kept[index] = self.copies[index] if wanted else 0
            wanted.discard(0)
        places += [node.inputs[number] for number in wanted]
        new = {self.storage[place] for place in places} - self.seen
        self.seen |= new
        self.kept[index] = tuple(new)


def _readers(graph: Graph, runs: Sequence[bool]) -> dict[Place, int]:
    """How often each tensor is read; the caller reads the outputs, and counts twice, because nothing comes after."""
    readers: dict[Place, int] = {}
    for node, run in zip(graph.nodes, runs):  # noqa: B905 - one each
        for tensor in node.inputs if run else ():
            readers[tensor] = readers.get(tensor, 0) + 1
    for output in graph.outputs:
        readers[output.tensor] = readers.get(output.tensor, 0) + 2
    return readers
