"""A model on any input: what is known of one elaboration serves for the next, within a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.analysis.tracing import Differs, Failed, Passed, Trace
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.analysis.tracing import Known
    from cnninspect.frontends.yaml.resizing import Again, Elaborated
    from cnninspect.ir import Graph
    from cnninspect.values import Finding, Shape, Span

BUDGET = 30_000
"""Layers that may be elaborated before a scan ends early: a second or two."""


class Refusal(Record):
    """Why an input is refused, and where."""

    code: str
    message: str
    help: str
    span: Span
    layer: str | None
    """None where no layer refuses, but an expression has no value."""


class TooDear(Exception):
    """The budget is spent: nothing more is tried."""


class Probe:
    """Answers for any input whether the model accepts it."""

    def __init__(self, again: Again) -> None:
        self.again = again
        self.names = [given.name for given in again.inputs()]
        self.budget = BUDGET
        self._known: Known = {}
        self._traces: dict[tuple[int, ...], Trace] = {}
        """Elaborated networks by every prefix of their answers."""
        self._kept: list[Trace] = []
        self._last: Trace | None = None
        """The one that served last: the next size is mostly like it."""
        self._weights: Sequence[object] = ()
        self._failed: dict[tuple[Shape, ...], Refusal] = {}

    def start(self, declared: tuple[Shape, ...]) -> Refusal | None:
        """Elaborate on the declared inputs; why they are refused, where they are."""
        return self._elaborate(declared)

    def accepts(self, inputs: tuple[Shape, ...]) -> Passed | Refusal:
        """Whether the model accepts these inputs; raises TooDear."""
        trace = self._last
        while trace is not None:
            outcome = trace.on(inputs)
            self._last = trace
            if isinstance(outcome, Passed):
                return outcome
            if isinstance(outcome, Failed):
                return _refusal(outcome)
            trace = None if outcome.read is None else self._other(trace, outcome)
        return self._anew(inputs)

    def graph(self, inputs: tuple[Shape, ...]) -> Graph | None:
        """The network on these inputs, None where they are refused."""
        trace = self._last
        while trace is not None:
            outcome = trace.on(inputs)
            if isinstance(outcome, Passed):
                return trace.facts(inputs)
            if isinstance(outcome, Failed):
                return None
            trace = None if outcome.read is None else self._other(trace, outcome)
        return self._made(inputs).graph

    def _other(self, trace: Trace, outcome: Differs) -> Trace | None:
        assert outcome.read is not None
        return self._traces.get((*trace.answers[: outcome.read], outcome.value))

    def _anew(self, inputs: tuple[Shape, ...]) -> Passed | Refusal:
        refused = self._failed.get(inputs)
        if refused is None:
            refused = self._elaborate(inputs)
        if refused is not None:
            return refused
        outcome = self._kept[-1].on(inputs)
        assert isinstance(outcome, Passed), "what was elaborated on these inputs passes on them"
        return outcome

    def _elaborate(self, inputs: tuple[Shape, ...]) -> Refusal | None:
        if self.budget <= 0:
            raise TooDear
        found = self._made(inputs)
        if found.graph is None or not found.graph.complete:
            refused = self._failed[inputs] = _told(found.mistake)
            return refused
        trace = Trace(found.graph, found.reads, self._known, self._weights)
        self._weights = self._weights or trace.weights
        self._keep(trace)
        return None

    def _made(self, inputs: tuple[Shape, ...]) -> Elaborated:
        made = self.again.elaborate(dict(zip(self.names, inputs, strict=True)))
        self.budget -= made.steps + 1
        return made

    def _keep(self, trace: Trace) -> None:
        self._last = trace
        self._kept.append(trace)  # its layers stay, and with them the identities that facts are known by
        for end in range(len(trace.answers) + 1):
            self._traces.setdefault(trace.answers[:end], trace)


def _refusal(failed: Failed) -> Refusal:
    node, problem = failed.node, failed.problem
    return Refusal(problem.code, problem.message, problem.help, node.span, node.name)


def _told(finding: Finding | None) -> Refusal:
    assert finding is not None
    return Refusal(finding.code, finding.message, finding.help, finding.span, finding.layer)
