"""What stands below a table: the sums of the network, and what the numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.columns import shown_shapes
from cnninspect.reports.numbers import binary
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.api import Summary
    from cnninspect.reports.lines import Line

CONVENTIONS = (
    "MAC: one multiply and one add of conv, linear and matmul, bias not counted.",
    "FLOPs: 2 × MACs + one for each other elementary operation.",
    "Parameters: learned tensors, trainable or frozen, shared ones once; running statistics are buffers.",
)
MEMORY = (
    "Peak: the most bytes of activations alive at once at inference.",
    "Saved: what torch keeps for backward in training, each storage once.",
)
TRAINING = "†: exists only while the network learns; counted in parameters, not in MACs and FLOPs."
BROKEN = "✗: has a mistake; ? is unknown because of it."


def totals(summary: Summary, number: Callable[[int | None], str], times: str = " × ") -> list[tuple[str, str, str]]:
    """Label, figure and remark of every total."""
    graph, sums = summary.graph, summary.totals
    found = [
        ("input", shown_shapes([given.shape], times, ""), _unless(clip(given.name), "input")) for given in graph.inputs
    ]
    for output in graph.outputs:
        remark = clip(output.name) + (" †" if output.training else "")
        found.append(("output", shown_shapes([graph.shape(output.tensor)], times, ""), remark))
    if sums.parameters is None or sums.trainable is None:
        return [*found, ("layers", f"{sums.layers:,}", ""), ("totals", "?", "unknown until the mistakes are mended")]
    frozen = sums.parameters - sums.trainable
    every = f"all outputs at batch {summary.batch:,}"
    return [
        *found,
        ("layers", f"{sums.layers:,}", f"{number(sums.weight_layers)} with weights"),
        ("parameters", number(sums.parameters), f"{number(sums.trainable)} trainable, {number(frozen)} frozen"),
        ("buffers", number(sums.buffers), ""),
        *_keras(summary, number),
        ("MACs", number(sums.macs), ""),
        ("FLOPs", number(sums.flops), ""),
        *_peer(summary),
        ("weight bytes", number(sums.weight_bytes), _bytes(sums.weight_bytes)),
        (
            "activation bytes",
            number(sums.activation_bytes),
            ", ".join(filter(None, [_bytes(sums.activation_bytes), every])),
        ),
        *_memory(summary, number),
        *_times(summary),
    ]


def _peer(summary: Summary) -> list[tuple[str, str, str]]:
    """The total of another tool, where it was asked for."""
    if summary.peer is None:
        return []
    from cnninspect.reports.peers import total_line

    return [total_line(summary.peer)]


def _memory(summary: Summary, number: Callable[[int | None], str]) -> list[tuple[str, str, str]]:
    """Activations over time, where they were asked for."""
    if summary.insight is None:
        return []
    memory = summary.insight.memory
    peak, saved = memory.peak_activation_bytes, memory.saved_activation_bytes
    return [
        ("peak activations", number(peak), ", ".join(filter(None, [_bytes(peak), _where(summary, peak)]))),
        ("saved for backward", number(saved), ", ".join(filter(None, [_bytes(saved), "in training"]))),
    ]


def _where(summary: Summary, peak: int | None) -> str:
    assert summary.insight is not None  # only then is there a peak
    alive = summary.insight.memory.alive
    at = next((row.node.name for row in summary.rows if row.runs and alive[row.place] == peak is not None), None)
    return "at inference" if at is None else f"at inference, in {clip(at)}"


def _times(summary: Summary) -> list[tuple[str, str, str]]:
    """Estimated times, where a device was named."""
    if summary.roof is None:
        return []
    from cnninspect.reports.roofline import total_lines

    return total_lines(summary.roof)


def _keras(summary: Summary, number: Callable[[int | None], str]) -> list[tuple[str, str, str]]:
    """The three lines below a summary of Keras's, where they were asked for."""
    count = summary.keras
    if count is None:
        return []
    return [
        ("Keras total params", number(count.total), "running statistics included"),
        ("Keras trainable", number(count.trainable), ""),
        ("Keras non-trainable", number(count.non_trainable), ""),
    ]


def _unless(name: str, plain: str) -> str:
    return "" if name == plain else name


def _bytes(number: int | None) -> str:
    return "" if number is None else binary(number)


def conventions(summary: Summary) -> list[str]:
    """What the numbers mean, sentence by sentence."""
    told = [
        *CONVENTIONS,
        *(MEMORY if summary.insight is not None else ()),
        f"Batch {summary.batch:,}, {summary.dtype}.",
    ]
    if summary.roof is not None:
        from cnninspect.reports.roofline import conventions as estimated

        told += estimated(summary.roof)
    if not all(row.runs for row in summary.rows):
        told.append(TRAINING)
    if not summary.graph.complete:
        told.append(BROKEN)
    return told


def broken(summary: Summary) -> set[str]:
    """The layers that have a mistake of their own, rather than an input that is unknown because of one."""
    graph = summary.graph
    if graph.complete:
        return set()
    lost = [node for node in graph.nodes if node.facts is None]
    return {node.name for node in lost if all(graph.shape(tensor) is not None for tensor in node.inputs)}


def mark(line: Line, bad: set[str]) -> str:
    """What stands behind the name of a line that is special."""
    text = "" if line.runs else " †"
    if bad and (line.folded or not line.scope) and any(row.node.name in bad for row in line.rows):
        text += " ✗"
    return text


def heading(summary: Summary) -> tuple[str, str, str]:
    """The network's name, where it comes from, and what it says of itself."""
    graph = summary.graph
    source = clip(graph.source, 4096)
    if graph.variant is not None and graph.variant != graph.name:
        source += f", variant {clip(graph.variant)}"
    return clip(graph.name), source, clip(graph.description, 400)
