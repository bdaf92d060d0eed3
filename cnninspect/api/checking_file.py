"""One model file looked at: every network in it, and what is to be told of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.checked import SEVERITIES, File, Model, Told, merged
from cnninspect.frontends import locate
from cnninspect.frontends.discover import Trouble, is_model, looks_like_one
from cnninspect.frontends.yaml.load import Family, stem
from cnninspect.frontends.yaml.source import BadText
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.discover import Candidate
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.values import Finding


class Asked(Record):
    """What a check asks of every model."""

    outside: bool = False
    """Whether models may extend files out of their folder."""


class Outcome(Record):
    """What became of one candidate: a file, a trouble, or neither where it is no model."""

    file: File | None = None
    trouble: Trouble | None = None


def check_file(candidate: Candidate, asked: Asked) -> Outcome:
    """Look at one file; whatever is wrong with it, or with this program, stops no other file."""
    try:
        return _checked(candidate, asked)
    except Problem as problem:
        return Outcome(trouble=Trouble(candidate.path, problem))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - one file's trouble is not another's
        why = f"{type(error).__name__}: {clip(error, 200)}"
        message = f"'{clip(candidate.path)}': this is a mistake of cnninspect itself: {why}"
        return Outcome(trouble=Trouble(candidate.path, Problem("internal-error", message, help="please report it")))


def _checked(candidate: Candidate, asked: Asked) -> Outcome:
    path = candidate.path
    opener = locate.Opener(outside=asked.outside)
    try:
        source, variant = locate.find(path)
    except BadText as bad:
        loaded = locate.broken(path, bad)
        model = candidate.named or _meant(path)
        return Outcome(_file(path, [_model(path, None, loaded)], [loaded])) if model else Outcome()
    if not candidate.named and not is_model(source, opener):
        return Outcome()
    return Outcome(_family(Family(source, opener), source, variant))


def _meant(path: str) -> bool:
    """Whether a file that is no text was meant as a model."""
    with open(path, "rb") as file:
        return looks_like_one(file.read(2**20))


def _family(family: Family, source: Source, variant: str | None) -> File:
    """Every network of a source, or the one that was asked for."""
    wanted = [variant] if variant is not None else [None, *family.variants]
    loaded = [family.load(name) for name in wanted]
    models = [_model(source.name, name, one) for name, one in zip(wanted, loaded, strict=True)]
    return _file(source.name, models, loaded)


def _model(path: str, variant: str | None, loaded: Loaded) -> Model:
    name = variant or (loaded.graph.name if loaded.graph is not None else stem(path))
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in loaded.findings:
        counts[finding.severity] += 1
    return Model(path, name, variant, (counts["error"], counts["warning"], counts["note"]))


def _file(path: str, models: list[Model], loaded: list[Loaded]) -> File:
    told = [Told(finding, (model.name,)) for model, one in zip(models, loaded, strict=True) for finding in one.findings]
    if not told:
        return File(path, tuple(models), ())
    sources = {source.name: source for one in loaded for source in one.sources}
    places = {name: index for index, name in enumerate(sources)}

    def place(one: Told) -> tuple[int, int, int]:
        span = one.finding.span
        return places.get(span.file, -1), span.line, span.column

    findings = tuple(sorted(merged(told), key=place))
    return File(path, tuple(models), findings, _lines([one.finding for one in findings], sources))


def _lines(findings: list[Finding], sources: dict[str, Source]) -> dict[tuple[str, int], str]:
    """The lines that reports show, so that nobody has to read the files again."""
    found = {}
    for finding in findings:
        span = finding.span
        if span.file in sources and span.line:
            found[span.file, span.line] = sources[span.file].line(span.line)
    return found
