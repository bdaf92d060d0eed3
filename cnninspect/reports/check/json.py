"""What a check has found as JSON: one finding a line, one file a line. Keys are only ever added."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.check.words import joined, statistics
from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked, File, Told
    from cnninspect.checks.budgets import Verdict
    from cnninspect.frontends.discover import Trouble
    from cnninspect.reports.check import View
    from cnninspect.values import Edit

SCHEMA = "cnninspect.check/1"


def render(checked: Checked, view: View) -> str:
    """The whole check; ``failed`` tells whether its findings are as bad as the level that it was held to."""
    severities = [told.finding.severity for told in checked.findings]
    summary = {
        "failed": view.failed,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "notes": severities.count("note"),
        "files": len(checked.files),
        "models": checked.models,
        "other_files": checked.other,
        "cannot_run": len(checked.troubles),
    }
    sections = {
        "schema": quoted(SCHEMA),
        "summary": value(summary),
        "statistics": value({code: many for code, _, many in statistics(checked)}),
        "files": joined([value(_file(file)) for file in checked.files]),
        "findings": joined([value(record(told)) for told in view.shown]),
        "cannot_run": joined([value(_trouble(trouble)) for trouble in checked.troubles]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def _trouble(trouble: Trouble) -> dict[str, object]:
    return {"file": trouble.path, "code": trouble.code, "message": trouble.message, "help": trouble.help}


def record(told: Told) -> dict[str, object]:
    """One finding: the record of every format, the models that have it, what a budget adds, and the fix."""
    finding = told.finding
    return {
        **records([finding])[0],
        "models": list(told.models),
        "model_file": told.file or None,
        **finding.facts,
        "edits": [_edit(edit) for edit in finding.edits],
    }


def _budget(verdict: Verdict) -> dict[str, object]:
    """One limit and what became of it, kept or not."""
    from cnninspect.checks.budgets import facts

    return {"budget": verdict.title, "passed": verdict.passed, **facts(verdict)}


def _edit(edit: Edit) -> dict[str, object]:
    span = edit.span
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "text": edit.text,
    }


def _file(file: File) -> dict[str, object]:
    models = [
        {
            "name": model.name,
            "variant": model.variant,
            **dict(zip(("errors", "warnings", "notes"), model.counts, strict=True)),
            "budgets": [_budget(verdict) for verdict in model.verdicts],
        }
        for model in file.models
    ]
    return {"file": file.path, "models": models}
