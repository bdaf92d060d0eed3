"""Files fetched from the mirrors of a set: with checksum, several tries, and from where the last try broke off.

What has arrived lies beside its target as ``NAME.part``; only a whole file with the right checksum gets its name.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from cnninspect.data.remote import Broken, take
from cnninspect.frontends.checkpoints.files import shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import BufferedWriter

    from cnninspect.data.catalogue import Remote

TRIES = 3
"""Of each mirror."""
WAITS = (1.0, 4.0)
"""Seconds before the second and the third try."""
AT_ONCE = 2**20


def fetch(
    remote: Remote, mirrors: Sequence[str], folder: str, progress: Callable[[str, int, int], None] | None = None
) -> str:
    """The path of the file, after it was fetched; raises the Problem that no mirror gave it."""
    target = os.path.join(folder, remote.name)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise _unwritable(target, error) from None
    reasons: list[str] = []
    for mirror in mirrors:
        for attempt in range(TRIES):
            if attempt:
                time.sleep(WAITS[attempt - 1])
            why = _tried(remote, mirror, target, progress)
            if why is None:
                return target
            reasons.append(f"{clip(mirror)}: {why.message}")
            if not why.again:
                break
    told = tuple(dict.fromkeys(reasons))
    message = f"{remote.name} could not be fetched from any of {len(mirrors)} mirrors: {told[-1]}"
    raise Problem(
        "download-failed", message, notes=told[:-1], help=f"put it at '{shown(target)}' by hand, or try later"
    )


def _tried(remote: Remote, mirror: str, target: str, progress: Callable[[str, int, int], None] | None) -> Broken | None:
    """One try; None where the file is there now, otherwise why not."""
    try:
        file = _part(target)
        if file is None:
            return None
        with file:
            address = f"{mirror}{remote.name}"
            broken = take(
                address, file, remote.size, lambda have: progress and progress(remote.name, have, remote.size)
            )
            if broken is not None:
                return broken
            file.flush()
            os.fsync(file.fileno())
            found = md5_of(file.name)
            if found != remote.md5:
                file.truncate(0)
                return Broken(f"the checksum (MD5) is {found} instead of {remote.md5}", again=True)
            os.replace(file.name, target)
    except OSError as error:
        raise _unwritable(target, error) from None
    return None


def _part(target: str) -> BufferedWriter | None:
    """What has arrived of a file, for this process alone; None where the file is whole: another process was first."""
    while True:
        if os.path.exists(target):
            return None
        file = open(f"{target}.part", "ab")  # noqa: SIM115 - closed by whoever asked
        _wait_for_others(file.fileno())
        try:
            if os.path.samestat(os.fstat(file.fileno()), os.stat(file.name)):
                return file
        except FileNotFoundError:  # it got its name while we waited
            pass
        file.close()


def md5_of(path: str) -> str:
    """The checksum that authors of data sets publish: against accidents, not against malice."""
    from hashlib import md5

    made = md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while part := file.read(AT_ONCE):
            made.update(part)
    return made.hexdigest()


def _unwritable(target: str, error: OSError) -> Problem:
    why = clip((error.strerror or str(error)).lower())
    return Problem("download-failed", f"'{shown(target)}' cannot be written: {why}", help="name another --data-dir")


def _wait_for_others(handle: int) -> None:
    """Wait until no other process fetches the same file."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:  # pragma: no cover - Windows
        return
    flock(handle, LOCK_EX)
