"""One layer of a network explained: every figure with the arithmetic that leads to it.

Nothing is computed anew: the figures are those of the summary, the arithmetic is what the layer states. Where the
two do not agree (a layer of a plugin that inherits another's working) the figure stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.ir import Tensor
from cnninspect.passes.cost import DTYPES
from cnninspect.passes.field import fields
from cnninspect.records import Record
from cnninspect.reports import working_torch
from cnninspect.reports.expand import flow
from cnninspect.reports.working_field import field_section
from cnninspect.reports.working_window import Row, Section, padding, size
from cnninspect.values import clip, product, show_shape
from cnninspect.workings import Figure, Line, dots, line, number, plus, times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.api import Summary
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph, Node
    from cnninspect.passes.cost import Cost
    from cnninspect.passes.field import Fields
    from cnninspect.values import Facts, Shape, Span
    from cnninspect.workings import Working


LONGEST, MOST_LINES = 200, 12
"""How much of a model file is quoted."""


class Explanation(Record):
    """Everything that there is to say about one layer in its place."""

    graph: Graph
    node: Node
    cost: Cost
    batch: int
    dtype: str
    runs: bool
    meant: str
    """The layer with every option that was given worked out."""
    reads: tuple[tuple[str, Shape | None], ...]
    """The tensors that it reads, with their shapes."""
    readers: tuple[str, ...]
    heads: tuple[str, ...]
    """The outputs of the network that it makes."""
    sections: tuple[Section, ...]
    torch: tuple[str, ...]


def explain_layer(graph: Graph, index: int, batch: int = 1, dtype: str = "float32") -> Explanation:
    """Explain one node of a graph."""
    return explained(api.summarize(graph, batch=batch, dtype=dtype), index, fields(graph))


def explained(summary: Summary, index: int, found: Fields) -> Explanation:
    """Explain one node, the figures and receptive fields of all being known."""
    graph, batch, dtype, row = summary.graph, summary.batch, summary.dtype, summary.rows[index]
    node = row.node
    reads = tuple([(graph.tensor_name(tensor), graph.shape(tensor)) for tensor in node.inputs])
    sections: tuple[Section, ...] = ()
    torch: tuple[str, ...] = ()
    inputs = [shape for _, shape in reads if shape is not None]
    if node.facts is not None and node.layer is not None:
        sections = _sections(summary, index, inputs, found)
        torch = tuple(working_torch.lines(node.layer.call(inputs), len(inputs)))
    readers = [other.name for other in graph.nodes if any(tensor.node == index for tensor in other.inputs)]
    made = {Tensor(index, output) for output in range(len(node.outputs))}
    heads = tuple(
        [f"{output.name}{' (training only)' * output.training}" for output in graph.outputs if output.tensor in made]
    )
    given = node.layer.given if node.layer is not None else {}
    meant = f"{node.op}: {flow(given)}" if given else node.op
    return Explanation(
        graph, node, row.cost, batch, dtype, row.runs, meant, reads, tuple(readers), heads, sections, torch
    )


def written(node: Node, sources: Sequence[Source]) -> list[str]:
    """The lines that made a layer; of one inside a shipped block those that call the block."""
    spans = [node.span, *[call.span for call in reversed(node.calls)]]
    found = [(span, source) for span in spans for source in sources if source.name == span.file and span.line]
    return _quoted(*found[0]) if found else []


def _quoted(span: Span, source: Source) -> list[str]:
    """Some lines of a file without their common indentation."""
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    while lines and not lines[-1].strip():
        lines.pop()
    indent = min([len(text) - len(text.lstrip()) for text in lines if text.strip()], default=0)
    return [clip(text[indent:], LONGEST) for text in lines[:MOST_LINES]]


def _sections(summary: Summary, index: int, inputs: Sequence[Shape], seen: Fields) -> tuple[Section, ...]:
    graph, batch, cost = summary.graph, summary.batch, summary.rows[index].cost
    node = graph.nodes[index]
    facts, layer = node.facts, node.layer
    assert facts is not None and layer is not None  # noqa: PT018 - the caller asked
    working = layer.working(inputs, facts)
    found = [
        size(inputs, facts, working),
        padding(inputs, facts),
        _parameters(graph, node, facts, cost),
        _buffers(node, facts, cost),
        computation(facts, working, batch, node.copies),
        _memory(facts, cost, batch * node.copies, summary.dtype),
        field_section(graph, index, seen),
    ]
    return tuple([section for section in found if section is not None])


# --- weights -----------------------------------------------------------------------------


def tensors(weights: Mapping[str, Shape], key: Mapping[str, str]) -> list[Row]:
    """A row for each tensor: its key, its sizes multiplied, its shape."""
    return [
        Row(key[name], Line("", dots(shape), product(shape), show_shape(shape) if shape else "a single number"))
        for name, shape in weights.items()
    ]


def summed(shapes: Sequence[Shape], note: str = "") -> Line:
    """The elements of several tensors in one sum."""
    total = plus(*[Figure(dots(shape), product(shape)) for shape in shapes])
    return Line("", total.text, total.value, note)


def _parameters(graph: Graph, node: Node, facts: Facts, cost: Cost) -> Section:
    rows = tensors(facts.weights, {name: node.weight_key(name) for name in facts.weights})
    if not facts.weights:
        rows = [Row("parameters", Line("", "0", 0, "nothing is learned"))]
    elif node.shares is not None:
        owner = graph.nodes[node.shares].name
        rows.append(Row("parameters", Line("", "0", 0, f"shared: the weights are counted at '{owner}'")))
    else:
        frozen = "" if cost.trainable else "frozen: none of them is trainable"
        rows.append(Row("parameters", summed([*facts.weights.values()], frozen)))
    return Section("parameters", "Parameters", tuple(rows))


def _buffers(node: Node, facts: Facts, cost: Cost) -> Section | None:
    if not facts.buffers:
        return None
    rows = tensors(facts.buffers, {name: node.weight_key(name) for name in facts.buffers})
    if cost.buffers:
        rows.append(Row("buffers", summed([*facts.buffers.values()], "stored, not learned")))
    else:
        rows.append(Row("buffers", Line("", "0", 0, "shared: counted where the weights are")))
    return Section("buffers", "Buffers", tuple(rows))


# --- computation ---------------------------------------------------------------------------


def computation(facts: Facts, working: Working, batch: int = 1, copies: int = 1) -> Section:
    """Multiply-accumulates, other operations and the FLOPs that both make."""
    rows = [
        Row("MACs", _stated(facts.macs, working.macs, "multiplies nothing by a weight or a matrix")),
        Row("other operations", _stated(facts.operations, working.operations, "nothing else is computed")),
    ]
    flops = 2 * facts.macs + facts.operations
    parts = [f"2·{number(facts.macs)}"] * bool(facts.macs) + [number(facts.operations)] * bool(facts.operations)
    rows.append(Row("FLOPs", Line("", " + ".join(parts) or "0", flops, "2 · MACs + other operations" if flops else "")))
    if batch * copies > 1:
        runs = [f"{number(batch)} samples"] * (batch > 1) + [f"{number(copies)} regions in each"] * (copies > 1)
        note = f"for {' with '.join(runs)}"
        factors = [count for count in (batch, copies) if count > 1]
        rows += [
            Row(name, line(times(*factors, (one,), rule=note)))
            for name, one in (("MACs in all", facts.macs), ("FLOPs in all", flops))
        ]
    return Section("computation", "Computation", tuple(rows))


def _stated(value: int, figure: Figure | None, none: str) -> Line:
    """A figure with its working where that leads to it."""
    if figure is not None and figure.value == value:
        return line(figure)
    return Line("", number(value), value, "as the layer states it" if value else none)


def _memory(facts: Facts, cost: Cost, runs: int, dtype: str) -> Section:
    bytes_each = DTYPES[dtype]
    note = f"bytes: {bytes_each} for each {dtype}"
    rows = []
    if cost.parameters:
        rows.append(Row("weights", line(times((cost.parameters,), (bytes_each,), rule=note))))
    sizes = [times(shape) for shape in facts.outputs]
    made = sizes[0] if len(sizes) == 1 else plus(*sizes)
    factors = [(runs,)] * (runs > 1)
    rows.append(Row("output", line(times(*factors, made, (bytes_each,), rule=note))))
    return Section("memory", "Memory", tuple(rows))
