"""What a check of model files comes to: plain records, the same whoever reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.checks.budgets import Verdict
    from cnninspect.frontends.discover import Trouble
    from cnninspect.values import Finding

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

    @property
    def models(self) -> int:
        """How many networks were looked at."""
        return sum(len(file.models) for file in self.files)


def worst(findings: Sequence[Told]) -> int:
    """The place of the worst severity among SEVERITIES; one beyond the last where there is no finding."""
    return min([SEVERITIES.index(told.finding.severity) for told in findings], default=len(SEVERITIES))


def fails(checked: Checked, level: str) -> bool:
    """Whether anything is as bad as ``level`` or worse."""
    return worst(checked.findings) <= SEVERITIES.index(level)


def merged(given: Sequence[Told]) -> tuple[Told, ...]:
    """The same finding at the same place once, with every model that has it."""
    found: dict[tuple[object, ...], Told] = {}
    for told in given:
        finding = told.finding
        key = (finding.span, finding.code, finding.severity, finding.message)
        known = found.get(key)
        if known is None:
            found[key] = told
        else:
            new = [name for name in told.models if name not in known.models]
            found[key] = known._replace(models=(*known.models, *new)) if new else known
    return tuple(found.values())
