"""Models that extend each other, in one run: what is told of a file is held against all that read it."""

from __future__ import annotations

from os.path import realpath
from typing import TYPE_CHECKING

from cnninspect.api.checked import counts
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.api.checked import File
    from cnninspect.api.checking_file import Outcome
    from cnninspect.checks.lint import Run
    from cnninspect.checks.shared import Reading
    from cnninspect.frontends.yaml.tree import Source

    Opener = Callable[[str, Source], Source]

KEY = "extends:"
MOST_EXTENDED = 16


def read(run: Run, opener: Opener) -> tuple[Reading, ...]:
    """What the networks of a file make of the files that it extends; most files extend none."""
    own, *extended = run.networks[0].sources
    if run.broken and not extended:
        extended = guessed(own, opener)
    if not extended:
        return ()
    from cnninspect.checks.shared import readings

    return readings(run, extended)


def guessed(source: Source, opener: Opener) -> list[Source]:
    """The files that a text extends which cannot be read: its lines are looked at, and theirs."""
    found: list[Source] = []
    while len(found) < MOST_EXTENDED:
        line = next((line for line in source.text.split("\n") if line.startswith(KEY)), "")
        name = line[len(KEY) :].partition(" #")[0].strip().strip("'\"")
        if not name:
            break
        try:
            source = opener(name, source)
        except Problem:
            break
        found.append(source)
    return found


def files(outcomes: Sequence[Outcome]) -> list[File]:
    """The files that are models, each as those that extend it leave it."""
    readings: dict[str, list[Reading]] = {}
    for outcome in outcomes:
        for reading in outcome.readings:
            readings.setdefault(reading.file, []).append(reading)
    return [
        _left(outcome.file, readings.get(realpath(outcome.path), ())) if readings else outcome.file
        for outcome in outcomes
        if outcome.file is not None
    ]


def _left(file: File, others: Iterable[Reading]) -> File:
    """A file without what others contradict."""
    readings = [*others]
    if not readings or not file.findings:
        return file
    from cnninspect.checks.shared import settled

    left = settled([(told.finding, told.made) for told in file.findings], readings)
    findings = tuple(
        [
            told._replace(finding=finding)
            for told, finding in zip(file.findings, left, strict=True)
            if finding is not None
        ]
    )
    if findings == file.findings:
        return file
    models = tuple([model._replace(counts=counts(model.name, findings)) for model in file.models])
    return file._replace(models=models, findings=findings)
