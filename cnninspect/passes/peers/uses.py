"""What other tools see of a network: torch's modules, functions and operators, each with its sizes.

Such a tool knows no layer of ours, only how torch spells it. Some see modules alone, some functions alone, some
both; so it matters which of the two a layer is. A layer of torch.nn is a module where it has a place in a torch
program to stand: an attribute's name, or a number in a scope that is numbered throughout (a Sequential). A number
between named neighbours is no place: there ``forward`` calls a function, or once more a module that has its place
elsewhere, which is told by a scope that does so several times while the network names such a module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnninspect.ir import Graph, Node
    from cnninspect.values import Call, Facts, Shape

OWN_MEANING = {
    "add": "add", "multiply": "mul", "maximum": "maximum", "minimum": "minimum", "matmul": "matmul",
    "reshape": "reshape", "repeat_vector": "repeat_vector", "Slice": "slice", "DropPath": "DropPath",
    "LayerScale": "LayerScale", "ChannelLayerNorm": "ChannelLayerNorm", "FrozenBatchNorm": "FrozenBatchNorm",
    "SeparableConv": "SeparableConv",
}  # fmt: skip
"""Modules and functions that torch lacks and people write alike: torchvision's LayerNorm2d, ``a + b + c``."""


class Use(Record):
    """One call of a module, a function or an operator, with all samples of the batch in it."""

    kind: str
    """What is called, without its rank: ``Conv``, ``ReLU``, ``add``; empty for what only its author knows."""
    rank: int
    """The number of spatial axes in its name; 0 where there are none."""
    module: bool
    """Whether it is a module, rather than a function or an operator."""
    x: int
    """Elements of the first input, after padding that torch needs a call of its own for."""
    y: int
    """Elements of the output."""
    macs: int
    bias: bool
    """Whether an offset is added to what the MACs make."""
    operations: int
    """What we count besides the MACs."""
    joins: int
    """How many tensors it is given."""
    parameters: int
    """Elements of its weights and biases, whatever the batch."""
    shapes: tuple[Shape, Shape]
    """The first input and the output, without the batch."""
    arguments: Mapping[str, object]
    given: Mapping[str, object]
    """The options as they were written."""
    times: int
    """How often it runs: samples, and regions of each."""


def uses(graph: Graph, runs: list[bool], batch: int) -> Iterator[Use | None]:
    """What runs at inference, in order; None for what is unknown because of a mistake in the model."""
    known: dict[int, Call | None] = {}  # alike nodes share their facts
    for node in graph.nodes:
        if id(node.facts) not in known:
            known[id(node.facts)] = _call(graph, node)
    calls = [known[id(node.facts)] for node in graph.nodes]
    modules = _modules(graph, [call.target if call else "" for call in calls])
    for node, call, module, run in zip(graph.nodes, calls, modules, runs):  # noqa: B905 - one each
        if run and (call is None or node.facts is None):
            yield None
        elif run and call is not None and node.facts is not None:
            use = _use(node, node.facts, call, graph.shape(node.inputs[0]) or (), batch * node.copies)._replace(
                module=module
            )
            yield from _separate(use, node.facts) if use.kind == "SeparableConv" else (use,)


def _call(graph: Graph, node: Node) -> Call | None:
    """How torch spells a node; None where that is unknown."""
    inputs = [shape for tensor in node.inputs if (shape := graph.shape(tensor)) is not None]
    known = node.facts is not None and len(inputs) == len(node.inputs)
    return node.layer.call(inputs) if node.layer is not None and known else None


def _use(node: Node, facts: Facts, call: Call, read: Shape, times: int) -> Use:
    kind, rank = _kind(call.target)
    x, y = _padded(read, call.pad), facts.outputs[0]
    return Use(
        kind=kind,
        rank=rank,
        module=True,
        x=product(x) * times,
        y=sum([product(shape) for shape in facts.outputs]) * times,
        macs=facts.macs * times,
        bias=facts.macs > 0 and any(name.rpartition(".")[2] == "bias" for name in facts.weights),
        operations=facts.operations * times,
        joins=len(node.inputs),
        parameters=sum([product(shape) for shape in facts.weights.values()]),
        shapes=(x, y),
        arguments=call.arguments,
        given=getattr(node.layer, "given", {}),
        times=times,
    )


def _kind(target: str) -> tuple[str, int]:
    """The word for what is called and the rank at its end: ``torch.nn:Conv2d`` is Conv, 2."""
    home, _, name = target.partition(":")
    if home.partition(".")[0] != "torch":
        return OWN_MEANING.get(name, "") if home.startswith("cnninspect.") else "", 0
    if name[-2:] in ("1d", "2d", "3d"):
        return name[:-2], int(name[-2])
    return name, 0


def _padded(x: Shape, pad: tuple[int, ...]) -> Shape:
    """A shape after ``torch.nn.functional.pad``, which names the last axis first."""
    sizes = list(x)
    for axis in range(len(pad) // 2):
        sizes[-1 - axis] += pad[2 * axis] + pad[2 * axis + 1]
    return tuple(sizes)


def _separate(use: Use, facts: Facts) -> Iterator[Use]:
    """The two convolutions of a separable one, of which the second has the offset."""
    deep, point = product(facts.weights["depthwise.weight"]), facts.weights["pointwise.weight"]
    y = use.shapes[1]
    middle = (point[1], *y[1:])
    positions = product(y[1:]) * use.times
    conv = use._replace(kind="Conv", rank=len(y) - 1)
    yield conv._replace(
        y=product(middle) * use.times,
        macs=deep * positions,
        bias=False,
        operations=0,
        parameters=deep,
        shapes=(use.shapes[0], middle),
    )
    yield conv._replace(
        x=product(middle) * use.times,
        macs=product(point) * positions,
        parameters=use.parameters - deep,
        shapes=(middle, y),
    )


# --- modules and functions -------------------------------------------------------------


def _modules(graph: Graph, targets: list[str]) -> list[bool]:
    """For each node whether it is a module; see above."""
    loose = _loose(graph)
    scopes = [node.name.rpartition(".")[0] for node in graph.nodes]
    named = {target for target, free in zip(targets, loose) if not free}  # noqa: B905 - one each
    calls: dict[tuple[str, str], int] = {}
    for scope, target, free in zip(scopes, targets, loose):  # noqa: B905
        calls[scope, target] = calls.get((scope, target), 0) + free
    return [
        target.rpartition(":")[2][:1].isupper() and (not free or (target in named and calls[scope, target] > 1))
        for scope, target, free in zip(scopes, targets, loose)  # noqa: B905
    ]


def _loose(graph: Graph) -> list[bool]:
    """For each node whether its name is a number between names."""
    worded: set[str] = set()
    for node in graph.nodes:
        parts = node.name.split(".")
        worded.update([".".join(parts[:depth]) for depth, part in enumerate(parts) if not part.isdigit()])
    names = [node.name.rpartition(".") for node in graph.nodes]
    return [last.isdigit() and scope in worded for scope, _, last in names]
