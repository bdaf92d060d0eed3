"""Trainings of several processes as torchrun starts them: real processes, each with a limit of time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.training import model

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
LONGEST = 500
"""Seconds after which a training counts as hanging."""
NORMLESS = """
name: plain
input: [1, 8, 8]
params: {classes: 10}
layers:
  - conv: {out: 8, kernel: 3, stride: 2}
  - relu
  - flatten
  - linear: $classes
"""
"""Neither batch norm nor dropout: what several processes compute is, but for rounding, what one does."""
NORMED = """
name: normed
input: [1, 8, 8]
params: {classes: 10}
layers:
  - conv: {out: 8, kernel: 3, stride: 2, bias: false}
  - batch_norm
  - relu
  - flatten
  - linear: $classes
"""


class Together:
    """One training by several processes, and the folder in which it runs."""

    def __init__(self, folder: Path, text: str = NORMLESS) -> None:
        self.folder = folder
        self.model = model(folder, text)
        self.program = ""

    def command(self, processes: int, options: tuple[str, ...], restarts: int = 0) -> list[str]:
        """As a person types it, or by a program of the test that does the same in its own way."""
        started = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
        started += [f"--max-restarts={restarts}", *([] if self.program else ["-m"]), "--"]
        program = self.program or "cnninspect"
        return [sys.executable, *(started if processes else ["-m"]), program, "train", self.model, *options]

    def start(self, processes: int, *options: str, restarts: int = 0) -> subprocess.Popen[str]:
        """Begin; both streams come as one."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
        return subprocess.Popen(
            self.command(processes, options, restarts),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=environment,
        )

    def finish(self, processes: int, *options: str, code: int = 0) -> str:
        """Train to the end, by so many processes of torchrun, or for 0 by one without it; what was printed."""
        process = self.start(processes, *options)
        printed = ended(process)
        assert process.returncode == code, printed
        return printed

    def log(self, run: str) -> list[dict[str, Any]]:
        """The lines of a run's log."""
        text = (self.folder / run / "metrics.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end; what was printed."""
    try:
        return process.communicate(timeout=LONGEST)[0]
    except subprocess.TimeoutExpired:
        for pid in ranks(process).values():
            os.kill(pid, signal.SIGKILL)
        process.kill()
        raise


def ranks(process: subprocess.Popen[str]) -> dict[int, int]:
    """The processes that torchrun has started, by rank."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"\nPPid:\t{process.pid}\n" in (place / "status").read_text("utf-8"):
                variables = (place / "environ").read_text("utf-8").split("\0")
                found.update({int(one[5:]): int(place.name) for one in variables if one.startswith("RANK=")})
        except OSError:
            continue
    return found


def alive(pids: list[int]) -> list[int]:
    """Those that have not ended."""
    return [pid for pid in pids if _alive(pid)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what: Callable[[], bool], seconds: float) -> float:
    """Wait until something is so; how long that took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, "it takes too long"
        time.sleep(0.05)
    return time.monotonic() - begun
