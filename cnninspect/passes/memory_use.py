"""What is alive while each layer runs, and what each keeps for backward, as formulas of batch and data type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.liveness import holds_of, plan
from cnninspect.passes.usage import heads
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.holds import Holds
    from cnninspect.ir import Graph
    from cnninspect.passes.liveness import Plan


class Amount(Record):
    """Bytes that depend on batch and data type: ``size · (batch · elements + once) + batch · bytes + once_bytes``."""

    elements: int = 0
    bytes: int = 0
    once: int = 0
    once_bytes: int = 0

    def at(self, batch: int, size: int) -> int:
        """The bytes at a batch, one element having ``size`` bytes."""
        elements, extra, once, once_bytes = self
        return size * (batch * elements + once) + batch * extra + once_bytes

    def plus(self, others: Sequence[Amount]) -> Amount:
        """The sum of this amount and others."""
        return Amount(*[sum(column) for column in zip(self, *others, strict=True)])


NOTHING = Amount()


class Usage(Record):
    """What each node of a graph needs, whatever the batch and the data type."""

    runs: list[bool]
    """Whether each node runs at inference."""
    alive: list[Amount | None]
    """At inference, while each node runs; None where it does not run, or where something is unknown."""
    saved: list[Amount | None]
    """What each node is the first to keep for backward; None where unknown."""
    in_place: list[bool]
    """Whether each node writes its output over its input at inference."""
    unknown: tuple[str, ...]
    """The layers of which something is unknown."""


def usage(graph: Graph) -> Usage:
    """Both courses of a graph: at inference and forward in training."""
    holds = holds_of(graph)
    running, learning = plan(graph, training=False, holds=holds), plan(graph, training=True, holds=holds)
    unknown = [node.name for node, held in zip(graph.nodes, holds) if held is None]  # noqa: B905 - one each
    alive, saved = _alive(graph, running), _saved(graph, learning)
    return Usage(running.runs, alive, saved, running.in_place, tuple(unknown))


def _alive(graph: Graph, run: Plan) -> list[Amount | None]:
    """Elements and bytes at each node; all is unknown after a layer that may hand its input on or not."""
    found: list[Amount | None] = [None] * len(graph.nodes)
    born, dies = _lives(graph, run)
    sizes = run.sizes
    elements = sum(sizes[: len(graph.inputs)])
    for index, node in enumerate(graph.nodes):
        if not run.runs[index]:
            continue
        holds = run.holds[index]
        if holds is None:
            break
        for storage in born.get(index, ()):
            elements += sizes[storage]
        scratch = holds.scratch * node.copies + run.copies[index]
        found[index] = Amount(elements + scratch, holds.scratch_bytes * node.copies, holds.scratch_once, 0)
        for storage in dies.get(index, ()):
            elements -= sizes[storage]
    return found


def _lives(graph: Graph, run: Plan) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """The storages that each node makes, and those that nothing reads after it."""
    last: dict[int, int] = {}
    first = dict.fromkeys(range(len(graph.inputs)), -1)
    storage = run.storage
    for index, node in enumerate(graph.nodes):
        if not run.runs[index] or run.holds[index] is None:
            continue
        for tensor in node.inputs:
            last[storage[tensor]] = index
        for number in range(len(node.outputs)):
            made = storage[index, number]
            first.setdefault(made, index)
            last[made] = index
    for output in heads(graph, training=run.training):
        last.pop(storage.get(output.tensor, -1), None)
    return _by_node(first), _by_node(last)


def _by_node(found: dict[int, int]) -> dict[int, list[int]]:
    nodes: dict[int, list[int]] = {}
    for storage, index in found.items():
        nodes.setdefault(index, []).append(storage)
    return nodes


def _saved(graph: Graph, run: Plan) -> list[Amount | None]:
    """What each node adds to what backward holds."""
    found: list[Amount | None] = []
    for index, node in enumerate(graph.nodes):
        holds = run.holds[index]
        if holds is None:
            found.append(None)
        elif not run.needs_grad[index]:
            found.append(NOTHING)
        else:
            kept = run.copies_kept[index]
            for storage in run.kept[index]:
                kept += run.sizes[storage]
            found.append(_kept(holds, kept, node.copies))
    return found


def _kept(holds: Holds, elements: int, copies: int) -> Amount:
    return Amount(elements + holds.elements * copies, holds.bytes * copies, holds.once, holds.once_bytes)
