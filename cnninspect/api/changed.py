"""Every network of a repository that changed since a revision, as a pull request shows it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.api.diffing import Case, case
from cnninspect.api.reading import CannotRun
from cnninspect.frontends import locate
from cnninspect.frontends.git.models import Opener, changed
from cnninspect.frontends.git.repository import Repository
from cnninspect.frontends.git.revision import Revision
from cnninspect.frontends.yaml.load import Family, Loaded, Wanted, load
from cnninspect.frontends.yaml.source import BadText
from cnninspect.frontends.yaml.tree import Source
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.frontends.git.models import Pair
    from cnninspect.values import Shape


class Since(Record):
    """Every network of the model files that changed since a revision, each variant apart."""

    base: str
    """The revision as it was given."""
    commit: str
    """The commit that the networks are compared with."""
    merge_base: bool
    """Whether that is where the work since ``base`` began, rather than ``base`` itself."""
    cases: tuple[Case, ...]
    files: int
    """How many model files changed."""
    other: int
    """YAML files that changed and are no models."""
    links: int
    """Links out of the repository, which were not followed."""
    submodules: int
    """Repositories within this one, which were not looked into."""
    absent: int = 0
    """Files that a sparse checkout leaves out of the work tree."""
    known: str = ""
    """What git calls ``base``: where it knows no such name, that of the remote."""


class Ask(Record):
    """What is asked of every model."""

    variant: str | None = None
    sets: Mapping[str, object] = {}
    inputs: Mapping[str | None, Shape] = {}
    batch: int = 1
    dtype: str = "float32"
    outside: bool = False


def diff_git(  # noqa: PLR0913 - what a caller may ask of the models, by keyword
    base: str,
    paths: Sequence[str] = (),
    *,
    merge_base: bool = True,
    variant: str | None = None,
    sets: Mapping[str, object] | None = None,
    inputs: Mapping[str | None, Shape] | None = None,
    batch: int = 1,
    dtype: str = "float32",
    outside: bool = False,
) -> Since:
    """Hold every model file that changed since a revision, and every one that extends such a file, against that revision.

    With ``merge_base`` the revision from which the work since ``base`` began, as a pull request has it. New files that
    git does not know yet count. CannotRun is raised where there is no repository, no git or no such revision.
    """
    ask = Ask(variant, sets or {}, inputs or {}, batch, dtype, outside)
    try:
        repository, below = _repository(paths)
        known = repository.known(base)
        commit = repository.merge_base(known) if merge_base else repository.commit(known)
        revision = Revision(repository, commit, known if not merge_base else commit[:10])
        try:
            found = changed(repository, revision, below, outside=ask.outside)
            cases = [one for pair in found.pairs for one in _cases(pair, revision, ask)]
        finally:
            revision.close()
    except Problem as problem:
        raise CannotRun(problem) from None
    counts = len(found.pairs), found.other, found.links, found.submodules, found.absent
    return Since(base, commit, merge_base, tuple(cases), *counts, known)


def _repository(paths: Sequence[str]) -> tuple[Repository, list[str]]:
    """The repository of the current folder, otherwise that of the first path; the paths as seen from its folder."""
    try:
        return Repository(), list(paths)
    except Problem as problem:
        if problem.code != "not-a-repository" or not paths:
            raise
    first = paths[0]
    folder = first if os.path.isdir(first) else os.path.dirname(first) or "."
    return Repository(folder), [os.path.relpath(path, folder) for path in paths]


def _cases(pair: Pair, revision: Revision, ask: Ask) -> list[Case]:
    """A case for the network of a file and for each of its variants, then or now."""
    openers = Opener(revision, outside=ask.outside), locate.Opener(outside=ask.outside)
    old = _Side(pair.old, pair.old_file, openers[0], ask)
    new = _Side(pair.new, pair.new_file, openers[1], ask)
    if isinstance(pair.old, Source) and pair.old_file is not None:
        old = _Side(openers[0].source(pair.old_file), pair.old_file, openers[0], ask)
    names = [None, *dict.fromkeys([*new.variants, *old.variants])]
    if ask.variant is not None:
        names = [ask.variant]
    shown = None if pair.old_file is None else revision.repository.path(pair.old_file)
    found = []
    for name in names:
        then, now = old.load(name), new.load(name)
        if then is not None or now is not None:
            files = (None if then is None else shown, None if now is None else pair.new_file)
            made = case(then, now, files, name, batch=ask.batch, dtype=ask.dtype, because=pair.because)
            found.append(made)
    return found


class _Side:
    """A file then or now, of which networks are loaded."""

    def __init__(self, read: object, path: str | None, opener: locate.Opener | Opener, ask: Ask) -> None:
        self.problem = read if isinstance(read, Problem) else None
        self.path = path or ""
        self.opener = opener
        self.ask = ask
        self.family = Family(read, opener) if isinstance(read, Source) else None

    @property
    def variants(self) -> list[str]:
        return self.family.variants if self.family is not None else []

    def load(self, variant: str | None) -> Loaded | None:
        """The network of a variant; None where there is none. Of a file that says nothing nobody knows which it has."""
        if self.problem is not None:
            return _unreadable(self.path, self.problem)
        if self.family is None:
            return None
        if self.family.document is None:
            return load(self.family.source, Wanted(None), self.opener)
        if variant is not None and variant not in self.family.document.entries("variants"):
            return None
        if not self.ask.sets and not self.ask.inputs:
            return self.family.load(variant)
        return load(self.family.source, Wanted(variant, self.ask.sets, self.ask.inputs), self.opener)


def _unreadable(path: str, problem: Problem) -> Loaded:
    if isinstance(problem, BadText):
        return locate.broken(path, problem)
    span = Span(clip(path, 4096), 0, 0, 0, 0)
    finding = Finding(problem.code, "error", problem.message, problem.notes, problem.help, span)
    return Loaded(None, (finding,), ())
