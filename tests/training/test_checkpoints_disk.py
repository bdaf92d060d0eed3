"""Disks that are full, gone or may only be read: told, and what was there is intact."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")

from cnninspect.training import durable, sealed  # noqa: E402
from cnninspect.training.checkpoints import Checkpoints, Position  # noqa: E402
from cnninspect.values import Problem  # noqa: E402
from tests.support.saving import latest, names, saved, state, writer  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

LIMITED = """
import json, resource, sys, torch
from cnninspect.training.checkpoints import Checkpoints, Position
from cnninspect.values import Problem
made = Checkpoints(sys.argv[1])
made.save({"model": {"w": torch.zeros(1000)}}, Position(1, 0))
made.wait()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
made.save({"model": {"w": torch.zeros(100_000)}}, Position(2, 0))
try:
    made.wait()
except Problem as problem:
    print(json.dumps([problem.code, problem.message, problem.notes, problem.help]))
made.check()
"""


def test_a_file_that_may_not_become_that_large(tmp_path: Path) -> None:
    """A write that stops half-way leaves no half file, says why, and names the checkpoint that is there."""
    process = writer(LIMITED, str(tmp_path))
    told, _ = process.communicate(timeout=60)
    code, message, notes, advice = json.loads(told)
    place = f"{tmp_path}/checkpoints"
    assert (code, message) == ("cannot-save", f"cannot write '{place}/step-0000000002.pt': file too large")
    assert notes == [f"the newest checkpoint that is there is of step 1: '{place}/step-0000000001.pt'"]
    assert advice == "files may not become that large here: see ulimit -f"
    assert names(tmp_path) == ["checkpoints/step-0000000001.pt", "last.pt"]
    assert latest(tmp_path).position.step == 1


class Full:
    """A file on a disk that is full after so many bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self.file = file
        self.room = room

    def __enter__(self) -> Full:  # noqa: PYI034 - Self is not there in Python 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return int(self.file.write(data))

    def flush(self) -> None:
        self.file.flush()

    def fileno(self) -> int:
        return int(self.file.fileno())


def fill_up(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Let every file that is written from now on be on a disk with so much room."""

    def limited(path: str, mode: str) -> Full:
        return Full(open(path, mode), room)

    monkeypatch.setattr(durable, "open", limited, raising=False)


@pytest.mark.parametrize("room", [0, 10, 1000, 5000, 8000])
def test_a_full_disk(room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in the file the disk is full, what was there is intact, and the next step tells."""
    made = saved(tmp_path, 2)
    before = names(tmp_path)
    fill_up(monkeypatch, room)
    made.save(state(3), Position(3, 1))
    with pytest.raises(Problem) as caught:
        made.wait()
    assert caught.value.message == f"cannot write '{tmp_path}/checkpoints/step-0000000003.pt': no space left on device"
    assert caught.value.help.startswith("free space on that disk")
    monkeypatch.undo()
    assert names(tmp_path) == before
    assert latest(tmp_path).position.step == 2
    made.save(state(3), Position(3, 1))  # there is room again
    made.close()
    assert latest(tmp_path).position.step == 3


def test_an_error_is_told_once_at_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What writing in the background met is raised by check(), and by nothing after it."""
    made = saved(tmp_path, 1)
    fill_up(monkeypatch, 0)
    made.save(state(2), Position(2, 1))
    told: list[str] = []
    deadline = time.monotonic() + 20
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
        try:
            made.check()
        except Problem as problem:
            told.append(problem.code)
    assert told == ["cannot-save"]
    made.check()
    monkeypatch.undo()
    made.close()
    assert b'"step":"1"' in (tmp_path / "last.safetensors").read_bytes()
    assert latest(tmp_path).position.step == 1


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """A run folder that is removed under a training is told; it is not made again."""
    from shutil import rmtree

    made = saved(tmp_path / "run", 1)
    rmtree(tmp_path / "run")
    made.save(state(2), Position(2, 1))
    with pytest.raises(Problem) as caught:
        made.close()
    assert caught.value.message.endswith("/run/checkpoints/step-0000000002.pt': no such file or directory")
    assert caught.value.help.startswith("the folder was removed or renamed")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="a folder that nobody can write to, root neither")
def test_a_folder_that_may_only_be_read() -> None:
    """Where nothing can be written the run does not begin."""
    with pytest.raises(Problem) as caught:
        Checkpoints("/sys/kernel/run")
    assert caught.value.code == "cannot-save"
    assert caught.value.message.startswith("cannot write '/sys/kernel/run")


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file can have one name only, last.pt and best.pt are copies, as whole as the others."""

    def refused(*_: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    saved(tmp_path, 3, best=2)
    assert [sealed.read(str(tmp_path / name))["checkpoint"]["step"] for name in ("last.pt", "best.pt")] == [3, 2]
    assert latest(tmp_path).position.step == 3
