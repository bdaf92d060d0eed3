"""A comparison as findings, for the formats of services that know nothing else: what fails, and limits that allow more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.checked import SEVERITIES, Checked, File, Model, Told, merged
from cnninspect.api.diffing import BROKEN
from cnninspect.checks.budgets import Verdict as Kept
from cnninspect.comparing.figures import number
from cnninspect.comparing.limits import VALUE
from cnninspect.comparing.saying import LOOSER
from cnninspect.frontends.budgets.metrics import BYTES, COUNT, PIXELS
from cnninspect.values import Finding, Span, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case
    from cnninspect.comparing.limits import Verdict
    from cnninspect.comparing.saying import Said
    from cnninspect.frontends.yaml.load import Loaded

CODE = "change-beyond-limit"


def as_checked(cases: Sequence[Case], verdicts: Sequence[Verdict], *, since: bool) -> Checked:
    """The files that were compared, the mistakes of models that are there now, and every condition that is met.

    Where a budget allows more than it did, that is a warning: nothing else would show it where only findings are seen.
    Where a revision was compared with (``since``), the mistakes that its models had are nobody's any more.
    """
    files: dict[str, list[tuple[Model, list[Told]]]] = {}
    lines: dict[tuple[str, int], str] = {}
    for case in cases:
        path = case.new_file or case.old_file or case.name
        held = [_kept(verdict, case) for verdict in verdicts if verdict.case_of(case.name, path)]
        told = [kept.finding for kept in held if kept.finding is not None]
        for loaded in (case.new, None if since else case.old) if case.status == BROKEN else ():
            told += [] if loaded is None else [found for found in loaded.findings if found.severity == "error"]
        told += [_loosened(one, path) for one in case.said if one.effect == LOOSER]
        lines.update(_lines(told, case.new))
        name = case.variant or case.name
        severities = [found.severity for found in told]
        errors, warnings, notes = [severities.count(severity) for severity in SEVERITIES]
        model = Model(path, name, case.variant, (errors, warnings, notes), tuple(held))
        files.setdefault(path, []).append((model, [Told(finding, (name,)) for finding in told]))
    made = [
        File(path, tuple([model for model, _ in entries]), merged([one for _, told in entries for one in told]), lines)
        for path, entries in files.items()
    ]
    return Checked(tuple(made), merged([told for file in made for told in file.findings]), (), 0, 0)


def _kept(verdict: Verdict, case: Case) -> Kept:
    """A condition as a limit that is kept or broken."""
    metric, figure = verdict.limit.metric, verdict.figure
    unit = BYTES if metric.endswith("_bytes") else PIXELS if metric.endswith("_field") else COUNT
    span = _place(case)
    title = f"not {verdict.limit.text}"
    return Kept(
        title, metric, "", unit, number(figure.new), verdict.limit.text, None, (), span, _finding(verdict, span)
    )


def _finding(verdict: Verdict, span: Span) -> Finding | None:
    if not verdict.failed:
        return None
    metric, old, new = verdict.limit.metric, number(verdict.figure.old), number(verdict.figure.new)
    if not verdict.known or new is None:
        message = f"{metric} cannot be told, so nobody knows whether '{verdict.limit.text}'"
    elif verdict.limit.kind == VALUE or old is None:
        message = f"{metric} is {new:,}: '{verdict.limit.text}'"
    else:
        message = f"{metric} went from {old:,} to {new:,} ({new - old:+,}): '{verdict.limit.text}'"
    facts = {"metric": metric, "old": verdict.figure.old, "value": verdict.figure.new, "limit": verdict.limit.text}
    help_ = "change the network, or the condition of --fail-on"
    return Finding(CODE, "error", message, (), help_, span, None, facts)


def _loosened(one: Said, path: str) -> Finding:
    """A limit that allows more than it did, where the file sets it; or the file, where it is gone."""
    if one.new is None:
        message, span = f"the budget of {one.name} is gone: it was '{one.old}'", Span(path, 1, 1, 1, 1)
    else:
        message, span = f"the budget of {one.name} is looser: '{one.old}' before, '{one.new}' now", one.span
    facts = {"metric": one.name, "old": one.old, "value": one.new}
    return Finding("looser-budget", "warning", message, (), "see that this is meant", span, None, facts)


def _place(case: Case) -> Span:
    """The first layer of the file that came or differs; the file itself where it is none of its own."""
    path = case.new_file or case.name
    found = case.comparison
    if found is not None:
        places = sorted([*found.added, *[altered.new for altered in found.altered]])
        spans = [found.new.nodes[index].span for index in places]
        own = next((span for span in spans if span.file == clip(path, 4096)), None)
        if own is not None:
            return own
    return Span(path, 1, 1, 1, 1)


def _lines(told: Sequence[Finding], loaded: Loaded | None) -> dict[tuple[str, int], str]:
    """The lines of files at which findings point."""
    sources = {} if loaded is None else {source.name: source for source in loaded.sources}
    places = [(finding.span.file, finding.span.line) for finding in told if finding.span.line]
    return {(file, line): sources[file].line(line) for file, line in places if file in sources}
