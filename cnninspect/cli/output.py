"""Where reports go: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnninspect.cli.common import Stop, fail
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONFIGURATIONS = ("cnninspect.toml", "pyproject.toml")
TOPS = (b"layers:", b"extends:")
"""How a line of a model begins that no other YAML has."""
LOCK = b'"cnninspect.lock/'
"""What stands at the end of a lock file."""


def emit(
    text: str | bytes, output: str | None = None, sources: Iterable[str | None] = (), *, lock: bool = False
) -> None:
    """Print a report, or put it into a file: written beside it, flushed, then renamed.

    ``sources`` are the files that the report was made from: they are never written over, nor is a configuration or,
    but by their like, a lock file or a model. Bytes, such as a picture, only go into a file.
    """
    if output is None or output == "-":
        assert isinstance(text, str)
        sys.stdout.write(text)
        return
    data = text.encode("utf-8") if isinstance(text, str) else text
    _refuse(output, sources, lock=lock)
    if not _is_model(data):
        _refuse_model(output)
    try:
        if os.path.exists(output) and not os.path.isfile(output):  # a device or pipe cannot be replaced
            with open(output, "wb") as file:
                file.write(data)
        else:
            _replace(os.path.realpath(output), data)  # what a link points to is written, the link stays
    except OSError as error:
        raise _unwritten(output, error) from None


def emit_each(reports: Iterable[tuple[str, str | None]], sources: Iterable[str | None] = ()) -> int:
    """Each report to where it goes; how many could not be written, of which has been told why.

    A file that cannot be written takes no other report with it.
    """
    known = [*sources]
    unwritten = 0
    for text, output in reports:
        try:
            emit(text, output, known)
        except Stop:
            unwritten += 1
    return unwritten


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


def refuse_lost(output: str, files: Iterable[str | None], what: str) -> None:
    """Refuse to write over any of these files."""
    target = os.path.realpath(output)
    if any(file is not None and os.path.realpath(file) == target for file in files):
        raise _lost(output, what)


def _lost(output: str, what: str) -> Stop:
    return fail(f"'{clip(output)}' is {what}: it would be lost", "name another file")


def _refuse(output: str, sources: Iterable[str | None], *, lock: bool = False) -> None:
    if not output:
        raise fail("the name of the output file is empty", "write -o FILE")
    if os.path.isdir(output):
        raise fail(f"'{clip(output)}' is a folder", "name a file in it")
    refuse_lost(output, sources, "the model itself" if output.endswith((".yaml", ".yml")) else "read by this command")
    target = os.path.realpath(output)
    if not os.path.isfile(target):
        return
    if os.path.basename(target) in CONFIGURATIONS:
        raise _lost(output, "a configuration")
    if not lock and _is_lock(target):
        raise _lost(output, "a lock file")
    if not os.access(target, os.W_OK):
        raise fail(f"'{clip(output)}' is read-only")


def _refuse_model(output: str) -> None:
    """Refuse to write over a model file: what is written is none."""
    if not output.endswith((".yaml", ".yml")) or not os.path.isfile(output):
        return
    try:
        with open(output, "rb") as file:
            model = _is_model(file.read())
    except OSError:  # what may not be read may be written all the same
        return
    if model:
        raise _lost(output, "a model")


def _is_model(text: bytes) -> bool:
    return text.startswith(TOPS) or any(b"\n" + top in text for top in TOPS)


def _is_lock(target: str) -> bool:
    try:
        with open(target, "rb") as file:
            file.seek(max(os.path.getsize(target) - 100, 0))
            return LOCK in file.read()
    except OSError:  # what may not be read may be written all the same
        return False


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
