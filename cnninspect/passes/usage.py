"""Which layers run at inference, and which exist only while the network learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.ir import Graph


def at_inference(graph: Graph) -> list[bool]:
    """For each node whether it runs at inference.

    Only what feeds training heads alone does not; a layer that feeds nothing at all is still run.
    """
    if not any(output.training for output in graph.outputs):
        return [True] * len(graph.nodes)
    runs = [False] * len(graph.nodes)
    feeds_training = [False] * len(graph.nodes)
    for output in graph.outputs:
        if output.tensor.node >= 0:
            (feeds_training if output.training else runs)[output.tensor.node] = True
    for index in range(len(graph.nodes) - 1, -1, -1):
        for tensor in graph.nodes[index].inputs:
            if tensor.node >= 0:
                runs[tensor.node] |= runs[index]
                feeds_training[tensor.node] |= feeds_training[index]
    for index, node in enumerate(graph.nodes):  # a dead end runs if all that it reads does
        if not feeds_training[index] and not runs[index]:
            runs[index] = all(tensor.node < 0 or runs[tensor.node] for tensor in node.inputs)
    return runs
