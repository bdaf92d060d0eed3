"""What the numbers mean that a network answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.ir import Graph


def gives(graph: Graph, name: str) -> str:
    """What the last layer before a head gives, layers that only turn or pass on what they read left out."""
    output = next(output for output in graph.outputs if output.name == name)
    index = output.tensor.node
    while index >= 0:
        node = graph.nodes[index]
        if node.layer is None or len(node.inputs) != 1:
            break
        if node.layer.gives != "scores":
            return node.layer.gives
        held = node.layer.holds([graph.shape(tensor) or () for tensor in node.inputs])
        if held is None or not (held.view or held.idle):
            break
        index = node.inputs[0].node
    return "scores"
