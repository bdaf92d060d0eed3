"""The graph while it grows: its nodes so far, their names, and how large it may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cnninspect.frontends.yaml import blocks
from cnninspect.frontends.yaml.environment import Previous
from cnninspect.frontends.yaml.making import Maker
from cnninspect.frontends.yaml.names import Namer
from cnninspect.ir import Node, Tensor
from cnninspect.records import made
from cnninspect.values import clip, show_shape

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.declaring import Block
    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.elaborate import Meaning
    from cnninspect.frontends.yaml.environment import Environment
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.sharing import Recorded
    from cnninspect.frontends.yaml.tree import Node as TreeNode
    from cnninspect.frontends.yaml.tree import Report, Scalar
    from cnninspect.ir import Input
    from cnninspect.values import Shape, Span

MAX_LAYERS = 1_000_000
MAX_STEPS = 2_000_000
MAX_DEPTH = 80


class TooLarge(Exception):
    """The network passes a limit; it has been reported, and nothing more is built."""


class Growing:
    """What has been added so far, and the ways to add more."""

    def __init__(self, document: Document, report: Report, inputs: tuple[Input, ...], params: Environment) -> None:
        self.document = document
        self.report = report
        self.inputs = inputs
        self.params = params
        self.blocks: dict[str, Block | None] = {}
        self.nodes: list[Node] = []
        self.sizes: dict[Tensor, Shape | None] = {Tensor(-1 - index): one.shape for index, one in enumerate(inputs)}
        """The shape of every tensor so far, None where it is unknown."""
        self.steps = 0
        self.several = False
        """Whether a layer runs more than once for each sample."""
        self.maker = Maker(report, document.entries("defaults"))
        self.namer = Namer(report, inputs, self.shape, self.around)
        self.scopes: dict[str, Recorded] = {}
        self.items: dict[int, Item | None] = {}
        """The entries of layer lists that have been taken apart, by the id of their node."""
        self._meanings: dict[str, Meaning] = {}
        """What the words of layer lists mean, as far as they have been met."""

    def add(self, node: Node, context: Context) -> Tensors:
        """Append a node; returns what it makes."""
        index = len(self.nodes)
        if index >= MAX_LAYERS:
            self.report.add(
                node.span,
                "too-many-layers",
                f"the network has more than {MAX_LAYERS:,} layers",
                help="is a repeat too large?",
            )
            raise TooLarge
        self.nodes.append(node)
        outputs = node.outputs
        if len(outputs) == 1:
            tensor = made(Tensor, (index, 0))
            self.sizes[tensor] = outputs[0]
            tensors: Tensors = (tensor,)
        else:
            tensors = tuple([Tensor(index, i) for i in range(len(outputs))])
            self.sizes.update(zip(tensors, outputs))  # noqa: B905 - equally long
        context.frame.tensors[node.name] = tensors
        return tensors

    def broken(self, op: str, span: Span, start: Tensors, context: Context, name: Scalar | str | None) -> Tensors:
        """A row for something that could not be made: its shape, and all that follows from it, is unknown."""
        full = self.namer.child(name, context)
        return self.add(Node(full, clip(op, 40), None, start, (None,), None, span, context.calls), context)

    def shape(self, tensor: Tensor) -> Shape | None:
        """The shape of a tensor so far."""
        return self.sizes[tensor]

    def around(self, context: Context) -> TreeNode | None:
        """The list of layers of the block that is being expanded, or of the model."""
        block = blocks.find(self, context.calls[-1].block) if context.calls else None
        return block.layers if block else self.document.sections.get("layers")

    def previous(self, current: Tensors) -> Previous:
        """``$prev`` for a layer that reads ``current``."""
        return Previous(self.sizes[current[0]] if current else None)

    def origin(self, tensor: Tensor) -> str:
        """Where a tensor comes from, for a note."""
        if tensor.node < 0:
            given = self.inputs[-1 - tensor.node]
            return f"the network's input at {given.span}"
        node = self.nodes[tensor.node]
        return f"made by '{node.name}' at {node.span}"

    def describe(self, tensor: Tensor) -> str:
        """A tensor's shape and origin, for a note."""
        return f"{show_shape(self.shape(tensor))}, {self.origin(tensor)}"

    def chain(self, context: Context) -> list[str]:
        """Notes on the blocks that led here, innermost first."""
        notes = [f"in block '{call.block}', called at {call.span}" for call in reversed(context.calls[-3:])]
        hidden = len(context.calls) - len(notes)
        return [*notes, f"… {hidden} more blocks above"] if hidden > 0 else notes

    def too_much(self, item: Item) -> NoReturn:
        """Stop what would nest or run without end."""
        if self.steps > MAX_STEPS:
            self.report.add(
                item.op,
                "too-many-layers",
                f"more than {MAX_STEPS:,} items were expanded",
                help="is a repeat too large?",
            )
            raise TooLarge
        self.report.add(item.op, "nesting-too-deep", f"blocks and sequences nest more than {MAX_DEPTH} deep here")
        raise TooLarge

    def room_for(self, count: int, item: Item) -> None:
        """Refuse a repeat that would pass the limit, before any of it is built."""
        each = blocks.least_layers(self, item)
        if len(self.nodes) + count * max(each, 1) > MAX_LAYERS:
            self.report.add(
                item.repeat or item.op,
                "too-many-layers",
                f"this makes {count * max(each, 1):,} layers, and a network has at most {MAX_LAYERS:,}",
                help="is a repeat too large?",
            )
            raise TooLarge
