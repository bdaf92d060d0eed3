"""What makes a comparison fail: conditions as people write them, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun
from cnninspect.comparing.figures import METRICS
from cnninspect.comparing.limits import CHANGE, COMPARISONS, PERCENT, VALUE, Limit, judge
from cnninspect.frontends.budgets.amounts import parse_amount
from cnninspect.frontends.budgets.metrics import BYTES, COUNT, MEANT, PIXELS
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case
    from cnninspect.comparing.limits import Verdict

EXAMPLE = "such as 'parameters > +1%', 'macs > +10M' or 'weight_bytes > 20MB'"
FOREIGN = {"\u2265": ">=", "\u2264": "<=", "\u2260": "!="}


def parse_limits(texts: Sequence[str]) -> tuple[Limit, ...]:
    """The conditions of ``--fail-on``; raises CannotRun for one that is none."""
    try:
        return tuple([_limit(text) for text in texts])
    except Problem as problem:
        raise CannotRun(problem) from None


def verdicts(cases: Sequence[Case], limits: Sequence[Limit]) -> tuple[Verdict, ...]:
    """Every condition held against every network that there is now."""
    found = []
    for case in cases:
        figures = {figure.metric: figure for figure in case.figures}
        if case.new is None:
            continue
        for limit in limits:
            file = case.new_file or case.name
            verdict = judge(limit, figures[limit.metric], case.name, file, there_before=case.old is not None)
            if verdict is not None:
                found.append(verdict)
    return tuple(found)


def _limit(text: str) -> Limit:
    written = " ".join(text.split())
    for foreign, meant in FOREIGN.items():
        written = written.replace(foreign, meant)
    places = [written.find(sign) for sign in COMPARISONS if sign in written]
    if not places:
        raise _bad(text, "it compares nothing")
    at = min(places)
    sign = next(sign for sign in COMPARISONS if written.startswith(sign, at))
    metric = _metric(written[:at].strip(), text)
    number = written[at + len(sign) :].strip()
    signed = number[:1] in ("+", "-")
    negative = number[:1] == "-"
    body = number[1:].strip() if signed else number
    kind = PERCENT if body.endswith("%") else CHANGE if signed else VALUE
    if kind == PERCENT and not signed:
        raise _bad(text, f"{body} of what is not said", f"write {metric} {sign} +{body} for a growth of {body}")
    unit = PIXELS if kind == PERCENT or metric.endswith("_field") else BYTES if metric.endswith("_bytes") else COUNT
    try:
        above, below = parse_amount(body.removesuffix("%"), unit)
    except Problem as problem:
        raise _bad(text, problem.message, problem.help) from None
    return Limit(written, metric, sign, kind, -above if negative else above, below)


def _metric(name: str, text: str) -> str:
    word = name.lower().replace(" ", "_").replace("-", "_")
    if word in METRICS:
        return word
    from cnninspect.frontends.yaml.hints import near

    meant = MEANT.get(word) or near(word, METRICS)
    guess = f"did you mean '{meant}'?" if meant in METRICS else f"figures are {', '.join(METRICS)}"
    raise _bad(text, f"'{clip(name, 40)}' is no figure of a comparison" if name else "it names no figure", guess)


def _bad(text: str, why: str, help_: str = "") -> Problem:
    return Problem("bad-budget", f"--fail-on '{clip(text, 60)}': {why}", help=help_ or f"write a condition {EXAMPLE}")
