"""What a check has found as text that looks like a compiler's, closed by the sum of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import lines_of, models_of, total, whose
from cnninspect.reports.findings import bold, render_one

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked
    from cnninspect.reports.check import View


def render(checked: Checked, view: View) -> str:
    """The findings that are shown, each with its line of the file, then how many there are in all."""
    models = models_of(checked)
    lines = lines_of(checked)
    texts = []
    for told in view.shown:
        finding = told.finding
        where = whose(told, models)
        if where:
            finding = finding._replace(notes=(*finding.notes, where))
        line = lines.get((finding.span.file, finding.span.line), "")
        texts.append(render_one(finding, line, color=view.color, width=view.width))
    if view.last:
        texts.append(bold(total(checked), color=view.color) + "\n")
    text = "\n".join(texts)
    return text.replace("##", "# ") if view.guarded else text
