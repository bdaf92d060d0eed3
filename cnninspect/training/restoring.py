"""The checkpoints of a run as they are found: the newest first, and only those that are intact."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.training import sealed
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "cnninspect.checkpoint/1"
KEY = "checkpoint"
"""Where in a state its position stands."""
LAST, BEST = "last.pt", "best.pt"
PLACE = "checkpoints"
SUFFIX = ".pt"
KEPT, SPARE = "step-", "spare-"
"""How numbered files begin: those that are kept, and those that are there until newer ones are."""
DAMAGED = ".damaged"


class Position(Record):
    """How far a training has come."""

    step: int
    """Steps of the optimiser since the beginning."""
    epoch: int
    """Epochs that are done whole."""
    batch: int = 0
    """Batches of the epoch after those that are done."""


class Restored(Record):
    """What a checkpoint holds."""

    state: dict[str, Any]
    position: Position
    notes: tuple[str, ...] = ()
    """What has to be said: which files are damaged."""
    path: str = ""
    best: bool = False
    """Whether it was the best when it was saved."""


def restore(folder: str) -> Restored | None:
    """The newest intact checkpoint of a run, None where there is none at all; Problem where all are damaged."""
    found, damaged = search(folder)
    if found is None and damaged:
        raise Problem(
            "bad-checkpoint",
            f"no checkpoint in '{clip(folder, 4096)}' is intact",
            notes=[problem.message for _, problem in damaged],
            help="train anew in another folder, or bring back a copy of one of these files",
        )
    return found


def search(folder: str) -> tuple[Restored | None, list[tuple[str, Problem]]]:
    """The newest intact checkpoint, and what is wrong with each that is newer."""
    damaged: list[tuple[str, Problem]] = []
    for _, path in candidates(folder):
        try:
            found = read(path)
        except Problem as problem:
            damaged.append((path, problem))
            continue
        notes = [problem.message for _, problem in damaged]
        if notes:
            notes.append(f"the newest that is intact is '{clip(path, 4096)}', of step {found.position.step:,}")
        return found._replace(notes=tuple(notes)), damaged
    return None, damaged


def read(path: str) -> Restored:
    """One checkpoint by its name; raises the Problem that it is none or is damaged."""
    state = sealed.read(path)
    found = state.pop(KEY, None)
    fields = ("format", *Position._fields, "best")
    known = isinstance(found, dict) and found.get("format") == FORMAT and sorted(found) == sorted(fields)
    if not known or not all(type(found[name]) is int for name in Position._fields):
        what = clip(found.get("format")) if isinstance(found, dict) else "of another kind"
        message = f"'{clip(path, 4096)}' is {what}, and {FORMAT} is read"
        raise Problem("bad-checkpoint", message, help="read it with the version of cnninspect that wrote it")
    position = Position(*[found[name] for name in Position._fields])
    return Restored(state, position, (), path, bool(found["best"]))


def candidates(folder: str) -> Iterator[tuple[int, str]]:
    """The files that may be checkpoints with the steps that they say they are of: the newest first, each file once.

    The step stands in the name and in the file; where the two differ the file is damaged, and is looked at early.
    """
    numbered = [(step, path) for step, path in numbered_files(folder)]
    named = [(0, path) for name in (LAST, BEST) if os.path.isfile(path := os.path.join(folder, name))]
    every = [(max(step, sealed.step_of(path) or 0), path) for step, path in (*numbered, *named)]
    seen: set[tuple[int, int]] = set()
    for step, path in sorted(every, key=lambda one: -one[0]):
        status = identity(path)
        if status is not None and status not in seen:
            seen.add(status)
            yield step, path


def identity(path: str) -> tuple[int, int] | None:
    """Which file a name stands for; None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def numbered_files(folder: str) -> Iterator[tuple[int, str]]:
    """The numbered files, with the step in their name."""
    place = os.path.join(folder, PLACE)
    try:
        with os.scandir(place) as entries:
            names = [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return
    for name in names:
        prefix = next((prefix for prefix in (KEPT, SPARE) if name.startswith(prefix)), "")
        digits = name.removeprefix(prefix).removesuffix(SUFFIX)
        if prefix and name == numbered_name(prefix, int(digits) if digits.isascii() and digits.isdecimal() else 0):
            yield int(digits), os.path.join(place, name)


def numbered_name(prefix: str, step: int) -> str:
    """The name of a numbered file."""
    return f"{prefix}{step:010d}{SUFFIX}"
