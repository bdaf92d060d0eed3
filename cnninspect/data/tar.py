"""The files of a tar archive, one after the other, by their headers alone: nothing is written, no link is followed.

Definition: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, and GNU tar's long names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.frontends.checkpoints.files import File

BLOCK = 512
LONGEST = 2**16
"""Bytes of a name or of other words about a file."""
MOST = 50_000_000
HELP = "was it downloaded or copied to its end?"


class Stream(Protocol):
    """Bytes that come one after the other."""

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where it ends."""


class Plain:
    """A file that is read from its beginning on, and in which skipping costs nothing."""

    def __init__(self, file: File, what: str) -> None:
        self.file = file
        self.what = what
        self.at = 0

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where it ends."""
        count = max(min(count, self.file.size - self.at), 0)
        found = self.file.read(self.at, count, self.what) if count else b""
        self.at += count
        return found


class Entry(Record):
    """A regular file of an archive."""

    name: str
    size: int
    offset: int
    """Where its bytes begin in the archive."""
    stream: Stream

    def read(self) -> bytes:
        """Its bytes; only while it is the last that was given out."""
        return self.stream.read(self.size)


def entries(stream: Stream, what: str) -> Iterator[Entry]:
    """The regular files of an archive; raises the Problem that it is none or cut off."""
    at, counting = 0, _Counting(stream)
    name, size = None, None
    for _ in range(MOST):
        head = counting.read(BLOCK)
        if not head or head == bytes(BLOCK):
            return
        at += BLOCK
        if len(head) < BLOCK or not _summed(head):
            why = "is cut off" if len(head) < BLOCK else "has no header of a tar archive"
            raise Problem("bad-data", f"{what} {why} at byte {at - BLOCK:,}", help=HELP)
        size = _number(head[124:136], what) if size is None else size
        kind = head[156:157]
        if kind in b"xL":
            if size > LONGEST:
                raise Problem("bad-data", f"{what} has a name of {size:,} bytes at byte {at:,}", help=HELP)
            words = counting.read(size)
            pax = _pax(words) if kind == b"x" else {"path": words.rstrip(b"\0")}
            name = pax.get("path", name)
            size = int(pax["size"]) if pax.get("size", b"").isdigit() else None
            at += _skip(counting, at, what)
            continue
        if kind in b"0\0":
            full = name if name is not None else _path(head)
            yield Entry(full.decode("utf-8", "replace"), size, at, counting)
        at += _skip(counting, at, what, size)
        name, size = None, None


class _Counting:
    """A stream that knows how much of it was read."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.at = 0

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where it ends."""
        found = self.stream.read(count)
        self.at += len(found)
        return found


def _skip(counting: _Counting, at: int, what: str, size: int | None = None) -> int:
    """Go to the next header behind ``size`` bytes from ``at`` on, or behind what was read; how far that is."""
    size = counting.at - at if size is None else size
    whole = -(-size // BLOCK) * BLOCK
    left = at + whole - counting.at
    if isinstance(counting.stream, Plain):
        counting.stream.at += left
        counting.at += left
        if at + whole > counting.stream.file.size:
            raise Problem("bad-data", f"{what} is cut off in the file that begins at byte {at:,}", help=HELP)
        return whole
    while left > 0:
        part = counting.read(min(left, 2**20))
        left -= len(part)
        if not part:
            raise Problem("bad-data", f"{what} is cut off in the file that begins at byte {at:,}", help=HELP)
    return whole


def _summed(head: bytes) -> bool:
    """Whether the checksum of a header is right."""
    said = head[148:156].split(b"\0")[0].strip()
    return said.isdigit() and int(said, 8) == sum(head) - sum(head[148:156]) + 8 * 32 if _octal(said) else False


def _octal(text: bytes) -> bool:
    return bool(text) and all(48 <= digit < 56 for digit in text)  # noqa: PLR2004 - 0 to 7


def _number(field: bytes, what: str) -> int:
    if field[0] & 0x80:
        found = int.from_bytes(field[1:], "big")
    else:
        text = field.split(b"\0")[0].strip() or b"0"
        if not _octal(text):
            raise Problem("bad-data", f"{what} has a size of {clip(repr(text)[1:], 30)}", help=HELP)
        found = int(text, 8)
    if found >= 2**62:
        raise Problem("bad-data", f"{what} has a size of {found:,}", help=HELP)
    return found


def _path(head: bytes) -> bytes:
    name, prefix = head[:100].split(b"\0")[0], head[345:500].split(b"\0")[0]
    return prefix + b"/" + name if prefix and head[257:263] == b"ustar\0" else name


def _pax(words: bytes) -> dict[str, bytes]:
    """The words about the next file: ``LENGTH KEY=VALUE`` and the end of a line, each."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(words):
        length, _, _ = words[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) < len(length) + 2:
            break
        line = words[at + len(length) + 1 : at + int(length) - 1]
        key, _, value = line.partition(b"=")
        found[key.decode("utf-8", "replace")] = value
        at += int(length)
    return found
