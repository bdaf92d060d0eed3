"""A network held against the lock file: it may shrink and see more, and grow only within a tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.budget_words import percent, short, shown
from cnninspect.checks.budgets import Verdict, facts, judge, why
from cnninspect.checks.lock import FIGURES
from cnninspect.frontends.budgets.metrics import AT_LEAST, Budget
from cnninspect.values import Finding, Span, clip

if TYPE_CHECKING:
    from cnninspect.checks.lock import Known, Lock
    from cnninspect.frontends.budgets.tolerance import Tolerance
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph


def measure(graph: Graph) -> Known:
    """What the lock keeps of a network."""
    asked = [Budget(metric, "", 0, None, "", _NOWHERE) for metric in FIGURES]
    return {verdict.metric: verdict.value for verdict in judge(graph, asked)}


_NOWHERE = Span("", 0, 0, 0, 0)


def judge_growth(graph: Graph, known: Known, tolerance: Tolerance, lock: Lock, place: Span) -> tuple[Verdict, ...]:
    """A verdict for each figure that the lock knows of a network; what it does not know is not held against it."""
    before = {metric: figure for metric in FIGURES if (figure := known.get(metric)) is not None}
    asked = [_limit(metric, figure, tolerance, place) for metric, figure in before.items()]
    found = judge(graph, asked)
    grown = [verdict for verdict in found if verdict.finding is not None and verdict.value is not None]
    if not grown:
        return found
    told = _told(graph, grown, before, tolerance, lock)
    return tuple([verdict._replace(finding=told) if verdict in grown else verdict for verdict in found])


def _limit(metric: str, figure: int, tolerance: Tolerance, place: Span) -> Budget:
    more = f" {'-' if metric in AT_LEAST else '+'} {tolerance.text}" if tolerance.above else ""
    if metric in AT_LEAST:
        return Budget(metric, "", figure - tolerance.of(figure), None, f">= {figure:,}{more}", place)
    return Budget(metric, "", None, figure + tolerance.of(figure), f"<= {figure:,}{more}", place)


def _told(graph: Graph, grown: list[Verdict], before: dict[str, int], tolerance: Tolerance, lock: Lock) -> Finding:
    """One finding for all figures that have grown: they mostly grow together."""
    changes = [_change(verdict, before[verdict.metric]) for verdict in grown]
    largest = max(grown, key=lambda verdict: len(verdict.top))
    because = why(largest)
    allowed = f", and {tolerance.text} is allowed" if tolerance.above else ""
    return Finding(
        "baseline-exceeded",
        "error",
        f"'{clip(graph.name, 60)}' has grown against {clip(lock.name, 60)}: {', '.join([short for short, _ in changes])}{allowed}",
        (*[text for _, text in changes], *([f"{because} of {largest.metric}"] if because else [])),
        "cnninspect diff shows what changed; --update-baseline accepts it",
        grown[0].span,
        facts={"grown": [{**facts(verdict), "baseline": before[verdict.metric]} for verdict in grown]},
    )


def _change(verdict: Verdict, before: int) -> tuple[str, str]:
    """How much a figure has changed: in a word, and in full."""
    value, unit = verdict.value or 0, verdict.unit
    by, sign, more = abs(value - before), "+", "more"
    if verdict.metric in AT_LEAST:
        sign, more = "-", "less"
    share = percent(by, before)
    text = f"{verdict.metric} is {shown(value, unit)}, {short(by, unit)}{share} {more} than {before:,}"
    return f"{verdict.metric} {sign}{share.strip(' ()') or short(by, unit)}", text


def new(name: str, lock: Lock, place: Span) -> Finding:
    """A network that the lock does not know yet."""
    return Finding(
        "baseline-new",
        "note",
        f"'{clip(name, 60)}' is not in the baseline {clip(lock.name, 60)}",
        (),
        "--update-baseline adds it",
        place,
    )


def unheld(graph: Graph, known: Known, lock: Lock, place: Span) -> tuple[Finding, ...]:
    """That figures of a network, which can be told, are not in its entry of the lock: they may grow."""
    missing = [metric for metric in FIGURES if known.get(metric) is None]
    found = measure(graph) if missing else {}
    told = [metric for metric in missing if found[metric] is not None]
    if not told:
        return ()
    named = f"{clip(lock.name, 60)} has no {', '.join(told)} of it"
    return (
        Finding(
            "baseline-new",
            "note",
            f"'{clip(graph.name, 60)}' is not held in full: {named}",
            (),
            "--update-baseline adds it",
            place,
            None,
            {"figures": told},
        ),
    )


def unchecked(key: str, lock: Lock, why: str, help: str, place: Span) -> Finding:
    """A network that the lock knows and the check did not meet, and why."""
    message = f"'{clip(key, 200)}' is in the baseline {clip(lock.name, 60)} and was not checked: {why}"
    return Finding("baseline-unchecked", "warning", message, (), help, place, None, {"network": key})


def place_of(loaded: Loaded, variant: str | None) -> Span:
    """Where a network is declared in its own file: its variant, its name, its layers; otherwise the first line."""
    document = loaded.document
    source = loaded.sources[0]
    if document is not None:
        entry = document.entries("variants").get(variant or "")
        keys = [entry[0]] if entry is not None else [document.keys[key] for key in _NAMING if key in document.keys]
        for key in keys:
            if key.source is source:
                return key.span
    return Span(source.name, 1, 1, 1, 1)


_NAMING = ("name", "layers", "params", "blocks")
