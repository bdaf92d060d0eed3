"""GitLab's code quality report: what a merge request shows beside the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import fingerprints, joined, models_of, sentences
from cnninspect.reports.findings import safe
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked
    from cnninspect.reports.check import View

SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


def render(checked: Checked, view: View) -> str:
    """One entry for each finding, and one for each file that could not be read."""
    models = models_of(checked)
    found = []
    for told, fingerprint in zip(view.shown, fingerprints(checked, view), strict=True):
        finding, span = told.finding, told.finding.span
        lines = {"begin": max(span.line, 1), "end": max(span.end_line, span.line, 1)}
        entry = {
            "description": "; ".join(sentences(told, models)),
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[finding.severity],
            "location": {"path": safe(view.place(span.file)), "lines": lines},
        }
        found.append(value(entry))
    for trouble in checked.troubles:
        path = safe(view.place(trouble.path))
        entry = {
            "description": safe(trouble.message),
            "check_name": trouble.code,
            "fingerprint": f"{trouble.code}:{path}",
            "severity": "blocker",
            "location": {"path": path, "lines": {"begin": 1, "end": 1}},
        }
        found.append(value(entry))
    return joined(found) + "\n"
