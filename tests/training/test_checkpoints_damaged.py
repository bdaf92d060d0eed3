"""Whatever happens at whatever moment an intact checkpoint is there, and a damaged one is never taken for one."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from cnninspect.training import sealed  # noqa: E402
from cnninspect.training.checkpoints import Checkpoints  # noqa: E402
from cnninspect.training.restoring import restore  # noqa: E402
from cnninspect.training.snapshots import snapshot  # noqa: E402
from cnninspect.values import Problem  # noqa: E402
from tests.support.saving import flip, latest, names, same, saved, state, writer  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """400 single bits over the whole file, the last 1,000 among them: none goes unnoticed."""
    saved(tmp_path, 1)
    path = tmp_path / "last.pt"
    bits = path.stat().st_size * 8
    places = {index * bits // 300 for index in range(300)} | set(range(bits - 1000, bits, 10))
    assert len(places) >= 399
    sealed.check(str(path))
    for bit in sorted(places):
        flip(path, bit)
        with pytest.raises(Problem) as caught:
            sealed.check(str(path))
        assert caught.value.code == "bad-checkpoint"
        flip(path, bit)
    sealed.check(str(path))


def test_a_damaged_newest_falls_back_and_says_so(tmp_path: Path) -> None:
    """The one before is taken, both files are named, and the damaged one is never counted among those kept."""
    saved(tmp_path, 5)
    flip(tmp_path / "last.pt", 30_000)
    found = latest(tmp_path)
    assert found.position.step == 4
    assert same(found.state, state(4))
    place = tmp_path / "checkpoints"
    size = (place / "step-0000000004.pt").stat().st_size
    assert found.notes == (
        f"'{place}/step-0000000005.pt' is damaged: its {size:,} bytes are not those that were written",
        f"the newest that is intact is '{place}/step-0000000004.pt', of step 4",
    )
    assert os.path.samefile(tmp_path / "last.pt", place / "step-0000000004.pt")
    assert (place / "step-0000000005.pt.damaged").is_file()
    assert latest(tmp_path).notes == ()


@pytest.mark.parametrize("size", [0, 1, 500, -1], ids=["empty", "one byte", "half", "one byte less"])
def test_a_cut_file_falls_back(size: int, tmp_path: Path) -> None:
    """A file that was cut off at any place is damaged."""
    saved(tmp_path, 2)
    with (tmp_path / "last.pt").open("r+b") as file:
        file.truncate(size if size >= 0 else file.seek(0, os.SEEK_END) - 1)
    assert latest(tmp_path).position.step == 1


def test_a_step_that_is_flipped_in_the_seal(tmp_path: Path) -> None:
    """A file that says it is of another step than its name is looked at, found damaged and put aside."""
    saved(tmp_path, 4)
    path = tmp_path / "checkpoints" / "step-0000000004.pt"
    at = path.read_bytes().rindex(b"0000000004")
    flip(path, (at + 9) * 8 + 2)
    assert sealed.step_of(str(path)) == 0
    assert latest(tmp_path).position.step == 3
    assert not path.exists()


def test_all_damaged_is_an_error_that_names_each(tmp_path: Path) -> None:
    """Where none is intact nothing begins anew by itself."""
    saved(tmp_path, 2, best=1)
    for path in (tmp_path / "checkpoints").iterdir():
        flip(path, 8000)
    with pytest.raises(Problem) as caught:
        Checkpoints(str(tmp_path)).latest()
    assert caught.value.message == f"no checkpoint in '{tmp_path}' is intact"
    assert len(caught.value.notes) == 2


def test_only_last_is_left(tmp_path: Path) -> None:
    """A run whose numbered files were removed resumes from last.pt, and from best.pt where that is all."""
    saved(tmp_path, 3, best=2)
    for path in (tmp_path / "checkpoints").iterdir():
        path.unlink()
    assert latest(tmp_path).position.step == 3
    (tmp_path / "last.pt").unlink()
    found = restore(str(tmp_path))
    assert found is not None
    assert found.position.step == 2


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    """No checkpoint is no error: the run is new."""
    assert Checkpoints(str(tmp_path)).latest() is None


def test_a_plain_file_of_torch_is_no_checkpoint_of_a_run(tmp_path: Path) -> None:
    """A file without a digest is refused; one with a digest and another content says what is read."""
    torch.save({"model": {}}, tmp_path / "last.pt")
    with pytest.raises(
        Problem, match=r"does not end as a checkpoint of a training does: it was cut off, or is another kind of file$"
    ):
        sealed.read(str(tmp_path / "last.pt"))
    sealed.write(str(tmp_path / "last.pt"), {"model": {}}, 1)
    with pytest.raises(Problem) as caught:
        restore(str(tmp_path))
    assert caught.value.notes == (f"'{tmp_path}/last.pt' is of another kind, and cnninspect.checkpoint/1 is read",)


def test_a_pipe_in_place_of_a_file(tmp_path: Path) -> None:
    """What is no regular file keeps nobody waiting."""
    saved(tmp_path, 2)
    for name in ("last.pt", "best.pt"):
        (tmp_path / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / name)
    assert latest(tmp_path).position.step == 2
    with pytest.raises(Problem, match="is no regular file"):
        sealed.read(str(tmp_path / "best.pt"))


# --- killed ---------------------------------------------------------------------------------


def test_best_is_put_right_after_a_kill(tmp_path: Path) -> None:
    """Killed between the new file and its second names: resuming gives it those names, the weights beside them."""
    saved(tmp_path, 2, best=1)
    made = Checkpoints(str(tmp_path))
    copied = snapshot(
        {
            **state(3),
            "checkpoint": {"format": "cnninspect.checkpoint/1", "step": 3, "epoch": 1, "batch": 1, "best": True},
        }
    )
    sealed.write(str(tmp_path / "checkpoints" / "step-0000000003.pt"), copied, 3)
    assert sealed.step_of(str(tmp_path / "best.pt")) == 1
    found = made.latest()
    assert found is not None
    assert found.best
    assert [sealed.step_of(str(tmp_path / name)) for name in ("last.pt", "best.pt")] == [3, 3]
    assert b'"step":"3"' in (tmp_path / "best.safetensors").read_bytes()


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    """Half-written files are removed when the run is opened; other files are left alone."""
    saved(tmp_path, 1)
    for name in (".last.pt.part", "checkpoints/.step-0000000002.pt.part", "checkpoints/mine.part", ".mine"):
        (tmp_path / name).write_bytes(b"PK")
    Checkpoints(str(tmp_path))
    left = [name for name in names(tmp_path) if "part" in name or "mine" in name]
    assert left == [".mine", "checkpoints/mine.part"]


WRITER = """
import sys, torch
from cnninspect.training.checkpoints import Checkpoints, Position
folder, size = sys.argv[1], int(sys.argv[2])
made = Checkpoints(folder, keep=2)
found = made.latest()
step = found.position.step if found else 0
print("ready", flush=True)
while True:
    step += 1
    made.save({"model": {"w": torch.full((size,), float(step))}}, Position(step, 0), best=step % 3 == 0)
"""


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_while_writing(kills: int, tmp_path: Path) -> None:
    """A process that does nothing but write, killed at any moment: an intact checkpoint is there each time."""
    steps: list[int] = []
    kill = 0
    while kill < kills or (steps[-1] <= kills and kill < 20 * kills):  # a busy machine writes little between two kills
        kill += 1
        process = writer(WRITER, str(tmp_path), "200000")
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.003 + 0.15 * ((kill * 0.618) % 1))
        process.kill()
        process.wait()
        process.stdout.close()
        found = restore(str(tmp_path))
        if found is None:  # killed before the first was whole
            assert steps in ([], [0] * len(steps))
            steps.append(0)
            continue
        assert found.notes == ()
        assert torch.equal(found.state["model"]["w"], torch.full((200_000,), float(found.position.step)))
        steps.append(found.position.step)
    assert steps == sorted(steps)
    assert steps[-1] > kills
