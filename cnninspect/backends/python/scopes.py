"""The tree of names of a network, and which parts of it can be called as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.usage import at_inference
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnninspect.ir import BlockCall, Graph, Node
    from cnninspect.values import Call

Token = tuple[int, int]
"""A tensor: node and output."""
NESTED = "has weights, and other layers have names below its name"
MODE = "has a name that eval() would fail with: 'training' is where a module of torch keeps its mode"


class Scope:
    """One name with names below it."""

    def __init__(self, name: str, path: str, above: Scope | None) -> None:
        self.name = name
        self.path = path
        self.above = above
        self.children: dict[str, Scope | int] = {}
        self.nodes: list[int] = []
        """Every node below it."""
        self.label = name
        self.words: Mapping[str, object] = {}
        self.family: tuple[str, ...] = ("",)
        """What it has in common with scopes that may be of one class."""
        self.block = False
        self.depth = 0
        """How many blocks are above what it holds."""
        self.whole = True
        """Whether it can be called as one."""
        self.alias: Scope | None = None
        """The scope whose modules it runs again."""
        self.inputs: list[Token] = []
        self.outputs: list[Token] = []

    def scopes(self) -> Iterator[Scope]:
        """Every scope below it, the outer ones first."""
        for child in self.children.values():
            if isinstance(child, Scope):
                yield child
                yield from child.scopes()


class Names:
    """The scopes of a graph, with what is known of each node."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.calls = [self._call(node) for node in graph.nodes]
        self.runs = at_inference(graph)
        self.root = Scope("", "", None)
        for index in range(len(graph.nodes)):
            self._place(index)
        for scope in [self.root, *self.root.scopes()]:
            self._borders(scope)
        _Labels(graph, self.root)
        for scope in self.root.scopes():
            scope.alias = self._same(scope)
        for scope in self.root.scopes():
            scope.whole = scope.alias is not None or self._callable(scope)

    def _call(self, node: Node) -> Call:
        if node.layer is None or node.facts is None:
            raise Problem("cannot-build", f"layer '{node.name}' ({node.span}) has no known shape")
        call = node.layer.call([self.graph.shape(tensor) or () for tensor in node.inputs])
        if not call.target:
            message = f"layer '{node.name}' ({node.span}): {node.op} does not say how torch spells it"
            raise Problem("cannot-build", message, help="its class needs torch = 'module:Name'")
        return call

    def weights(self, index: int) -> int:
        """How many tensors of its own a node keeps."""
        facts = self.graph.nodes[index].facts
        assert facts is not None
        return len(facts.weights) + len(facts.buffers)

    def _place(self, index: int) -> None:
        *above, last = self.graph.nodes[index].name.split(".")
        if "training" in (*above, last):
            self._refuse(index, MODE)
        scope = self.root
        scope.nodes.append(index)
        for part in above:
            child = scope.children.get(part)
            if isinstance(child, int):
                if self.weights(child):
                    self._refuse(child, NESTED)
                child = None
            if child is None:
                path = f"{scope.path}.{part}" if scope.path else part
                child = scope.children[part] = Scope(part, path, scope)
            scope = child
            scope.nodes.append(index)
        there = scope.children.get(last)
        if isinstance(there, Scope):
            if self.weights(index):
                self._refuse(index, NESTED)
            there.nodes.append(index)  # a merge that has the name of its branches
        else:
            scope.children[last] = index

    def _refuse(self, index: int, why: str) -> None:
        node = self.graph.nodes[index]
        message = f"layer '{node.name}' ({node.span}) {why}"
        raise Problem("cannot-export", message, help="give the layer another name")

    def _borders(self, scope: Scope) -> None:
        """What comes into a scope, and what of it is read outside."""
        graph, inside = self.graph, set(scope.nodes)
        scope.inputs = list(
            dict.fromkeys(
                [
                    (tensor.node, tensor.output)
                    for index in scope.nodes
                    for tensor in graph.nodes[index].inputs
                    if tensor.node not in inside
                ]
            )
        )
        if scope is self.root:
            scope.inputs = [(-1 - number, 0) for number in range(len(graph.inputs))]
        read = {
            (tensor.node, tensor.output)
            for index, node in enumerate(graph.nodes)
            if index not in inside
            for tensor in node.inputs
            if tensor.node in inside
        }
        read |= {(output.tensor.node, output.tensor.output) for output in graph.outputs if output.tensor.node in inside}
        scope.outputs = sorted(read)

    def _callable(self, scope: Scope) -> bool:
        nodes = scope.nodes
        if nodes[-1] - nodes[0] + 1 != len(nodes) or nodes != sorted(nodes) or not scope.inputs or not scope.outputs:
            return False
        if len({self.runs[index] for index in nodes}) > 1:
            return False
        owners = [self.graph.nodes[index].shares for index in nodes]
        inside = set(nodes)
        return all(owner is None or owner in inside for owner in owners)

    def _same(self, scope: Scope) -> Scope | None:
        """The scope whose every layer this one runs again on something else."""
        nodes = self.graph.nodes
        first = next((index for index in scope.nodes if nodes[index].shares is not None), None)
        if first is None:
            return None
        offset = first - (nodes[first].shares or 0)
        there = self._find(scope, nodes[first].name, nodes[first - offset].name)
        if there is None or there is scope or [index - offset for index in scope.nodes] != there.nodes:
            return None
        if not self._callable(there) or not self._alone(scope) or len(scope.inputs) != len(there.inputs):
            return None
        inputs = dict(zip(scope.inputs, there.inputs, strict=True))
        for index in scope.nodes:
            if not self._alike(index, index - offset, inputs, offset):
                return None
        moved = [(node - offset, output) for node, output in scope.outputs]
        return there if moved == there.outputs else None

    def _alone(self, scope: Scope) -> bool:
        nodes = scope.nodes
        return nodes[-1] - nodes[0] + 1 == len(nodes) and bool(scope.inputs) and bool(scope.outputs)

    def _alike(self, index: int, other: int, inputs: dict[Token, Token], offset: int) -> bool:
        nodes = self.graph.nodes
        here, there = nodes[index], nodes[other]
        mapped = []
        for tensor in here.inputs:
            token = (tensor.node, tensor.output)
            mapped.append(inputs.get(token, (token[0] - offset, token[1])))
        return (
            mapped == [(tensor.node, tensor.output) for tensor in there.inputs]
            and self.calls[index] == self.calls[other]
            and self.runs[index] == self.runs[other]
            and (here.shares == other or (here.shares is None and self.weights(index) == 0))
        )

    def _find(self, scope: Scope, name: str, owner: str) -> Scope | None:
        """The scope that stands to the owner as this one stands to the borrower."""
        tail = name[len(scope.path) :]
        if not owner.endswith(tail):
            return None
        found: Scope | int = self.root
        for part in owner[: len(owner) - len(tail)].split("."):
            if isinstance(found, int) or part not in found.children:
                return None
            found = found.children[part]
        return found if isinstance(found, Scope) else None


class _Labels:
    """Which block each scope was made by."""

    def __init__(self, graph: Graph, root: Scope) -> None:
        made: dict[int, tuple[BlockCall, list[int], int]] = {}
        for index, node in enumerate(graph.nodes):
            for depth, call in enumerate(node.calls):
                made.setdefault(id(call), (call, [], depth))[1].append(index)
        ranges: dict[tuple[int, ...], list[BlockCall]] = {}
        for call, nodes, _ in sorted(made.values(), key=lambda entry: entry[2]):
            ranges.setdefault(tuple(nodes), []).append(call)
        scopes: dict[tuple[int, ...], list[Scope]] = {}
        for scope in root.scopes():
            scopes.setdefault(tuple(scope.nodes), []).append(scope)
        for key, several in scopes.items():
            calls = ranges.get(key, [])
            for scope, call in zip(several[-len(calls) :] if calls else [], calls):  # noqa: B905 - there may be more calls
                scope.label, scope.words, scope.block = call.block, call.arguments, True
                names = [above is call for above in graph.nodes[key[0]].calls]
                scope.depth = names.index(True) + 1
        for scope in root.scopes():  # the outer ones first
            above = scope.above
            assert above is not None
            if scope.block:
                scope.family = (scope.label,)
            else:
                scope.depth = above.depth
                scope.family = (*above.family, scope.name.rstrip("0123456789"))
