"""How many findings each code has, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import statistics, total
from cnninspect.reports.findings import bold

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked
    from cnninspect.reports.check import View


def render(checked: Checked, view: View) -> str:
    """A line for each code, the most first, then the sum."""
    found = statistics(checked)
    width = max([len(f"{many:,}") for _, _, many in found], default=0)
    lines = [f"{many:>{width},}  {severity:<7}  {code}\n" for code, severity, many in found]
    last = [bold(total(checked), color=view.color) + "\n"] if view.last else []
    return "".join([*lines, *(["\n"] if lines and last else []), *last])
