"""The same document on other inputs: elaborated again, with what it read of the sizes on the way.

A text may ask for sizes (``$prev.height``, or ``$prev.channels`` below a flatten), so that another input
can make another network. Every such question is written down with its answer: as long as the answers
stay the same, so do the layers, and nobody needs to elaborate again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.elaborate import Elaborator
from cnninspect.frontends.yaml.environment import AXES, Previous
from cnninspect.frontends.yaml.load import Family, build, finish, load
from cnninspect.frontends.yaml.tree import Enough, Report
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.frontends.locate import Opener
    from cnninspect.frontends.yaml.load import Wanted
    from cnninspect.frontends.yaml.making import Maker
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph, Input, Tensor
    from cnninspect.values import Finding, Shape


class Read(Record):
    """One size that an expression asked for."""

    before: int
    """The index of the node that was to be added next."""
    tensor: Tensor
    axis: int
    """0 for the channels, -1 for the last axis."""
    value: int


class Elaborated(Record):
    """A network on some inputs; where it has a mistake, the first one."""

    graph: Graph | None
    mistake: Finding | None
    reads: tuple[Read, ...]
    steps: int
    """How many layers were made: the cost of finding out."""


class Again:
    """A model that has been read, to be elaborated on other inputs."""

    def __init__(self, source: Source, wanted: Wanted, opener: Opener) -> None:
        self._wanted = wanted
        self._maker: Maker | None = None
        family = Family(source, opener)
        self._document = family.document
        self.loaded = (
            load(source, wanted, opener)
            if family.document is None  # its text has mistakes
            else finish(family.document, family.sources, wanted, Report())
        )
        """The model on the inputs that it was asked for, with every finding."""

    def inputs(self) -> tuple[Input, ...]:
        """The declared inputs, none where the model does not get so far."""
        return () if self.loaded.graph is None else self.loaded.graph.inputs

    def elaborate(self, shapes: dict[str, Shape]) -> Elaborated:
        """The network on inputs of these shapes, channels first; no further than its first mistake."""
        if self._document is None or not self.loaded.graph:
            return Elaborated(None, next(iter(self.loaded.findings), None), (), 0)
        layout = self._document.text("layout") == "channels_last"
        given: dict[str | None, Shape] = {
            name: (*shape[1:], shape[0]) if layout else shape for name, shape in shapes.items()
        }
        report = FirstMistake()
        made: list[Watching] = []

        def watching(*parts: object) -> Watching:
            made.append(Watching(*parts))
            if self._maker is not None:  # the same options on the same shapes are the same layers as last time
                self._maker.report = report
                made[0].maker = self._maker
            self._maker = made[0].maker
            return made[0]

        graph = None
        try:
            graph = build(self._document, self._wanted._replace(inputs=given), report, watching)
        except Enough:
            pass
        steps = len(made[0].nodes) if made else 0
        if graph is None or report.broken:
            return Elaborated(None, report.findings[-1], (), steps)
        return Elaborated(graph, None, tuple(made[0].reads), steps)


class FirstMistake(Report):
    """Stops at the first mistake: whether there is one is all that is asked."""

    def add(self, *what: object, **more: object) -> None:
        super().add(*what, **more)  # type: ignore[arg-type]
        if self.broken:
            raise Enough


class Watching(Elaborator):
    """Elaborates and writes down which sizes expressions ask for."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self.reads: list[Read] = []

    def previous(self, current: Tensors) -> Previous:
        return Watched(self, current[0]) if current else super().previous(current)


class Watched(Previous):
    """``$prev`` that tells what it is asked for."""

    __slots__ = ("elaborator", "tensor")

    def __init__(self, elaborator: Watching, tensor: Tensor) -> None:
        super().__init__(elaborator.shape(tensor))
        self.elaborator = elaborator
        self.tensor = tensor

    def field(self, name: str) -> int:
        value = super().field(name)
        self.elaborator.reads.append(Read(len(self.elaborator.nodes), self.tensor, AXES[name], value))
        return value
