"""Which layer of a network a name means, and what to say where it means none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.ir import Graph

MOST = 8
"""Names that are listed before the rest is only counted."""


def position(graph: Graph, name: str) -> int | None:
    """The index of the layer of that name; also of one whose output is called so."""
    for index, node in enumerate(graph.nodes):
        if node.name == name:
            return index
    for index, node in enumerate(graph.nodes):
        several = len(node.outputs) > 1
        if several and any(name == f"{node.name}.{output}" for output in range(len(node.outputs))):
            return index
    return None


def missing(graph: Graph, name: str) -> tuple[str, str]:
    """The message and the help for a name that no layer has."""
    message = f"{clip(graph.name)} has no layer '{clip(name)}'"
    names = [node.name for node in graph.nodes]
    if any(name == given.name for given in graph.inputs):
        readers = [node.name for node in graph.nodes if any(graph.tensor_name(t) == name for t in node.inputs)]
        return f"'{clip(name)}' is an input of {clip(graph.name)}, no layer", f"it is read by {_listed(readers)}"
    below = [node for node in names if node.startswith(f"{name}.")]
    if below:
        return f"'{clip(name)}' is a scope of {clip(graph.name)}, no layer", f"in it are {_listed(below)}"
    alike = [node.name for node in graph.nodes if node.op == name]
    if alike:
        return message, f"layers of the type {clip(name)}: {_listed(alike)}"
    from difflib import get_close_matches

    close = get_close_matches(name[:80], names, 3) or [node for node in names if node.endswith(f".{name}")]
    if close:
        return message, f"did you mean {_listed(close)}?" if len(close) > 1 else f"did you mean '{clip(close[0])}'?"
    return message, f"cnninspect summary {clip(graph.source)} lists its layers, such as {_listed(names)}"


def _listed(names: list[str]) -> str:
    shown = ", ".join([clip(name) for name in names[:MOST]])
    return f"{shown} and {len(names) - MOST:,} more" if len(names) > MOST else shown or "nothing"
