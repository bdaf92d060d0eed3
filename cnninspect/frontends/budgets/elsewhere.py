"""Budgets from elsewhere than a model file: an option of the command line, a table of a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.budgets.limits import parse_limit
from cnninspect.frontends.budgets.metrics import MEANT, METRICS, Budget
from cnninspect.frontends.budgets.section import read_section
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Sequence, Source
from cnninspect.values import Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.values import Finding

    Place = tuple[int, int, int, int]
    Keys = tuple[str, ...]


def parse_option(text: str, option: str) -> Budget:
    """The budget that a text such as ``stage4.macs <= 600M`` states; raises the Problem that it states none."""
    word = text.strip()
    end = next((at for at, sign in enumerate(word) if sign.isspace() or sign in "<>=!~\u2264\u2265:"), len(word))
    part, _, metric = word[:end].rpartition(".")
    limit = word[end:].strip().removeprefix(":")
    if metric not in METRICS:
        raise _unknown(metric, word)
    if part and not METRICS[metric].parts:
        raise Problem("bad-budget", f"{metric} is a figure of the whole network, not of '{clip(part, 40)}'")
    return parse_limit(metric, part, limit, Span(f"{option} '{clip(word, 60)}'", 0, 0, 0, 0))


def _unknown(metric: str, word: str) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    guess = MEANT.get(metric.lower()) or near(metric, METRICS)
    return Problem(
        "unknown-metric",
        f"'{clip(metric or word, 40)}' is no figure that a budget can limit",
        help=f"did you mean '{guess}'?" if guess else f"metrics are {', '.join(METRICS)}",
    )


class Table:
    """The budgets of a configuration, which are for many files: read once, asked for each network."""

    def __init__(self, values: dict[str, Any], source: Source, place: Callable[[Keys], Place]) -> None:
        self.tree = _node(values, source, place, ())
        report = Report()
        assert type(self.tree) is Mapping
        read_section(self.tree, report, variant=None, variants=None)
        self.findings: tuple[Finding, ...] = tuple(report.findings)
        """What is wrong with it, to be told once."""

    def budgets(self, variant: str | None = None) -> tuple[Budget, ...]:
        """The limits that hold for a network: every one of the table itself, and those of its variant."""
        assert type(self.tree) is Mapping
        report = Report()
        everywhere = read_section(self.tree, report, variant=None, variants=None)
        if variant is None:
            return everywhere
        own = read_section(self.tree, report, variant=variant, variants=None)
        replaced = {(budget.part, budget.metric) for budget in own}
        return (*[budget for budget in everywhere if (budget.part, budget.metric) not in replaced], *own)


def _node(value: object, source: Source, place: Callable[[Keys], Place], keys: Keys) -> Node:
    """A value of a configuration as the tree of a model file has it."""
    where = place(keys)
    if isinstance(value, dict):
        pairs = [
            (Scalar(source, place((*keys, key)), key, key, quoted=True), _node(inner, source, place, (*keys, key)))
            for key, inner in value.items()
        ]
        return Mapping(source, where, pairs)
    if isinstance(value, list):
        return Sequence(source, where, [_node(inner, source, place, keys) for inner in value])
    return Scalar(source, where, str(value), value, quoted=isinstance(value, str))
