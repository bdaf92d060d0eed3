"""A graph for machines, as ``cnninspect.graph/1``; keys are only ever added.

model             name, source, description, variant, params
inputs            name and shape of each, without the batch
outputs           name, the tensor that it is, shape, and whether it is for training only
nodes             every layer in the order in which it runs: name, type; options (all of them, defaults filled in);
                  inputs (tensors); output_shapes; weights and buffers (shape by name below the layer's); shares
                  (whose weights it uses, by name) or null; init (how weights begin, of
                  those of which the model says so); copies (how often it runs for one sample); training (whether it
                  exists in training only); blocks (outermost first, with the place of each call); source

A tensor is {"node": name, "output": number}, or {"input": name}. What is unknown is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.usage import at_inference
from cnninspect.reports.expand import beginnings
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.values import Span

SCHEMA = "cnninspect.graph/1"


def render(graph: Graph) -> str:
    """The whole document, on one line for each layer."""
    runs = at_inference(graph)
    model = {
        "name": graph.name,
        "source": graph.source,
        "description": graph.description,
        "variant": graph.variant,
        "params": dict(graph.params),
    }
    inputs = [{"name": one.name, "shape": list(one.shape)} for one in graph.inputs]
    outputs = [
        {
            "name": one.name,
            "tensor": _tensor(graph, one.tensor),
            "shape": _shape(graph.shape(one.tensor)),
            "training": one.training,
        }
        for one in graph.outputs
    ]
    nodes = [value(_node(graph, node, run)) for node, run in zip(graph.nodes, runs, strict=True)]
    lines = [f'{{"schema": {value(SCHEMA)},', f' "model": {value(model)},', f' "inputs": {value(inputs)},']
    lines += [f' "outputs": {value(outputs)},', ' "nodes": [']
    lines += ["  " + ",\n  ".join(nodes)] if nodes else []
    return "\n".join([*lines, " ]}"]) + "\n"


def _node(graph: Graph, node: Node, runs: bool) -> dict[str, object]:  # noqa: FBT001 - a fact of the node
    facts = node.facts
    return {
        "name": node.name,
        "type": node.op,
        "options": None if node.layer is None else {key: _plain(one) for key, one in node.layer.settings().items()},
        "inputs": [_tensor(graph, tensor) for tensor in node.inputs],
        "output_shapes": [_shape(shape) for shape in node.outputs],
        "weights": None if facts is None else {key: list(shape) for key, shape in facts.weights.items()},
        "buffers": None if facts is None else {key: list(shape) for key, shape in facts.buffers.items()},
        "shares": None if node.shares is None else graph.nodes[node.shares].name,
        "init": beginnings(node),
        "copies": node.copies,
        "training": not runs,
        "blocks": [{"name": call.block, **_place(call.span)} for call in node.calls],
        "source": _place(node.span),
    }


def _tensor(graph: Graph, tensor: Tensor) -> dict[str, object]:
    if tensor.node < 0:
        return {"input": graph.inputs[-1 - tensor.node].name}
    return {"node": graph.nodes[tensor.node].name, "output": tensor.output}


def _shape(shape: tuple[int, ...] | None) -> list[int] | None:
    return None if shape is None else list(shape)


def _plain(one: object) -> object:
    if isinstance(one, (list, tuple)):
        return [_plain(inner) for inner in one]
    if isinstance(one, dict):
        return {str(key): _plain(inner) for key, inner in one.items()}
    return one if one is None or isinstance(one, (bool, int, float, str)) else str(one)


def _place(span: Span) -> dict[str, object]:
    return {"file": span.file, "line": span.line, "column": span.column}
