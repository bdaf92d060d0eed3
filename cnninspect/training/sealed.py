"""A file of torch.save that carries the SHA-256 of its own bytes, so that no flipped bit goes unnoticed.

torch's format is a zip file of records. torch checks a sum of what it unpickles, but not of every byte: a flipped bit
in the elements of a tensor is often read as another weight. The digest stands in the comment that a zip file may end
with, which every reader of zip files passes over: ``torch.load(path, weights_only=True)`` reads the file as it is.

    … records …  end record  "cnninspect checkpoint, step 0000001200, sha256 " 64 hexadecimal digits

It is that of every byte before its own digits, the comment's length and words included. The step stands there so that
the newest of several files is found without reading them.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

import torch

from cnninspect.training.durable import replace
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from typing import IO

    from cnninspect.training.durable import Hashed

END = b"PK\x05\x06"
END_SIZE = 22
WORDS = "cnninspect checkpoint, step {:010d}, sha256 "
DIGITS = 64
SEAL = len(WORDS.format(0)) + DIGITS
LAST_STEP = 10**10 - 1
_NAME = "name a run's folder, or a .pt that cnninspect train wrote"


def write(path: str, state: dict[str, Any], step: int) -> None:
    """Write a state: a temporary file beside it, flushed to the disk, renamed; raises OSError."""

    def fill(out: Hashed) -> None:
        sealing = _Sealing(out, step)
        torch.save(state, cast("IO[bytes]", sealing))  # of a file it needs write and flush
        sealing.close()

    replace(path, fill)


class _Sealing:
    """Passes on what torch writes, but for the end record, which gets a comment."""

    def __init__(self, out: Hashed, step: int) -> None:
        self._out = out
        self._words = WORDS.format(min(step, LAST_STEP)).encode("ascii")
        self._end = b""

    def write(self, data: bytes | memoryview) -> int:
        view = memoryview(data)
        if len(view) < END_SIZE:
            view = memoryview(self._end + view.tobytes())
        else:
            self._out.write(self._end)
        self._out.write(view[:-END_SIZE])
        self._end = view[-END_SIZE:].tobytes()
        return len(data)

    def flush(self) -> None:
        """Nothing: the end is still to come."""

    def close(self) -> None:
        """Write the end record with its comment."""
        if self._out.error is not None:
            return
        if self._end[:4] != END or self._end[-2:] != b"\0\0":  # pragma: no cover - a torch that writes something else
            raise RuntimeError(f"torch {torch.__version__} ends its files in a way that is not known")
        self._out.write(self._end[:-2] + SEAL.to_bytes(2, "little") + self._words)
        self._out.write(self._out.digest.hexdigest().encode("ascii"))


def step_of(path: str) -> int | None:
    """The step that a file says it is of, without checking it; None where it says nothing."""
    try:
        if not os.path.isfile(path):  # a pipe would keep whoever opens it waiting
            return None
        with open(path, "rb") as file:
            file.seek(-SEAL, os.SEEK_END)
            return _step(file.read(SEAL))
    except OSError:
        return None


def _step(seal: bytes) -> int | None:
    words = seal[:-DIGITS].decode("ascii", "replace")
    digits = words[len(WORDS.partition("{")[0]) :][:10]
    return int(digits) if digits.isascii() and digits.isdecimal() and words == WORDS.format(int(digits)) else None


def check(path: str) -> None:
    """Raise the Problem that a file is not, byte for byte, the one that was written."""
    name = clip(path, 4096)
    if os.path.exists(path) and not os.path.isfile(path):
        raise Problem("not-a-file", f"'{name}' is no regular file", help=_NAME)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                raise Problem("bad-checkpoint", f"'{name}' is empty", help=_NAME)
            found, left = sha256(), size - DIGITS
            while left > 0:
                part = file.read(min(left, 2**20))
                if not part:  # pragma: no cover - a file that shrinks while it is read
                    break
                found.update(part)
                left -= len(part)
            file.seek(-min(SEAL, size), os.SEEK_END)
            seal = file.read(SEAL)
    except FileNotFoundError:
        raise Problem("file-not-found", f"there is no file '{name}'", help=_NAME) from None
    except OSError as error:
        why = clip((error.strerror or str(error)).lower())
        raise Problem("unreadable-file", f"'{name}' cannot be read: {why}") from None
    if _step(seal) is None:
        message = (
            f"'{name}' does not end as a checkpoint of a training does: it was cut off, or is another kind of file"
        )
        raise Problem("bad-checkpoint", message, help=_NAME)
    if seal[-DIGITS:] != found.hexdigest().encode("ascii"):
        raise Problem("bad-checkpoint", f"'{name}' is damaged: its {size:,} bytes are not those that were written")


def read(path: str) -> dict[str, Any]:
    """The state of a file that is intact, its tensors on the CPU; raises Problem. Nothing in it is run."""
    check(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch and pickle raise whatever they like; the bytes are right
        why = clip(str(error).partition("\n")[0] or type(error).__name__, 200)
        message = f"torch {torch.__version__} cannot read '{clip(path, 4096)}': {why}"
        raise Problem("bad-checkpoint", message, help="read it with the version of torch that wrote it") from None
    if not isinstance(found, dict):
        raise Problem("bad-checkpoint", f"'{clip(path, 4096)}' holds no state of a run")
    return found
