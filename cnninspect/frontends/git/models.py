"""Which model files changed since a revision, and how those of the revision are read.

A file that extends another one changes with it. What a file of the old revision extends is read from that revision.
"""

from __future__ import annotations

import os
from os.path import dirname, exists, join, realpath
from typing import TYPE_CHECKING

from cnninspect.frontends import locate
from cnninspect.frontends.discover import MOST_EXTENDED, SUFFIXES, is_model, looks_like_one
from cnninspect.frontends.git.changes import changes, files, refuse_missing
from cnninspect.frontends.git.renames import followed
from cnninspect.frontends.yaml.source import BadText, decoded, read_source
from cnninspect.frontends.yaml.tree import Source
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.git.changes import Change
    from cnninspect.frontends.git.repository import Repository
    from cnninspect.frontends.git.revision import Revision

Read = Source | Problem | None
"""The text of a file; why there is none; None where there is no such file."""


class Pair(Record):
    """A model file then and now."""

    old_file: str | None
    """Its path in the repository at that revision."""
    new_file: str | None
    """Its path as seen from the folder that one stands in."""
    old: Read
    new: Read
    because: str | None = None
    """The file it extends, where that is what changed."""


class Changed(Record):
    """Every model file that changed."""

    pairs: tuple[Pair, ...]
    other: int
    """YAML files that changed and are no models."""
    links: int
    """Links that lead out of the repository, which were not followed."""
    submodules: int
    """Repositories within this one, which were not looked into."""
    absent: int
    """Files that there are now and that a sparse checkout leaves out of the work tree."""


class Opener:
    """Finds what ``extends:`` of a file of a revision names: another file of it, or a shipped network."""

    def __init__(self, revision: Revision, *, outside: bool = False) -> None:
        self.revision = revision
        self.outside = outside
        self.shipped = locate.Opener()
        self.paths: dict[str, str] = {}
        """The path in the revision of every source by its name."""
        self.tree: str | None = None

    def source(self, path: str) -> Source:
        """The text of a file of the revision; raises Problem."""
        name = f"{self.revision.label}:{path}"
        source = decoded(clip(name, 4096), self.revision.read(path), None)
        self.paths[source.name] = self.revision.find(path) or path
        return source

    def __call__(self, name: str, by: Source) -> Source:
        own = self.paths.get(by.name)
        if own is None:
            return self.shipped(name, by)
        base = dirname(own)
        if self.tree is None:
            self.tree = base
        path = os.path.normpath(join(base, name)).replace(os.sep, "/")
        found = self.revision.find(path)
        inside = not path.startswith(("../", "/")) and (not self.tree or path.startswith(f"{self.tree}/"))
        if found is not None and not inside and not self.outside:
            raise Problem(
                "extends-outside",
                f"'{clip(name)}' lies outside the model's folder",
                help="only files below the model's own folder are followed; --allow-outside lifts that",
            )
        if found is not None:
            return self.source(path)
        shipped = locate.shipped_base(name)
        if shipped is None:
            raise Problem(
                "extends-not-found",
                f"there is no file '{clip(name)}' in {clip(self.revision.label)} and no shipped network of that name",
            )
        return shipped


def changed(repository: Repository, revision: Revision, paths: Sequence[str] = (), *, outside: bool = False) -> Changed:
    """Every model file that changed since a revision below some paths, and every one that extends such a file."""
    return _Search(repository, revision, outside=outside).run(paths)


class _Search:
    """One look at what changed."""

    def __init__(self, repository: Repository, revision: Revision, *, outside: bool) -> None:
        self.repository = repository
        self.revision = revision
        self.outside = outside
        self.pairs: list[Pair] = []
        self.other = self.links = self.submodules = self.absent = 0

    def run(self, paths: Sequence[str]) -> Changed:
        refuse_missing(self.repository, self.revision.commit, paths)
        everything = followed(changes(self.repository, self.revision.commit), self._text_then, self._text_now)
        inside = everything
        if paths:
            below = changes(self.repository, self.revision.commit, paths)
            names = {name for change in below for name in change[:2] if name is not None}
            inside = [change for change in everything if not names.isdisjoint(change[:2])]
        for change in inside:
            self.add(change)
        self.dependents(everything, {change.new for change in inside}, paths)
        self.pairs.sort(key=lambda pair: pair.new_file or pair.old_file or "")
        return Changed(tuple(self.pairs), self.other, self.links, self.submodules, self.absent)

    def add(self, change: Change) -> None:
        """A file that differs: a model, or something that is left alone."""
        if change.submodule:
            self.submodules += 1
            return
        if not (change.new or "").endswith(SUFFIXES) and not (change.old or "").endswith(SUFFIXES):
            return
        if change.new is not None and not os.path.lexists(join(self.repository.top, change.new)):
            self.absent += 1
            return
        if change.new is not None and not self._leads_inside(change.new):
            self.links += 1
            return
        pair = self.pair(change.old, change.new)
        if self.is_model(pair):
            self.pairs.append(pair)
        else:
            self.other += 1

    def pair(self, old: str | None, new: str | None, because: str | None = None) -> Pair:
        here = None if new is None else self.repository.path(new)
        return Pair(old, here, self._then(old), self._now(here), because)

    def _then(self, path: str | None) -> Read:
        if path is None or self.revision.find(path) is None:
            return None
        try:
            return Opener(self.revision).source(path)
        except Problem as problem:
            return problem

    def _now(self, path: str | None) -> Read:
        if path is None or not os.path.lexists(path):
            return None
        try:
            return read_source(path, None)
        except Problem as problem:
            return problem

    def _text_then(self, path: str) -> str | None:
        """The text of a file of the revision that may have been moved."""
        found = self._then(path) if path.endswith(SUFFIXES) else None
        return found.text if isinstance(found, Source) else None

    def _text_now(self, path: str) -> str | None:
        """The text of a new file that may have been another one."""
        fits = path.endswith(SUFFIXES) and self._leads_inside(path)
        found = self._now(self.repository.path(path)) if fits else None
        return found.text if isinstance(found, Source) else None

    def is_model(self, pair: Pair) -> bool:
        """Whether it is a model now or was one."""
        if isinstance(pair.new, Source) and is_model(pair.new, locate.Opener(outside=self.outside)):
            return True
        if pair.old_file is not None and isinstance(pair.old, Source):
            opener = Opener(self.revision, outside=self.outside)
            if is_model(opener.source(pair.old_file), opener):
                return True
        if isinstance(pair.new, BadText) and pair.new_file is not None:
            with open(pair.new_file, "rb") as file:
                return looks_like_one(file.read(2**20))
        return isinstance(pair.old, BadText) and pair.new is None and looks_like_one(self._bytes(pair.old_file))

    def _bytes(self, path: str | None) -> bytes:
        return b"" if path is None else self.revision.read(path)

    def dependents(self, everything: Sequence[Change], told: set[str | None], paths: Sequence[str]) -> None:
        """Files that did not change themselves and extend one that did."""
        touched = {path: path for change in everything for path in (change.old, change.new) if path is not None}
        if not any(path.endswith(SUFFIXES) for path in touched):
            return
        top = realpath(self.repository.top)
        real = {join(top, path): path for path in touched}
        for path in files(self.repository, paths):
            if path.endswith(SUFFIXES) and path not in told and path not in touched:
                because = self._extended(join(top, path), real)
                if because is not None:
                    self.pairs.append(self.pair(path, path, self.repository.path(because)))

    def _extended(self, path: str, touched: dict[str, str]) -> str | None:
        """The first file above this one, by ``extends``, that changed."""
        for _ in range(MOST_EXTENDED):
            name = _extends(path)
            if name is None:
                return None
            path = os.path.normpath(join(dirname(realpath(path)), name))
            if path in touched:
                return touched[path]
            if not exists(path):
                return None
        return None

    def _leads_inside(self, path: str) -> bool:
        top = realpath(self.repository.top)
        return realpath(join(top, path)).startswith(top.rstrip(os.sep) + os.sep)


def _extends(path: str) -> str | None:
    """What a file of the work tree extends, as it is written; most files are never parsed for that."""
    try:
        source = read_source(path, None)
    except Problem:
        return None
    if "extends" not in source.text:
        return None
    from cnninspect.frontends.yaml.reader import read_tree
    from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar

    tree = read_tree(source, Report())
    found = tree.get("extends") if type(tree) is Mapping else None
    return found.text if type(found) is Scalar else None
