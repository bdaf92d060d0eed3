"""How what is seen of one network input passes through a graph, channel by channel where channels differ.

A tensor is a row of pieces, runs of channels that see the same; what they see is a state, kept once and
spoken of by number, so that a layer that repeats costs a look into a dictionary. What a state is, and what a
layer makes of it, is the business of a `Sight`: families on an unbounded image, or bits on the actual one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from cnninspect.passes.field_rows import laid
from cnninspect.reads import EVERY, POINT, SAME, Reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.reads import Pieces
    from cnninspect.values import Facts, Shape

State = TypeVar("State")

MANY = 32
"""From so many unlike pieces on each more costs a moment, not a step of its own: a thousand layers may each add some."""
GATHER = Reads(0, (), EVERY)
"""The path of all features of a vector to one place."""

NOTHING = 0
"""The state of what does not depend on the input."""
UNKNOWN = 1
"""The state of what may depend on it in any way."""


class Lost(Exception):
    """What a path sees cannot be told: it is unknown, or nothing of the image is left on it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Sight(Protocol[State]):
    """What states are and how they change."""

    unites: bool
    """Whether a path sees of a union the union of what it sees of each."""

    def start(self, shape: Shape) -> State:
        """What the image sees of itself; raises Lost."""

    def follow(self, state: State, read: Reads, x: Shape, y: Shape) -> State:
        """What is seen along one path of a layer; raises Lost."""

    def join(self, states: Sequence[State]) -> State:
        """The union; raises Lost."""

    def deep(self, state: State) -> bool:
        """Whether the position on the channel axis counts, as after a permute."""


class Flow(Generic[State]):
    """What every tensor of a graph sees of one input."""

    def __init__(self, graph: Graph, source: int, sight: Sight[State], *, through_gates: bool) -> None:
        self.graph = graph
        self.sight = sight
        self.through_gates = through_gates
        self.gated = False
        """Whether there is a path that was left out as a gate."""
        self.states: list[State | None] = [None, None]
        self._numbers: dict[State, int] = {}
        self._deep: set[int] = set()
        self._paths: dict[int, dict[int, list[Reads]] | None] = {}
        self._followed: dict[tuple[int, int], int] = {}
        self._joined: dict[frozenset[int], int] = {}
        self._most: tuple[frozenset[int], int] = frozenset(), UNKNOWN
        """The last large union: the next one is mostly that and a few more."""
        shape = graph.inputs[source].shape
        self.fed: list[Pieces] = [((1, NOTHING),)] * len(graph.inputs)
        try:
            first = self.number(sight.start(shape))
        except Lost as lost:
            first = lost.number
        self.fed[source] = ((shape[0] if shape else 1, first),)
        self.values: list[tuple[Pieces, ...]] = []
        self._run()

    def number(self, state: State) -> int:
        """The number of a state, which is kept from now on."""
        found = self._numbers.get(state)
        if found is None:
            found = self._numbers[state] = len(self.states)
            self.states.append(state)
            if self.sight.deep(state):
                self._deep.add(found)
        return found

    def seen(self, tensor: Tensor) -> Pieces:
        """The pieces of a tensor."""
        return self.values[tensor.node][tensor.output] if tensor.node >= 0 else self.fed[-1 - tensor.node]

    def all_of(self, node: int) -> int:
        """The state of a node, over all its channels and outputs."""
        made = self.values[node]
        if len(made) == 1 and len(made[0]) == 1:
            return made[0][0][1]
        numbers = {item for pieces in made for _, item in pieces}
        if not self._deep.isdisjoint(numbers):
            numbers = {self._gathered(item, node) for item in numbers}
            if len(numbers) > 1 and not self._deep.isdisjoint(numbers):
                return UNKNOWN  # the channels tell the position, each run of them in its own way
        return self.join([*numbers])

    def _gathered(self, number: int, node: int) -> int:
        """The state of a vector without its features: what they see counts together."""
        shape = self.graph.nodes[node].outputs[0]
        if number in self._deep and shape is not None and len(shape) == 1:
            return self._moved(number, GATHER, shape, ())  # not kept: vectors of unlike lengths may share a number
        return number

    def join(self, numbers: Sequence[int]) -> int:
        """The union of states."""
        found = {*numbers}
        found.discard(NOTHING)
        if len(found) < 2:  # noqa: PLR2004 - nothing to unite
            return found.pop() if found else NOTHING
        if UNKNOWN in found:
            return UNKNOWN
        key = frozenset(found)
        if len(key) >= MANY:
            return self._join_many(key)
        number = self._joined.get(key)
        if number is None:
            number = self._joined[key] = self._united(key)
        return number

    def _join_many(self, key: frozenset[int]) -> int:
        """The union of many states, of which only the last one is kept: each is as long as a network is deep."""
        before, number = self._most
        if number > UNKNOWN and before <= key and len(key) - len(before) < MANY - 1:
            number = self.join([number, *(key - before)])
        else:
            number = self._united(key)
        self._most = key, number
        return number

    def _united(self, key: frozenset[int]) -> int:
        try:
            return self.number(self.sight.join([self.states[one] for one in sorted(key)]))  # type: ignore[misc]
        except Lost as lost:
            return lost.number

    def paths(self, node: Node, facts: Facts) -> dict[int, list[Reads]] | None:
        """The paths to each output of a node; None where they are unknown."""
        key = id(facts)
        if key not in self._paths:
            assert node.layer is not None  # it has facts
            reads = node.layer.reads([self.graph.shape(tensor) or () for tensor in node.inputs])
            apart: dict[int, list[Reads]] | None = None
            if reads is not None:
                apart = {}
                for read in reads:
                    if read.gate and self.through_gates:
                        self.gated = True
                    else:
                        apart.setdefault(read.output, []).append(read)
            self._paths[key] = apart
        return self._paths[key]

    def _run(self) -> None:
        made: dict[tuple[object, ...], tuple[Pieces, ...]] = {}
        values, fed = self.values, self.fed
        for node in self.graph.nodes:
            given = [values[tensor[0]][tensor[1]] if tensor[0] >= 0 else fed[-1 - tensor[0]] for tensor in node.inputs]
            key = (id(node.facts), *given)
            found = made.get(key)
            if found is None:
                found = made[key] = self._step(node, given)
            values.append(found)

    def _step(self, node: Node, given: list[Pieces]) -> tuple[Pieces, ...]:
        """What the outputs of a node see."""
        facts = node.facts
        if len(given) == 1 == len(given[0]) and facts is not None and len(facts.outputs) == 1:
            alone = self._alone(node, facts, given[0][0][1])
            if alone is not None:
                return alone
        if all(item == NOTHING for pieces in given for _, item in pieces):
            return (((1, NOTHING),),) * len(node.outputs)
        paths = None if facts is None else self.paths(node, facts)
        if paths is None or facts is None:
            return (((1, UNKNOWN),),) * len(node.outputs)
        return tuple([self._output(node, paths.get(i, []), y, given) for i, y in enumerate(facts.outputs)])

    def _alone(self, node: Node, facts: Facts, number: int) -> tuple[Pieces, ...] | None:
        """The commonest step, made quick: one path from one tensor whose channels are alike."""
        paths = self.paths(node, facts)
        if not paths or len(paths[0]) != 1 or paths[0][0].channels.silent:
            return None
        y = facts.outputs[0]
        seen = self.follow(number, paths[0][0], self.graph.shape(node.inputs[0]) or (), y)
        return (((y[0] if y else 1, seen),),)

    def _output(self, node: Node, paths: list[Reads], y: Shape, given: list[Pieces]) -> Pieces:
        out = y[0] if y else 1
        layers = []
        rows = []
        for read in paths:
            x = self.graph.shape(node.inputs[read.input]) or ()
            rows.append((read, x, self._row(given[read.input], read, x, y)))
        if any(len(pieces) >= MANY for _, _, pieces in rows):
            whole = laid(rows, given, out)
            if whole is not None:
                return whole
        for read, x, pieces in rows:
            if pieces is given[read.input] and read.channels is SAME and len(paths) == 1 and x[:1] == y[:1]:
                return pieces
            if any(item != NOTHING for _, item in pieces):
                unknown = len(pieces) == 1 and pieces[0][1] == UNKNOWN
                row = ((x[0] if x else 1, UNKNOWN),) if unknown else pieces
                layers.append(read.channels.spread(row, out))
        return self._stacked(layers, out)

    def _row(self, pieces: Pieces, read: Reads, x: Shape, y: Shape) -> Pieces:
        """The pieces of a tensor as they are seen along one path; the same where every position reads itself."""
        still = _still(read, x, y)
        if still and not self._deep:
            return pieces
        items = {}.fromkeys([item for _, item in pieces])
        deep = not self._deep.isdisjoint(items)
        if still and not deep:
            return pieces
        if len(items) >= MANY and read.channels is EVERY and self.sight.unites and not deep:
            return ((x[0], self.follow(self.join([*items]), read, x, y)),)
        moved = {item: self.follow(item, read, x, y) for item in items}
        return tuple([(count, moved[item]) for count, item in pieces])

    def follow(self, number: int, read: Reads, x: Shape, y: Shape) -> int:
        """The state of one path."""
        if number <= UNKNOWN:
            return number
        key = (id(read), number)
        found = self._followed.get(key)
        if found is None:
            still = number not in self._deep and _still(read, x, y)
            found = self._followed[key] = number if still else self._moved(number, read, x, y)
        return found

    def _moved(self, number: int, read: Reads, x: Shape, y: Shape) -> int:
        try:
            return self.number(self.sight.follow(self.states[number], read, x, y))  # type: ignore[arg-type]
        except Lost as lost:
            return lost.number

    def _stacked(self, layers: list[list[tuple[int, tuple[int, ...]]]], out: int) -> Pieces:
        """The pieces of a tensor that several paths make together."""
        if not layers:
            return ((out, NOTHING),)
        if len(layers) == 1:
            runs = [(count, items[0] if len(items) == 1 else self.join(items)) for count, items in layers[0]]
        elif all(len(pieces) == 1 for pieces in layers):
            return ((out, self.join([item for pieces in layers for item in pieces[0][1]])),)
        else:
            runs = self._cut(layers)
        kept: list[tuple[int, int]] = []
        for count, item in runs:
            if kept and kept[-1][1] == item:
                kept[-1] = (kept[-1][0] + count, item)
            else:
                kept.append((count, item))
        return tuple(kept)

    def _cut(self, layers: list[list[tuple[int, tuple[int, ...]]]]) -> list[tuple[int, int]]:
        """Runs of channels over which no path changes."""
        starts: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for index, pieces in enumerate(layers):
            position = 0
            for count, items in pieces:
                starts.setdefault(position, []).append((index, items))
                position += count
        current: list[tuple[int, ...]] = [()] * len(layers)
        order = [*sorted(starts), position]
        runs = []
        for start, end in zip(order, order[1:]):  # noqa: B905, RUF007 - pairs
            for index, items in starts[start]:
                current[index] = items
            runs.append((end - start, self.join([item for items in current for item in items])))
        return runs


def _still(read: Reads, x: Shape, y: Shape) -> bool:
    """Whether every position reads itself."""
    return x[1:] == y[1:] and read.order is None and all(axis is POINT for axis in read.axes)
