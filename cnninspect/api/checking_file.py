"""One model file looked at: every network in it, and what is to be told of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api import checking_extends
from cnninspect.api.checked import File, Model, Told, counts, merged
from cnninspect.checks.lint import Run
from cnninspect.frontends import locate
from cnninspect.frontends.discover import Trouble, is_model, looks_like_one
from cnninspect.frontends.yaml.load import Family, stem
from cnninspect.frontends.yaml.source import BadText
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.api.checking_asked import Asked
    from cnninspect.api.checking_baseline import Baseline, Held
    from cnninspect.api.checking_cache import Known
    from cnninspect.checks.budgets import Verdict
    from cnninspect.checks.shared import Reading
    from cnninspect.frontends.budgets.elsewhere import Table
    from cnninspect.frontends.discover import Candidate
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.values import Finding


class Outcome(Record):
    """What became of one candidate: a file, a trouble, or neither where it is no model."""

    file: File | None = None
    trouble: Trouble | None = None
    key: str = ""
    """What it may be remembered by; empty where it may not."""
    path: str = ""
    """Where the file lies; empty where it does not matter: it is no model, or none that others can extend."""
    readings: tuple[Reading, ...] = ()
    """What its networks make of the files that it extends."""


class Looked(Record):
    """One network, and what its budgets came to."""

    name: str
    variant: str | None
    loaded: Loaded
    verdicts: tuple[Verdict, ...] = ()
    held: Held | None = None
    """What holding it against the lock file came to."""


def check_file(candidate: Candidate, asked: Asked) -> Outcome:
    """Look at one file; whatever is wrong with it, or with this program, stops no other file."""
    try:
        return _checked(candidate, asked)
    except Problem as problem:
        return Outcome(trouble=Trouble(candidate.path, problem.code, problem.message, problem.help))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - one file's trouble is not another's
        why = f"{type(error).__name__}: {clip(error, 200)}"
        message = f"'{clip(candidate.path)}': this is a mistake of cnninspect itself: {why}"
        return Outcome(trouble=Trouble(candidate.path, "internal-error", message, "please report it"))


def _checked(candidate: Candidate, asked: Asked) -> Outcome:
    path = candidate.path
    opener = locate.Opener(outside=asked.outside)
    try:
        source, variant = locate.find(path)
    except BadText as bad:
        if not candidate.named and not _meant(path):
            return Outcome()
        return _file(bad.span.file, [Looked(stem(path), None, locate.broken(path, bad))], asked, opener)
    if asked.known is None:
        return _model_file(candidate, source, variant, opener, asked)
    return _remembered(asked.known, candidate, source, lambda: _model_file(candidate, source, variant, opener, asked))


def _model_file(
    candidate: Candidate, source: Source, variant: str | None, opener: locate.Opener, asked: Asked
) -> Outcome:
    """A file with its networks, or the one that was asked for; nothing where it is no model."""
    if not candidate.named and not is_model(source, opener):
        return Outcome()
    family = Family(source, opener)
    wanted = [variant] if variant is not None else [None, *family.variants]
    _, tables = asked.of_file(source.name)
    return _file(source.name, [_looked(family, name, tables, asked) for name in wanted], asked, opener)


def _remembered(known: Known, candidate: Candidate, source: Source, look: Callable[[], Outcome]) -> Outcome:
    """What is known of a text; where nothing is, what is found, with the key to remember it by."""
    from cnninspect.api import checking_cache

    key = checking_cache.key(source.text, named=candidate.named)
    before = known.get(candidate.path)
    if before is not None and before[0] == key:
        return Outcome(checking_cache.decoded(before[1]), None, key, source.path or "")
    found = look()
    return found._replace(key=key) if checking_cache.lasts(source.text, found.file) else found


def _meant(path: str) -> bool:
    """Whether a file that is no text was meant as a model."""
    with open(path, "rb") as file:
        return looks_like_one(file.read(2**20))


def _looked(family: Family, variant: str | None, tables: Sequence[Table], asked: Asked) -> Looked:
    loaded = family.load(variant)
    graph = loaded.graph
    name = variant or (graph.name if graph is not None else stem(family.source.name))
    limits: dict[tuple[str, str], object] = {}
    for table in tables:  # the last one counts
        limits.update({(limit.part, limit.metric): limit for limit in table.budgets(variant)})
    budgets = dict.fromkeys([*loaded.budgets, *limits.values(), *asked.budgets])
    held = _held(asked.baseline, variant, name, loaded)
    if graph is None or not budgets:
        return Looked(name, variant, loaded, () if held is None else held.verdicts, held)
    from cnninspect.checks.budgets import judge

    verdicts = judge(graph, budgets)  # type: ignore[arg-type]
    return Looked(name, variant, loaded, verdicts if held is None else (*verdicts, *held.verdicts), held)


def _held(baseline: Baseline | None, variant: str | None, name: str, loaded: Loaded) -> Held | None:
    """One network held against the lock file, where there is one."""
    if baseline is None:
        return None
    from cnninspect.api.checking_baseline import held

    return held(baseline, variant, name, loaded)


def _file(path: str, looked: Sequence[Looked], asked: Asked, opener: locate.Opener) -> Outcome:
    """The networks of a file with everything that is to be told of them."""
    selection, _ = asked.of_file(path)
    run = Run([one.loaded for one in looked], selection)
    told = [
        Told(found.finding, tuple([looked[index].name for index in found.networks]), made=found.made)
        for found in run.findings()
    ]
    own = run.networks[0].sources[0]
    outcome = Outcome(path=own.path or "", readings=checking_extends.read(run, opener))
    config = asked.config.name if asked.config is not None else None
    told += [
        Told(finding, (one.name,), path if finding.span.file == config else "")
        for one in looked
        for finding in _broken_budgets(one)
    ]
    if not told:
        return outcome._replace(file=File(path, tuple([_model(path, one, ()) for one in looked]), ()))
    sources = {source.name: source for one in looked for source in one.loaded.sources}
    places = {name: index for index, name in enumerate(sources)}
    if asked.config is not None:
        sources[asked.config.name] = asked.config

    def place(one: Told) -> tuple[int, int, int]:
        span = one.finding.span
        return places.get(span.file, -1), span.line, span.column

    findings = tuple(sorted(merged(told), key=place))
    models = tuple([_model(path, one, findings) for one in looked])
    return outcome._replace(file=File(path, models, findings, _lines([one.finding for one in findings], sources)))


def _broken_budgets(looked: Looked) -> Iterable[Finding]:
    new = () if looked.held is None else looked.held.findings
    if not looked.verdicts:
        return new
    from cnninspect.checks.budgets import findings

    return (*findings(looked.verdicts), *new)


def _model(path: str, looked: Looked, findings: Sequence[Told]) -> Model:
    key, figures = (None, None) if looked.held is None else (looked.held.key, looked.held.figures)
    return Model(path, looked.name, looked.variant, counts(looked.name, findings), looked.verdicts, key, figures)


def _lines(findings: Iterable[Finding], sources: dict[str, Source]) -> dict[tuple[str, int], str]:
    """The lines that reports show, so that nobody has to read the files again."""
    found = {}
    for finding in findings:
        span = finding.span
        if span.file in sources and span.line:
            found[span.file, span.line] = sources[span.file].line(span.line)
    return found
