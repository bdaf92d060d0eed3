"""Which files of a tree are models.

A folder is walked in the order of its names, without what no person means: hidden folders, virtual environments, the
modules of other ecosystems, links. Whether a YAML file is a model is seen from its text: most files of a repository
are not, and are never parsed.
"""

from __future__ import annotations

import os
from os.path import exists, isdir, join, lexists, realpath
from typing import TYPE_CHECKING

from cnninspect.frontends.globs import exactly, fixed_part, is_pattern, matches
from cnninspect.frontends.yaml.source import shown
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.frontends.yaml.tree import Node, Source

SUFFIXES = (".yaml", ".yml")
NEVER = ("node_modules", "__pycache__", "site-packages")
"""Folders of other people's files."""
ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""
MOST_EXTENDED = 16


class Candidate(Record):
    """A file that may be a model."""

    path: str
    """As it is opened and shown; ``-`` is standard input."""
    named: bool
    """Whether it was given itself: then it is a model, whatever stands in it."""


class Trouble(Record):
    """Something that could not be looked at, and why."""

    path: str
    code: str
    message: str
    help: str = ""


class Discovered(Record):
    """What lies where one was told to look."""

    candidates: tuple[Candidate, ...]
    troubles: tuple[Trouble, ...]
    links: int
    """Links among the YAML files that lead elsewhere, and were not followed."""


class LeftOut(Record):
    """Patterns of what is left out, and the folder that they count from."""

    patterns: tuple[str, ...]
    root: str = ""


def discover(paths: Sequence[str], exclude: Sequence[LeftOut] = ()) -> Discovered:
    """The files that paths, folders and patterns name, each once, without those that are left out."""
    search = _Search(exclude)
    for path in paths:
        search.add(path)
    return Discovered(tuple(search.found.values()), tuple(search.troubles), search.links)


def would_meet(file: str, paths: Sequence[str], exclude: Sequence[LeftOut] = ()) -> bool:
    """Whether a search in the same folders and by the same patterns would meet a file that lay there: a real path."""
    search = _Search(exclude)
    return any(search.reaches(file, path) for path in paths)


class _Search:
    """One search, which meets each file once."""

    def __init__(self, exclude: Sequence[LeftOut]) -> None:
        self.exclude = [(realpath(one.root or "."), one.patterns) for one in exclude if one.patterns]
        self.found: dict[str, Candidate] = {}
        self.troubles: list[Trouble] = []
        self.links = 0

    def add(self, path: str) -> None:
        """Whatever one argument names."""
        if path == "-":
            self.found.setdefault("-", Candidate("-", True))
        elif isdir(path):
            self.walk(path, realpath(path), realpath(path), lambda _: True)
        elif is_pattern(path) and not lexists(path):
            self.glob(path)
        else:
            self.found[realpath(path)] = Candidate(path, True)

    def glob(self, pattern: str) -> None:
        """Whatever a pattern means."""
        plain = pattern.replace(os.sep, "/")
        base = fixed_part(plain)
        before = len(self.found)
        if not base or isdir(base):
            top = realpath(base or ".")
            self.walk(base or ".", top, top, lambda path: exactly(plain, path))
        if len(self.found) == before:
            message = f"no YAML file matches '{clip(pattern)}'"
            help_ = "'*' stays within a folder, '**' goes through any number of them"
            self.troubles.append(Trouble(pattern, "file-not-found", message, help_))

    def walk(self, folder: str, real: str, top: str, wanted: Callable[[str], bool]) -> None:
        """The YAML files of a folder and those below it, in the order of their names; ``top`` is where it began."""
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            why = clip((error.strerror or str(error)).lower())
            self.troubles.append(
                Trouble(folder, "unreadable-file", f"the folder '{clip(folder)}' cannot be read: {why}")
            )
            return
        for entry in inside:
            path = entry.name if folder == "." else join(folder, entry.name)
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER and not exists(join(path, ENVIRONMENT)) and not self.excluded(path):
                    self.walk(path, join(real, entry.name), top, wanted)
            elif entry.name.endswith(SUFFIXES) and wanted(path.replace(os.sep, "/")):
                if entry.is_symlink():
                    self.follow(path, top)
                elif entry.is_file(follow_symlinks=False) and not self.excluded(path):
                    self.meet(path, join(real, entry.name))

    def meet(self, path: str, real: str) -> None:
        """A file itself: it is spoken of by its own name, not by that of a link to it that was met before."""
        known = self.found.get(real)
        if known is not None and not known.named and os.path.islink(known.path):
            del self.found[real]
        self.found.setdefault(real, Candidate(path, False))

    def follow(self, path: str, top: str) -> None:
        """A link: the file that it leads to where that lies in the same tree; nobody is led out of it."""
        real = realpath(path)
        if not real.startswith(top.rstrip(os.sep) + os.sep):
            self.links += 1
        elif not self.excluded(path):
            self.found.setdefault(real, Candidate(path, False))

    def reaches(self, file: str, path: str) -> bool:
        """Whether one argument leads to a file, which need not be there."""
        plain = path.replace(os.sep, "/")
        pattern = is_pattern(path) and not lexists(path)
        base = fixed_part(plain) if pattern else path
        top = realpath(base or ".").rstrip(os.sep) + os.sep
        if not (pattern or isdir(path)) or not file.startswith(top) or not file.endswith(SUFFIXES):
            return False
        *folders, name = file[len(top) :].split(os.sep)
        for folder in folders:
            top = join(top, folder)
            if folder in NEVER or exists(join(top, ENVIRONMENT)):
                return False
        if any(part.startswith(".") for part in (*folders, name)) or self.excluded(file):
            return False
        return not pattern or exactly(plain, "/".join([base, *folders, name]))

    def excluded(self, path: str) -> bool:
        placed = _placed(path) if self.exclude else ""
        return any(
            any_matches(patterns, os.path.relpath(placed, root).replace(os.sep, "/")) for root, patterns in self.exclude
        )


def is_model(source: Source, opener: Callable[[str, Source], Source], depth: int = 0) -> bool:
    """Whether a text is a model: it has layers at its top level, or extends a model."""
    text = source.text
    if _begins_a_line(text, "layers"):
        return True
    if "layers" not in text and "extends" not in text:
        return False
    from cnninspect.frontends.yaml.reader import read_tree
    from cnninspect.frontends.yaml.tree import Mapping, Report

    tree = read_tree(source, Report())
    if type(tree) is not Mapping:
        return False
    if tree.get("layers") is not None:
        return True
    extends = tree.get("extends")
    return extends is not None and _extends_a_model(tree, extends, source, opener, depth)


def _begins_a_line(text: str, key: str) -> bool:
    mark = f"{key}:"
    return text.startswith(mark) or f"\n{mark}" in text


def _extends_a_model(
    tree: Node, extends: Node, source: Source, opener: Callable[[str, Source], Source], depth: int
) -> bool:
    """Whether what a file extends is a model; where that is missing, whether the file looks like a model itself."""
    from cnninspect.frontends.yaml.document import KNOWN
    from cnninspect.frontends.yaml.tree import Mapping, Scalar

    if type(extends) is not Scalar or type(tree) is not Mapping:
        return False
    keys = [key.text for key, _ in tree.pairs]
    ours = len(keys) > 1 and all(key in KNOWN for key in keys)
    if ours or depth >= MOST_EXTENDED:
        return ours
    try:
        return is_model(opener(extends.text, source), opener, depth + 1)
    except Problem:
        return False


def looks_like_one(data: bytes) -> bool:
    """Whether bytes that are no text may have been meant as a model."""
    return b"layers" in data.replace(b"\0", b"")


def below(path: str, root: str) -> str:
    """A path as patterns and reports of a repository have it: below its root, parted by ``/``; itself if elsewhere."""
    if path == "-":
        return path
    relative = os.path.relpath(_placed(path), realpath(root or "."))
    return shown(path) if relative.startswith("..") else relative.replace(os.sep, "/")


def from_here(pattern: str) -> str:
    """A pattern of the command line, which counts from the current folder, without ways up and down again."""
    plain, here = pattern.replace(os.sep, "/"), realpath(".")
    if ".." not in plain.split("/") and not pattern.startswith(here.rstrip(os.sep) + os.sep):
        return plain
    known = os.path.relpath(join(here, pattern), here).replace(os.sep, "/")
    return known if known.startswith("..") else f"./{known}"


def _placed(path: str) -> str:
    """Where a file stands, whatever it may be a link to."""
    folder, name = os.path.split(path)
    return join(realpath(folder or "."), name)


def any_matches(patterns: Iterable[str], path: str) -> bool:
    """Whether any of the patterns means the path."""
    return any(matches(pattern, path) for pattern in patterns)
