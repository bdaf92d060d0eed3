"""A graph as boxes, frames and arrows, before it is DOT or Mermaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Tensor

SEPARATOR = "×"


class Box(Record):
    """One thing that is drawn: a layer, several folded into one, an input or an output."""

    id: str
    lines: tuple[str, ...]
    kind: str
    """``layer``, ``folded``, ``input`` or ``output``."""
    training: bool


class Arrow(Record):
    """A tensor from one box to another."""

    start: str
    end: str
    label: str
    training: bool


class Frame:
    """A name with names below it, and the boxes in it."""

    def __init__(self, name: str, path: tuple[str, ...]) -> None:
        self.name = name
        self.path = path
        self.boxes: list[Box] = []
        self.frames: dict[str, Frame] = {}


class Drawing(Record):
    """All that is drawn; inputs and outputs stand outside the frames."""

    root: Frame
    ends: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape on an arrow."""
    return "?" if shape is None else SEPARATOR.join([str(size) for size in shape])


def draw(graph: Graph, depth: int | None = None) -> Drawing:
    """Boxes of a graph; names of more than ``depth`` parts are folded into one box for each of that many."""
    runs = at_inference(graph)
    homes = [_home(node.name, depth) for node in graph.nodes]
    members: dict[tuple[str, ...], list[int]] = {}
    for index, home in enumerate(homes):
        members.setdefault(home, []).append(index)
    folded = {home for home, node in zip(homes, graph.nodes, strict=True) if ".".join(home) != node.name}
    root = Frame("", ())
    ids: dict[tuple[str, ...], str] = {}
    for index, node in enumerate(graph.nodes):
        home = homes[index]
        if home in ids:
            continue
        ids[home] = f"n{len(ids)}"
        inside = members[home]
        lines = (home[-1], node.op) if home not in folded else (home[-1], _count(graph, inside))
        training = not any(runs[one] for one in inside)
        kind = "folded" if home in folded else "layer"
        _frame(root, home[:-1]).boxes.append(Box(ids[home], lines, kind, training))
    ends = [
        Box(f"in{number}", (one.name, shape_text(one.shape)), "input", False) for number, one in enumerate(graph.inputs)
    ]
    ends += [
        Box(f"out{number}", (one.name, "training only") if one.training else (one.name,), "output", one.training)
        for number, one in enumerate(graph.outputs)
    ]
    return Drawing(root, tuple(ends), tuple(_arrows(graph, runs, [ids[home] for home in homes])))


def _home(name: str, depth: int | None) -> tuple[str, ...]:
    parts = tuple(name.split("."))
    return parts if depth is None else parts[: max(depth, 1)]


def _count(graph: Graph, inside: list[int]) -> str:
    """How many layers are folded, and the block that they are, where it is one."""
    blocks = {graph.nodes[index].calls[0].block if graph.nodes[index].calls else "" for index in inside}
    count = "1 layer" if len(inside) == 1 else f"{len(inside)} layers"
    only = blocks.pop() if len(blocks) == 1 else ""
    return f"{only}, {count}" if only else count


def _frame(root: Frame, path: tuple[str, ...]) -> Frame:
    frame = root
    for depth, part in enumerate(path, 1):
        frame = frame.frames.setdefault(part, Frame(part, path[:depth]))
    return frame


def _arrows(graph: Graph, runs: list[bool], ids: list[str]) -> list[Arrow]:
    def start(tensor: Tensor) -> str:
        return f"in{-1 - tensor.node}" if tensor.node < 0 else ids[tensor.node]

    found: dict[Arrow, None] = {}
    for index, node in enumerate(graph.nodes):
        for tensor in node.inputs:
            if start(tensor) != ids[index]:
                label = shape_text(graph.shape(tensor))
                found[Arrow(start(tensor), ids[index], label, not runs[index])] = None
    for number, output in enumerate(graph.outputs):
        label = shape_text(graph.shape(output.tensor))
        found[Arrow(start(output.tensor), f"out{number}", label, output.training)] = None
    return list(found)
