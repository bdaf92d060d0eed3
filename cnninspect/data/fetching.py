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

    from cnninspect.data.catalogue import Remote

TRIES = 3
"""Of each mirror."""
WAITS = (1.0, 4.0)
"""Seconds before the second and the third try."""
AT_ONCE = 2**20

Progress = "Callable[[str, int, int], None]"
"""Told the name of a file, how many of its bytes have arrived and how many there are."""


def fetch(
    remote: Remote, mirrors: Sequence[str], folder: str, progress: Callable[[str, int, int], None] | None = None
) -> str:
    """The path of the file, after it was fetched; raises the Problem that no mirror gave it."""
    target = os.path.join(folder, remote.name)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{target}.part", "ab") as part:
            _wait_for_others(part.fileno())
            if os.path.exists(target):  # another process was first
                return target
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
    part = f"{target}.part"
    try:
        with open(part, "ab") as file:
            _wait_for_others(file.fileno())
            broken = take(f"{mirror}{remote.name}", file, remote.size, lambda have: progress and progress(remote.name, have, remote.size))  # fmt: skip
            if broken is not None:
                return broken
            file.flush()
            os.fsync(file.fileno())
            found = md5_of(part)
            if found != remote.md5:
                file.truncate(0)
                return Broken(f"the checksum (MD5) is {found} instead of {remote.md5}", again=True)
            os.replace(part, target)
    except OSError as error:
        raise _unwritable(target, error) from None
    return None


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
