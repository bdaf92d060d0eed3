"""A file is written whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cnninspect.checks.writing import write

if TYPE_CHECKING:
    from pathlib import Path


def test_permissions(tmp_path: Path) -> None:
    """A file keeps its permissions, a new one has those that the user's files have, a link stays a link."""
    old, link, new = tmp_path / "old", tmp_path / "link", tmp_path / "new"
    old.write_bytes(b"1")
    old.chmod(0o640)
    link.symlink_to(old)
    mask = os.umask(0o027)
    try:
        write(str(link), b"2")
        write(str(new), b"3")
    finally:
        os.umask(mask)
    assert (old.read_bytes(), new.read_bytes(), link.is_symlink()) == (b"2", b"3", True)
    assert (old.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o640, 0o640)


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full the file is as it was, and no other lies beside it."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "old").write_bytes(b"1")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(str(tmp_path / "old"), b"2")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"1")]
