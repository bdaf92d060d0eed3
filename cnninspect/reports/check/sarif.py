"""SARIF 2.1.0, what code scanning services read: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

Columns count characters of Unicode, as the format is told; paths start from the root of the repository; fingerprints
are the same while lines above a finding come and go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.check.words import fingerprints, joined, models_of, sentences
from cnninspect.reports.findings import safe
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked, Told
    from cnninspect.frontends.discover import Trouble
    from cnninspect.reports.check import View
    from cnninspect.reports.pages import Page
    from cnninspect.values import Edit, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "note": "note"}
BASE = "%SRCROOT%"
"""What services replace with the root of the repository."""


def render(checked: Checked, view: View) -> str:
    """One run with the pages of its rules, its results, and what could not be read."""
    codes = sorted({told.finding.code for told in view.shown})
    rules = _rules(codes, view)
    models, lines = models_of(checked), [*fingerprints(checked, view)]
    results = [
        value(_result(told, codes.index(told.finding.code), print_, view, models))
        for told, print_ in zip(view.shown, lines, strict=True)
    ]
    driver = {"name": "cnninspect", "version": view.version, "semanticVersion": view.version, "rules": rules}
    invocation = {
        "executionSuccessful": not checked.troubles,
        "toolExecutionNotifications": [_notification(trouble, view) for trouble in checked.troubles],
    }
    return (
        f'{{"$schema": {value(SCHEMA)}, "version": "2.1.0", "runs": [\n'
        f' {{"tool": {value({"driver": driver})},\n'
        f'  "columnKind": "unicodeCodePoints", "invocations": {value([invocation])},\n'
        f'  "results": {joined(results)}}}]}}\n'
    )


def _rules(codes: list[str], view: View) -> list[dict[str, object]]:
    """A rule for each code that occurs, with its page as help."""
    from cnninspect.reports import pages

    known = {**pages.codes(), **pages.rules()}
    levels = {told.finding.code: LEVELS[told.finding.severity] for told in reversed(view.shown)}
    return [_rule(code, levels[code], known.get(code)) for code in codes]


def _rule(code: str, level: str, page: Page | None) -> dict[str, object]:
    rule: dict[str, object] = {"id": code, "defaultConfiguration": {"level": level}}
    if page is not None:
        first = f"{page.first_sentence()}."
        rule["shortDescription"] = {"text": first}
        rule["fullDescription"] = {"text": first}
        rule["help"] = {"text": page.text, "markdown": page.text}
    return rule


def _result(told: Told, rule: int, fingerprint: str, view: View, models: dict[str, int]) -> dict[str, object]:
    finding = told.finding
    location: dict[str, object] = {"physicalLocation": _physical(finding.span, view)}
    if finding.layer:
        name = safe(finding.layer)
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": name, "kind": "object"}]
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": _plain("\n".join(sentences(told, models)))},
        "locations": [location],
        "partialFingerprints": {"cnninspect/v1": fingerprint},
        "properties": {"models": [safe(name) for name in told.models], **finding.facts},
    }
    if finding.edits:
        result["fixes"] = [_fix(finding.edits, finding.help, view)]
    return result


def _physical(span: Span, view: View) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": _artifact(span.file, view)}
    if span.line:
        place["region"] = _region(span)
    return place


def _artifact(file: str, view: View) -> dict[str, object]:
    """A file by its path from the root; one that lies elsewhere by its whole path."""
    from urllib.parse import quote

    path = safe(view.place(file)).replace("\\", "/")
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": BASE}


def _region(span: Span) -> dict[str, object]:
    """Lines and columns, the end exclusive as SARIF has it; an insertion is empty."""
    return {
        "startLine": span.line,
        "startColumn": max(span.column, 1),
        "endLine": max(span.end_line, span.line),
        "endColumn": max(span.end_column, 1),
    }


def _fix(edits: tuple[Edit, ...], help_: str, view: View) -> dict[str, object]:
    """The edits, file by file."""
    files: dict[str, list[dict[str, object]]] = {}
    for edit in edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        files.setdefault(edit.span.file, []).append(replacement)
    changes = [{"artifactLocation": _artifact(file, view), "replacements": made} for file, made in files.items()]
    return {"description": {"text": _plain(safe(help_ or "mend it"))}, "artifactChanges": changes}


def _notification(trouble: Trouble, view: View) -> dict[str, object]:
    return {
        "level": "error",
        "descriptor": {"id": trouble.code},
        "message": {"text": _plain(safe(trouble.message))},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(trouble.path, view)}}],
    }


def _plain(text: str) -> str:
    """A text in which nothing is a link or a placeholder: section 3.11 makes them of ``[a](b)`` and ``{0}``."""
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    if any(f"{{{digit}" in text for digit in "0123456789"):
        text = text.replace("{", "{{").replace("}", "}}")
    return text
