"""A network as flat YAML that means the same: every layer with its qualified name, every number worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.ir import Output, Tensor
from cnninspect.layers.base import Merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.ir import Graph, Node, Start

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
STARTS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
"""What some YAML reader takes for a truth value or nothing."""
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
PREVIOUS = "prev"
"""What a model file calls the tensor that the layer before made."""


class CannotExpand(Exception):
    """A flat file could not mean the same; the message tells why."""


def render(graph: Graph) -> str:
    """The model file that elaborates to this graph without blocks, repeats or expressions; raises CannotExpand."""
    if not graph.nodes:
        raise CannotExpand("the network has no layers")
    names = {node.name for node in graph.nodes}
    lines = [f"name: {scalar(graph.name)}"]
    if graph.description:
        lines.append(f"description: {scalar(graph.description)}")
    if graph.reference is not None:
        lines.append(f"reference: {flow(graph.reference, dollars=False)}")
    lines += _inputs(graph)
    lines.append("layers:")
    current: tuple[Tensor, ...] = tuple([Tensor(-1 - index) for index in range(len(graph.inputs))])
    for index, node in enumerate(graph.nodes):
        lines += _item(graph, node, current, names)
        current = tuple([Tensor(index, output) for output in range(len(node.outputs))])
    default = tuple([Output(graph.tensor_name(tensor), tensor) for tensor in current])
    if graph.outputs != default:
        lines += _outputs(graph, current, names)
    return "\n".join(lines) + "\n"


def _inputs(graph: Graph) -> list[str]:
    if [given.name for given in graph.inputs] == ["input"]:
        return [f"input: {flow(graph.inputs[0].shape)}"]
    return ["inputs:", *[f"  {scalar(given.name)}: {flow(given.shape)}" for given in graph.inputs]]


def _item(graph: Graph, node: Node, current: tuple[Tensor, ...], names: set[str]) -> list[str]:
    given = node.layer.given if node.layer else {}
    value = f" {flow(given)}" if given else ""
    reads = [] if node.inputs == current else [_reference(graph, tensor, current, names) for tensor in node.inputs]
    source = "[" + ", ".join(reads) + "]" if len(reads) > 1 else "".join(reads)
    if len(reads) > 1 and not given and isinstance(node.layer, Merge):
        value, source = f" {source}", ""
    lines = [f"  - {node.op}:{value}", f"    name: {scalar(node.name)}"]
    if source:
        lines.append(f"    from: {source}")
    if node.shares is not None:
        lines.append(f"    share: {scalar(graph.nodes[node.shares].name)}")
    if node.init:
        lines.append(f"    init: {flow(beginnings(node))}")
    return lines


def beginnings(node: Node) -> dict[str, object]:
    """How the weights of a layer begin, as a model file says it: a word, a number, or what takes a number."""
    return {start.weight or "weight": _beginning(start) for start in node.init}


def _beginning(start: Start) -> object:
    if start.how == "constant":
        return start.number
    return start.how if start.number is None else {start.how: start.number}


def _reference(graph: Graph, tensor: Tensor, current: tuple[Tensor, ...], names: set[str]) -> str:
    """What a tensor is called in the file; CannotExpand where that means another one there."""
    name = graph.tensor_name(tensor)
    several = tensor.node >= 0 and len(graph.nodes[tensor.node].outputs) > 1
    if (several and name in names) or (name == PREVIOUS and current != (tensor,)):
        raise CannotExpand(f"two tensors would be called '{name}': give that layer another name")
    return scalar(name)


def _outputs(graph: Graph, current: tuple[Tensor, ...], names: set[str]) -> list[str]:
    if not graph.outputs:
        return ["outputs: {}"]
    lines = ["outputs:"]
    for output in graph.outputs:
        name, source = scalar(output.name), _reference(graph, output.tensor, current, names)
        lines.append(f"  {name}: {{from: {source}, training: true}}" if output.training else f"  {name}: {source}")
    return lines


# --- values ------------------------------------------------------------------------------


def flow(value: object, *, dollars: bool = True) -> str:
    """A value in flow style, on one line; ``dollars`` where the reader looks for expressions in texts."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([flow(item, dollars=dollars) for item in value]) + "]"
    if isinstance(value, dict):
        return _mapping(value, dollars=dollars)
    return scalar(value, dollars=dollars)


def _mapping(value: Mapping[str, object], *, dollars: bool) -> str:
    pairs = [f"{scalar(key, dollars=False)}: {flow(item, dollars=dollars)}" for key, item in value.items()]
    return "{" + ", ".join(pairs) + "}"


def scalar(value: object, *, dollars: bool = False) -> str:
    """A single value, in quotes where it would be read as something else without."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    text = str(value)
    if not isinstance(value, str):
        return text
    if dollars:
        text = text.replace("$", "$$")
    if PLAIN.issuperset(text) and text[:1] in STARTS and text.lower() not in WORDS:
        return text
    return '"' + "".join([_escaped(character) for character in text]) + '"'


def _float(value: float) -> str:
    """A number that every reader takes for one: YAML 1.1 wants a point before the exponent."""
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    digits, mark, exponent = text.partition("e")
    return text if not mark or "." in digits else f"{digits}.0e{exponent}"


def _escaped(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - two, four or eight digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - as above
