"""Files of which parts are read: what a file claims about itself is held against its size before anything is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.source import KINDS
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from types import TracebackType

FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
SUFFIXES = (".safetensors", ".pt", ".pth", ".bin", ".npz", ".ckpt", ".json")


def shown(path: str) -> str:
    """A path as messages may print it."""
    return clip(path, 4096)


def broken(file: File, why: str, help: str = "") -> Problem:
    """The problem that a file is not what it should be."""
    return Problem("bad-checkpoint", f"'{shown(file.path)}' is damaged: {why}", help=help or CUT)


CUT = "was it downloaded or copied to its end?"


class File:
    """A regular file that is open for reading."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._handle = os.open(path, FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            raise Problem("file-not-found", f"there is no file '{shown(path)}'", help=_near(path)) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "a name contains no NUL character"
            why = clip(reason[:1].lower() + reason[1:])
            raise Problem("unreadable-file", f"'{shown(path)}' cannot be read: {why}") from None
        status = os.fstat(self._handle)
        kind = next((word for test, word in KINDS if test(status.st_mode)), None)
        if kind is not None:
            os.close(self._handle)
            raise Problem("not-a-file", f"'{shown(path)}' is {kind}", help="name a checkpoint file")
        self.size = status.st_size
        self.taken = 0
        """Bytes that have been read."""
        self._open = os.fdopen(self._handle, "rb", 0)

    def __enter__(self) -> File:  # noqa: PYI034 - Self is not there in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def read(self, offset: int, count: int, what: str) -> bytes:
        """Exactly these bytes; raises the Problem that the file is shorter than ``what`` needs."""
        if offset < 0 or offset + count > self.size:
            raise broken(self, f"{what} ends at byte {offset + count:,}, and the file has {self.size:,}")
        self.taken += count
        try:
            self._open.seek(offset)
            parts, left = [], count
            while left:
                part = self._open.read(left)
                if not part:  # pragma: no cover - a file that shrinks while it is read
                    raise broken(self, f"it became shorter while {what} was read")
                parts.append(part)
                left -= len(part)
        except OSError as error:  # pragma: no cover - a disk that fails
            why = clip((error.strerror or str(error)).lower())
            raise Problem("unreadable-file", f"'{shown(self.path)}' cannot be read: {why}") from None
        return b"".join(parts)


def _near(path: str) -> str:
    """The file of the same folder that may have been meant."""
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            some = zip(entries, range(1000))  # noqa: B905 - the shorter ends it
            names = sorted(entry.name for entry, _ in some if entry.name.endswith(SUFFIXES))
    except (OSError, ValueError):
        return ""
    from cnninspect.frontends.yaml.hints import near

    meant = near(name, names)
    return f"did you mean '{clip(os.path.join(folder, meant), 4096)}'?" if meant else ""
