"""The lock file in a check: read before the first model, asked for each, written after the last."""

from __future__ import annotations

import os
from os.path import dirname, exists, getsize, isfile, join, realpath, relpath
from typing import TYPE_CHECKING

from cnninspect.api.checked import mistaken
from cnninspect.api.reading import CannotRun
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.api.checked import Checked
    from cnninspect.api.reading import Path
    from cnninspect.checks.budgets import Verdict
    from cnninspect.checks.lock import Lock
    from cnninspect.frontends.budgets.tolerance import Tolerance
    from cnninspect.frontends.config.search import Config
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.values import Finding


FOREIGN = "this is no lock file, and is never written over: name another file, such as cnninspect.lock.json"


class Baseline(Record):
    """What networks are held against in one run."""

    file: str
    """The lock file, as it is opened and shown."""
    folder: str
    """The real folder that it lies in: networks are called by their files as seen from there."""
    lock: Lock
    tolerance: Tolerance
    update: bool = False
    """Whether it is written anew; then nothing is held against it."""

    def key(self, source: Source, variant: str | None) -> str | None:
        """What a network is called in the lock; None for what is no file here: standard input, what is shipped."""
        from cnninspect.checks.lock import key_of
        from cnninspect.frontends.locate import zoo_folder

        if source.path is None or (dirname(source.path) == zoo_folder() and not exists(source.name)):
            return None
        return key_of(relpath(realpath(source.path), self.folder), variant)


class Held(Record):
    """One network held against the lock, or measured for it."""

    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    """That it is new, or figures of it are."""
    key: str | None = None
    """What the lock calls it."""
    figures: Mapping[str, int | None] | None = None
    """What the lock will know of it; None where nobody asks, or where the network is broken."""


def baseline(config: Config, file: Path | None, tolerance: str | None, *, update: bool = False) -> Baseline | None:
    """The lock file that an option names, otherwise the configuration; None where neither does.

    Raises CannotRun where it cannot be read or a tolerance is none. To update, a missing, empty or damaged one is none
    yet, but any other file is refused: it would be lost.
    """
    from cnninspect.frontends.config.search import below_root

    settings = config.settings
    if file is not None and not os.fspath(file).strip():  # as of a variable that is not set: nothing would be held
        raise CannotRun(
            Problem("bad-baseline", "the name of the lock file is empty", help="leave --baseline out, or name it")
        )
    named = file or next(iter(below_root(config, [settings.baseline] if settings.baseline else [])), None)
    if named is None:
        if update or tolerance is not None:
            option = "--update-baseline" if update else "--tolerance"
            help_ = "name the lock file: --baseline cnninspect.lock.json"
            raise CannotRun(Problem("bad-baseline", f"{option} needs a baseline", help=help_))
        return None
    try:
        return _opened(os.fspath(named), settings.tolerance if tolerance is None else tolerance, update=update)
    except Problem as problem:
        raise CannotRun(problem) from None


def _opened(named: str, tolerance: str | None, *, update: bool) -> Baseline:
    from cnninspect.frontends.budgets.tolerance import Tolerance, parse_tolerance

    allowed = Tolerance() if tolerance is None else parse_tolerance(tolerance, "--tolerance")
    return Baseline(named, dirname(realpath(named)), _lock(named, update=update), allowed, update)


def _lock(named: str, *, update: bool) -> Lock:
    from cnninspect.checks.lock import Lock, is_ours, no_conflicts, read_lock
    from cnninspect.frontends.yaml.source import BadText, read_source

    name = clip(os.path.basename(named), 200)
    missing = not exists(named)
    if missing or (isfile(named) and not getsize(named)):
        if update:
            return Lock(name, {})
        why = f"there is no lock file '{clip(named)}'" if missing else f"the lock file '{clip(named)}' is empty"
        help_ = "cnninspect check --baseline FILE --update-baseline writes it"
        raise Problem("bad-baseline", why, help=help_)
    try:
        text = read_source(named, None).text
    except BadText as bad:
        why = f"'{name}' cannot be used as a baseline: {bad.message}"
        raise Problem("bad-baseline", why, help=FOREIGN) from None
    no_conflicts(text, name)  # either side knows of networks that this run may not look at
    try:
        return read_lock(text, name)
    except Problem as problem:
        if not is_ours(text):
            raise Problem(problem.code, problem.message, help=FOREIGN) from None
        if update:
            return Lock(name, {})
        raise


def held(found: Baseline, variant: str | None, name: str, loaded: Loaded) -> Held:
    """One network held against the lock, or measured where the lock is written anew."""
    from cnninspect.checks.ratchet import judge_growth, measure, new, place_of, unheld

    key, graph = found.key(loaded.sources[0], variant), loaded.graph
    if key is None or graph is None:
        return Held(key=key)
    if found.update:
        return Held(key=key, figures=measure(graph) if graph.complete else None)
    known, place = found.lock.models.get(key), place_of(loaded, variant)
    if known is None:
        return Held((), (new(name, found.lock, place),), key)
    partly = unheld(graph, known, found.lock, place) if graph.complete else ()
    return Held(judge_growth(graph, known, found.tolerance, found.lock, place), partly, key)


class Update(Record):
    """What a lock file is to say."""

    text: str
    networks: int
    added: int
    changed: int
    removed: int


def updated_baseline(found: Baseline, checked: Checked) -> Update:
    """The lock file after a check, and how much it changes."""
    from cnninspect.checks.lock import file_of, render, updated

    models = [model for file in checked.files for model in file.models]
    whole = [model for file in checked.files if not mistaken(file) for model in file.models]
    measured = {
        model.key: None if model.figures is None else dict(model.figures) for model in models if model.key is not None
    }
    files = {file_of(model.key) for model in whole if model.key is not None}
    before = found.lock.models
    after = updated(found.lock, measured, files, lambda file: exists(join(found.folder, file)))
    return Update(
        render(after),
        len(after.models),
        sum(key not in before for key in after.models),
        sum(key in before and before[key] != known for key, known in after.models.items()),
        sum(key not in after.models for key in before),
    )
