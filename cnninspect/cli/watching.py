"""A report that is drawn again whenever one of its files is saved."""

from __future__ import annotations

import gc
import os
import sys
from time import sleep, time_ns
from typing import TYPE_CHECKING, NoReturn

from cnninspect.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    State = tuple[int, int, int] | None
    """What tells that a file was saved; None where it is not there."""

POLL = 0.2
"""Seconds between two looks: the files of a model are few, and a look costs microseconds."""
PATIENCE = 3
"""Looks for which a file may be gone: many editors write another file and let it take the place of the old one."""
TICK = 20_000_000
"""Nanoseconds by which the time of a file may be behind the clock."""
CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""To the upper left corner, the screen and what has scrolled out of it made empty."""


def watch(models: Iterable[str], draw: Callable[[], tuple[int, list[str]]]) -> NoReturn:
    """Draw, wait until a file was saved, and so on, until somebody interrupts.

    ``draw`` gives the files that the report was made from; where it stops, the models themselves are watched.
    """
    named = list(models)
    terminal = sys.stdout.isatty()
    files: list[str] = []
    while True:
        before = states([*named, *files])  # taken before they are read: what is saved meanwhile is seen
        began = time_ns() - TICK
        if terminal:
            sys.stdout.write(CLEAR)
            sys.stdout.flush()
        try:
            _, files = draw()
        except common.Stop:  # it has been told
            pass
        sys.stdout.flush()
        if terminal:
            sys.stderr.write("\nwatching; Ctrl-C ends\n")
        gc.collect()  # the collector is off, as in every short run: this one is not short
        for file in files:
            if file not in before:  # what the model extends is known only now
                found = state(file)
                before[file] = None if found is not None and found[0] >= began else found
        _wait(before)


def states(files: Iterable[str]) -> dict[str, State]:
    """When each file was saved."""
    return {file: state(file) for file in files}


def state(file: str) -> State:
    """When a file was saved, how large it is and which one it is."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _wait(before: dict[str, State]) -> None:
    """Until a file is another one than before; one that has just gone is given time to come back."""
    missing = 0
    while True:
        sleep(POLL)
        changed = {file: now for file, now in states(before).items() if now != before[file]}
        missing = missing + 1 if changed and None in changed.values() else 0
        if changed and (not missing or missing > PATIENCE):
            return
