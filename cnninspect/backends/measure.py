"""A built network with probes between its layers: what each of them made, whatever it is, module or function.

The network's own forward is rewritten with a call before and after each layer and run on the very same modules;
the network itself is not touched, and its ordinary forward stays what it is. An input is let go after its last
reader, so that it is free when nothing else holds it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cnninspect.backends.build_network import Network
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.backends.build_code import Code


class Probe:
    """What is told of a run; layers go by their place in the graph."""

    def given(self, value: Any) -> Any:  # noqa: ANN401 - a tensor, or what a probe makes one of
        """What the network takes for one of its inputs."""
        return value

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        """A layer is about to run; what it reads where it runs in several steps, which may be gone before the last."""

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        """A layer has run and made this."""


def probed(network: Network, probe: Probe) -> Network:
    """The same network, its modules and its mode, with a forward that tells the probe of every layer."""
    told = _Teller(network.code).told()
    space: dict[str, Any] = {**type(network).forward.__globals__, told.probe: probe, told.several: _several}
    exec(compile(told.code.source, f"<cnninspect {network.code.name} probed>", "exec"), space)  # noqa: S102 - our own
    kind = type(type(network).__name__, (Network,), {"code": told.code, "forward": space["forward"]})
    made: Network = object.__new__(kind)
    made.__dict__ = network.__dict__
    return made


def _several(made: Any) -> tuple[Tensor, ...]:  # noqa: ANN401 - a tensor, or some of them
    return tuple(made) if isinstance(made, (tuple, list)) else (made,)


class _Told(Record):
    """A forward that tells, and what it calls the probe."""

    code: Code
    probe: str
    several: str


class _Teller:
    """Rewrites one forward."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.probe = _unused("probe", code.source)
        self.several = _unused("several", code.source)
        self.made = _unused("made", code.source)
        self.lines: list[str] = []
        self.nodes: list[int] = []

    def told(self) -> _Told:
        """The whole forward, each of its bodies down to a return."""
        lines = self.code.source.splitlines()
        inputs = [argument.arg for argument in _parsed(lines[0] + " pass").args.args[1:]]
        self.add(lines[0], -1)
        for name in inputs:
            self.add(f"    {name} = {self.probe}.given({name})", -1)
        first = 1
        for at, line in enumerate(lines):
            if line.lstrip().startswith("return "):
                self.body(lines, range(first, at + 1), inputs)
                first = at + 1
        code = self.code._replace(source="\n".join(self.lines) + "\n", lines=tuple(self.nodes))
        return _Told(code, self.probe, self.several)

    def add(self, line: str, node: int) -> None:
        self.lines.append(line)
        self.nodes.append(node)

    def body(self, lines: Sequence[str], places: range, inputs: Sequence[str]) -> None:
        """The lines of one mode."""
        nodes = self.code.lines
        calls = [at for at in places if nodes[at] >= 0 and not lines[at].lstrip().startswith("del ")]
        begins = {at for i, at in enumerate(calls) if not i or nodes[calls[i - 1]] != nodes[at]}
        ends = {at for i, at in enumerate(calls) if i + 1 == len(calls) or nodes[calls[i + 1]] != nodes[at]}
        last = {name: at for at in places for name in _names(lines[at]) if name in inputs}
        tensors = {*inputs}
        for at in places:
            text = lines[at].lstrip()
            indent = lines[at][: len(lines[at]) - len(text)]
            if at in begins:
                read = "" if at in ends else "".join([f"{name}, " for name in sorted(tensors & _names(lines[at]))])
                self.add(f"{indent}{self.probe}.before({nodes[at]}, ({read}))", nodes[at])
            if at in calls:
                tensors |= _written(text)
            if at in ends:
                self.call(indent, text, nodes[at])
            else:
                self.add(lines[at], nodes[at])
            done = [name for name, place in last.items() if place == at]
            if done and not text.startswith("return "):
                self.add(f"{indent}del {', '.join(done)}", nodes[at])

    def call(self, indent: str, text: str, node: int) -> None:
        """The line that makes what a layer makes."""
        statement = ast.parse(text).body[0]
        if not isinstance(statement, ast.Assign):  # nobody reads it
            self.add(f"{indent}{self.made} = {text}", node)
            self.add(f"{indent}{self.probe}.after({node}, {self.several}({self.made}))", node)
            self.add(f"{indent}del {self.made}", node)
            return
        self.add(f"{indent}{text}", node)
        target = ast.unparse(statement.targets[0])
        if not isinstance(statement.targets[0], ast.Tuple):
            target = f"({target},)"
        self.add(f"{indent}{self.probe}.after({node}, {target})", node)


def _unused(wanted: str, source: str) -> str:
    """A name that stands nowhere in the source."""
    while wanted in source:
        wanted += "_"
    return wanted


def _parsed(text: str) -> ast.FunctionDef:
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def _written(text: str) -> set[str]:
    """The variables that a line writes."""
    return {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _names(line: str) -> set[str]:
    """The variables that a line reads."""
    text = line.strip()
    if text.endswith(":"):
        text += " pass"
    if text.startswith("return "):
        text = text.removeprefix("return ")
    return {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
