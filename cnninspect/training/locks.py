"""One process writes a run folder; what a dead one leaves behind holds nobody off."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from typing import TextIO

NAME = ".lock"
TRIES, PAUSE = 10, 0.05
_held: set[tuple[int, int]] = set()
"""Locks of this process: the system does not refuse a process what it has itself."""


class Lock:
    """The right to write a folder, given back by ``release`` or by the end of the process, whatever ends it.

    It is a lock of the system on a file, not the file: that it lies there means nothing. It is a lock of the process
    and not of the open file, so that workers, which go on for a moment after a kill, do not hold it.
    """

    def __init__(self, folder: str) -> None:
        """Take it; raises the Problem that another process has it, and OSError where no file can be made."""
        path = os.path.join(folder, NAME)
        if _held_here(path):  # not even opened: closing it would give back what this process has
            raise _refusal(folder, f"process {os.getpid()}, this one")
        self._file: TextIO | None = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - as long as the run lasts
        if not _taken(self._file):
            holder = _holder(self._file)
            self._file.close()
            raise _refusal(folder, holder)
        status = os.fstat(self._file.fileno())
        self._key = status.st_dev, status.st_ino
        _held.add(self._key)
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {_machine()}")
        self._file.flush()

    def release(self) -> None:
        """Give it back."""
        if self._file is not None:
            _held.discard(self._key)
            self._file.close()
            self._file = None


def in_use(folder: str) -> bool:
    """Whether a process trains there now."""
    path = os.path.join(folder, NAME)
    if _held_here(path):
        return True
    try:
        if not os.path.isfile(path):  # a pipe of that name would keep whoever opens it waiting
            return False
        with open(path, encoding="utf-8") as file:
            return not _lock(file, shared=True)
    except OSError:
        return False


def _held_here(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in _held


def _taken(file: TextIO) -> bool:
    """Take the lock; somebody who looks whether it is free has it for a moment, so it is tried some times."""
    for _ in range(TRIES):
        if _lock(file):
            return True
        sleep(PAUSE)
    return False


def _lock(file: TextIO, *, shared: bool = False) -> bool:
    """Take the lock of a file without waiting."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows, where nobody is held off
        return True
    try:
        fcntl.lockf(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # pragma: no cover - a disk without locks: nobody is held off
        return True
    return True


def _holder(file: TextIO) -> str:
    file.seek(0)
    return clip(file.read(200).strip()) or "its number is not known"


def _refusal(folder: str, holder: str) -> Problem:
    message = f"another process is training in '{clip(folder, 4096)}': {holder}"
    return Problem("run-in-use", message, help="wait for it, stop it, or name another folder with --run")


def _machine() -> str:
    from platform import node

    return clip(node())
