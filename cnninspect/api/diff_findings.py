"""A comparison as findings, for the formats of services that know nothing else: what fails, at the layer to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.checked import Checked, File, Model, Told, merged
from cnninspect.api.diffing import BROKEN
from cnninspect.checks.budgets import Verdict as Kept
from cnninspect.comparing.figures import number
from cnninspect.comparing.limits import VALUE
from cnninspect.frontends.budgets.metrics import BYTES, COUNT, PIXELS
from cnninspect.values import Finding, Span, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case
    from cnninspect.comparing.limits import Verdict
    from cnninspect.frontends.yaml.load import Loaded

CODE = "change-beyond-limit"


def as_checked(cases: Sequence[Case], verdicts: Sequence[Verdict], *, since: bool) -> Checked:
    """The files that were compared, the mistakes of models that are there now, and every condition that is met.

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
        lines.update(_lines(told, case.new))
        name = case.variant or case.name
        model = Model(path, name, case.variant, (len(told), 0, 0), tuple(held))
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
