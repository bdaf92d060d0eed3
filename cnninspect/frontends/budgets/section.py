"""The ``budgets:`` section: metrics with their limits, for the whole, for parts and for variants.

Limits of the section itself are for the network as the file describes it. A variant is another network and has
the limits that stand under ``variants:`` for its name, or for a pattern such as ``"*"`` that its name fits; for
one figure a name counts before a pattern, and the last of several patterns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.budgets.limits import parse_limit
from cnninspect.frontends.budgets.metrics import AT_LEAST, DTYPES, MEANT, METRICS, OPTIMIZERS, Budget
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.tree import Mapping, Scalar
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cnninspect.frontends.yaml.tree import Node, Report

VARIANTS = "variants"
DEEPEST = 32
"""Parts within parts."""


def read_section(
    section: Mapping, report: Report, *, variant: str | None, variants: Collection[str] | None
) -> tuple[Budget, ...]:
    """The limits that hold for one network of a file; every mistake of the section is reported, whichever it is.

    ``variants`` are those that the file has, None where names of others may stand there: a configuration is for
    many files.
    """
    own = [*_limits([pair for pair in section.pairs if pair[0].text != VARIANTS], "", report)]
    found = own if variant is None else []
    node = section.get(VARIANTS)
    if node is None:
        return tuple(found)
    if type(node) is not Mapping:
        report.add(node, "bad-budget", "variants must be a mapping of variants to limits", help=_VARIANTS_HELP)
        return tuple(found)
    chosen: dict[tuple[str, str], Budget] = {}
    for key, value in sorted(node.pairs, key=lambda pair: "*" not in pair[0].text):  # names last: they count
        if variants is not None and not any(fits(key.text, name) for name in variants):
            _unknown_variant(key, variants, report)
        limits = [] if _null(value) else [*_inside(key.text, value, "", report)]
        if variant is not None and fits(key.text, variant):
            chosen.update({(limit.part, limit.metric): limit for limit in limits})
    return (*found, *chosen.values())


_VARIANTS_HELP = 'write variants: {NAME: {parameters: "<= 5M"}}'


def fits(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern describes, ``*`` being any text."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    if not name.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        at = name.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(name) - len(rest[-1]) >= at and name.endswith(rest[-1])


def _limits(pairs: Iterable[tuple[Scalar, Node]], part: str, report: Report) -> Iterator[Budget]:
    """Every limit among the pairs of a mapping, those of its parts included."""
    for key, value in pairs:
        if type(value) is Mapping:
            name = f"{part}.{key.text}" if part else key.text
            for budget in _inside(name, value, name, report):
                yield budget if budget.part_span else budget._replace(part_span=key.span)
        elif key.text in METRICS:
            yield from _limit(key, value, part, report)
        else:
            _unknown_metric(key, value, report)


def _inside(name: str, value: Node, part: str, report: Report) -> Iterator[Budget]:
    """The limits of a part or of a variant, which is no part."""
    if type(value) is not Mapping:
        message = f"the limits of '{clip(name, 40)}' must be a mapping of metrics to limits"
        report.add(value, "bad-budget", message, help=_VARIANTS_HELP)
    elif name.count(".") > DEEPEST:
        report.add(value, "bad-budget", f"parts lie within parts more than {DEEPEST} deep", help="write a.b: {…}")
    else:
        yield from _limits(value.pairs, part, report)


def _limit(key: Scalar, value: Node, part: str, report: Report) -> Iterator[Budget]:
    metric = key.text
    if type(value) is not Scalar or _null(value) or isinstance(value.value, bool):
        got = (
            "nothing"
            if _null(value)
            else "a list"
            if type(value) is not Scalar
            else f"'{clip(value.text, 40).lower()}'"
        )
        sign = ">=" if metric in AT_LEAST else "<="
        report.add(value, "bad-budget", f"{metric} needs a limit, got {got}", help=f'write {metric}: "{sign} …"')
        return
    if part and not METRICS[metric].parts:
        message = f"{metric} is a figure of the whole network, not of a part such as '{clip(part, 40)}'"
        report.add(key, "bad-budget", message, help=f"write {metric} directly under budgets")
        return
    try:
        yield parse_limit(metric, part, value.text, value.span)
    except Problem as problem:
        report.problem(value, problem)


def _unknown_metric(key: Scalar, value: Node, report: Report) -> None:
    word = key.text
    if _null(value) and (word in DTYPES or word in OPTIMIZERS or word.startswith("batch")):
        message = f"a comma ended the limit before '{clip(word, 40)}'"
        report.add(key, "bad-budget", message, help='put the whole limit in quotes: "<= 8GiB @ batch=32, adam"')
        return
    guess = MEANT.get(word.lower()) or near(word, METRICS)
    help_ = f"did you mean '{guess}'?" if guess else f"metrics are {', '.join(METRICS)}"
    report.add(key, "unknown-metric", f"'{clip(word)}' is no figure that a budget can limit", help=help_)


def _unknown_variant(key: Scalar, variants: Collection[str], report: Report) -> None:
    guess = near(key.text, variants)
    listed = f"it has {', '.join([*variants][:12])}" if variants else "it has none"
    what = "a variant like" if "*" in key.text else "the variant"
    report.add(
        key,
        "unknown-variant",
        f"the model does not have {what} '{clip(key.text)}'",
        help=f"did you mean '{guess}'?" if guess else listed,
    )


def _null(node: Node) -> bool:
    return type(node) is Scalar and node.value is None and not node.quoted
