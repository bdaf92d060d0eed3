"""What a check has found as JSON: one finding a line, one file a line. Keys are only ever added."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked, File, Told
    from cnninspect.values import Edit

SCHEMA = "cnninspect.check/1"


def render(checked: Checked, shown: Sequence[Told], *, failed: bool) -> str:
    """The whole check; ``failed`` tells whether its findings are as bad as the level that it was held to."""
    severities = [told.finding.severity for told in checked.findings]
    summary = {
        "failed": failed,
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
        "statistics": value(statistics(checked)),
        "files": _lines([value(_file(file)) for file in checked.files]),
        "findings": _lines([value(record(told)) for told in shown]),
        "cannot_run": _lines(
            [
                value(
                    {
                        "file": trouble.path,
                        "code": trouble.problem.code,
                        "message": trouble.problem.message,
                        "help": trouble.problem.help,
                    }
                )
                for trouble in checked.troubles
            ]
        ),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def statistics(checked: Checked) -> dict[str, int]:
    """How many findings each code has, the most first."""
    counts: dict[str, int] = {}
    for told in checked.findings:
        counts[told.finding.code] = counts.get(told.finding.code, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def record(told: Told) -> dict[str, object]:
    """One finding: the record of every format, the models that have it, what a budget adds, and the fix."""
    finding = told.finding
    return {
        **records([finding])[0],
        "models": list(told.models),
        **finding.facts,
        "edits": [_edit(edit) for edit in finding.edits],
    }


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
        }
        for model in file.models
    ]
    return {"file": file.path, "models": models}


def _lines(texts: Sequence[str]) -> str:
    return "[" + ",\n  ".join(["", *texts])[1:] + "]" if texts else "[]"
