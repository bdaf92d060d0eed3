"""Checkpoints: what is saved comes back, and others can read it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")

from cnninspect.frontends import checkpoints as frontend  # noqa: E402
from cnninspect.training import sealed  # noqa: E402
from cnninspect.training.checkpoints import Checkpoints, Position  # noqa: E402
from cnninspect.training.snapshots import Snapshots, snapshot  # noqa: E402
from tests.support.saving import latest, names, same, saved, state, writer  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    """Every value of a state comes back as it was, with the position that it was saved at."""
    saved(tmp_path, 5)
    found = latest(tmp_path)
    assert found.position == Position(5, 2, 1)
    assert same(found.state, state(5))
    assert found.notes == ()


def test_the_names_of_a_run(tmp_path: Path) -> None:
    """The newest few stand under their step, last.pt and best.pt are further names, and nothing else is left."""
    saved(tmp_path, 6, keep=2, best=3)
    assert names(tmp_path) == [
        "best.pt",
        "best.safetensors",
        "checkpoints/step-0000000005.pt",
        "checkpoints/step-0000000006.pt",
        "last.pt",
        "last.safetensors",
    ]
    assert sealed.step_of(str(tmp_path / "last.pt")) == 6
    assert sealed.step_of(str(tmp_path / "best.pt")) == 3
    assert os.path.samefile(tmp_path / "last.pt", tmp_path / "checkpoints" / "step-0000000006.pt")


def test_plain_torch_reads_it(tmp_path: Path) -> None:
    """last.pt is a plain file of torch.save with the weights under model, also where it is mapped into memory."""
    saved(tmp_path, 2)
    for mapped in (False, True):
        found = torch.load(tmp_path / "last.pt", weights_only=True, mmap=mapped)
        assert same(found["model"], state(2)["model"])


def test_the_reader_without_torch_reads_it(tmp_path: Path) -> None:
    """The command weights reads last.pt and last.safetensors, and finds the same tensors in both."""
    saved(tmp_path, 2)
    for name in ("last.pt", "last.safetensors"):
        found = frontend.read(str(tmp_path / name))
        assert {(tensor.key, tensor.dtype, tensor.shape) for tensor in found.tensors} == {
            ("fc.weight", "float32", (10, 50)),
            ("fc.bias", "float32", (10,)),
        }


def test_a_snapshot_is_a_copy(tmp_path: Path) -> None:
    """What is written is the state at the call, whatever training does to the tensors afterwards."""
    made, given = Checkpoints(str(tmp_path)), state(1)
    made.save(given, Position(1, 0))
    given["model"]["fc.weight"].fill_(99)
    given["optimizer"]["param_groups"][0]["lr"] = 5.0
    made.close()
    assert same(latest(tmp_path).state, state(1))


def test_shared_weights_are_stored_once(tmp_path: Path) -> None:
    """A tensor under two names takes the room of one."""
    shared = torch.zeros(1000, 100)
    made = Checkpoints(str(tmp_path))
    made.save({"model": {"one": shared, "other": shared[:]}}, Position(1, 0))
    made.wait()
    assert (tmp_path / "last.pt").stat().st_size < 1.5 * 400_000


def test_the_memory_of_a_snapshot_is_used_again() -> None:
    """The next copy lies where the last one lay, each tensor of its own: names that look alike are not mixed up."""
    shots = Snapshots()
    shared = torch.ones(3)
    states = [
        {
            "a": {"b": torch.full((3,), number), "c": shared},
            "a.b": torch.full((3,), -number),
            "d": shared,
            "e": torch.zeros(0),
        }
        for number in (1.0, 2.0)
    ]
    first = shots.take(states[0])
    places = [first["a"]["b"].data_ptr(), first["a.b"].data_ptr(), first["d"].data_ptr()]
    second = shots.take(states[1])
    assert same(second, states[1])
    assert [second["a"]["b"].data_ptr(), second["a.b"].data_ptr(), second["d"].data_ptr()] == places
    assert second["d"] is second["a"]["c"]
    third = shots.take({"a": {"b": torch.arange(4)}, "d": torch.ones(3, dtype=torch.float64)})
    assert same(third, {"a": {"b": torch.arange(4)}, "d": torch.ones(3, dtype=torch.float64)})


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, {"inner": [torch.float32]}, {(1, 2): 3}], ids=["object", "set", "type", "key"]
)
def test_what_cannot_be_read_back_is_not_saved(value: object) -> None:
    """A state holds tensors and plain values: anything else is a mistake of the program, told where it stands."""
    with pytest.raises(TypeError, match=r"^extra"):
        snapshot({"extra": value})


def test_numbers_of_numpy_become_plain() -> None:
    """A NumPy number that is a float of Python is saved as one: torch would refuse to read it back."""
    numpy = pytest.importorskip("numpy")
    copied = snapshot({"loss": numpy.float64(0.5), "name": numpy.str_("a"), "many": [True, 3]})
    assert [type(copied["loss"]), type(copied["name"]), *map(type, copied["many"])] == [float, str, bool, int]


def test_one_write_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save waits for the one before it: files are written in their order, never two at once."""
    inside: list[int] = []
    most: list[int] = []
    write = sealed.write

    def slow(path: str, values: dict[str, Any], step: int) -> None:
        inside.append(step)
        most.append(len(inside))
        time.sleep(0.02)
        write(path, values, step)
        inside.remove(step)

    monkeypatch.setattr(sealed, "write", slow)
    saved(tmp_path, 6)
    assert most == [1] * 6


ENDING = """
import sys, torch
from cnninspect.training.checkpoints import Checkpoints, Position
Checkpoints(sys.argv[1]).save({"model": {"w": torch.zeros(3_000_000)}}, Position(7, 0))
"""


def test_the_end_of_a_program_waits_for_what_is_being_written(tmp_path: Path) -> None:
    """A program that ends while a file is being written waits for it."""
    process = writer(ENDING, str(tmp_path))
    assert process.wait(60) == 0
    assert process.stdout is not None
    process.stdout.close()
    assert latest(tmp_path).position.step == 7


def test_every_so_many_are_kept(tmp_path: Path) -> None:
    """Those that are kept stay until there are more of them than wanted; others only as one of the two newest."""
    made = Checkpoints(str(tmp_path), keep=2)
    for step in range(1, 9):
        made.save(state(step), Position(step, 0), kept=step % 3 == 0)
    made.close()
    numbers = sorted(name.removeprefix("checkpoints/") for name in names(tmp_path) if "checkpoints" in name)
    assert numbers == [
        f"{word}-{step:010d}.pt" for word, step in (("spare", 7), ("spare", 8), ("step", 3), ("step", 6))
    ]
    assert latest(tmp_path).position.step == 8
