"""Verified networks for programs: ``cnninspect.verify/1``, raw integers, null for what is unknown; JUnit's XML.

Each model has ``name``, ``source``, ``batch``, ``agreed`` (no figure differs), ``unused`` (layers whose weights no
output depends on) and ``figures``: ``name``, ``verdict`` (agreed, differs, or ? where it could not be measured),
``stated``, ``measured``, ``on`` (device and input), ``layer`` (the first that differs) and ``note``. A model that
could not be verified has ``agreed: null`` and a ``reason``.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.verify_figures import Figure
    from cnninspect.reports.verify import Outcome

SCHEMA = "cnninspect.verify/1"


def json(outcomes: Sequence[Outcome]) -> str:
    """Every network, a figure a line."""
    models = ",\n  ".join([_model(outcome) for outcome in outcomes])
    return f'{{"schema": {quoted(SCHEMA)},\n "models": [\n  {models}\n ]}}\n'


def _model(outcome: Outcome) -> str:
    verified = outcome.verified
    if verified is None:
        return value({"name": outcome.name, "agreed": None, "reason": outcome.reason, "figures": []})
    head = value(
        {
            "name": outcome.name,
            "source": verified.graph.source,
            "batch": verified.batch,
            "agreed": not verified.differs,
            "unused": list(verified.unused),
        }
    )
    figures = ",\n    ".join([value(_figure(figure)) for figure in verified.figures])
    return f'{head[:-1]}, "figures": [\n    {figures}\n   ]}}'


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name,
        "verdict": figure.verdict,
        "stated": figure.stated,
        "measured": figure.measured,
        "on": figure.where,
        "layer": figure.layer,
        "note": figure.note,
    }


def junit(outcomes: Sequence[Outcome]) -> str:
    """One suite a network, one case a figure: a difference fails, what is unknown is skipped."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n{"".join(map(_suite, outcomes))}</testsuites>\n'


def _suite(outcome: Outcome) -> str:
    if outcome.verified is None:
        case = f'  <testcase name="verify"><error message={_attribute(outcome.reason)}/></testcase>\n'
        return f' <testsuite name={_attribute(outcome.name)} tests="1" errors="1">\n{case} </testsuite>\n'
    figures = outcome.verified.figures
    failed, skipped = (sum([figure.verdict == word for figure in figures]) for word in ("differs", "?"))
    head = f'tests="{len(figures)}" failures="{failed}" skipped="{skipped}"'
    cases = "".join([_case(figure) for figure in figures])
    return f" <testsuite name={_attribute(outcome.name)} {head}>\n{cases} </testsuite>\n"


def _case(figure: Figure) -> str:
    name = _attribute(f"{figure.name} ({figure.where})")
    if figure.verdict == "agreed":
        return f"  <testcase name={name}/>\n"
    kind = "failure" if figure.verdict == "differs" else "skipped"
    layer = f"{figure.layer}: " if figure.layer else ""
    numbers = f"stated {_number(figure.stated)}, measured {_number(figure.measured)}"
    return f"  <testcase name={name}><{kind} message={_attribute(f'{layer}{numbers}. {figure.note}')}/></testcase>\n"


def _number(number: int | None) -> str:
    return "?" if number is None else str(number)


def _attribute(text: str) -> str:
    shown = "".join([c if c.isprintable() else "?" for c in text])
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        shown = shown.replace(sign, entity)
    return f'"{shown}"'
