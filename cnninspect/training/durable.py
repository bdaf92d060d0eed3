"""Files that are there whole or not at all, whatever stops the program, the machine or the disk."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

PART = ".part"
"""How the names of files end that are being written; whoever owns the folder may remove what a dead process left."""
HELP = {
    errno.ENOSPC: "free space on that disk, or name another folder with --run; what was written before is intact",
    errno.EDQUOT: "your quota is used up: free space, or name another folder with --run",
    errno.EFBIG: "files may not become that large here: see ulimit -f",
    errno.EROFS: "name a folder that can be written to with --run",
    errno.EACCES: "name a folder that can be written to with --run",
    errno.EPERM: "name a folder that can be written to with --run",
    errno.ENOENT: "the folder was removed or renamed: put it back, or name another one with --run",
    errno.EIO: "the disk fails: save what is there to another one",
}


class Hashed:
    """A file that is hashed while it is written.

    The first error is kept and what follows it passes for written: torch's writer of zip files would hide the reason
    under an error of its own.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()
        self.error: OSError | None = None

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it."""
        if self.error is None:
            try:
                self._file.write(data)
                self.digest.update(data)
            except OSError as error:
                self.error = error
        return len(data)

    def flush(self) -> None:
        """Nothing: the whole is flushed at its end."""


def replace(path: str, fill: Callable[[Hashed], None]) -> None:
    """Write a file beside its target, flush it to the disk, and rename it: OSError leaves what was there before."""
    part = _part(path)
    try:
        with open(part, "wb") as file:
            out = Hashed(file)
            fill(out)
            if out.error is not None:
                raise out.error
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        remove(part)
        raise
    sync_folder(os.path.dirname(path))


def replace_text(path: str, text: str) -> None:
    """Write a small text in that manner."""

    def fill(out: Hashed) -> None:
        out.write(text.encode("utf-8"))

    replace(path, fill)


def link(source: str, path: str) -> None:
    """Give a file a second name, in place of whatever had it; where a disk has no links it is copied."""
    part = _part(path)
    remove(part)
    try:
        os.link(source, part)
    except FileNotFoundError:
        raise
    except OSError:
        _copy(source, path)
        return
    try:
        os.replace(part, path)
        remove(part)  # still there where both names were of one file already
    except BaseException:
        remove(part)
        raise
    sync_folder(os.path.dirname(path))


def _copy(source: str, path: str) -> None:
    from shutil import copyfileobj

    def fill(out: Hashed) -> None:
        with open(source, "rb") as file:
            copyfileobj(file, out, 2**20)

    replace(path, fill)


def remove(path: str) -> None:
    """Remove a file; that it cannot be is no reason to stop."""
    try:
        os.unlink(path)
    except OSError:
        pass


def sweep(folder: str) -> None:
    """Remove what a dead process left half-written."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        if name.startswith(".") and name.endswith(PART):
            remove(os.path.join(folder, name))


def sync_folder(folder: str) -> None:
    """Flush the names of a folder to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover - Windows
        return
    handle = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _part(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}{PART}")


def unwritable(path: str, error: OSError, notes: tuple[str, ...] = ()) -> Problem:
    """The problem that a file of a run cannot be written."""
    why = (error.strerror or str(error)).lower()
    message = f"cannot write '{clip(path, 4096)}': {clip(why)}"
    return Problem("cannot-save", message, notes=notes, help=HELP.get(error.errno or 0, ""))
