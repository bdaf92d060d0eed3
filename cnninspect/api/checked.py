"""What a check of model files comes to: plain records, the same whoever reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.checks.budgets import Verdict
    from cnninspect.frontends.discover import Trouble
    from cnninspect.values import Finding, Span

SEVERITIES = ("error", "warning", "note")
"""From the worst to the mildest."""


class Model(Record):
    """One network that was looked at: a file's own, or one of its variants."""

    file: str
    name: str
    variant: str | None
    counts: tuple[int, int, int]
    """How many errors, warnings and notes it has."""
    verdicts: tuple[Verdict, ...] = ()
    """What became of each of its budgets, and of each figure that the lock file knows."""
    key: str | None = None
    """What the lock file calls it, where there is one."""
    figures: Mapping[str, int | None] | None = None
    """What the lock file will know of it, where it is written anew."""


class Told(Record):
    """A finding as it is told: once, with the models that have it."""

    finding: Finding
    models: tuple[str, ...]
    file: str = ""
    """The file of the models, of a finding that stands in none of a model: a limit of the configuration."""
    made: Span | None = None
    """Where the layer is written that it is about; None for what no design rule says of a layer."""


class File(Record):
    """One model file."""

    path: str
    models: tuple[Model, ...]
    findings: tuple[Told, ...]
    lines: Mapping[tuple[str, int], str] = {}
    """The lines of files at which its findings point."""


class Checked(Record):
    """Everything that a check has found."""

    files: tuple[File, ...]
    findings: tuple[Told, ...]
    """In the order of files and lines; what several files share is here once."""
    troubles: tuple[Trouble, ...]
    """What could not be looked at."""
    other: int
    """YAML files that are no models, and were left alone."""
    links: int
    """Links out of the tree, which were not followed."""
    lock: File | None = None
    """The lock file, where something is to be told of it; it is none of the files."""

    @property
    def models(self) -> int:
        """How many networks were looked at."""
        return sum(len(file.models) for file in self.files)


def counts(model: str, findings: Sequence[Told]) -> tuple[int, int, int]:
    """How many errors, warnings and notes a model has among the findings of its file."""
    severities = [told.finding.severity for told in findings if model in told.models]
    errors, warnings, notes = [severities.count(severity) for severity in SEVERITIES]
    return errors, warnings, notes


def mistaken(file: File) -> bool:
    """Whether a file has other errors than broken limits: they may hide a variant."""
    limits = [verdict.finding for model in file.models for verdict in model.verdicts]
    return any(told.finding.severity == "error" and told.finding not in limits for told in file.findings)


def worst(findings: Sequence[Told]) -> int:
    """The place of the worst severity among SEVERITIES; one beyond the last where there is no finding."""
    return min([SEVERITIES.index(told.finding.severity) for told in findings], default=len(SEVERITIES))


def fails(checked: Checked, level: str) -> bool:
    """Whether anything is as bad as ``level`` or worse."""
    return worst(checked.findings) <= SEVERITIES.index(level)


def merged(given: Sequence[Told]) -> tuple[Told, ...]:
    """The same finding at the same place once, with every model that has it.

    What a rule says of a layer is the same whatever each model calls the layer: the first one's name is told.
    """
    found: dict[tuple[object, ...], Told] = {}
    for told in given:
        key = _same(told)
        known = found.get(key)
        if known is None:
            found[key] = told
        else:
            new = [name for name in told.models if name not in known.models]
            edits = known.finding.edits or told.finding.edits
            found[key] = known._replace(finding=known.finding._replace(edits=edits), models=(*known.models, *new))
    return tuple(found.values())


def _same(told: Told) -> tuple[object, ...]:
    """What findings have in common that are one; the same file may be spelt ``./a.yaml`` by one that extends it."""
    finding = told.finding
    span = finding.span
    if "./" in span.file:
        from os.path import normpath

        span = span._replace(file=normpath(span.file))
    return span, finding.code, finding.severity, finding.message if told.made is None else "", told.file
