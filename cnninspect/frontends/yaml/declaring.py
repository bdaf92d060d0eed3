"""Blocks as they are declared: arguments, names of their own, and layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import bad_variable
from cnninspect.frontends.yaml.items import SIBLINGS
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.tree import Node, Report


class Block:
    """A block as it is declared."""

    __slots__ = ("args", "broken", "layers", "least", "name", "names", "own", "required", "shipped", "told")

    def __init__(self, name: str, args: Mapping | None, let: Mapping | None, layers: Sequence) -> None:
        self.name = name
        self.args = args.pairs if args else []
        self.own = let.pairs if let else []
        self.names = [key.text for key, _ in self.args]
        self.told = [*self.names, *[key.text for key, _ in self.own]]
        """What a call tells of itself: its arguments and the names of its let."""
        self.required = frozenset([key.text for key, node in self.args if required(node)])
        self.layers = layers
        self.least: int | None = None
        """A lower bound of the layers that a call makes, once it is known."""
        self.broken = False
        """Whether its declaration has a mistake, so that nothing can be said of its calls."""
        self.shipped = False
        """Whether it comes with the program: then it takes a name or number of its own, as a layer does."""


def read_block(key: Scalar, node: Node, report: Report) -> Block:
    """A block's declaration; broken, with a finding, where it cannot be understood."""
    block = _read(key, node, report)
    if block is None:
        block = Block(key.text, None, None, Sequence(key.source, (0, 0, 0, 0), []))
        block.broken = True
    return block


def _read(key: Scalar, node: Node, report: Report) -> Block | None:
    """The same from its layers alone, or a mapping of args, let and layers."""
    if key.text in ("sequence", *SIBLINGS):
        report.add(
            key, "bad-name", f"'{key.text}' already has a meaning in a layer list", help="give the block another name"
        )
        return None
    if type(node) is Sequence:
        return Block(key.text, None, None, node)
    if type(node) is not Mapping:
        report.add(node, "bad-block", f"block '{key.text}' must be a list of layers, or a mapping with args and layers")
        return None
    parts: dict[str, Node] = {}
    for name, value in node.pairs:
        if name.text not in ("args", "let", "layers", "description"):
            report.add(name, "bad-block", f"a block has args, let and layers, not '{clip(name.text)}'")
        else:
            parts[name.text] = value
    layers, args, let = parts.get("layers"), parts.get("args"), parts.get("let")
    if type(layers) is not Sequence:
        report.add(layers or key, "bad-block", f"block '{key.text}' needs layers: a list of layers")
        return None
    for word, part in ("args", args), ("let", let):
        if part is not None and type(part) is not Mapping:
            report.add(
                part, "bad-block", f"{word} of block '{key.text}' must be a mapping", help=_mapping_help(word, part)
            )
            return None
        for name, _ in part.pairs if type(part) is Mapping else ():
            wrong = bad_variable(name.text)
            if wrong:
                report.add(name, "bad-name", wrong, help=f"give this part of {word} another name")
    return Block(key.text, args if type(args) is Mapping else None, let if type(let) is Mapping else None, layers)


def _mapping_help(word: str, part: Node) -> str:
    """How to write names that stand in a list."""
    names = [item.text for item in part.items if type(item) is Scalar] if type(part) is Sequence else []
    example = "wide: $out * 4" if word == "let" else "out, stride: 1"
    return f"{word}: {{{', '.join([clip(name, 20) for name in names[:8]]) or example}}}"


def required(node: Node) -> bool:
    """Whether an argument's declaration has no default: nothing is written after its name."""
    return type(node) is Scalar and node.text == "" and not node.quoted
