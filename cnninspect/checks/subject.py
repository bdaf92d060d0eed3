"""One network as rules see it: whatever they ask of it is found out once, and only when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cnninspect.checks.written import Writing, set_option
from cnninspect.values import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.reach import Reach
    from cnninspect.checks.written import Item
    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import BlockCall, Graph, Node, Tensor
    from cnninspect.layers.base import Layer
    from cnninspect.passes.cost import Cost
    from cnninspect.passes.field import Field
    from cnninspect.passes.field_flow import Flow
    from cnninspect.passes.field_sight import Axes
    from cnninspect.values import Edit, Facts, Shape, Window


MOST_FOLLOWED = 850
"""Layers up to which the exact pass takes no more than a second or two, however they are joined."""


class Known:
    """A layer whose facts are known, with its place in the graph."""

    __slots__ = ("facts", "index", "layer", "node", "x", "y")

    def __init__(self, index: int, node: Node, layer: Layer, facts: Facts, x: Shape) -> None:
        self.index = index
        self.node = node
        self.layer = layer
        self.facts = facts
        self.x = x
        """The shape of its first input."""
        self.y = facts.outputs[0]
        """The shape of its first output."""

    @property
    def window(self) -> Window:
        """The window that it slides; only of a layer that has one."""
        assert self.facts.window is not None
        return self.facts.window


class Subject:
    """One network of one file."""

    def __init__(self, loaded: Loaded, ignores: Sequence[Ignore] = (), judged: frozenset[str] = frozenset()) -> None:
        assert loaded.graph is not None  # there is nothing to look at otherwise
        self.loaded = loaded
        self.graph: Graph = loaded.graph
        self.nodes: tuple[Node, ...] = loaded.graph.nodes
        self.document: Document | None = loaded.document
        """None of a network that is written in no model file."""
        self.ignores = ignores
        """The comments of its files."""
        self._fields: dict[object, Field | None] = {}
        self.judged = judged
        """The codes of which it can be said that nothing was silenced: they were looked for, in every network."""

    @cached_property
    def named(self) -> dict[str, Node]:
        """The layers by name."""
        return {node.name: node for node in self.nodes}

    def calls(self, name: str) -> tuple[BlockCall, ...]:
        """The calls of blocks that led to a layer."""
        node = self.named.get(name)
        return node.calls if node is not None else ()

    # --- the graph -------------------------------------------------------------------------

    @cached_property
    def known(self) -> list[Known | None]:
        """Each layer with its facts; None where they are unknown."""
        shape = self.graph.shape
        return [
            Known(index, node, node.layer, node.facts, shape(node.inputs[0]) or ())
            if node.facts is not None and node.layer is not None
            else None
            for index, node in enumerate(self.nodes)
        ]

    @cached_property
    def roles(self) -> dict[str, list[Known]]:
        """The layers of each role (``layers.base.ROLES``) whose facts are known, in their order."""
        found: dict[str, list[Known]] = {}
        for one in self.known:
            if one is not None:
                found.setdefault(one.layer.role, []).append(one)
        return found

    def having(self, *roles: str) -> list[Known]:
        """The layers of some roles, each role's in their order."""
        if len(roles) == 1:
            return self.roles.get(roles[0], [])
        return [one for role in roles for one in self.roles.get(role, ())]

    @cached_property
    def windows(self) -> list[Known]:
        """The layers that sum up what a window shows, which no transposed one does."""
        found = [one for one in self.having("weights", "pool") if one.facts.window is not None]
        return sorted([one for one in found if not one.window.transposed], key=_index)

    @cached_property
    def unusual(self) -> list[Known]:
        """Of these the ones whose padding is neither none nor exactly half of the kernel, or that step beyond it."""
        known: dict[int, bool] = {}
        found = []
        for one in self.windows:
            key = id(one.facts)
            usual = known.get(key)
            if usual is None:
                usual = known[key] = _usual(one.window)
            if not usual:
                found.append(one)
        return found

    @cached_property
    def readers(self) -> dict[Tensor, list[int]]:
        """Which nodes read each tensor; a tensor that nobody reads is absent."""
        found: dict[Tensor, list[int]] = {}
        for index, node in enumerate(self.nodes):
            for tensor in node.inputs:
                found.setdefault(tensor, []).append(index)
        return found

    @cached_property
    def inner(self) -> list[bool]:
        """For each layer whether what it makes is multiplied by weights again; the others make outputs."""
        found = [False] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            one = self.known[index]
            if one is None or found[index] or one.layer.role == "weights":
                for tensor in self.nodes[index].inputs:
                    if tensor.node >= 0:
                        found[tensor.node] = True
        return found

    @property
    def loss(self) -> str:
        """The loss that the file says the network is trained with; empty where it does not say how it is trained."""
        training = self.loaded.training
        return str(training["loss"].value if "loss" in training else "cross_entropy") if training else ""

    @property
    def last_layers(self) -> Iterator[Known]:
        """What each head ends in, views left out."""
        for output in self.graph.outputs:
            found = self.known[output.tensor.node] if output.tensor.node >= 0 else None
            while found is not None and found.layer.role == "view":
                found = self.before(found.index)
            if found is not None:
                yield found

    @property
    def own_weights(self) -> Iterator[Iterable[Shape]]:
        """The learned tensors of each layer that has its own; those that it shares are counted once."""
        for one in self.known:
            if one is not None and one.node.shares is None:
                yield one.facts.weights.values()

    @cached_property
    def results(self) -> frozenset[Tensor]:
        """What the network gives away, training heads included."""
        return frozenset([output.tensor for output in self.graph.outputs])

    @cached_property
    def ends(self) -> list[int]:
        """The layers of which nothing is read and nothing is given away."""
        needed = {tensor.node for tensor in (*self.readers, *self.results)}
        return [index for index in range(len(self.nodes)) if index not in needed]

    @cached_property
    def lenders(self) -> frozenset[int]:
        """The layers whose weights another one shares."""
        return frozenset([node.shares for node in self.nodes if node.shares is not None])

    @cached_property
    def following(self) -> list[int]:
        """For each layer the place of the one that alone reads it; -1 where several do, none, or it is given away."""
        found = [-1] * len(self.nodes)
        given = {tensor.node for tensor in self.results}
        for (index, _), readers in self.readers.items():
            if index >= 0 and len(readers) == 1 and index not in given and len(self.nodes[index].outputs) == 1:
                found[index] = readers[0]
        return found

    def after(self, index: int) -> Known | None:
        """The layer that alone reads what a layer makes; None where several do, none, or it is given away."""
        found = self.following[index]
        return self.known[found] if found >= 0 else None

    def before(self, index: int) -> Known | None:
        """The layer whose output a layer reads first; None where that is the network's input, or unknown."""
        tensor = self.nodes[index].inputs[0]
        return self.known[tensor.node] if tensor.node >= 0 else None

    def skip_after(self, index: int, roles: Iterable[str]) -> Known | None:
        """The next layer down a plain chain whose role is none of these."""
        found = self.after(index)
        while found is not None and found.layer.role in roles:
            found = self.after(found.index)
        return found

    def skip_before(self, index: int, roles: Iterable[str]) -> Known | None:
        """The next layer up the first inputs whose role is none of these."""
        found = self.before(index)
        while found is not None and found.layer.role in roles:
            found = self.before(found.index)
        return found

    # --- what passes find --------------------------------------------------------------------

    @cached_property
    def runs(self) -> list[bool]:
        """Which layers run at inference."""
        from cnninspect.passes.usage import at_inference

        return at_inference(self.graph)

    @cached_property
    def costs(self) -> list[Cost]:
        """What each layer costs, for one sample in float32."""
        from cnninspect.passes.cost import costs

        return costs(self.graph)

    @cached_property
    def reaches(self) -> list[Reach | None]:
        """How far each layer sees of the first input, where that is known quickly, and joins what is aligned."""
        from cnninspect.checks.reach import reaches

        return reaches(self.graph)

    @cached_property
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

    @cached_property
    def flows(self) -> list[Flow[Axes]]:
        """What every tensor sees of each input, gates left out; takes time."""
        from cnninspect.passes.field import flows

        return flows(self.graph, through_gates=True)

    @cached_property
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

    @cached_property
    def writing(self) -> Writing:
        """Where everything is written."""
        return Writing(self.document, self.loaded.sources)

    @cached_property
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


def _index(one: Known) -> int:
    return one.index


def _usual(window: Window) -> bool:
    """Whether nothing is odd about a window on any axis."""
    for kernel, stride, dilation, (before, after) in zip(*window[:4], strict=True):
        reach = dilation * (kernel - 1)
        if stride > kernel or before != after or (before and (2 * before != reach or reach % 2)):
            return False
    return True
