"""What receptive fields tell about a network: branches that do not line up, layers that add nothing, sizes that suit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.field import fields, flows
from cnninspect.reads import POINT
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.passes.field import Field, Fields
    from cnninspect.passes.field_flow import Flow
    from cnninspect.passes.field_sets import Led
    from cnninspect.passes.field_sight import Axes


class Misaligned(Record):
    """Two inputs of one node that are read in the same place and see the image in unlike places."""

    node: int
    input: int
    """The network input that is seen."""
    axis: int
    """The spatial axis, from 0."""
    tensors: tuple[Tensor, Tensor]
    centres: tuple[float, float]
    """The middle of what position 0 sees; after upsampling, of what the positions of a period see on average."""
    jumps: tuple[float, float]
    """How far the field moves from one position to the next."""
    ends: tuple[float, float]
    """The last cell that position 0 sees, on average over a period as well; alike in causal branches."""


def misaligned(
    graph: Graph, *, through_gates: bool = False, found: Sequence[Flow[Axes]] | None = None
) -> list[Misaligned]:
    """Every merge whose inputs have unlike jumps or centres: the first input against each other one that differs.

    Stretched inputs, gates and axes along which tensors are laid one behind the other are not compared.
    """
    made = []
    for index, flow in enumerate(found or flows(graph, through_gates=through_gates)):
        for number, node in enumerate(graph.nodes):
            if len(node.inputs) > 1 and node.facts is not None:
                for axis in range(len(graph.inputs[index].shape) - 1):
                    made += [Misaligned(number, index, axis, *rest) for rest in _apart(flow, node, axis)]
    return made


Place = tuple[float, float, float]
"""Centre, jump and end."""
Pair = tuple[float, float]


def _apart(flow: Flow[Axes], node: Node, axis: int) -> Iterator[tuple[tuple[Tensor, Tensor], Pair, Pair, Pair]]:
    """The inputs of a node that differ from the first on one axis."""
    assert node.facts is not None  # asked before
    first: tuple[Tensor, Place] | None = None
    for read in (flow.paths(node, node.facts) or {}).get(0, []):
        state = flow.states[flow.join([item for _, item in flow.seen(node.inputs[read.input])])]
        if state is None or read.gate or read.order is not None:
            continue
        place = _place(state[axis], read.axes)
        if place is None:
            continue
        if first is None:
            first = node.inputs[read.input], place
        elif place[:2] != first[1][:2] and node.inputs[read.input] != first[0]:
            centres, jumps, ends = zip(first[1], place, strict=True)
            yield (first[0], node.inputs[read.input]), centres, jumps, ends


def _place(several: tuple[Led, ...], axes: tuple[object, ...]) -> Place | None:
    """Where one input looks; None where it cannot be said, or is not read position by position."""
    if len(several) != 1:
        return None
    driver, family = several[0]
    if driver < 1 or axes[driver - 1] is not POINT:
        return None
    jump = family.step / family.period
    seen = [(low - position * jump, span - 1) for position, (low, span, _) in enumerate(family.sets) if span]
    middles, ends = [low + more / 2 for low, more in seen], [low + more for low, more in seen]
    return round(sum(middles) / len(middles), 6), jump, round(sum(ends) / len(ends), 6)


def unproductive(graph: Graph, found: Fields | None = None, index: int = 0) -> list[int]:
    """The nodes that slide a window over a map whose units already see all of the input.

    On every axis the field of what the layer reads is at least as large as the input, so the
    layer combines what has been combined before: it adds no context (Richter et al. 2021).
    """
    seen = fields(graph, through_gates=True) if found is None else found
    sizes = graph.inputs[index].shape[1:]
    made = []
    for number, node in enumerate(graph.nodes):
        before = _before(node, seen, index)
        if _slides(node) and before and all(_covers(one, sizes) for one in before):
            made.append(number)
    return made


def resolutions(graph: Graph, found: Fields | None = None, index: int = 0) -> tuple[tuple[int, int], ...] | None:
    """For each axis the range of input sizes that suits the network; None where it cannot be told.

    It begins at the field of what the last layer reads that slides a window larger than 1: above it every
    layer still adds context, at or below it that layer is unproductive. It ends at the largest field of a
    single unit, before all of a map is read at once: of a larger input no unit sees the whole.
    """
    seen = fields(graph, through_gates=True) if found is None else found
    rank = len(graph.inputs[index].shape) - 1
    most, least = [1] * rank, [1] * rank
    for number, node in enumerate(graph.nodes):
        own = seen[number].get(index)
        if index in seen[number] and own is None:
            return None
        if own is None or any(own.whole):
            continue
        most = [*map(max, most, own.most)]
        if _slides(node):
            before = [one.most for one in _before(node, seen, index) if one is not None]
            least = [min(sizes) for sizes in zip(*before)] if before else [1] * rank  # noqa: B905
    return tuple(zip(least, most)) if rank else None  # noqa: B905


def _slides(node: Node) -> bool:
    """Whether a window larger than 1 takes more than one position on some axis."""
    facts = node.facts
    if facts is None or facts.window is None or facts.window.transposed:
        return False
    return any(kernel > 1 < size for kernel, size in zip(facts.window.kernel, facts.outputs[0][1:]))  # noqa: B905


def _covers(one: Field | None, sizes: tuple[int, ...]) -> bool:
    return one is not None and all(
        whole or most >= size
        for whole, most, size in zip(one.whole, one.most, sizes)  # noqa: B905
    )


def _before(node: Node, seen: Fields, index: int) -> list[Field | None]:
    """The fields of what a node reads."""
    return [seen[tensor.node][index] for tensor in node.inputs if tensor.node >= 0 and index in seen[tensor.node]]
