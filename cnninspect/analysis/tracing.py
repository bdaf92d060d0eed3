"""One elaborated network on other input sizes, without elaborating it again where that cannot matter.

The text of a model is a program; what it asked of the sizes on the way is known (`Read`). On other
inputs each layer is asked for its facts again, in order. As long as every answer is the same, the text
would make these very layers; the first answer that differs says so, and nothing is concluded.

The network is cut into stretches. What follows a cut depends only on the shapes that cross it, so it is
found out once for each: neighbouring sizes soon become the same shapes, and a scan costs little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from cnninspect.ir import Tensor
from cnninspect.passes.dropped import leftovers
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.yaml.resizing import Read
    from cnninspect.ir import Graph, Node
    from cnninspect.values import Facts, Shape

SHORTEST = 6
"""Layers of a stretch: asking for what is known costs as much as a few of them."""
EVERY_AXIS = 15


class Passed(Record):
    """The network works on these inputs."""

    same: bool
    """Whether its weights are those of the network that was elaborated first."""
    left: int
    """The axes on which some layer leaves cells over, a bit each, the last axis first."""
    lost: int
    """The axes on which some layer leaves cells of its map over, not of the padding alone."""
    heads: Failed | None = None
    """The first layer that refuses, where only training heads are left without an input."""


class Failed(Record):
    """A layer refuses its inputs."""

    node: Node
    problem: Problem
    shapes: tuple[Shape, ...]


class Differs(Record):
    """The text may make other layers on these inputs."""

    read: int | None
    """Which question has another answer; None where the layers themselves fit together differently."""
    value: int


Outcome = Union[Passed, Failed, Differs]  # noqa: UP007 - evaluated when it runs, also on 3.10
Known = dict[tuple[int, tuple["Shape", ...]], Union["Facts", Problem]]
Shapes = dict[Tensor, Union["Shape", None]]
CLEAN = Passed(same=True, left=0, lost=0)
REBUILT = Differs(None, 0)


class Trace:
    """A network that was elaborated once, ready to be asked about other inputs."""

    def __init__(self, graph: Graph, reads: Sequence[Read], known: Known, original: Sequence[object] = ()) -> None:
        self.graph = graph
        self.reads = reads
        self.known = known
        self.answers = tuple([read.value for read in reads])
        self.weights = [(node.name, node.facts.weights) for node in graph.nodes if node.facts and node.facts.weights]
        self.same = not original or list(original) == self.weights
        for node in graph.nodes:
            shapes = tuple([graph.shape(tensor) or () for tensor in node.inputs])
            if node.facts is not None:
                known.setdefault((id(node.layer), shapes), node.facts)
        self._runs = at_inference(graph)
        self._rank = len(graph.inputs[0].shape) - 1 if graph.inputs else 0
        self._reads: list[list[int]] = [[] for _ in range(len(graph.nodes) + 1)]
        for index, read in enumerate(reads):
            self._reads[read.before].append(index)
        self._cuts = _cuts(graph, self._needs())
        self._found: dict[tuple[int, tuple[Shape | None, ...]], Outcome] = {}

    def _needs(self) -> list[list[Tensor]]:
        """For each node every tensor whose shape matters to it: to run, to answer questions, to share weights."""
        needs = []
        for index, node in enumerate(self.graph.nodes):
            wanted = [*node.inputs, *[self.reads[i].tensor for i in self._reads[index]]]
            if node.shares is not None:
                wanted += self.graph.nodes[node.shares].inputs
            needs.append(wanted)
        last = self._reads[len(self.graph.nodes)]
        return [*needs, [self.reads[i].tensor for i in last]]

    def on(self, inputs: Sequence[Shape]) -> Outcome:
        """What becomes of these inputs, in the order of the network's own."""
        shapes: Shapes = {Tensor(-1 - index): shape for index, shape in enumerate(inputs)}
        todo: list[tuple[tuple[int, tuple[Shape | None, ...]], Passed]] = []
        outcome: Outcome = CLEAN
        for index, (first, end, crossing) in enumerate(self._cuts):
            key = (index, tuple([shapes[tensor] for tensor in crossing]))
            found = self._found.get(key)
            if found is not None:
                outcome = found
                break
            part = self._stretch(first, end, shapes)
            if not isinstance(part, Passed):
                outcome = self._found[key] = part
                break
            todo.append((key, part))
        for key, part in reversed(todo):
            if isinstance(outcome, Passed):
                outcome = Passed(
                    outcome.same and part.same,
                    outcome.left | part.left,
                    outcome.lost | part.lost,
                    part.heads or outcome.heads,
                )
            self._found[key] = outcome
        return outcome

    def _stretch(self, first: int, end: int, shapes: Shapes) -> Outcome:
        same, left, lost, heads = self.same, 0, 0, None
        nodes = self.graph.nodes
        for index in range(first, end):
            differs = self._asked(index, shapes)
            if differs is not None:
                return differs
            if index == len(nodes):
                break
            node = nodes[index]
            given = tuple([shape for tensor in node.inputs if (shape := shapes[tensor]) is not None])
            facts = self._facts(node, given) if len(given) == len(node.inputs) else None
            if facts is None or isinstance(facts, Problem):
                if facts is not None and self._runs[index]:
                    return Failed(node, facts, given)
                heads = heads or (None if facts is None else Failed(node, facts, given))
                shapes.update({Tensor(index, number): None for number in range(len(node.outputs))})
                continue
            was = node.facts
            assert was is not None
            if not self._fits(node, facts, shapes):
                return REBUILT
            same = same and (facts is was or facts.weights == was.weights)
            for number, shape in enumerate(facts.outputs):
                shapes[Tensor(index, number)] = shape
            if facts.window is not None and self._runs[index]:
                more, real = _bits(facts, given[0], self._rank)
                left, lost = left | more, lost | real
        return CLEAN if same and not left and heads is None else Passed(same, left, lost, heads)

    def _asked(self, index: int, shapes: Shapes) -> Differs | None:
        for number in self._reads[index]:
            _, tensor, axis, value = self.reads[number]
            shape = shapes[tensor]
            now = 0 if shape is None else shape[axis]
            if now != value:
                return Differs(number, now)
        return None

    def _facts(self, node: Node, given: tuple[Shape, ...]) -> Facts | Problem:
        layer = node.layer
        key = (id(layer), given)
        found = self.known.get(key)
        if found is None:
            assert layer is not None
            try:
                found = layer.facts(given)
            except Problem as problem:
                found = problem
            except Problems as several:
                found = several.problems[0]
            self.known[key] = found
        return found

    def _fits(self, node: Node, facts: Facts, shapes: Shapes) -> bool:
        """Whether the text would go on as before: ranks and numbers of outputs are its to see."""
        if facts is not node.facts and [len(shape) for shape in facts.outputs] != [len(y or ()) for y in node.outputs]:
            return False
        if node.shares is None:
            return True
        owner = self.graph.nodes[node.shares]
        given = tuple([shape for tensor in owner.inputs if (shape := shapes[tensor]) is not None])
        lent = self._facts(owner, given) if len(given) == len(owner.inputs) else None
        return (
            lent is not None
            and not isinstance(lent, Problem)
            and lent.weights == facts.weights
            and lent.buffers == facts.buffers
        )

    def facts(self, inputs: Sequence[Shape]) -> Graph:
        """The whole network on inputs on which it passes."""
        shapes: Shapes = {Tensor(-1 - index): shape for index, shape in enumerate(inputs)}
        nodes = []
        for index, node in enumerate(self.graph.nodes):
            known = tuple([shape for tensor in node.inputs if (shape := shapes[tensor]) is not None])
            found = self._facts(node, known) if len(known) == len(node.inputs) else None
            made = (None,) * len(node.outputs) if found is None or isinstance(found, Problem) else found.outputs
            shapes.update({Tensor(index, number): shape for number, shape in enumerate(made)})
            facts = None if isinstance(found, Problem) else found
            nodes.append(node if facts is node.facts else node._replace(facts=facts, outputs=made))
        given = [declared._replace(shape=shape) for declared, shape in zip(self.graph.inputs, inputs, strict=True)]
        return self.graph._replace(inputs=tuple(given), nodes=tuple(nodes))


def _bits(facts: Facts, shape: Shape, rank: int) -> tuple[int, int]:
    left = lost = 0
    axes = leftovers(facts, shape)
    for place, axis in enumerate(reversed(axes)):
        bit = 1 << place if len(axes) == rank else EVERY_AXIS
        left |= bit if axis.cells else 0
        lost |= bit if axis.real else 0
    return left, lost


def _cuts(graph: Graph, needs: list[list[Tensor]]) -> list[tuple[int, int, tuple[Tensor, ...]]]:
    """Stretches of the network with the tensors that are needed from before each: cut where few are."""
    count = len(needs)
    last_use: dict[Tensor, int] = {}
    for index, wanted in enumerate(needs):
        for tensor in wanted:
            last_use[tensor] = index
    crossing: dict[int, list[Tensor]] = {}
    live: dict[Tensor, int] = {tensor: end for tensor, end in last_use.items() if tensor.node < 0}
    for index in range(count):
        live = {tensor: end for tensor, end in live.items() if end >= index}
        crossing[index] = sorted(live)
        if index < len(graph.nodes):
            for number in range(len(graph.nodes[index].outputs)):
                tensor = Tensor(index, number)
                if tensor in last_use:
                    live[tensor] = last_use[tensor]
    starts = [0]
    while starts[-1] + SHORTEST < count:
        options = range(starts[-1] + SHORTEST, min(starts[-1] + 2 * SHORTEST, count))
        starts.append(min(options, key=lambda index: len(crossing[index])))
    ends = [*starts[1:], count]
    return [(first, end, tuple(crossing[first])) for first, end in zip(starts, ends, strict=True)]
