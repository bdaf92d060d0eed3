"""Files written whole or not at all: into a temporary file beside the target, flushed, then renamed."""

from __future__ import annotations

import os


def write(path: str, data: bytes) -> None:
    """Put bytes into a file, which keeps its permissions; what a link points to is written, the link stays."""
    import tempfile

    target = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(prefix=".cnninspect-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(target: str) -> int:
    """The permissions of a file, of one that is not there yet those that a new file has."""
    if os.path.exists(target):
        return os.stat(target).st_mode & 0o777
    current = os.umask(0)
    os.umask(current)
    return 0o666 & ~current
