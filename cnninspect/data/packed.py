"""Packed bytes, unpacked no further than they are needed: a file that claims more than is plausible is refused."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from cnninspect.values import Problem

if TYPE_CHECKING:
    from cnninspect.frontends.checkpoints.files import File

GZIP = b"\x1f\x8b"
AT_ONCE = 2**20
BOMB = 100 * 2**20
"""Bytes from which on it is asked whether so much is plausible."""
PLAUSIBLE = 100
"""How many times smaller than its images a packed file may be, where they are many."""


def check_plausible(packed: int, unpacked: int, what: str) -> None:
    """Raise the Problem that so few bytes are said to become so many, before any room is made for them."""
    if unpacked > BOMB and unpacked > PLAUSIBLE * packed:
        message = f"{what} claims {unpacked:,} bytes, packed in {packed:,}"
        raise Problem("bad-data", message, help="if that is right, write it unpacked")


class Gzip:
    """A gzip file that is unpacked from its beginning on, as far as somebody reads; it may have several parts."""

    def __init__(self, file: File, what: str) -> None:
        self.file = file
        self.what = what
        self._at = 0
        self._left = b""
        self._unpack = zlib.decompressobj(31)

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where it ends; raises the Problem that it is damaged or cut off."""
        found = bytearray()
        while len(found) < count:
            if self._unpack.eof:
                rest = self._unpack.unused_data or self._more()
                if not rest.startswith(GZIP):  # zeros may follow
                    break
                self._unpack, self._left = zlib.decompressobj(31), rest
            given = self._left or self._more()
            if not given:
                message = f"{self.what} is cut off: it ends after {self._at:,} bytes, within its packed content"
                raise Problem("bad-data", message, help="was it downloaded or copied to its end?")
            try:
                found += self._unpack.decompress(given, count - len(found))
            except zlib.error:
                message = f"{self.what} is damaged: it cannot be unpacked near byte {self._at:,}"
                raise Problem("bad-data", message, help="download or copy it anew") from None
            self._left = self._unpack.unconsumed_tail
        return bytes(found)

    def _more(self) -> bytes:
        count = min(AT_ONCE, self.file.size - self._at)
        found = self.file.read(self._at, count, self.what) if count else b""
        self._at += count
        return found
