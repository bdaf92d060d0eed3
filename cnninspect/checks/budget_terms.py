"""What may stand in a ``budgets:`` section, for its JSON schema: each metric with the texts that are limits of it."""

from __future__ import annotations

from cnninspect.frontends.budgets.amounts import UNITS
from cnninspect.frontends.budgets.metrics import AT_LEAST, METRICS, PIXELS, TIME
from cnninspect.records import Record

NUMBER = r"([0-9][0-9_,]*(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
SIGNS = "<=|>=|==|<|>|="
EXAMPLES = {"count": "<= 5M", "bytes": "<= 32MiB", "pixels": ">= 224", "time": "<= 5ms @ t4"}


class Term(Record):
    """A metric as an editor should know it."""

    means: str
    pattern: str
    """What a text must be to be a limit of it; a little more is let through than is one."""
    number: bool
    """Whether a bare number is a limit too, as the most that is allowed."""
    example: str


def terms() -> dict[str, Term]:
    """Every metric."""
    found = {}
    for name, metric in METRICS.items():
        units = "|".join(sorted(unit for unit in UNITS[metric.unit] if unit))
        optional = "" if metric.unit == TIME else "?"
        amount = rf"{NUMBER}\s*({units}){optional}" if units else NUMBER
        sign = rf"(({SIGNS})\s*)" + ("" if name in AT_LEAST else "?")
        ends = rf"{sign}{amount}|{NUMBER}\s*({units or '@'})?\s*\.\.\s*{amount}"
        conditions = rf"\s*@{'.+' if 'device' in metric.conditions else '.*'}"
        behind = f"({conditions})" + ("" if "device" in metric.conditions else "?")
        bare = metric.unit not in (PIXELS, TIME)
        found[name] = Term(metric.means, rf"^\s*({ends}){behind}\s*$", bare, EXAMPLES[metric.unit])
    return found
