"""A graph in the language of Graphviz: scopes are clusters, arrows carry shapes; heads for training are dashed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.drawn import draw

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.reports.drawn import Arrow, Box, Frame

HEAD = (
    "  rankdir=TB;",
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=9];',
    '  graph [fontname="Helvetica", fontsize=11, style="rounded,filled", color="#9aa5b1", fillcolor="#f3f5f7"];',
)
SHAPES = {
    "input": ', shape=ellipse, fillcolor="#dbeafe"',
    "output": ', shape=ellipse, fillcolor="#dcfce7"',
    "folded": ', fillcolor="#fef3c7", peripheries=2',
    "layer": "",
}


def render(graph: Graph, depth: int | None = None) -> str:
    """The whole file; ``depth`` folds what lies deeper in the names."""
    drawing = draw(graph, depth)
    lines = [f"digraph {quoted(graph.name)} {{", *HEAD, f"  label={quoted(graph.name)};", "  labelloc=t;"]
    lines += [_box(box, 1) for box in drawing.ends if box.kind == "input"]
    lines += _frame(drawing.root, 1)
    lines += [_box(box, 1) for box in drawing.ends if box.kind == "output"]
    lines += [_arrow(arrow) for arrow in drawing.arrows]
    return "\n".join([*lines, "}"]) + "\n"


def quoted(text: str) -> str:
    """A text as DOT reads it: nothing in it ends the quotes, begins an escape or is invisible."""
    shown = "".join([sign if sign.isprintable() else " " for sign in text])
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(lines: tuple[str, ...]) -> str:
    return '"' + "\\n".join([quoted(line)[1:-1] for line in lines]) + '"'


def _frame(frame: Frame, level: int) -> list[str]:
    space = "  " * level
    lines = [_box(box, level) for box in frame.boxes]
    for inner in frame.frames.values():
        name = quoted("cluster_" + ".".join(inner.path))
        lines += [f"{space}subgraph {name} {{", f"{space}  label={quoted(inner.name)};"]
        lines += [*_frame(inner, level + 1), f"{space}}}"]
    return lines


def _box(box: Box, level: int) -> str:
    dashed = ', style="rounded,filled,dashed"' if box.training else ""
    return f"{'  ' * level}{box.id} [label={_label(box.lines)}{SHAPES[box.kind]}{dashed}];"


def _arrow(arrow: Arrow) -> str:
    dashed = ", style=dashed" if arrow.training else ""
    return f"  {arrow.start} -> {arrow.end} [label={quoted(arrow.label)}{dashed}];"
