"""The folder of a run: everything about it lies there, one process writes it, and it can be looked at meanwhile."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")

from cnninspect.training import reading  # noqa: E402
from cnninspect.training.checkpoints import Position  # noqa: E402
from cnninspect.training.environment import environment  # noqa: E402
from cnninspect.training.run_folder import RunFolder  # noqa: E402
from cnninspect.values import Problem  # noqa: E402
from tests.support.logged import logged  # noqa: E402
from tests.support.saving import state, writer  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

ABOUT: dict[str, Any] = {
    "model": "lenet5",
    "data": "digits",
    "classes": ["0", "1"],
    "recipe": {"epochs": 3, "lr": 0.003, "monitor": "accuracy"},
    "parameters": 61_706,
}


def epoch(run: RunFolder, number: int) -> None:
    """What a training leaves of one epoch."""
    run.log({"epoch": number, "step": 10 * number, "loss": 1 / number, "best": number != 2})
    run.save(state(number), (10 * number, number, 0), best=number != 2)


def trained(path: Path, epochs: int) -> None:
    with RunFolder(str(path)) as run:
        found = run.resume()
        run.describe(ABOUT)
        run.write("recipe.yaml", "epochs: 3\n")
        for number in range(1 + (found.position.epoch if found else 0), epochs + 1):
            epoch(run, number)
        run.finish("done", seconds=1.5)


def test_what_lies_in_the_folder(tmp_path: Path) -> None:
    """A run leaves its description, recipe, log, checkpoints and weights."""
    trained(tmp_path / "run", 3)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        *(".lock", "best.pt", "best.safetensors", "checkpoints", "last.pt", "last.safetensors"),
        *("metrics.csv", "metrics.jsonl", "recipe.yaml", "run.json"),
    ]
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["schema"] == "cnninspect.training/1"
    assert {name: about[name] for name in ABOUT} == ABOUT
    assert (about["ended"]["reason"], about["ended"]["seconds"]) == ("done", 1.5)


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    """Going on keeps when the run began and what it logged, and adds to both."""
    trained(tmp_path, 2)
    begun = json.loads((tmp_path / "run.json").read_text())["begun"]
    with RunFolder(str(tmp_path)) as run:
        run.log({"epoch": 3, "step": 30, "loss": 0.1, "best": False})  # and killed before its checkpoint
    trained(tmp_path, 4)
    found = reading.read_run(str(tmp_path))
    assert [entry["step"] for entry in found.entries] == [10, 20, 30, 40]
    assert found.about["begun"] == begun
    assert found.best() == {"epoch": 4, "step": 40, "loss": 0.25, "best": True}


def test_killed_between_the_log_and_the_state_of_an_epoch(tmp_path: Path) -> None:
    """A state of an epoch's last step from before it was judged: its line goes, and is not there twice afterwards."""
    with RunFolder(str(tmp_path)) as run:
        run.save(state(1), (10, 0, 10), best=False, kept=False)
        run.log({"epoch": 1, "step": 10, "loss": 1.0, "best": True})  # and killed before the state of the whole epoch
    with RunFolder(str(tmp_path)) as run:
        found = run.resume()
        assert found is not None
        assert found.position == Position(10, 0, 10)
        epoch(run, 1)
    assert [entry["step"] for entry in reading.read_run(str(tmp_path)).entries] == [10]


def test_each_start_is_written_down(tmp_path: Path) -> None:
    """The environment has an entry for each time that the run was begun or gone on with."""
    for word in ("one", "two"):
        with RunFolder(str(tmp_path)) as run:
            run.entered(environment("1.2.3", "cpu", ["cnninspect", "train", word]))
    sessions = json.loads((tmp_path / "environment.json").read_text())["sessions"]
    assert [session["command"][-1] for session in sessions] == ["one", "two"]
    assert (sessions[0]["torch"], sessions[0]["cnninspect"], sessions[0]["device"]) == (
        torch.__version__,
        "1.2.3",
        "cpu",
    )
    assert sessions[0]["python"] == ".".join(map(str, sys.version_info[:3]))


def test_the_newest_state(tmp_path: Path) -> None:
    """The run names the newest file that is on the disk, and nothing where there is none."""
    with RunFolder(str(tmp_path)) as run:
        assert run.newest() == ""
        epoch(run, 1)
        assert run.newest() == str(tmp_path / "checkpoints" / "step-0000000010.pt")
        run.save(state(2), (13, 1, 3), best=False, kept=False)
        assert run.newest() == str(tmp_path / "checkpoints" / "spare-0000000013.pt")


# --- one process ---------------------------------------------------------------------------

HOLDER = """
import sys, time, torch
from cnninspect.training.run_folder import RunFolder
with RunFolder(sys.argv[1]) as run:
    if sys.argv[2] == "worker":
        import os
        if os.fork() == 0:
            time.sleep(60)
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", ["alone", "worker"])
def test_a_second_process_is_refused(how: str, tmp_path: Path) -> None:
    """While one process trains another is refused and told which; when it is killed nobody is, its workers alive or not."""
    process = writer(HOLDER, str(tmp_path), how, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    with pytest.raises(Problem) as caught:
        RunFolder(str(tmp_path))
    assert caught.value.code == "run-in-use"
    assert caught.value.message.startswith(f"another process is training in '{tmp_path}': process {process.pid} on ")
    assert reading.read_run(str(tmp_path)).status == "running" if (tmp_path / "run.json").exists() else True
    process.kill()
    process.wait()
    with RunFolder(str(tmp_path)):
        pass
    os.killpg(process.pid, 9) if how == "worker" else None
    process.stdout.close()


def test_the_same_process_is_refused_too(tmp_path: Path) -> None:
    """A program that opens a folder twice is refused, and refusing it gives nothing back."""
    with RunFolder(str(tmp_path)):
        for _ in range(2):
            with pytest.raises(Problem, match="this one"):
                RunFolder(str(tmp_path))
        (tmp_path / "run.json").write_text("{}")
        assert reading.read_run(str(tmp_path)).status == "running"
        process = writer(HOLDER, str(tmp_path), "alone", stderr=-3)
        assert process.wait(60) == 1
        assert process.stdout is not None
        process.stdout.close()
    with RunFolder(str(tmp_path)):
        pass


def test_an_error_of_the_training_is_not_hidden(tmp_path: Path) -> None:
    """What ends a training is raised, and the folder is free again."""
    with pytest.raises(ZeroDivisionError), RunFolder(str(tmp_path)):
        raise ZeroDivisionError
    with RunFolder(str(tmp_path)):
        pass


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="a folder that nobody can write to, root neither")
def test_a_folder_that_may_only_be_read() -> None:
    """Where nothing can be written the run does not begin."""
    with pytest.raises(Problem) as caught:
        RunFolder("/sys/kernel/run")
    assert caught.value.code == "cannot-save"


# --- looked at -----------------------------------------------------------------------------


def test_how_a_run_stands(tmp_path: Path) -> None:
    """A run is running, interrupted, or ended for a reason."""
    with RunFolder(str(tmp_path)) as run:
        run.describe(ABOUT)
        assert reading.read_run(str(tmp_path)).status == "running"
    assert reading.read_run(str(tmp_path)).status == "interrupted"
    trained(tmp_path, 1)
    assert reading.read_run(str(tmp_path)).status == "done"


def test_runs_below_a_folder(tmp_path: Path) -> None:
    """Runs are found below the folders that are named, in the order of their names; what is no run is passed over."""
    for name in ("b/two", "a", "b/one"):
        trained(tmp_path / name, 1)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    found = reading.find([str(tmp_path), str(tmp_path / "a")])
    assert found == [str(tmp_path / name) for name in ("a", "b/one", "b/two")]


@pytest.mark.parametrize("text", ["", "{", "[]", "{} {}", '{"schema": 5}', '{"ended": {"reason": 3}}', "[" * 100_000])
def test_a_damaged_description(text: str, tmp_path: Path) -> None:
    """A run whose run.json is damaged is still a run: what is not known is not told."""
    (tmp_path / "run.json").write_text(text)
    found = reading.read_run(str(tmp_path))
    assert found.entries == ()
    assert found.recipe == {}
    assert found.best() is None
    assert found.status in ("?", "interrupted")


def test_files_that_are_no_files(tmp_path: Path) -> None:
    """A pipe in place of a file keeps nobody waiting."""
    logged(tmp_path / "run", [0.5])
    for name in (".lock", "run.json"):
        (tmp_path / "run" / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / "run" / name)
    found = reading.read_run(str(tmp_path / "run"))
    assert (found.about, len(found.entries), found.status) == ({}, 1, "?")


def test_a_log_that_is_too_large(tmp_path: Path) -> None:
    """A log of any size is refused before it is read."""
    with (logged(tmp_path / "run", [0.5]) / "metrics.jsonl").open("r+b") as file:
        file.truncate(10**12)
    with pytest.raises(Problem) as caught:
        reading.read_run(str(tmp_path / "run"))
    assert caught.value.code == "file-too-large"


def test_numbers_that_are_none(tmp_path: Path) -> None:
    """NaN and numbers beyond all bounds, which JSON has not, are read as unknown."""
    path = logged(tmp_path / "run", []) / "metrics.jsonl"
    path.write_text('{"step": 1, "loss": NaN, "top": 1e999, "low": -Infinity, "fine": 0.5}\n', "utf-8")
    assert reading.read_run(str(tmp_path / "run")).entries == (
        {"step": 1, "loss": None, "top": None, "low": None, "fine": 0.5},
    )


def test_what_is_no_run(tmp_path: Path) -> None:
    """A folder without a run, a file and nothing at all are told apart."""
    (tmp_path / "file").write_text("")
    messages = []
    for path in (tmp_path, tmp_path / "file", tmp_path / "none"):
        with pytest.raises(Problem) as caught:
            reading.read_run(str(path))
        messages.append(caught.value.message.replace(str(tmp_path), "X"))
    assert messages == [
        "'X' is no folder of a run: it has neither run.json nor metrics.jsonl",
        "there is no folder at 'X/file'",
        "there is nothing at 'X/none'",
    ]


def test_reading_needs_no_torch(tmp_path: Path) -> None:
    """Looking at runs imports no torch: a list of them is there at once."""
    trained(tmp_path, 1)
    program = "import sys; from cnninspect.training import reading; print(reading.read_run(sys.argv[1]).status, 'torch' in sys.modules)"
    process = writer(program, str(tmp_path))
    told, _ = process.communicate(timeout=60)
    assert told == "done False\n"


# --- TensorBoard ---------------------------------------------------------------------------


def test_without_tensorboard_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named where it is missing."""
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with RunFolder(str(tmp_path), tensorboard=True) as run, pytest.raises(Problem) as caught:
        run.resume()
    assert (caught.value.code, caught.value.help) == ("missing-tensorboard", "pip install 'cnninspect[tensorboard]'")


def test_tensorboard_has_the_numbers(tmp_path: Path) -> None:
    """What TensorBoard reads back are the numbers of the log; what lay behind the checkpoint is gone after going on."""
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    for lost in (True, False):
        with RunFolder(str(tmp_path), tensorboard=True) as run:
            found = run.resume()
            first = 1 + (found.position.epoch if found else 0)
            for number in range(first, first + 2):
                run.log(
                    {"epoch": number, "step": 10 * number, "train_loss": 2 / number, "loss": 1 / number, "best": True}
                )
                if not (lost and number == 2):
                    run.save(state(number), Position(10 * number, number), best=True)
            time.sleep(0.01)
    board = events.EventAccumulator(str(tmp_path / "tensorboard"))
    board.Reload()
    assert sorted(board.Tags()["scalars"]) == ["loss/train", "loss/validation"]
    shown = [(event.step, round(event.value, 4)) for event in board.Scalars("loss/validation")]
    assert shown == [(10, 1.0), (20, 0.5), (30, 0.3333)]
