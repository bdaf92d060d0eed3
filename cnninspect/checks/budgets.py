"""A network held against limits: for each a verdict with the figure, what is left of the limit, and why.

What cannot be told is a finding, never a pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.budget_figures import Figures
from cnninspect.checks.budget_words import message, short
from cnninspect.frontends.budgets.metrics import METRICS
from cnninspect.records import Record
from cnninspect.values import Finding, Span, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.checks.budget_figures import Share
    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.ir import Graph

PEAK = "peak_activation_bytes"
WHOLE = ("inference_bytes", "training_bytes")
"""Figures that are made of other figures rather than of layers."""
TOP = 3
"""Contributors that are named."""


class Verdict(Record):
    """One limit held against one network."""

    title: str
    """What was asked, in one line: ``stage4.parameters <= 5M``."""
    metric: str
    part: str
    """A scope or block of the network; empty for all of it."""
    unit: str
    """What value and margin are counted in: count, bytes, pixels, or time, in picoseconds."""
    value: int | None
    """None where it cannot be told."""
    limit: str
    margin: int | None
    """What is left of the limit, negative where it is broken."""
    top: tuple[Share, ...]
    """The blocks that contribute most, the largest first."""
    span: Span
    """Where the limit stands."""
    finding: Finding | None
    """What is wrong; None where the limit is kept."""

    @property
    def passed(self) -> bool:
        """Whether the limit is kept."""
        return self.finding is None


def judge(graph: Graph, budgets: Iterable[Budget]) -> tuple[Verdict, ...]:
    """A verdict for each limit, in their order."""
    figures = Figures(graph)
    return tuple([_verdict(figures, budget) for budget in budgets])


def _verdict(figures: Figures, budget: Budget) -> Verdict:
    members = figures.members(budget.part)
    if not members:
        found = _verdict_of(budget, None, ())
        return found._replace(finding=_unknown_part(figures, budget))
    measured = figures.measure(budget, members)
    verdict = _verdict_of(budget, measured.value, measured.top(TOP))
    if measured.value is None:
        return verdict._replace(finding=_unknown(figures, budget, measured.why))
    if verdict.margin is not None and verdict.margin < 0:
        return verdict._replace(finding=_broken(figures, budget, verdict))
    return verdict


def _verdict_of(budget: Budget, value: int | None, top: Sequence[Share]) -> Verdict:
    margin = None
    if value is not None:
        ends = [] if budget.high is None else [budget.high - value]
        margin = min([*ends, value - budget.low] if budget.low is not None else ends)
    unit = METRICS[budget.metric].unit
    return Verdict(
        budget.title, budget.metric, budget.part, unit, value, budget.text, margin, tuple(top), budget.span, None
    )


def findings(verdicts: Iterable[Verdict]) -> tuple[Finding, ...]:
    """What is wrong, each once: a part that does not exist may have several limits."""
    found: list[Finding] = []
    for verdict in verdicts:
        if verdict.finding is not None and verdict.finding not in found:
            found.append(verdict.finding)
    return tuple(found)


def facts(verdict: Verdict) -> dict[str, object]:
    """The figures of a verdict, for machines; a time is in seconds."""
    return {
        "metric": verdict.metric,
        "part": verdict.part or None,
        "value": _plain(verdict.value, verdict.unit),
        "limit": verdict.limit,
        "margin": _plain(verdict.margin, verdict.unit),
        "top": [
            {"name": share.name, "value": _plain(share.value, verdict.unit), "share": share.share}
            for share in verdict.top
        ],
    }


def _plain(value: int | None, unit: str) -> int | float | None:
    return value / 10**12 if unit == "time" and value is not None else value


# --- findings --------------------------------------------------------------------------


def _broken(figures: Figures, budget: Budget, verdict: Verdict) -> Finding:
    assert verdict.value is not None
    above = budget.high is not None and verdict.value > budget.high
    notes = [because] if (because := why(verdict)) else []
    return Finding(
        "budget-exceeded" if above else "budget-missed",
        "error",
        message(figures.graph, verdict, above=above),
        (*notes, *_asked(budget, figures)),
        _help(verdict, above=above),
        _place(budget, figures),
        facts=facts(verdict),
    )


def why(verdict: Verdict) -> str:
    """Who contributes most, in words."""
    parts = [
        f"'{clip(share.name, 60)}' {short(share.value, verdict.unit)}"
        + ("" if share.share is None else f" ({share.share:.1%})")
        for share in verdict.top
    ]
    lead = "most is alive in" if verdict.metric == PEAK else "most comes from"
    return f"{lead} {', '.join(parts)}" if parts else ""


def _help(verdict: Verdict, *, above: bool) -> str:
    if verdict.metric == "receptive_field":
        return "strides, dilations and larger kernels early in the network change it most"
    if not above:
        return "a figure that is smaller than expected is often a layer that was lost"
    if verdict.metric in WHOLE:
        return "cnninspect memory shows where it goes; save there, or raise the limit knowingly"
    inside = f" in '{clip(verdict.top[0].name, 60)}'" if verdict.top else ""
    return f"save{inside}, or raise the limit knowingly"


def _unknown(figures: Figures, budget: Budget, why: str) -> Finding:
    """A figure that cannot be told; where the network has a mistake, that one is the error and this a note."""
    severity = "error" if figures.graph.complete else "note"
    return Finding(
        "budget-unknown",
        severity,
        f"whether '{clip(figures.graph.name, 60)}' keeps '{clip(budget.title)}' cannot be told",
        (why, *_asked(budget, figures)),
        "" if figures.graph.complete else "mend the mistakes of the model first",
        _place(budget, figures),
        facts=facts(_verdict_of(budget, None, ())),
    )


def _unknown_part(figures: Figures, budget: Budget) -> Finding:
    from cnninspect.frontends.yaml.hints import near

    names = figures.parts()
    guess = near(budget.part, names)
    listed = [name for name in names if "." not in name]
    return Finding(
        "unknown-part",
        "error",
        f"'{clip(figures.graph.name, 60)}' has no part called '{clip(budget.part, 60)}'",
        (*(() if figures.graph.complete else ("the model has mistakes of its own",)), *_asked(budget, figures)),
        f"did you mean '{clip(guess, 60)}'?" if guess else f"its parts are {clip(', '.join(listed), 100)}",
        budget.part_span or _place(budget, figures),
        facts={"part": budget.part},
    )


def _asked(budget: Budget, figures: Figures) -> tuple[str, ...]:
    """Who sets the limit, where that is not the network's own file or a configuration."""
    if budget.inherited:
        own = clip(figures.graph.source, 400)
        return (f"{own} extends {clip(budget.span.file, 400)}: budgets of its own replace all of these",)
    return () if budget.span.line else (f"the limit is set by {budget.span.file}",)


def _place(budget: Budget, figures: Figures) -> Span:
    """Where the limit stands; of one that stands in no file, the first line of the model."""
    return budget.span if budget.span.line else Span(figures.graph.source, 1, 1, 1, 1)
