"""The bytes of an address, from where a file that has some of them ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from typing import BinaryIO

AT_ONCE = 2**18
PATIENCE = 30.0
"""Seconds without a single byte."""
PARTIAL, TOO_FAR = 206, 416
CLIENT, SERVER = 400, 500


class Broken(Record):
    """Why an address did not give what it should."""

    message: str
    again: bool
    """Whether another try may help."""


def take(address: str, file: BinaryIO, size: int, told: Callable[[int], object]) -> Broken | None:
    """Append what a file still lacks of ``size`` bytes; None where it is whole then.

    A server that does not know ranges is read from the beginning again.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    have = file.tell()
    if have > size:
        have = _again(file)
    if have == size:
        return None
    headers = {"User-Agent": "cnninspect", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        with urlopen(Request(address, headers=headers), timeout=PATIENCE) as answer:  # noqa: S310 - an address of ours
            if have and not _goes_on(answer, have):
                _again(file)
            return _copied(answer, file, size, told)
    except HTTPError as error:
        error.close()
        if error.code == TOO_FAR:
            _again(file)
        return Broken(f"the server says {error.code} {clip(error.reason)}", again=error.code >= SERVER or error.code == TOO_FAR)  # fmt: skip
    except HTTPException as error:
        return Broken(
            f"the answer broke off after {file.tell():,} of {size:,} bytes ({type(error).__name__})", again=True
        )
    except OSError as error:
        if _of_disk(error):
            raise
        reason = getattr(error, "reason", None)
        return Broken(clip(str(reason or error or type(error).__name__), 120), again=True)


def _copied(answer: HTTPResponse, file: BinaryIO, size: int, told: Callable[[int], object]) -> Broken | None:
    while part := answer.read(AT_ONCE):
        if file.tell() + len(part) > size:
            _again(file)
            return Broken(f"it has more than {size:,} bytes", again=False)
        file.write(part)
        told(file.tell())
    if file.tell() < size:
        return Broken(f"the answer broke off after {file.tell():,} of {size:,} bytes", again=True)
    return None


def _goes_on(answer: HTTPResponse, have: int) -> bool:
    """Whether an answer begins where the file ends."""
    return answer.status == PARTIAL and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _again(file: BinaryIO) -> int:
    file.truncate(0)
    file.seek(0)
    return 0


def _of_disk(error: OSError) -> bool:
    """Whether it is the disk that fails, not the network."""
    from errno import EACCES, EDQUOT, EFBIG, EIO, ENOSPC, EROFS

    return error.errno in (EACCES, EDQUOT, EFBIG, EIO, ENOSPC, EROFS)
