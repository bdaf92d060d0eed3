"""What a check has found as text that looks like a compiler's, closed by the sum of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check_words import models_of, total, whose
from cnninspect.reports.findings import bold, render_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked, Told


def render(
    checked: Checked, shown: Sequence[Told], *, color: bool = False, width: int | None = None, last: bool = True
) -> str:
    """The findings that are shown, each with its line of the file, then how many there are in all."""
    models = models_of(checked)
    lines = {place: line for file in checked.files for place, line in file.lines.items()}
    texts = []
    for told in shown:
        finding = told.finding
        where = whose(told, models)
        if where:
            finding = finding._replace(notes=(*finding.notes, where))
        line = lines.get((finding.span.file, finding.span.line), "")
        texts.append(render_one(finding, line, color=color, width=width))
    if last:
        texts.append(bold(total(checked), color=color) + "\n")
    return "\n".join(texts)
