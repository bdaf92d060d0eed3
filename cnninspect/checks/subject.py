"""One network as rules see it: whatever they ask of it is found out once, and only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.lazy import lazy
from cnninspect.checks.structure import Structure
from cnninspect.checks.written import Writing, set_option
from cnninspect.values import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.reach import Reach
    from cnninspect.checks.written import Item
    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import BlockCall, Node
    from cnninspect.passes.cost import Cost
    from cnninspect.passes.field import Field
    from cnninspect.passes.field_flow import Flow
    from cnninspect.passes.field_sight import Axes
    from cnninspect.values import Edit

MOST_FOLLOWED = 850
"""Layers up to which the exact pass takes no more than a second or two, however they are joined."""


class Subject(Structure):
    """One network of one file."""

    def __init__(self, loaded: Loaded, ignores: Sequence[Ignore] = (), judged: frozenset[str] = frozenset()) -> None:
        assert loaded.graph is not None  # there is nothing to look at otherwise
        super().__init__(loaded.graph)
        self.loaded = loaded
        self.document: Document | None = loaded.document
        """None of a network that is written in no model file."""
        self.ignores = ignores
        """The comments of its files."""
        self._fields: dict[object, Field | None] = {}
        self.judged = judged
        """The codes of which it can be said that nothing was silenced: they were looked for, in every network."""

    @lazy
    def named(self) -> dict[str, Node]:
        """The layers by name."""
        return {node.name: node for node in self.nodes}

    def calls(self, name: str) -> tuple[BlockCall, ...]:
        """The calls of blocks that led to a layer."""
        node = self.named.get(name)
        return node.calls if node is not None else ()

    @property
    def loss(self) -> str:
        """The loss that the file says the network is trained with; empty where it does not say how it is trained."""
        training = self.loaded.training
        return str(training["loss"].value if "loss" in training else "cross_entropy") if training else ""

    # --- what passes find --------------------------------------------------------------------

    @lazy
    def runs(self) -> list[bool]:
        """Which layers run at inference."""
        from cnninspect.passes.usage import at_inference

        return at_inference(self.graph)

    @lazy
    def costs(self) -> list[Cost]:
        """What each layer costs, for one sample in float32."""
        from cnninspect.passes.cost import costs

        return costs(self.graph)

    @lazy
    def reaches(self) -> list[Reach | None]:
        """How far each layer sees of the first input, where that is known quickly, and joins what is aligned.

        At its end, from behind, the same of the network's own inputs.
        """
        from cnninspect.checks.reach import reaches

        return reaches(self.graph, self.known)

    @lazy
    def ungated(self) -> bool:
        """Whether no layer looks at a whole map to weigh each position: no gate, no statistic, no share of a unit."""
        if any(not one.layer.linear for one in self.having("norm")):
            return False
        if any(getattr(one.layer, "weighs", False) for one in self.having("merge")):
            return False
        return all(one.layer.shared_among(one.x) is None for one in self.having("activation"))

    @property
    def followed(self) -> bool:
        """Whether the network is small enough for fields to be followed exactly: of the others nothing is said."""
        return len(self.nodes) <= MOST_FOLLOWED

    @lazy
    def flows(self) -> list[Flow[Axes]]:
        """What every tensor sees of each input, gates left out; takes time."""
        from cnninspect.passes.field import flows

        return flows(self.graph, through_gates=True)

    @lazy
    def sights(self) -> list[Flow[Axes]]:
        """The same, gates being taken to look: what a squeeze-excite block weighs has seen everything; takes time."""
        from cnninspect.passes.field import flows

        return flows(self.graph)

    def field(self, index: int, given: int = 0, *, gates: bool = False) -> Field | None:
        """The receptive field of a layer in one input, None where it sees nothing of it or is unknown; takes time.

        With ``gates`` what a gate has looked at counts as well.
        """
        from cnninspect.passes.field import field

        flow = (self.sights if gates else self.flows)[given]
        key = (gates, given, flow.all_of(index), self.nodes[index].outputs[0])
        if key not in self._fields:
            axes = flow.states[key[2]]
            image = self.graph.inputs[given].shape
            self._fields[key] = None if axes is None else field(axes, key[3] or (), image)
        return self._fields[key]

    # --- the file --------------------------------------------------------------------------

    @lazy
    def writing(self) -> Writing:
        """Where everything is written."""
        return Writing(self.document, self.loaded.sources)

    @lazy
    def files(self) -> frozenset[str]:
        """The names of the files that the model is written in."""
        return frozenset([source.name for source in self.loaded.sources])

    def item(self, node: Node) -> Item | None:
        """What is written of a layer; None where it is not written in a file of the model."""
        options = node.layer.schema_options if node.layer is not None else {}
        return self.writing.item(node.span, next(iter(options), ""))

    def set_option(self, node: Node, name: str, text: str) -> tuple[Edit, ...]:
        """The edits that write an option of a layer; none where that cannot be done for certain."""
        item = self.item(node)
        return () if item is None else set_option(self.writing, item, name, text)

    def place(self, node: Node, option: str = "") -> Span:
        """Where a layer (or one of its options) is written: in a file of the model, if need be where a block is called."""
        if node.span.file not in self.files:  # in a block that comes with the program
            return next((call.span for call in reversed(node.calls) if call.span.file in self.files), node.span)
        item = self.item(node) if option else None
        written = item.option(option) if item is not None else None
        return node.span if written is None else written.span

    def finding(  # noqa: PLR0913 - the fields of one record, by keyword
        self,
        node: Node | None,
        message: str,
        *,
        notes: Iterable[str] = (),
        help: str = "",
        option: str = "",
        span: Span | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """A finding about a layer, at the option that causes it; without a layer at ``span`` or the file's beginning."""
        if span is None:
            span = self.place(node, option) if node is not None else Span(self.graph.source, 1, 1, 1, 2)
        name = node.name if node is not None else None
        return Finding("", "", message, tuple(notes), help, span, name, {}, edits)  # code and severity: the engine's
