"""Which files differ between a revision and the work tree, renames followed, new files that git does not know included."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.frontends.git.revision import SUBMODULE
from cnninspect.frontends.globs import is_pattern
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.git.repository import Repository

SAFE = (
    "-z",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=dirty",
    "-O/dev/null",
)
"""Nothing that a person has set changes what is printed, and no program of theirs is run."""
OTHERS = ("--others", "--exclude-standard", "--full-name")
"""Files that git does not know and was not told to ignore."""


class Change(Record):
    """A file that differs; the paths are from the top of the repository."""

    old: str | None
    """None of a new file."""
    new: str | None
    """None of one that was deleted."""
    submodule: bool = False
    """Whether it is a repository of its own, then or now."""


def changes(repository: Repository, commit: str, paths: Sequence[str] = ()) -> list[Change]:
    """What differs from a commit below some paths, all of the repository where there are none; in order of the paths."""
    found = _parsed(repository.ask("diff", "--raw", "--no-abbrev", "-M", *SAFE, commit, "--"))
    if paths:
        listed = repository.ask("diff", "--name-only", "--no-renames", *SAFE, commit, *specs(paths))
        within = set(_names(listed))
        found = [change for change in found if change.old in within or change.new in within]
    found += [Change(None, path) for path in _names(repository.ask("ls-files", "-z", *OTHERS, *specs(paths)))]
    unique = {(change.new or change.old): change for change in reversed(found)}
    return sorted(unique.values(), key=lambda change: change.new or change.old or "")


def files(repository: Repository, paths: Sequence[str] = ()) -> list[str]:
    """Every file of the work tree below some paths that git knows or would take, from the top of the repository."""
    listed = repository.ask("ls-files", "-z", "--cached", *OTHERS, *specs(paths))
    return sorted(set(_names(listed)))


def refuse_missing(repository: Repository, commit: str, paths: Sequence[str]) -> None:
    """Raise the Problem that something named is in neither: a slip of the pen would pass for nothing that changed."""
    for path in paths:
        if is_pattern(path) or os.path.lexists(os.path.join(repository.folder, path)):
            continue
        if not repository.ask("diff", "--name-only", *SAFE, commit, *specs([path])):
            message = f"there is no '{clip(path)}', neither here nor in {commit[:10]}"
            raise Problem("file-not-found", message, help="paths count from the current folder")


def specs(paths: Sequence[str]) -> list[str]:
    """Paths as git takes them: patterns as patterns, everything else to the letter; all of it where there are none."""
    if not paths:
        return ["--", ":(top)"]
    return ["--", *[f":(glob){path}" if _pattern(path) else f":(literal){path}" for path in paths]]


def _pattern(path: str) -> bool:
    return is_pattern(path) and not os.path.lexists(path)


def _names(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _parsed(raw: bytes) -> list[Change]:
    """Git's raw format: modes, objects and a letter, then one path or two."""
    found: list[Change] = []
    words = iter(raw.split(b"\0"))
    for meta in words:
        if not meta:
            continue
        old_mode, new_mode, _, _, letter = meta.decode("ascii").removeprefix(":").split(" ")
        path = os.fsdecode(next(words))
        target = os.fsdecode(next(words)) if letter[0] in "RC" else path
        old = None if letter[0] in "AC" else path
        new = None if letter[0] == "D" else target
        found.append(Change(old, new, SUBMODULE in (old_mode, new_mode)))
    return found
