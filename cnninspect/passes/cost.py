"""What each layer costs: parameters, multiply-accumulates, operations, bytes.

A MAC is one multiplication and one addition, of convolutions, linear layers and matrix products,
bias not counted. FLOPs are twice the MACs plus one for each other elementary operation.
Parameters are learned tensors, trainable or frozen, a shared one once; buffers (running statistics)
are apart. Bytes are elements times the size of the data type. Unknown is None, never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node
    from cnninspect.values import Facts

DTYPES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "float8": 1, "int8": 1}
"""Bytes of one element."""


class Cost(Record):
    """What one layer costs, at a batch and data type."""

    parameters: int | None
    trainable: int | None
    buffers: int | None
    macs: int | None
    flops: int | None
    weight_bytes: int | None
    activation_bytes: int | None
    weighty: bool | None
    """Whether it multiplies by learned weights: the layers that give VGG-16 its number."""


UNKNOWN = Cost(None, None, None, None, None, None, None, None)


def costs(graph: Graph, batch: int = 1, dtype: str = "float32") -> list[Cost]:
    """The cost of every node."""
    size = DTYPES[dtype]
    known: dict[tuple[int, bool, int], Cost] = {}
    found: list[Cost] = []
    for node in graph.nodes:
        if node.facts is None:
            found.append(UNKNOWN)
            continue
        key = (id(node.facts), node.shares is None, node.copies)
        cost = known.get(key)
        if cost is None:
            cost = known[key] = _cost(node, node.facts, batch * node.copies, size)
        found.append(cost)
    return found


def _cost(node: Node, facts: Facts, batch: int, size: int) -> Cost:
    own = node.shares is None
    parameters = sum(product(shape) for shape in facts.weights.values()) if own else 0
    buffers = sum(product(shape) for shape in facts.buffers.values()) if own else 0
    return Cost(
        parameters=parameters,
        trainable=parameters if getattr(node.layer, "trainable", True) else 0,
        buffers=buffers,
        macs=facts.macs * batch,
        flops=(2 * facts.macs + facts.operations) * batch,
        weight_bytes=parameters * size,
        activation_bytes=sum(product(shape) for shape in facts.outputs) * size * batch,
        weighty=bool(facts.macs and facts.weights),
    )


class Totals(Record):
    """Sums over a network; a sum with an unknown part is unknown."""

    layers: int
    weight_layers: int | None
    parameters: int | None
    trainable: int | None
    buffers: int | None
    macs: int | None
    flops: int | None
    weight_bytes: int | None
    activation_bytes: int | None


def total(found: list[Cost], runs: list[bool]) -> Totals:
    """Add up: weights of every layer, computation and activations of those that run at inference."""
    running = [cost for cost, run in zip(found, runs) if run]  # noqa: B905
    return Totals(
        layers=len(found),
        weight_layers=_sum([cost.weighty for cost in running]),
        parameters=_sum([cost.parameters for cost in found]),
        trainable=_sum([cost.trainable for cost in found]),
        buffers=_sum([cost.buffers for cost in found]),
        macs=_sum([cost.macs for cost in running]),
        flops=_sum([cost.flops for cost in running]),
        weight_bytes=_sum([cost.weight_bytes for cost in found]),
        activation_bytes=_sum([cost.activation_bytes for cost in running]),
    )


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
