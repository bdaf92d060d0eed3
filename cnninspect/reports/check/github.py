"""Annotations of GitHub Actions: one workflow command a finding, which the service shows on the line.

The rules of escaping are those of the runner: ``%``, and what ends a line, in every text, ``:`` and ``,`` as well in
properties. What follows ``::`` is never looked at again, so that no text can be a command of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import models_of, sentences, total
from cnninspect.reports.findings import safe

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked
    from cnninspect.reports.check import View
    from cnninspect.values import Span

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def render(checked: Checked, view: View) -> str:
    """A command for each finding, then the sum of it all."""
    models = models_of(checked)
    texts = []
    for told in view.shown:
        finding = told.finding
        properties = {**_place(finding.span, view), "title": f"cnninspect: {finding.code}"}
        written = ",".join([f"{key}={_escaped(safe(text), PROPERTY)}" for key, text in properties.items()])
        message = _escaped("\n".join(sentences(told, models)), DATA)
        texts.append(f"::{LEVELS[finding.severity]} {written}::{message}\n")
    for trouble in checked.troubles:
        path = _escaped(safe(view.place(trouble.path)), PROPERTY)
        message = _escaped(safe(trouble.message), DATA)
        texts.append(f"::error file={path},title=cnninspect%3A {trouble.code}::{message}\n")
    return "".join([*texts, f"{total(checked)}\n" if view.last else ""])


def _place(span: Span, view: View) -> dict[str, str]:
    """Where it is; columns are for what stands on one line."""
    place = {"file": view.place(span.file)}
    if span.line:
        place.update(line=str(span.line), endLine=str(max(span.end_line, span.line)))
        if span.end_line <= span.line:
            place.update(col=str(span.column), endColumn=str(max(span.end_column, span.column)))
    return place


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join([table.get(sign, sign) for sign in text])
