"""Runs as they lie in their folders, read without torch and without holding up whoever trains there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.training import logs
from cnninspect.training.locks import in_use
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUN, ENVIRONMENT = "run.json", "environment.json"
ABOUT = "cnninspect.training/1"
LARGEST = 4 * 2**20
LARGEST_LOG = 32 * 2**20
"""Bytes: a hundred thousand epochs."""
DEEPEST = 4
"""How many folders deep runs are looked for."""
MOST = 10_000
"""Folders that are looked into."""
RUNNING, INTERRUPTED, UNKNOWN = "running", "interrupted", "?"


class Run(Record):
    """A run as it lies in its folder."""

    path: str
    about: dict[str, Any]
    """What run.json says; empty where there is none or it is damaged."""
    entries: tuple[dict[str, Any], ...]
    """The records of the log, in order."""
    status: str
    """``running``, ``interrupted``, or how it ended: ``done``, ``patience``, ``signal``, …"""

    @property
    def recipe(self) -> dict[str, Any]:
        """Every option with its value."""
        found = self.about.get("recipe")
        return found if isinstance(found, dict) else {}

    def best(self) -> dict[str, Any] | None:
        """The record of the best epoch; None where there is none yet."""
        marked = [entry for entry in self.entries if entry.get("best") is True]
        return marked[-1] if marked else None


def read_run(path: str) -> Run:
    """The run of a folder; raises the Problem that there is none."""
    if not os.path.isdir(path):
        what = "no folder" if os.path.exists(path) else "nothing"
        raise Problem("no-run", f"there is {what} at '{clip(path, 4096)}'", help="name the folder of a run")
    if not is_run(path):
        message = f"'{clip(path, 4096)}' is no folder of a run: it has neither {RUN} nor {logs.LINES}"
        raise Problem("no-run", message, help="cnninspect train makes one; --run names it")
    about = read_json(os.path.join(path, RUN)) or {}
    lines = os.path.join(path, logs.LINES)
    try:
        if os.path.isfile(lines) and os.path.getsize(lines) > LARGEST_LOG:
            message = f"the log of '{clip(path, 4096)}' has {os.path.getsize(lines):,} bytes; at most {LARGEST_LOG:,} are read"
            raise Problem("file-too-large", message, help="is this the right file?")
        entries = tuple(logs.read(lines)) if os.path.isfile(lines) else ()
    except OSError as error:
        why = clip((error.strerror or str(error)).lower())
        raise Problem("unreadable-file", f"the log of '{clip(path, 4096)}' cannot be read: {why}") from None
    return Run(path, about, entries, _status(path, about))


def _status(path: str, about: dict[str, Any]) -> str:
    if in_use(path):
        return RUNNING
    ended = about.get("ended")
    if isinstance(ended, dict):
        reason = ended.get("reason")
        return reason if isinstance(reason, str) else UNKNOWN
    return INTERRUPTED if about else UNKNOWN


def is_run(path: str) -> bool:
    """Whether a folder is that of a run."""
    return any(os.path.isfile(os.path.join(path, name)) for name in (RUN, logs.LINES))


def exists(path: str) -> bool:
    """Whether there is a folder."""
    return os.path.isdir(path)


def find(paths: Sequence[str]) -> list[str]:
    """The folders of runs among and below some folders, by name; raises the Problem that one is none."""
    found: dict[str, None] = {}
    for path in paths:
        if not os.path.isdir(path):
            read_run(path)  # says why
        for folder in _below(path, DEEPEST, [0]):
            found[folder] = None
    return list(found)


def _below(path: str, depth: int, seen: list[int]) -> Iterator[str]:
    seen[0] += 1
    if is_run(path):
        yield path
        return
    if not depth or seen[0] > MOST:
        return
    try:
        with os.scandir(path) as entries:
            folders = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in folders:
        if not name.startswith("."):
            yield from _below(os.path.join(path, name), depth - 1, seen)


def read_json(path: str) -> dict[str, Any] | None:
    """A small JSON object; None where there is none that can be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST:
            return None
        with open(path, encoding="utf-8") as file:
            found = logs.parse(file.read())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
