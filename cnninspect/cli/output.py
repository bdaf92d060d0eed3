"""Where reports go: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnninspect.cli.common import Stop, fail
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def emit(text: str | bytes, output: str | None = None, sources: Iterable[str | None] = ()) -> None:
    """Print a report, or put it into a file: written beside it, flushed, then renamed.

    ``sources`` are the files that the report was made from: they are never written over. Bytes, such as a
    picture, only go into a file.
    """
    if output is None or output == "-":
        assert isinstance(text, str)
        sys.stdout.write(text)
        return
    data = text.encode("utf-8") if isinstance(text, str) else text
    _refuse(output, sources)
    try:
        if os.path.exists(output) and not os.path.isfile(output):  # a device or pipe cannot be replaced
            with open(output, "wb") as file:
                file.write(data)
        else:
            _replace(os.path.realpath(output), data)  # what a link points to is written, the link stays
    except OSError as error:
        raise _unwritten(output, error) from None


def emit_several(write: Callable[[str], list[str]], output: str, sources: Iterable[str | None] = ()) -> None:
    """Put a report into a file and others beside it, all or none: written into a folder beside it, flushed, then moved.

    ``write`` is given a path and returns the files that it wrote, the one of that path last.
    """
    import tempfile
    from shutil import rmtree

    _refuse(output, sources)
    target = os.path.realpath(output)
    try:
        folder = tempfile.mkdtemp(prefix=".cnninspect-", dir=os.path.dirname(target))
        try:
            for written in write(os.path.join(folder, os.path.basename(target))):
                with open(written, "rb") as file:
                    os.fsync(file.fileno())
                beside = os.path.join(os.path.dirname(target), os.path.basename(written))
                _refuse(beside, sources)
                os.chmod(written, os.stat(beside).st_mode & 0o777 if os.path.exists(beside) else 0o666 & ~_umask())
                os.replace(written, beside)
        finally:
            rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise _unwritten(output, error) from None


def _unwritten(output: str, error: OSError) -> Stop:
    why = (error.strerror or str(error)).lower()
    folder = os.path.dirname(output)
    missing = bool(folder) and not os.path.exists(folder)
    return fail(f"cannot write '{clip(output)}': {why}", f"make the folder '{clip(folder)}' first" if missing else "")


def _refuse(output: str, sources: Iterable[str | None]) -> None:
    if not output:
        raise fail("the name of the output file is empty", "write -o FILE")
    if os.path.isdir(output):
        raise fail(f"'{clip(output)}' is a folder", "name a file in it")
    target = os.path.realpath(output)
    if any(source is not None and os.path.realpath(source) == target for source in sources):
        raise fail(f"'{clip(output)}' is the model itself: it would be lost", "name another file")
    if os.path.isfile(target) and not os.access(target, os.W_OK):
        raise fail(f"'{clip(output)}' is read-only")


def _replace(target: str, data: bytes) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=".cnninspect-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
