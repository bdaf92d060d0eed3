"""``cnninspect train`` and ``lr-find`` as a person uses them, as processes where signals matter."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

import torch

from cnninspect.cli import run
from cnninspect.cli.lr_find import IDLE
from cnninspect.reports.train_proof import rates
from cnninspect.training.finding import Found, Tried
from tests.support.forking import Forks
from tests.support.training import SMALL, digest, model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parent.parent.parent
SHORT = ("--epochs", "2", "--batch", "128")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cnninspect", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process outlives its test."""
    yield
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.communicate()


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A training in a process of its own."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command("train", *arguments), stdout=pipe, stderr=pipe, text=True, cwd=folder, env=environment())  # fmt: skip
    STARTED.append(process)
    return process


def test_a_pipe_gets_a_plain_line_for_each_epoch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No bars and no escapes: what is trained, a line an epoch, how it went, the confusion matrix, what to type next."""
    folder = str(tmp_path / "run")
    assert run(["train", model(tmp_path), *SHORT, "--run", folder]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\r" not in out
    lines = out.splitlines()
    assert lines[0] == "small: 826 parameters, on cpu"
    assert lines[1] == "digits: 1,438 images to learn from, 359 held out, 10 classes"
    assert [line.split()[:4] for line in lines if line.startswith("epoch ")] == [
        ["epoch", "1/2", "step", "12"],
        ["epoch", "2/2", "step", "24"],
    ]
    table = lines.index("what it is (rows) and what it was taken for (columns):")
    rows = [line.split() for line in lines[table + 2 : table + 12]]
    assert [row[0] for row in rows] == list("0123456789")
    assert sum(int(cell) for row in rows for cell in row[1:] if cell != ".") == 359
    assert lines[-2:] == [f"run: {folder}: last.pt, best.pt, metrics.jsonl", f"next: cnninspect evaluate {folder}"]


def test_what_is_wrong_is_said_without_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options, recipes, data and models that cannot be are refused in one sentence each, with the remedy."""
    path = model(tmp_path)
    cases: list[tuple[Sequence[str], int, str]] = [
        (["--lr", "x"], 2, "cnninspect: --lr: lr must be a number, got the text 'x'\n"),
        (["--training", "lr"], 2, "cnninspect: --training needs KEY=VALUE, got 'lr'\n"),
        (["--training", "epoch=1"], 2, "cnninspect: --training has no 'epoch'\n  = help: did you mean 'epochs'?\n"),
        (["--data", "digit"], 2, "cnninspect: there is no data set 'digit'\n  = help: did you mean digits?"),
        (
            ["--recipe", "cifar"],
            2,
            "cnninspect: there is no recipe called 'cifar'\n  = help: did you mean 'cifar10'?\n",
        ),
        (["--set", "classes=3"], 2, "cnninspect: digits has 10 classes, and '5' gives (3,)\n"),
    ]
    for arguments, code, message in cases:
        assert run(["train", path, *arguments, "--run", str(tmp_path / "none")]) == code
        assert capsys.readouterr().err.startswith(message)
    assert not (tmp_path / "none").exists()
    broken = model(tmp_path, SMALL + "training: {epoch: 1}\n")
    assert run(["train", broken]) == 1
    assert "error[unknown-option]: training has no option 'epoch'" in capsys.readouterr().err


def test_a_dry_run_stops_before_the_first_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is looked at and said, nothing is trained or written."""
    assert run(["train", model(tmp_path), "--dry-run", "--epochs", "1", "--run", str(tmp_path / "run")]) == 0
    out = capsys.readouterr().out
    assert "memory: a step needs " in out
    assert out.endswith("everything fits; nothing was trained (--dry-run)\n")
    assert "recipe: 1 epoch, batch 64, " in out
    assert not (tmp_path / "run").exists()


def test_a_file_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said before anything is trained, also by a dry run."""
    path = model(tmp_path)
    assert run(["train", path, "--dry-run", "--run", path]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"cnninspect: there can be no run in '{path}': it is no folder\n  = help: ")
    assert said.out == ""


def test_options_of_every_kind_reach_the_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers, words, flags, lists and the generic form, all from the one declaration."""
    arguments = ["--epochs", "0", "--schedule", "step", "--milestones", "[1, 2]", "--nesterov", "--optimizer", "sgd"]
    folder = tmp_path / "run"
    assert run(["train", model(tmp_path), *arguments, "--training", "label-smoothing=0.2", "--run", str(folder)]) == 0
    recipe = (folder / "recipe.yaml").read_text("utf-8").splitlines()
    for line in ("milestones: [1, 2]", "nesterov: true", "label_smoothing: 0.2", "optimizer: sgd", "epochs: 0"):
        assert line in recipe
    assert "held out" in capsys.readouterr().out


def test_overfitting_and_rates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One batch by heart, and the loss against the rate, as text, JSON and a drawing."""
    path = model(tmp_path)
    assert run(["train", path, "--overfit-one-batch", "--batch", "16", "--lr", "0.02"]) == 0
    assert capsys.readouterr().out.endswith(": the network learns\n")
    assert run(["train", path, "--overfit-one-batch", "--batch", "16", "--lr", "0"]) == 1
    assert "has not learned one batch of 16 images in 500 steps" in capsys.readouterr().err
    assert run(["lr-find", path, "--steps", "12", "--plot", str(tmp_path / "lr.svg")]) == 0
    assert "try         --lr " in capsys.readouterr().out
    fast = Found((Tried(1e-6, 2.0, 2.0), Tried(1.0, 9.0, 9.0)), Tried(1e-6, 2.0, 2.0), 1e-3, "diverged")
    assert max(map(len, rates(fast, 40).splitlines())) <= 40
    assert rates(fast, 40).split() == rates(fast).split()
    assert (tmp_path / "lr.svg").read_text("utf-8").startswith("<svg")
    assert run(["lr-find", path, "--steps", "8", "--format", "json"]) == 0
    assert '"schema": "cnninspect.lr-find/1"' in capsys.readouterr().out
    assert run(["lr-find", path, "--first", "1", "--last", "0.1"]) == 2


def test_options_that_change_no_rate_are_not_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Help of `lr-find` leaves out what has no part in it; a command line of `train` is taken, with the same result."""
    assert run(["lr-find", "--help"]) == 0
    offered = {word.removeprefix("--") for word in capsys.readouterr().out.split() if word.startswith("--")}
    assert {"batch", "optimizer", "momentum", "data", "seed", "crop"} <= offered
    assert not {name.replace("_", "-") for name in IDLE} & offered
    asked = ["lr-find", model(tmp_path), "--steps", "4", "--format", "json"]
    assert run(asked) == 0
    plain = capsys.readouterr().out
    idle = (
        "--epochs 9 --lr 1 --ema 0.5 --schedule step --milestones [2] --factor 0.5 --final 0 --strategy fsdp --keep 5"
    )
    more = "--sync-batch-norm --monitor loss --patience 1 --every-epochs 2 --every-steps 1"
    assert run([*asked, *idle.split(), *more.split()]) == 0
    assert capsys.readouterr().out == plain


def test_the_default_run_reads_97_of_100_digits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`cnninspect train lenet5` with nothing else said learns the digits that come with the program."""
    assert run(["train", "lenet5", "--run", str(tmp_path / "run"), "-q"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("lenet5 on digits, after 30 epochs and 690 steps, in ")
    right, rest = told[1].removeprefix("  held out: ").split("%")
    assert rest.startswith(" of 359 images right")
    assert float(right) >= 97


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_step_and_the_run_goes_on_from_there(number: int, code: int, tmp_path: Path) -> None:
    """Ctrl-C and a polite kill write the state and end with their own code; what follows is as if nothing had been."""
    path = model(tmp_path)
    process = started(tmp_path, path, "--epochs", "200", "--run", "run")
    assert process.stdout is not None
    while not process.stdout.readline().startswith("epoch 2/"):
        assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert "stopped by a signal" in out
    assert out.endswith("next: cnninspect train --run run, which goes on from here\n")
    step = torch.load(tmp_path / "run" / "last.pt", weights_only=True)["checkpoint"]["step"]
    last = int((tmp_path / "run" / "metrics.csv").read_text("utf-8").splitlines()[-1].split(",")[1])
    assert step >= last
    again = started(tmp_path, "--run", "run", "--epochs", "200")
    assert again.stdout is not None
    assert f"going on after {step:,} steps" in "".join([again.stdout.readline() for _ in range(8)])
    again.kill()
    again.communicate()


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Who asks twice is not made to wait for a step that takes long."""
    big = "input: [1, 64, 64]\nlayers: [conv: {out: 256, kernel: 9}, conv: {out: 256, kernel: 9}, global_avg_pool, flatten, linear: 10]\n"
    process = started(tmp_path, model(tmp_path, big), "--batch", "512", "--epochs", "1", "--run", "run")
    while not (tmp_path / "run" / "run.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert process.stderr.readline() == "\n"
    assert process.stderr.readline().startswith("stopping after this step")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert (process.returncode, time.monotonic() - begun < 15) == (143, True)


def killed_runs(folder: Path, times: int, seed: int, number: int = signal.SIGKILL) -> None:
    """Stop so many runs at random moments, also while they write, and go on: each ends as one that nobody stopped."""
    path = model(folder)
    arguments = ("train", path, "--epochs", "6", "--batch", "128", "--every-steps", "3", "-q")
    forks, chance, killed = Forks(folder), random.Random(seed), 0
    forks.start(*arguments, "--run", "whole")
    begun = time.monotonic()
    assert forks.wait() == 0
    length = time.monotonic() - begun
    wanted = digest(folder / "whole" / "last.pt")
    while killed < times:
        name = f"killed{killed}"
        child = forks.start(*arguments, "--run", name)
        time.sleep(chance.random() * length * 0.9)
        try:
            os.kill(child, number)
        except ProcessLookupError:
            pass
        if forks.wait() not in (-number, 128 + number):  # it was at its end already
            shutil.rmtree(folder / name)
            continue
        killed += 1
        forks.start(*arguments, "--run", name)
        assert forks.wait() == 0
        assert digest(folder / name / "last.pt") == wanted
    forks.close()


def test_a_run_killed_at_random_moments_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """SIGKILL at any moment loses nothing: five times here, a hundred with --slow."""
    killed_runs(tmp_path, 5, seed=1)


def test_a_run_stopped_politely_at_random_moments_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """SIGTERM in the middle of an epoch loses nothing either."""
    killed_runs(tmp_path, 3, seed=3, number=signal.SIGTERM)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_hundred_kills(number: int, tmp_path: Path) -> None:
    """Signals at a hundred moments lose nothing."""
    killed_runs(tmp_path, 100, seed=2, number=number)
