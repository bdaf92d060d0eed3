"""The graph of a network as rules walk it: layers with their facts, by what they are for, by what reads them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from cnninspect.checks.lazy import lazy
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape, Window


class Known:
    """A layer whose facts are known, with its place in the graph."""

    __slots__ = ("above", "facts", "index", "layer", "node", "role", "window", "x", "y")

    def __init__(self, index: int, node: Node, layer: Layer, facts: Facts, above: int, x: Shape) -> None:  # noqa: PLR0913 - one of the hot constructors
        self.index = index
        self.node = node
        self.above = above
        """The place of what it reads first; the network's own inputs are -1, -2 and so on."""
        self.layer = layer
        self.role = layer.role
        self.facts = facts
        self.x = x
        """The shape of its first input."""
        self.y = facts.outputs[0]
        """The shape of its first output."""
        self.window: Window = facts.window  # type: ignore[assignment]
        """The window that it slides; only to be asked for of a layer that has one."""

    @property
    def axis(self) -> int:
        """The axis of its first input whose elements its weights add up; only to be asked for of a layer with weights."""
        return self.layer.mixes(self.x) or 0

    @property
    def given(self) -> int:
        """How many elements that axis has."""
        return self.x[self.axis]

    @property
    def made(self) -> int:
        """How many units it makes of them."""
        return self.y[self.axis]


class Structure:
    """One graph; whatever is asked of it is found out once, and only when it is asked for."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: tuple[Node, ...] = graph.nodes

    @lazy
    def known(self) -> list[Known | None]:
        """Each layer with its facts; None where they are unknown."""
        shapes = [node.outputs for node in self.nodes]
        shapes += [(one.shape,) for one in reversed(self.graph.inputs)]  # the nodes -1, -2 and so on
        found: list[Known | None] = []
        for index, node in enumerate(self.nodes):
            layer, facts = node.layer, node.facts
            if facts is None or layer is None:
                found.append(None)
                continue
            at, output = node.inputs[0]
            found.append(Known(index, node, layer, facts, at, shapes[at][output] or ()))
        return found

    @lazy
    def seen(self) -> list[Known]:
        """The layers whose facts are known, in their order."""
        return [one for one in self.known if one is not None]

    @lazy
    def roles(self) -> defaultdict[str, list[Known]]:
        """The same by their role (``layers.base.ROLES``)."""
        found: defaultdict[str, list[Known]] = defaultdict(list)
        for one in self.seen:
            found[one.role].append(one)
        return found

    def having(self, role: str, *more: str) -> list[Known]:
        """The layers of some roles, each role's in their order."""
        if not more:
            return self.roles[role]
        return [one for each in (role, *more) for one in self.roles[each]]

    @lazy
    def windows(self) -> list[Known]:
        """The layers that sum up what a window shows, which no transposed one does."""
        found = [one for one in self.seen if one.role in ("weights", "pool") and one.facts.window is not None]
        return [one for one in found if not one.window.transposed]

    @lazy
    def learning(self) -> list[Known]:
        """Of these the ones with weights and a kernel of more than one tap."""
        return [one for one in self.windows if one.role == "weights" and max(one.window.kernel or (1,)) > 1]

    @lazy
    def unusual(self) -> list[Known]:
        """Of these the ones whose padding is neither none nor exactly half of the kernel, or that step beyond it."""
        return [one for one in self.windows if not _usual(one.window)]

    @lazy
    def padded(self) -> list[Known]:
        """Of these the ones with padding."""
        return [one for one in self.unusual if any(map(any, one.window.pads))]

    @lazy
    def read_by(self) -> list[list[int]]:
        """Which nodes read each node, whichever of its outputs; at its end, from behind, the network's own inputs."""
        found: list[list[int]] = [[] for _ in range(len(self.nodes) + len(self.graph.inputs))]
        for index, node in enumerate(self.nodes):
            for at, _ in node.inputs:
                found[at].append(index)
        return found

    def readers(self, tensor: tuple[int, int]) -> list[int]:
        """Which nodes read a tensor; a node that reads it twice stands there twice."""
        at, _ = tensor
        found = self.read_by[at]
        if at < 0 or len(self.nodes[at].outputs) == 1:
            return found
        return [index for index in dict.fromkeys(found) for _ in range(self.nodes[index].inputs.count(tensor))]

    @lazy
    def inner(self) -> list[bool]:
        """For each layer whether what it makes is multiplied by weights again; the others make outputs."""
        found = [False] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            one = self.known[index]
            if one is None or found[index] or one.role == "weights":
                for at, _ in self.nodes[index].inputs:
                    if at >= 0:
                        found[at] = True
        return found

    @lazy
    def grows(self) -> bool:
        """Whether a map is made larger somewhere, or a shape is unknown."""
        return len(self.seen) < len(self.nodes) or any(_grows(one) for one in self.seen if one.x is not one.y)

    @property
    def last_layers(self) -> Iterator[Known]:
        """What each head ends in, views left out."""
        for output in self.graph.outputs:
            found = self.known[output.tensor.node] if output.tensor.node >= 0 else None
            while found is not None and found.role == "view":
                found = self.before(found.index)
            if found is not None:
                yield found

    @property
    def own_weights(self) -> Iterator[Iterable[Shape]]:
        """The learned tensors of each layer that has its own; those that it shares are counted once."""
        for one in self.known:
            if one is not None and one.node.shares is None:
                yield one.facts.weights.values()

    @lazy
    def results(self) -> frozenset[Tensor]:
        """What the network gives away, training heads included."""
        return frozenset([output.tensor for output in self.graph.outputs])

    @lazy
    def ends(self) -> list[int]:
        """The layers of which nothing is read and nothing is given away."""
        given = {tensor.node for tensor in self.results}
        return [at for at, readers in enumerate(self.read_by[: len(self.nodes)]) if not readers and at not in given]

    @lazy
    def lenders(self) -> frozenset[int]:
        """The layers whose weights another one shares."""
        return frozenset([node.shares for node in self.nodes if node.shares is not None])

    @lazy
    def following(self) -> list[int]:
        """For each layer the place of the one that alone reads it; -1 where several do, none, or it is given away."""
        pairs = zip(self.nodes, self.read_by, strict=False)
        found = [readers[0] if len(readers) == len(node.outputs) == 1 else -1 for node, readers in pairs]
        for at in [tensor.node for tensor in self.results if tensor.node >= 0]:
            found[at] = -1
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
        following, known = self.following, self.known
        place = following[index]
        while place >= 0:
            one = known[place]
            if one is None or one.role not in roles:
                return one
            place = following[place]
        return None

    def skip_before(self, index: int, roles: Iterable[str]) -> Known | None:
        """The next layer up the first inputs whose role is none of these."""
        one = self.before(index)
        while one is not None and one.role in roles:
            one = self.known[one.above] if one.above >= 0 else None
        return one


@lru_cache(maxsize=4096)  # networks slide few different windows
def _usual(window: Window) -> bool:
    """Whether nothing is odd about a window on any axis."""
    for kernel, stride, dilation, (before, after) in zip(*window[:4], strict=True):
        reach = dilation * (kernel - 1)
        if stride > kernel or before != after or (before and (2 * before != reach or reach % 2)):
            return False
    return True


def _grows(one: Known) -> bool:
    """Whether a layer makes a map larger."""
    return (
        one.x != one.y
        and one.x[1:] != one.y[1:]
        and len(one.x) == len(one.y) > 1
        and product(one.y[1:]) > product(one.x[1:]) * 4 // 3
    )
