"""What a forward does, step by step: the layers of a graph as calls, before variables have names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.ir import Graph
    from cnninspect.values import Call

Token = tuple[int, int]
"""A tensor: the node that makes it and which of its outputs it is; -1 as the output is its padded input."""


OVERWRITING = {"torch:add": "torch:Tensor.add_", "torch:mul": "torch:Tensor.mul_", "torch:sub": "torch:Tensor.sub_"}
"""Functions that write their result over their first input, for those that do not.

They are used where the layer's ``holds`` says so, and no shipped merge does: resnet50 with every addition in place takes
0.94 to 1.02 of the time that it takes without, which is what can be measured, and predictions of memory would change.
"""
PIECES = {"torch:chunk", "torch:split"}
"""What gives a tuple, however few there are in it."""


class Plan(Record):
    """What is decided before the forward is written, for each node."""

    calls: tuple[Call, ...]
    """How torch spells it."""
    modules: tuple[str | None, ...]
    """The path of the module that runs it, None for a function."""
    tensors: tuple[tuple[str, str, tuple[tuple[str, object], ...]] | None, ...]
    """Where a weight of the scope stands for the module: its path, the function that takes it, and the arguments."""
    runs: tuple[bool, ...]
    """Whether it runs at inference."""
    in_place: tuple[bool, ...]
    """Whether it writes its output over its first input."""


class Step(Record):
    """One line of a forward."""

    node: int
    inputs: tuple[Token, ...]
    outputs: tuple[Token, ...]
    target: str = ""
    arguments: tuple[tuple[str, object], ...] = ()
    module: str | None = None
    tensor: str | None = None
    listed: bool = False
    several: bool = False
    """Whether it gives a tuple."""


def lower(graph: Graph, nodes: Sequence[int], plan: Plan) -> list[Step]:
    """The steps of some of the nodes, in their order."""
    return [step for index in nodes for step in _steps(graph, index, plan)]


def _steps(graph: Graph, index: int, plan: Plan) -> Iterator[Step]:
    node, call = graph.nodes[index], plan.calls[index]
    inputs = tuple([(tensor.node, tensor.output) for tensor in node.inputs])
    outputs = tuple([(index, number) for number in range(len(node.outputs))])
    if call.pad:
        padded = (index, -1)
        yield Step(index, inputs[:1], (padded,), "torch.nn.functional:pad", _padding(call))
        inputs = (padded, *inputs[1:])
    own = plan.tensors[index]
    if own is not None:
        path, target, arguments = own
        yield Step(index, inputs, outputs, target, arguments, tensor=path, listed=call.listed)
    elif plan.modules[index] is not None:
        yield Step(index, inputs, outputs, module=plan.modules[index], listed=call.listed)
    else:
        arguments = tuple(call.arguments.items())
        target = OVERWRITING.get(call.target, call.target) if plan.in_place[index] else call.target
        several = call.target in PIECES
        yield Step(index, inputs, outputs, target, arguments, listed=call.listed, several=several)


def _padding(call: Call) -> tuple[tuple[str, object], ...]:
    words: list[tuple[str, object]] = [("pad", call.pad)]
    if call.pad_mode != "constant":
        words.append(("mode", call.pad_mode))
    elif call.pad_value:
        words.append(("value", call.pad_value))
    return tuple(words)
