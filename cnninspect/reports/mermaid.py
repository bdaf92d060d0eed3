"""A graph as a Mermaid flowchart, which README files and wikis draw: scopes are subgraphs, arrows carry shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.drawn import draw

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.reports.drawn import Box, Frame

MOST_ARROWS = 500
"""More than these Mermaid does not draw unless its own configuration says so."""
BRACKETS = {"input": ("([", "])"), "output": ("([", "])"), "folded": ("[[", "]]"), "layer": ("[", "]")}
PLAIN = frozenset(" _-.,:()×?")


def render(graph: Graph, depth: int | None = None) -> str:
    """The whole chart; ``depth`` folds what lies deeper in the names."""
    drawing = draw(graph, depth)
    lines = ["flowchart TB", f"  %% {''.join([sign for sign in graph.name if sign.isalnum() or sign in '_-.'])}"]
    lines += [_box(box, 1) for box in drawing.ends if box.kind == "input"]
    lines += _frame(drawing.root, 1, [0])
    lines += [_box(box, 1) for box in drawing.ends if box.kind == "output"]
    for arrow in drawing.arrows:
        line = "-.->" if arrow.training else "-->"
        lines.append(f"  {arrow.start} {line}|{quoted(arrow.label)}| {arrow.end}")
    return "\n".join(lines) + "\n"


def arrows(text: str) -> int:
    """How many arrows a chart has."""
    return text.count("->|")


def quoted(text: str) -> str:
    """A text as Mermaid reads it: what means something to it, or to HTML, is written as the number of its sign."""
    return '"' + "".join([_sign(sign) for sign in text]) + '"'


def _sign(sign: str) -> str:
    if sign.isalnum() or sign in PLAIN:
        return sign
    return f"#{ord(sign)};" if sign.isprintable() else " "


def _frame(frame: Frame, level: int, count: list[int]) -> list[str]:
    space = "  " * level
    lines = [_box(box, level) for box in frame.boxes]
    for inner in frame.frames.values():
        lines.append(f"{space}subgraph s{count[0]}[{quoted(inner.name)}]")
        count[0] += 1
        lines += [*_frame(inner, level + 1, count), f"{space}end"]
    return lines


def _box(box: Box, level: int) -> str:
    opening, closing = BRACKETS[box.kind]
    label = "<br/>".join([quoted(line)[1:-1] for line in box.lines])
    return f'{"  " * level}{box.id}{opening}"{label}"{closing}'
