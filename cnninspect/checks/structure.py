"""The graph of a network as rules walk it: layers with their facts, by what they are for, by what reads them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape, Window


class Known:
    """A layer whose facts are known, with its place in the graph."""

    __slots__ = ("facts", "index", "layer", "node", "x", "y")

    def __init__(self, index: int, node: Node, layer: Layer, facts: Facts, x: Shape) -> None:
        self.index = index
        self.node = node
        self.layer = layer
        self.facts = facts
        self.x = x
        """The shape of its first input."""
        self.y = facts.outputs[0]
        """The shape of its first output."""

    @property
    def window(self) -> Window:
        """The window that it slides; only of a layer that has one."""
        assert self.facts.window is not None
        return self.facts.window


class Structure:
    """One graph; whatever is asked of it is found out once, and only when it is asked for."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: tuple[Node, ...] = graph.nodes

    @cached_property
    def known(self) -> list[Known | None]:
        """Each layer with its facts; None where they are unknown."""
        shape = self.graph.shape
        return [
            Known(index, node, node.layer, node.facts, shape(node.inputs[0]) or ())
            if node.facts is not None and node.layer is not None
            else None
            for index, node in enumerate(self.nodes)
        ]

    @cached_property
    def roles(self) -> dict[str, list[Known]]:
        """The layers of each role (``layers.base.ROLES``) whose facts are known, in their order."""
        found: dict[str, list[Known]] = {}
        for one in self.known:
            if one is not None:
                found.setdefault(one.layer.role, []).append(one)
        return found

    def having(self, *roles: str) -> list[Known]:
        """The layers of some roles, each role's in their order."""
        if len(roles) == 1:
            return self.roles.get(roles[0], [])
        return [one for role in roles for one in self.roles.get(role, ())]

    @cached_property
    def windows(self) -> list[Known]:
        """The layers that sum up what a window shows, which no transposed one does."""
        found = [one for one in self.having("weights", "pool") if one.facts.window is not None]
        return sorted([one for one in found if not one.window.transposed], key=_index)

    @cached_property
    def unusual(self) -> list[Known]:
        """Of these the ones whose padding is neither none nor exactly half of the kernel, or that step beyond it."""
        known: dict[int, bool] = {}
        found = []
        for one in self.windows:
            key = id(one.facts)
            usual = known.get(key)
            if usual is None:
                usual = known[key] = _usual(one.window)
            if not usual:
                found.append(one)
        return found

    @cached_property
    def readers(self) -> dict[Tensor, list[int]]:
        """Which nodes read each tensor; a tensor that nobody reads is absent."""
        found: dict[Tensor, list[int]] = {}
        for index, node in enumerate(self.nodes):
            for tensor in node.inputs:
                found.setdefault(tensor, []).append(index)
        return found

    @cached_property
    def inner(self) -> list[bool]:
        """For each layer whether what it makes is multiplied by weights again; the others make outputs."""
        found = [False] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            one = self.known[index]
            if one is None or found[index] or one.layer.role == "weights":
                for tensor in self.nodes[index].inputs:
                    if tensor.node >= 0:
                        found[tensor.node] = True
        return found

    @property
    def last_layers(self) -> Iterator[Known]:
        """What each head ends in, views left out."""
        for output in self.graph.outputs:
            found = self.known[output.tensor.node] if output.tensor.node >= 0 else None
            while found is not None and found.layer.role == "view":
                found = self.before(found.index)
            if found is not None:
                yield found

    @property
    def own_weights(self) -> Iterator[Iterable[Shape]]:
        """The learned tensors of each layer that has its own; those that it shares are counted once."""
        for one in self.known:
            if one is not None and one.node.shares is None:
                yield one.facts.weights.values()

    @cached_property
    def results(self) -> frozenset[Tensor]:
        """What the network gives away, training heads included."""
        return frozenset([output.tensor for output in self.graph.outputs])

    @cached_property
    def ends(self) -> list[int]:
        """The layers of which nothing is read and nothing is given away."""
        needed = {tensor.node for tensor in (*self.readers, *self.results)}
        return [index for index in range(len(self.nodes)) if index not in needed]

    @cached_property
    def lenders(self) -> frozenset[int]:
        """The layers whose weights another one shares."""
        return frozenset([node.shares for node in self.nodes if node.shares is not None])

    @cached_property
    def following(self) -> list[int]:
        """For each layer the place of the one that alone reads it; -1 where several do, none, or it is given away."""
        found = [-1] * len(self.nodes)
        given = {tensor.node for tensor in self.results}
        for (index, _), readers in self.readers.items():
            if index >= 0 and len(readers) == 1 and index not in given and len(self.nodes[index].outputs) == 1:
                found[index] = readers[0]
        return found

    def after(self, index: int) -> Known | None:
        """The layer that alone reads what a layer makes; None where several do, none, or it is given away."""
        found = self.following[index]
        return self.known[found] if found >= 0 else None

    def before(self, index: int) -> Known | None:
        """The layer whose output a layer reads first; None where that is the network's input, or unknown."""
        tensor = self.nodes[index].inputs[0]
        return self.known[tensor.node] if tensor.node >= 0 else None

    def skip_after(self, index: int, roles: Iterable[str]) -> Known | None:
        """The next layer down a plain chain whose role is none of these."""
        found = self.after(index)
        while found is not None and found.layer.role in roles:
            found = self.after(found.index)
        return found

    def skip_before(self, index: int, roles: Iterable[str]) -> Known | None:
        """The next layer up the first inputs whose role is none of these."""
        found = self.before(index)
        while found is not None and found.layer.role in roles:
            found = self.before(found.index)
        return found


def _index(one: Known) -> int:
    return one.index


def _usual(window: Window) -> bool:
    """Whether nothing is odd about a window on any axis."""
    for kernel, stride, dilation, (before, after) in zip(*window[:4], strict=True):
        reach = dilation * (kernel - 1)
        if stride > kernel or before != after or (before and (2 * before != reach or reach % 2)):
            return False
    return True
