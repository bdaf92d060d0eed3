"""From scopes to programs: what each class constructs and what its forward does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import identifier
from cnninspect.backends.python.model import Borrowed, Leaf, Module, Program, Seq, Step, Sym, Tree, Use, Var
from cnninspect.backends.python.scopes import Names, Scope
from cnninspect.backends.python.spelling import arguments, is_module
from cnninspect.passes.usage import in_time

if TYPE_CHECKING:
    from cnninspect.backends.python.scopes import Token
    from cnninspect.ir import Graph

Marks = dict[tuple[int, str], Sym]
"""Arguments that are the value of a param, by node and name."""
FLATTEN = "torch:flatten"


class Programs:
    """Every program of a graph, by the number of its scope; the network's own is 0."""

    def __init__(self, graph: Graph, marks: Marks) -> None:
        self.names = Names(graph)
        self.graph = graph
        self.marks = marks
        self.scopes: list[Scope] = [self.names.root, *[scope for scope in self.names.root.scopes() if scope.whole]]
        self.numbers = {id(scope): number for number, scope in enumerate(self.scopes)}
        self.found = {
            number: self.program(number) for number in range(len(self.scopes)) if not self.scopes[number].alias
        }

    def program(self, number: int) -> Program:
        """The program of one scope."""
        return _Writer(self, number).program()

    def leaf(self, index: int) -> Leaf:
        """A node's module."""
        node, call = self.graph.nodes[index], self.names.calls[index]
        pairs = tuple([(key, self.marks.get((index, key), value)) for key, value in arguments(call)])
        assert node.facts is not None
        frozen = bool(node.facts.weights) and not getattr(node.layer, "trainable", True)
        return Leaf(call.target, pairs, frozen, "" in node.facts.weights)


class _Writer:
    """Writes the program of one scope."""

    def __init__(self, programs: Programs, number: int) -> None:
        self.all = programs
        self.graph = programs.graph
        self.names = programs.names
        self.number = number
        self.scope = programs.scopes[number]
        self.vars: dict[Token, Var] = {}
        self.modules: dict[str, Module] = {}
        """By path from the scope."""
        self.steps: list[Step] = []
        self.taken = set(self.scope.children)
        self.free: dict[Leaf, str] = {}
        self.depth = self.scope.depth

    def program(self) -> Program:
        scope = self.scope
        for token in scope.inputs:
            self.var(token)
        entries = self.entries()
        chain = self.chain(entries)
        if chain is not None:
            names = chain
            for (start, inner), name in zip(entries, names, strict=True):
                self.modules[name] = self.module_of(start, inner)
                tensors = self.graph.nodes[start].inputs
                given = inner.inputs if inner else [(tensor.node, tensor.output) for tensor in tensors]
                made = inner.outputs if inner else [(start, 0)]
                self.step(name, [*given], [*made], start)
        else:
            for start, inner in entries:
                if inner is not None:
                    self.call(inner, start)
                else:
                    self.node(start)
        numbered = chain is not None and chain == [str(number) for number in range(len(chain))]
        kind = "" if chain is None else "numbered" if numbered else "named"
        outputs = tuple([self.var(token) for token in scope.outputs])
        root = self.number == 0
        heads = self.graph.outputs if root else ()
        return Program(
            self.number,
            scope.label,
            scope.block,
            scope.family,
            self.attributes(chain),
            self.turns(),
            tuple([self.var(token) for token in scope.inputs]),
            outputs,
            (self.channels(scope.inputs[0]), self.channels(scope.outputs[0]) if scope.outputs else None),
            scope.words,
            kind,
            tuple([one.name for one in self.graph.inputs]) if root else (),
            tuple(
                [
                    (output.name, self.var((output.tensor.node, output.tensor.output)), output.training)
                    for output in heads
                ]
            ),
        )

    def turns(self) -> tuple[Step, ...]:
        """The steps in the order of a forward."""
        makers = {var: number for number, step in enumerate(self.steps) for var in step.outputs}
        reads = [[makers.get(var, -1) for var in step.inputs] for step in self.steps]
        return tuple([self.steps[number] for number in in_time(reads, [not step.training for step in self.steps])])

    def channels(self, token: Token) -> object:
        """The channels of a tensor."""
        from cnninspect.ir import Tensor

        shape = self.graph.shape(Tensor(*token))
        return shape[0] if shape else None

    def var(self, token: Token) -> Var:
        """The variable of a tensor."""
        return self.vars.setdefault(token, len(self.vars))

    def entries(self) -> list[tuple[int, Scope | None]]:
        """The nodes in their order, those of a scope that is called as one together."""
        owner: dict[int, Scope] = {}

        def claim(scope: Scope) -> None:
            for child in scope.children.values():
                if isinstance(child, Scope):
                    if child.whole:
                        owner.update(dict.fromkeys(child.nodes, child))
                    else:
                        claim(child)

        claim(self.scope)
        found: list[tuple[int, Scope | None]] = []
        for index in self.scope.nodes:
            inner = owner.get(index)
            if inner is None or inner.nodes[0] == index:
                found.append((index, inner))
        return found

    def chain(self, entries: list[tuple[int, Scope | None]]) -> list[str] | None:
        """The names of the children where they form a chain, each called once on what the one before it makes."""
        scope = self.scope
        if len(scope.inputs) != 1 or len(scope.outputs) != 1 or not entries:
            return None
        current, names = scope.inputs[0], []
        for start, inner in entries:
            name = inner.name if inner else self.graph.nodes[start].name.rpartition(".")[2]
            there = scope.children.get(name)
            if inner is not None:
                fits = there is inner and inner.alias is None and inner.inputs == [current] and len(inner.outputs) == 1
                made = inner.outputs[0]
            else:
                node, call = self.graph.nodes[start], self.names.calls[start]
                fits = there == start and [(t.node, t.output) for t in node.inputs] == [current] and not call.pad
                fits = fits and (is_module(call.target) or call.target == FLATTEN) and len(node.outputs) == 1
                fits = fits and node.shares is None and not self.all.leaf(start).direct and not call.listed
                made = (start, 0)
            if not fits:
                return None
            names.append(name)
            current = made
        numbered = names == [str(number) for number in range(len(names))]
        plain = all(name.isidentifier() for name in names) and self.number > 0 and not scope.block
        return names if current == scope.outputs[0] and (numbered or plain) else None

    def module_of(self, start: int, inner: Scope | None) -> Module:
        """What is constructed for an entry."""
        if inner is not None:
            return Use(self.all.numbers[id(inner)])
        call = self.names.calls[start]
        if call.target != FLATTEN:
            return self.all.leaf(start)
        given = dict(call.arguments)
        if given["end_dim"] == self.rank(start):
            del given["end_dim"]
        return Leaf("torch.nn:Flatten", tuple(given.items()) if given != {"start_dim": 1} else ())

    def rank(self, index: int) -> int:
        """The last axis of what a node reads."""
        return len(self.graph.shape(self.graph.nodes[index].inputs[0]) or ())

    def path(self, full: str) -> str:
        """A name as it is seen from the scope."""
        return full[len(self.scope.path) + 1 :] if self.scope.path else full

    def call(self, inner: Scope, start: int) -> None:
        """A scope that is called as one."""
        path = self.path((inner.alias or inner).path)
        if inner.alias is None:
            self.modules[path] = Use(self.all.numbers[id(inner)])
        self.step(path, inner.inputs, inner.outputs, start)

    def node(self, index: int) -> None:
        """A layer that is called by itself."""
        node, call = self.graph.nodes[index], self.names.calls[index]
        inputs: list[Token] = [(tensor.node, tensor.output) for tensor in node.inputs]
        outputs: list[Token] = [(index, number) for number in range(len(node.outputs))]
        if call.pad:
            words: dict[str, object] = {"pad": tuple(call.pad)}
            if call.pad_mode != "constant":
                words["mode"] = call.pad_mode
            elif call.pad_value:
                words["value"] = call.pad_value
            self.step(None, inputs[:1], [(index, -1)], index, "torch.nn.functional:pad", words)
            inputs = [(index, -1), *inputs[1:]]
        if is_module(call.target):
            self.step(self.module(index), inputs, outputs, index, call.target, listed=call.listed)
            return
        words = {key: self.all.marks.get((index, key), value) for key, value in call.arguments.items()}
        if call.target == FLATTEN and words.get("end_dim") == self.rank(index):
            del words["end_dim"]
        several = call.target in ("torch:chunk", "torch:split")
        self.step(None, inputs, outputs, index, call.target, words, listed=call.listed, several=several)

    def module(self, index: int) -> str:
        """The path of the module that runs a node, constructed if it has not been."""
        node, leaf = self.graph.nodes[index], self.all.leaf(index)
        path = self.path(node.name)
        if node.shares is not None:
            owner = self.path(self.graph.nodes[node.shares].name)
            bare = self.names.calls[node.shares]._replace(pad=(), pad_mode="", pad_value=0.0)
            if leaf.direct or self.names.calls[index]._replace(pad=(), pad_mode="", pad_value=0.0) == bare:
                return owner
            self.modules[path] = Borrowed(leaf, owner)
            return path
        if self.names.weights(index) == 0 and ("." in path or not path.isidentifier()):
            path = self.free[leaf] if leaf in self.free else identifier(node.op, self.taken)
            self.free[leaf] = path
            self.taken.add(path)
        self.modules[path] = leaf
        return path

    def step(  # noqa: PLR0913 - the fields of a step
        self,
        module: str | None,
        inputs: list[Token],
        outputs: list[Token],
        index: int,
        target: str = "",
        words: dict[str, object] | None = None,
        *,
        listed: bool = False,
        several: bool = False,
    ) -> None:
        """One more step."""
        given, made = tuple([self.var(token) for token in inputs]), tuple([self.var(token) for token in outputs])
        training = self.number == 0 and not self.names.runs[index]
        pairs = tuple(
            [(key, tuple(value) if isinstance(value, list) else value) for key, value in (words or {}).items()]
        )
        node = self.graph.nodes[index]
        place = (*[call.span for call in node.calls[self.depth :]], node.span)
        self.steps.append(Step(module, target, pairs, given, made, listed, training, several, place))

    def attributes(self, chain: list[str] | None) -> tuple[tuple[str, Module], ...]:
        """The modules as a tree, each name in the order in which the network first names it."""
        if chain is not None:
            return tuple([(name, self.modules[name]) for name in chain])
        tree: dict[str, object] = {}
        for path, module in self.modules.items():
            *above, last = path.split(".")
            inner = tree
            for part in above:
                inner = inner.setdefault(part, {})  # type: ignore[assignment]
            inner[last] = module
        return tuple([(name, _tree(value)) for name, value in tree.items()])


def _tree(value: object) -> Module:
    if isinstance(value, dict):
        return Tree(tuple([(name, _tree(inner)) for name, inner in value.items()]))
    return value  # type: ignore[return-value]


__all__ = ["Marks", "Programs", "Seq"]
