"""Several processes train as one: the same images, the same losses, one that talks, and an end for all of them."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")

if not torch.distributed.is_available() or sys.platform != "linux":
    pytest.skip("needs torch.distributed and /proc", allow_module_level=True)

from tests.support.together import LONGEST, NORMED, Together, alive, ended, ranks, wait_for  # noqa: E402
from tests.support.training import SMALL, digest  # noqa: E402

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.torch

NEAR = 1e-5
"""How far the losses of several processes may lie from those of one, as a share of them: float32 is added in another order."""
EVERYTHING = ("--class-weights", "balanced", "--clip", "0.5", "--accumulate", "3", "--ema", "0.9", "--mixup", "0")
SHORT = ("--epochs", "2", "--batch", "100", "--crop", "1", "--rotate", "10", *EVERYTHING)
"""The last batch has 38 images; whatever has a state, and whatever moves an image by chance."""
FOREVER = ("--epochs", "100000", "--schedule", "constant", "--batch", "500")
MEASURED = ("seconds", "images_per_second")
ENDED = 10
"""Seconds within which all have ended when one has."""


def near(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """The same log but for rounding."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (one["epoch"], one["step"], one["lr"]) == (other["epoch"], other["step"], other["lr"])
        for name in ("train_loss", "loss"):
            assert one[name] == pytest.approx(other[name], rel=NEAR), name
        assert one["accuracy"] == pytest.approx(other["accuracy"], abs=0.01)


def same(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a log says of the training and not of the machine."""
    return [{key: value for key, value in line.items() if key not in MEASURED} for line in log]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Together:
    """A training by one process."""
    training = Together(tmp_path_factory.mktemp("alone"))
    training.finish(0, *SHORT, "--run", "alone")
    return training


@pytest.mark.parametrize(
    ("processes", "strategy"),
    [
        (2, "ddp"),
        (2, "fsdp"),
        pytest.param(4, "ddp", marks=pytest.mark.slow),
        pytest.param(4, "fsdp", marks=pytest.mark.slow),
        pytest.param(3, "fsdp", marks=pytest.mark.slow),
    ],
)
def test_several_processes_compute_what_one_does(processes: int, strategy: str, alone: Together) -> None:
    """The same batches give the same losses, however many processes share them and the network."""
    run = f"{strategy}-{processes}"
    printed = alone.finish(processes, *SHORT, "--run", run, "--strategy", strategy)
    near(alone.log(run), alone.log("alone"))
    assert printed.count("next: cnninspect") == printed.count(f"{processes} processes train together ({strategy})") == 1
    assert "arning" not in printed
    one, other = (torch.load(alone.folder / name / "last.pt", weights_only=True) for name in ("alone", run))
    assert one["model"].keys() == other["model"].keys()
    for name, weight in one["model"].items():
        torch.testing.assert_close(other["model"][name], weight, rtol=1e-3, atol=1e-4)
    assert one["training"]["confusion"].sum() == other["training"]["confusion"].sum() == 359  # each image once


def test_batch_norm_over_all_processes(tmp_path: Path) -> None:
    """With sync_batch_norm the statistics are those of the whole batch, on CPUs too, and so are the losses."""
    training = Together(tmp_path, NORMED)
    options = ("--epochs", "2", "--batch", "100", "--optimizer", "sgd")
    training.finish(0, *options, "--run", "alone")
    training.finish(2, *options, "--sync-batch-norm", "--run", "two")
    near(training.log("two"), training.log("alone"))


def test_another_number_of_processes_goes_on(tmp_path: Path) -> None:
    """A checkpoint is the same file whoever wrote it: by shares, by copies, alone; each goes on with the last one's."""
    training = Together(tmp_path)
    options = ("--batch", "100", "--schedule", "constant", "--ema", "0.9")
    training.finish(0, *options, "--epochs", "3", "--run", "whole")
    training.finish(2, *options, "--epochs", "1", "--run", "parts", "--strategy", "fsdp")
    training.finish(0, *options, "--epochs", "2", "--run", "parts")
    printed = training.finish(3, *options, "--epochs", "3", "--run", "parts", "--strategy", "fsdp")
    assert "going on after 30 steps, at epoch 3" in printed
    near(training.log("parts"), training.log("whole"))


def trains(process: subprocess.Popen[str], training: Together, run: str, epochs: int) -> list[int]:
    """Wait until some epochs are logged; the processes by rank."""
    path = training.folder / run / "metrics.jsonl"
    wait_for(lambda: path.exists() and path.read_text("utf-8").count("\n") >= epochs, LONGEST)
    found = ranks(process)
    return [found[rank] for rank in sorted(found)]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_ends_all(rank: int, tmp_path: Path) -> None:
    """Whichever is killed, all are gone within seconds, and one line says which it was."""
    training = Together(tmp_path)
    process = training.start(3, *FOREVER, "--run", "run")
    pids = trains(process, training, "run", 2)
    os.kill(pids[rank], signal.SIGKILL)
    wait_for(lambda: not alive(pids), ENDED)
    printed = ended(process)
    said = f"rank {rank} of 3 is gone: its process was killed, or its machine is lost"
    assert printed.count(f"cnninspect: {said}; all others end\n") == 1
    assert printed.partition("elastic")[0].count("Traceback") == 0
    assert process.returncode


SLOW = """
import time
from cnninspect.__main__ import main
from cnninspect.training.team import Team
heard = Team._heard
def slow(self, text, told):
    time.sleep(0.7)
    heard(self, text, told)
Team._heard = slow
main()
"""
"""News takes its time on a busy machine, and torchrun's polite kill of all others does not wait for it."""


def test_news_is_told_though_the_kill_overtakes_it(tmp_path: Path) -> None:
    training = Together(tmp_path)
    training.program = "slow.py"
    (tmp_path / "slow.py").write_text(SLOW, "utf-8")
    process = training.start(3, *FOREVER, "--run", "run")
    os.kill(trains(process, training, "run", 2)[0], signal.SIGKILL)
    assert ": its process was killed, or its machine is lost; all others end\n" in ended(process)


def test_a_restart_goes_on(tmp_path: Path) -> None:
    """A restart by torchrun finds the run, though nobody named it, and ends as a run that nobody killed, bit for bit."""
    training = Together(tmp_path, SMALL)
    options = ("--epochs", "12", "--batch", "100", "--every-steps", "7")
    process = training.start(2, *options, restarts=1)
    pids = trains(process, training, "runs/small-1", 2)
    os.kill(pids[1], signal.SIGKILL)
    printed = ended(process)
    assert process.returncode == 0, printed
    assert "going on after" in printed
    training.finish(2, *options, "--run", "whole")
    assert same(training.log("runs/small-1")) == same(training.log("whole"))
    assert digest(tmp_path / "runs/small-1/last.pt") == digest(tmp_path / "whole/last.pt")


@pytest.mark.parametrize("whom", ["one", "all"])
def test_a_stop_of_one_is_a_stop_of_all(whom: str, tmp_path: Path) -> None:
    """SIGTERM to any process, or to all and torchrun, which sends it on: the step is ended, written, and told once."""
    training = Together(tmp_path)
    process = training.start(2, *FOREVER, "--run", "run")
    pids = trains(process, training, "run", 2)
    for pid in [pids[1]] if whom == "one" else [*pids, process.pid]:
        os.kill(pid, signal.SIGTERM)
    printed = ended(process)
    assert printed.count("stopped by a signal after") == 1
    if whom == "one":
        assert "exitcode  : 143" in printed
        assert "the state is written, and the run can go on" in printed
    place = torch.load(tmp_path / "run" / "last.pt", weights_only=True)["checkpoint"]
    assert place["epoch"] == len(training.log("run")) >= 2
    assert place["step"] == 3 * place["epoch"] + place["batch"]
    assert f"after {place['epoch']} whole epochs" in printed


IMAGES = """
import os
import torch

def images():
    torch.manual_seed(0)
    if os.environ.get("RANK") == os.environ.get("WRONG"):
        raise ValueError("the disk is not mounted")
    seed = 1 if os.environ.get("RANK") == os.environ.get("OTHER") else 0
    chance = torch.Generator().manual_seed(seed)
    labels = torch.arange(40) % 4
    return {"x_train": torch.rand(40, 1, 8, 8, generator=chance).numpy(), "y_train": labels.numpy()}
"""


@pytest.mark.parametrize(
    ("variable", "said"),
    [("WRONG", "the disk is not mounted"), ("OTHER", "rank 1 has another images than rank 0")],
)
def test_what_fails_in_one_process_ends_all(
    variable: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake that one process meets is told once, with its rank, and nothing is trained."""
    (tmp_path / "ours.py").write_text(IMAGES, "utf-8")
    monkeypatch.setenv(variable, "1")
    training = Together(tmp_path)
    process = training.start(2, "--data", "ours:images", "--run", "run")
    printed = ended(process)
    ours = printed.partition("torch/distributed/elastic")[0]
    assert process.returncode
    assert said in ours
    assert ours.count("cannot go on, and all others end with it") == 1
    assert "Traceback" not in ours
    assert not (tmp_path / "run").exists()


def test_a_number_that_is_none_ends_all_alike(tmp_path: Path) -> None:
    """A loss that is no number in one process is none in all; one tells it, with the first layer."""
    training = Together(tmp_path)
    process = training.start(2, "--optimizer", "sgd", "--lr", "1e15", "--epochs", "3", "--run", "run")
    printed = ended(process)
    assert "exitcode  : 1 " in printed, printed
    assert printed.count("is not a number at step") == 1
    assert "of the images of rank 0: " in printed
