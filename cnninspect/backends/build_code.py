"""The forward of a network as Python source: one line a layer, nothing looked up that a person would have written out.

A tensor is one local variable from the line that makes it to the last line that reads it; then the variable is
written again or deleted, so that memory is free as early as it can be. Every line knows its layer, so that a
failure can be told by name.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from torch import nn

from cnninspect.backends.build_lines import Step, lower
from cnninspect.passes.usage import heads, in_training
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.backends.build_lines import Plan, Token
    from cnninspect.ir import Graph, Output

POOL = ("x", "y", "z", "u", "v", "w")
"""What tensors are called; of more than these that live at once, t7, t8 and so on."""
MODULES = "modules"
"""What the network's own children are called."""


class Code(Record):
    """All that a network's class is made of: plain text and numbers, so that a pickle can carry it."""

    name: str
    """What the network is called."""
    source: str
    functions: tuple[tuple[str, str], ...]
    """Names that the source uses, each with the ``module:name`` that it stands for."""
    layers: tuple[tuple[str, str], ...]
    """Every layer's name and the place in the file that it comes from."""
    lines: tuple[int, ...]
    """For each line of the source the layer that it runs, -1 for none."""
    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    """Each input's name and shape, without the batch."""


def write(graph: Graph, plan: Plan) -> Code:
    """The code of a graph."""
    return _Writer(graph, plan).code()


def identifier(text: str) -> str:
    """A name that Python takes, as near to ``text`` as can be."""
    safe = "".join(c if c.isalnum() and c.isascii() else "_" for c in text)
    return f"{safe}_" if iskeyword(safe) else f"_{safe}" if not safe or safe[0].isdigit() else safe


class _Writer:
    """Writes one forward."""

    def __init__(self, graph: Graph, plan: Plan) -> None:
        self.graph = graph
        self.plan = plan
        self.taken = {"self", MODULES, "float"}
        self.functions: dict[str, str] = {}
        self.scopes: dict[str, str] = {}
        self.lines: list[str] = []
        self.nodes: list[int] = []
        self.inputs = [self.unique(identifier(given.name)) for given in graph.inputs]

    def unique(self, wanted: str) -> str:
        """A name that nothing else has."""
        name, number = wanted, 2
        while name in self.taken or name in POOL or (name[0] == "t" and name[1:].isdigit()):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name

    def add(self, line: str, node: int = -1, indent: int = 1) -> None:
        """One more line."""
        self.lines.append("    " * indent + line)
        self.nodes.append(node)

    def code(self) -> Code:
        """Everything, with a body of its own for training where layers exist only then."""
        graph = self.graph
        self.add(f"def forward(self, {', '.join(self.inputs)}):", indent=0)
        self.add(f"{MODULES} = self._modules")
        learning = in_training(graph, self.plan.runs)
        running = [index for index in range(len(learning)) if self.plan.runs[index]]
        calm = heads(graph, training=False)
        if running != learning or len(calm) != len(graph.outputs):
            self.add("if self.training:")
            self.body(learning, graph.outputs, 2)
        self.body(running, calm, 1)
        return Code(
            graph.name,
            "\n".join(self.lines) + "\n",
            tuple((name, target) for target, name in self.functions.items()),
            tuple((node.name, str(node.span)) for node in graph.nodes),
            tuple(self.nodes),
            tuple((given.name, given.shape) for given in graph.inputs),
        )

    def body(self, nodes: Sequence[int], outputs: Sequence[Output], indent: int) -> None:
        """The lines of one mode, down to its return."""
        steps = lower(self.graph, nodes, self.plan)
        variables: dict[Token, str] = {(-1 - i, 0): name for i, name in enumerate(self.inputs)}
        wanted = [(output.tensor.node, output.tensor.output) for output in outputs]
        last = {token: at for at, step in enumerate(steps) for token in step.inputs}
        last.update(dict.fromkeys(wanted, len(steps)))
        bound: dict[str, str] = {}
        used: set[str] = set()
        for at, step in enumerate(steps):
            call = self.call(step, variables, bound, indent)
            dying = [variables[token] for token in dict.fromkeys(step.inputs) if last[token] == at and token[0] >= 0]
            used.difference_update(dying)
            names = self.assign(step, last, variables, used, dying)
            comma = "," if step.several and len(names) == 1 else ""
            self.add(f"{', '.join(names)}{comma} = {call}" if names else call, step.node, indent)
            kept = {variables[token] for token in step.outputs if token in last}
            gone = [name for name in dict.fromkeys([*dying, *names]) if name not in kept]
            used.difference_update(gone)
            if gone:
                self.add(f"del {', '.join(gone)}", step.node, indent)
        self.add(f"return {self.result(outputs, [variables[token] for token in wanted])}", indent=indent)

    def assign(
        self,
        step: Step,
        last: dict[Token, int],
        variables: dict[Token, str],
        used: set[str],
        dying: Sequence[str],
    ) -> list[str]:
        """The variables that a step writes; none where all that it makes is read by nobody."""
        if not any(token in last for token in step.outputs):
            return []
        names: list[str] = []
        for token in step.outputs:
            name = variables[token] = next(name for name in _candidates(dying) if name not in used)
            used.add(name)
            names.append(name)
        return names

    def call(self, step: Step, variables: dict[Token, str], bound: dict[str, str], indent: int) -> str:
        """The expression that runs a step."""
        inputs = [variables[token] for token in step.inputs]
        if step.listed:
            inputs = [f"[{', '.join(inputs)}]"]
        if step.tensor is not None:
            inputs.append(self.tensor(step.tensor, bound, indent))
        arguments = ", ".join([*inputs, *(f"{key}={literal(value)}" for key, value in step.arguments)])
        if step.module is None:
            return f"{self.function(step.target)}({arguments})"
        scope, _, leaf = step.module.rpartition(".")
        return f'{self.scope(scope, bound, indent)}["{leaf}"]({arguments})'

    def function(self, target: str) -> str:
        """What a function is called in the source."""
        if target not in self.functions:
            self.functions[target] = self.unique(identifier(target.rpartition(":")[2].rpartition(".")[2]))
        return self.functions[target]

    def scope(self, path: str, bound: dict[str, str], indent: int) -> str:
        """The variable that holds the children of a scope, fetched before its first use."""
        if not path:
            return MODULES
        if path not in bound:
            above, _, leaf = path.rpartition(".")
            parent = self.scope(above, bound, indent)
            if path not in self.scopes:
                self.scopes[path] = self.unique(identifier(path))
            bound[path] = self.scopes[path]
            self.add(f'{bound[path]} = {parent}["{leaf}"]._modules', indent=indent)
        return bound[path]

    def tensor(self, path: str, bound: dict[str, str], indent: int) -> str:
        """A weight that is fetched from its scope."""
        scope, _, leaf = path.rpartition(".")
        above, _, name = scope.rpartition(".")
        owner = f'{self.scope(above, bound, indent)}["{name}"]' if scope else "self"
        plain = leaf.isidentifier() and not iskeyword(leaf) and not hasattr(nn.Module, leaf)
        return f"{owner}.{leaf}" if plain else f'{owner}._parameters["{leaf}"]'

    def result(self, outputs: Sequence[Output], names: Sequence[str]) -> str:
        """What is returned: a tensor, or several by name."""
        if len(outputs) == 1:
            return names[0]
        return "{" + ", ".join(f'"{output.name}": {name}' for output, name in zip(outputs, names, strict=True)) + "}"


def _candidates(first: Iterable[str]) -> Iterable[str]:
    """Names for a tensor, those that have just become free before all others."""
    yield from first
    yield from POOL
    number = len(POOL)
    while True:
        number += 1
        yield f"t{number}"


def literal(value: object) -> str:
    """A value as Python source."""
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(literal, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):  # noqa: PLR0124 - a NaN
        return f'float("{value}")'
    return repr(value)
