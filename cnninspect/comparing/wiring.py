"""What reads what: whether a layer reads something else, or only what came, went or moved stands between.

A layer that is put in between two others changes what the second one reads, and says so itself. The inputs of the
others are therefore compared with such layers looked through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.ir import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.comparing.pairing import Pairing
    from cnninspect.ir import Graph

MOST_SOURCES = 8
"""Sources that are followed through merges which came or went."""
MOST_PAIRED = 32
"""Inputs of one merge that are looked for behind what came or went, in any order."""

Sources = tuple[Tensor, ...]
"""In the order in which they are read, so that the other way round the same ones are followed."""


class Wiring:
    """The inputs of the layers of both networks, in terms of the new one."""

    def __init__(self, old: Graph, new: Graph, pairing: Pairing) -> None:
        self.old = old
        self.new = new
        self.forward = pairing.forward
        self.inputs = input_pairs(old, new)
        self.reordered: set[int] = set()
        """Layers of the old network that read the same in another order, which makes no difference to them."""
        self.moved, along = self._moved(pairing)
        backward = {j: i for i, j in self.forward.items()}
        seen_through = self.moved.keys() | along
        gone = {i for i in range(len(old.nodes)) if i not in self.forward or i in seen_through}
        came = {j for j in range(len(new.nodes)) if j not in backward or backward[j] in seen_through}
        self._gone = self._through(old, gone, mapped=True)
        self._came = self._through(new, came, mapped=False)

    def mapped(self, tensor: Tensor) -> Tensor | None:
        """The same tensor in the new network; None where it is gone."""
        known = self.inputs if tensor.node < 0 else self.forward
        node = known.get(tensor.node)
        return None if node is None else Tensor(node, tensor.output)

    def follows(self, old: Tensor, new: Tensor) -> bool:
        """Whether both are the same tensor, or have a source in common before what came, went or moved."""
        if self.mapped(old) == new:
            return True
        before, after = self._gone.get(old.node), self._came.get(new.node)
        if before is None and after is None:
            return False
        return not set(self._sources(old, before)).isdisjoint((new,) if after is None else after)

    def rewired(self, i: int, j: int) -> bool:
        """Whether the new layer reads something else than the old one did."""
        ours, theirs = self.old.nodes[i].inputs, self.new.nodes[j].inputs
        if len(ours) != len(theirs):
            return True
        if all(self.follows(one, other) for one, other in zip(ours, theirs)):  # noqa: B905 - as long
            return False
        if not self._commutes(i, j) or not self._paired(ours, theirs):
            return True
        self.reordered.add(i)
        return False

    def _commutes(self, i: int, j: int) -> bool:
        """Whether the order of what it reads makes no difference to a layer."""
        layers = self.old.nodes[i].layer, self.new.nodes[j].layer
        return all(layer is not None and layer.commutes for layer in layers)

    def _paired(self, ours: tuple[Tensor, ...], theirs: tuple[Tensor, ...]) -> bool:
        """Whether each tensor is one of the others or follows one of the rest: a matching, by augmenting paths."""
        counts: dict[Tensor | None, int] = {}
        for other in theirs:
            counts[other] = counts.get(other, 0) + 1
        left = []
        for tensor in ours:
            mapped = self.mapped(tensor)
            if counts.get(mapped):
                counts[mapped] -= 1
            else:
                left.append(tensor)
        free = [other for other, count in counts.items() if other is not None for _ in range(count)]
        if len(left) > MOST_PAIRED:
            return False
        fits = [[place for place, other in enumerate(free) if self.follows(one, other)] for one in left]
        taken: dict[int, int] = {}

        def place(one: int, tried: set[int]) -> bool:
            for other in fits[one]:
                if other not in tried:
                    tried.add(other)
                    if other not in taken or place(taken[other], tried):
                        taken[other] = one
                        return True
            return False

        return all(place(one, set()) for one in range(len(left)))

    def _sources(self, tensor: Tensor, through: Sources | None) -> Sources:
        if through is not None:
            return through
        found = self.mapped(tensor)
        return () if found is None else (found,)

    def _moved(self, pairing: Pairing) -> tuple[dict[int, int], set[int]]:
        """The old layers that moved, each with how many went with it, and those that did.

        A layer that is only listed elsewhere, and still reads what it read, has not moved.
        """
        moved: dict[int, int] = {}
        roots: dict[int, int] = {}
        for i in sorted(pairing.displaced):
            node = self.old.nodes[i]
            if self._exact(i, self.forward[i]):
                leader = next((roots[tensor.node] for tensor in node.inputs if tensor.node in roots), None)
                if leader is not None:
                    roots[i] = leader
                    moved[leader] += 1
            else:
                roots[i] = i
                moved[i] = 1
        return moved, roots.keys() - moved.keys()

    def _exact(self, i: int, j: int) -> bool:
        ours = [self.mapped(tensor) for tensor in self.old.nodes[i].inputs]
        theirs = list(self.new.nodes[j].inputs)
        if not self._commutes(i, j) or None in ours:
            return ours == theirs
        return sorted(tensor for tensor in ours if tensor) == sorted(theirs)

    def _through(self, graph: Graph, nodes: set[int], *, mapped: bool) -> dict[int, Sources]:
        """For each layer that is looked through the tensors that it got everything from."""
        found: dict[int, Sources] = {}
        for index in sorted(nodes):
            sources: list[Tensor] = []
            for tensor in graph.nodes[index].inputs:
                if tensor.node in found:
                    sources += found[tensor.node]
                elif not mapped:
                    sources.append(tensor)
                else:
                    same = self.mapped(tensor)
                    sources += [] if same is None else [same]
            found[index] = tuple(dict.fromkeys(sources))[:MOST_SOURCES]
        return found


def input_pairs(old: Graph, new: Graph) -> Mapping[int, int]:
    """Which input of the new network each of the old one is: by name, then in order."""
    names = {given.name: -1 - index for index, given in enumerate(new.inputs)}
    found = {-1 - i: names[given.name] for i, given in enumerate(old.inputs) if given.name in names}
    left = [-1 - i for i in range(len(old.inputs)) if -1 - i not in found]
    free = [place for place in names.values() if place not in found.values()]
    return {**found, **dict(zip(left, free))}  # noqa: B905 - the rest have none
