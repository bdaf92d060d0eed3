"""Holds the receptive fields of a graph against what torch reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.field import flows
from cnninspect.passes.field_sets import join, places
from cnninspect.passes.support import support
from tests.support.field_graphs import reached

if TYPE_CHECKING:
    import torch

    from cnninspect.ir import Graph


def rows(response: torch.Tensor, axis: int) -> list[int]:
    """For each position of an axis of the shape the mask of input positions that reach it."""
    flat = response.unsqueeze(-1).movedim(axis + 1, 1).flatten(2).amax(-1)
    return [sum(1 << j for j, hit in enumerate(column) if hit) for column in flat.T.tolist()]


def either(masks: list[int]) -> int:
    """The union of masks."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def agrees(graph: Graph) -> int:
    """Assert that the support of every node is torch's; returns how many nodes were compared."""
    compared = 0
    for gates in (False, True):
        found = support(graph, through_gates=gates)
        for axis in range(len(graph.inputs[0].shape) - 1):
            values = reached(graph, 0, axis, through_gates=gates)
            for index, node in enumerate(graph.nodes):
                if node.facts is None:
                    assert found[index].get(0, None) is None
                    continue
                compared += 1
                seen = found[index].get(0, "nothing")
                made = [values[index, output] for output in range(len(node.outputs))]
                if seen == "nothing":
                    assert not any(bool(one.any()) for one in made), f"{node.name}: nothing is seen"
                    continue
                if len({one.shape for one in made}) > 1:
                    continue
                assert not isinstance(seen, str)
                assert seen is not None, f"{node.name} is unknown"
                response = sum(made[1:], made[0]).clamp(max=1)
                where = f"{node.name} {node.layer} on {[graph.shape(t) for t in node.inputs]}, axis {axis}, {gates}"
                for driver, sets in seen.axes[axis]:
                    rest = join([one for other, line in seen.axes[axis] if other != driver for one in line])
                    have = [places(join([one, rest])) for one in sets]
                    wanted = rows(response, max(driver, 0))
                    assert have == (wanted if driver >= 0 else [either(wanted)]), where
    return compared


def idealised(graph: Graph) -> int:
    """Assert that far from the border every unit sees of the actual image what the field says; counts the units."""
    compared = 0
    found = support(graph)
    flow = flows(graph)[0]
    for index, node in enumerate(graph.nodes):
        seen, state = found[index].get(0), flow.states[flow.all_of(index)]
        if seen is None or state is None:
            continue
        for axis, several in enumerate(state):
            n = graph.inputs[0].shape[axis + 1]
            lines = dict(seen.axes[axis])
            for driver, family in several:
                if driver < 0 or len(several) > 1 or len(lines) > 1:
                    continue
                for position, one in enumerate(lines[driver]):
                    low, span, _ = ideal = family.at(position)
                    far = len(lines[driver]) // 3  # where nothing is seen the place on the map tells
                    if n // 3 < low < low + span < n - n // 3 if span else far < position < 2 * far:
                        compared += bool(span)
                        assert one == ideal, f"{node.name} {node.layer} at {position}"
    return compared
