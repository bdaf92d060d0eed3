"""Trainings that are stopped at any moment: real processes, real signals, and what is left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.training.restoring import restore

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from typing import IO

    from cnninspect.training.checkpoints import Position

ROOT = Path(__file__).parent.parent.parent
MEASURED = ("seconds", "images_per_second")
"""What a log says of the machine, not of the training."""
LONGEST = 300
WRITE = 0.004
"""Seconds that writing a checkpoint takes at most, about: within them a kill hits it."""


NURSERY = """
import json, os, sys
import torch, cnninspect.api, cnninspect.cli, cnninspect.cli.train, cnninspect.training.loop, cnninspect.data.opening
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(asked["folder"])
        sys.argv = ["cnninspect", *asked["arguments"]]
        code = 70
        try:
            cnninspect.cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        sys.stdout.flush()
        os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """A process that has everything imported and is the parent of others: each begins at once, and is one of its own.

    What it starts runs the command line's own main, as ``python -m cnninspect`` does.
    """

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def start(self, arguments: Sequence[str], folder: Path) -> Child:
        """Start a process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out = folder / "printed"
        asked = {"arguments": list(arguments), "folder": str(folder), "out": str(out)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Child(int(self._process.stdout.readline()), self._process.stdout, out)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LONGEST)
        self._process.stdout.close()


class Child:
    """A process of the nursery."""

    def __init__(self, pid: int, told: IO[str], out: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told
        self._out = out

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self.returncode is None and select([self._told], [], [], 0)[0]:
            self.returncode = int(self._told.readline())
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, where it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it printed, when it has ended."""
        assert self.poll() is not None or select([self._told], [], [], timeout)[0], "it does not end"
        self.poll()
        return self._out.read_text("utf-8"), ""


class Training:
    """One training by its command, and the folder in which it runs."""

    def __init__(self, folder: Path, arguments: Sequence[str], nursery: Nursery | None = None) -> None:
        self.folder = folder
        self.run = folder / "run"
        self.arguments = arguments
        self.nursery = nursery

    def start(self) -> Child | subprocess.Popen[str]:
        """Begin, or go on."""
        arguments = ["train", *self.arguments, "--run", str(self.run)]
        if self.nursery is not None:
            return self.nursery.start(arguments, self.folder)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "cnninspect", *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=environment
        )

    def finish(self) -> str:
        """Go on to the end; what was printed."""
        process = self.start()
        out, err = process.communicate(timeout=LONGEST)
        assert process.returncode == 0, out + err
        return out + err

    def left(self) -> tuple[str, str, list[dict[str, Any]]]:
        """What a training comes down to: the weights last and best, and the log without what it says of the machine."""
        lines = (self.run / "metrics.jsonl").read_text("utf-8").splitlines()
        log = [{key: value for key, value in json.loads(line).items() if key not in MEASURED} for line in lines]
        return weights(self.run / "last.pt"), weights(self.run / "best.pt"), log


def weights(path: Path) -> str:
    """The SHA-256 of every tensor of a checkpoint that later steps depend on, by plain torch."""
    state = torch.load(path, weights_only=True)
    found = sha256()
    for key, tensor in [*state["model"].items(), *_tensors(state["training"]["optimizer"])]:
        found.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def _tensors(value: Any, name: str = "optimizer") -> list[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        return [(name, value)]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    return [found for key, each in inner for found in _tensors(each, f"{name}.{key}")]


def begun(training: Training, process: Child | subprocess.Popen[str]) -> None:
    """Wait until a process trains: its log of starts has one more entry."""
    path = training.run / "environment.json"
    before = path.stat().st_mtime_ns if path.exists() else 0
    deadline = time.monotonic() + LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        if path.exists() and path.stat().st_mtime_ns != before:
            return
        time.sleep(0.002)


def stop_anywhere(training: Training, chance: random.Random, number: signal.Signals, within: float) -> str:
    """Send a signal at any moment of a training; what the process ended with."""
    process = training.start()
    begun(training, process)
    time.sleep(chance.uniform(0, within))
    return _ended(process, number)


def stop_in_a_write(training: Training, chance: random.Random, number: signal.Signals, writes: int) -> str:
    """Send a signal while a checkpoint is being written, whichever of the next ones."""
    process = training.start()
    begun(training, process)
    place = training.run / "checkpoints"
    for _ in range(chance.randint(1, writes)):
        while process.poll() is None and not _writing(place):
            time.sleep(0.0002)
        pause = time.perf_counter() + chance.uniform(0, WRITE)
        while time.perf_counter() < pause:
            pass
    return _ended(process, number)


def _writing(place: Path) -> bool:
    try:
        return any(name.endswith(".part") for name in os.listdir(place))
    except OSError:
        return False


def _ended(process: Child | subprocess.Popen[str], number: signal.Signals) -> str:
    process.send_signal(number)
    out, err = process.communicate(timeout=LONGEST)
    assert "Traceback" not in out + err, out + err
    if process.returncode == -signal.SIGKILL:
        return "killed"
    return {0: "done", 128 + number: "stopped"}.get(process.returncode or 0, f"{process.returncode}: {out}{err}")


def intact(training: Training) -> Position | None:
    """Where the newest checkpoint stands, which has to be intact; None where none had been written yet."""
    if not list((training.run / "checkpoints").glob("*.pt")):
        return None
    found = restore(str(training.run))
    assert found is not None
    assert found.notes == ()
    return found.position
