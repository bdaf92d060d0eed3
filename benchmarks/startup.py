"""Whole-process CPU of static commands as ratios to ``python -c pass``, alternating in one run.

    python benchmarks/startup.py [--runs 15]

Run it with the Python of the environment that cnninspect is installed in. Figures are medians of
pairwise ratios: absolute times say more about the machine than about the program.
"""

from __future__ import annotations

import argparse
import os
import pty
import subprocess
import sys
import threading
from statistics import median
from typing import NamedTuple

BARE = [sys.executable, "-c", "pass"]


class Cost(NamedTuple):
    """CPU seconds and peak memory of one finished process."""

    cpu: float
    peak: int


def run(command: list[str], *, terminal: bool = False) -> Cost:
    """Run a command to its end, its output thrown away (or drawn on a pseudo-terminal)."""
    if not terminal:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return _reap(process)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command, stdout=slave, stderr=slave, stdin=slave, env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    )
    os.close(slave)
    drain = threading.Thread(target=_drain, args=(master,))
    drain.start()
    cost = _reap(process)
    drain.join()
    return cost


def _reap(process: subprocess.Popen[bytes]) -> Cost:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def _drain(master: int) -> None:
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        pass
    os.close(master)


def compare(name: str, command: list[str], runs: int, *, terminal: bool = False) -> None:
    """Print the median ratio of a command to bare Python."""
    run(command, terminal=terminal)
    pairs = [(run(command, terminal=terminal), run(BARE)) for _ in range(runs)]
    ratios = sorted(ours.cpu / bare.cpu for ours, bare in pairs)
    peak = median(ours.peak / bare.peak for ours, bare in pairs)
    print(
        f"{name:34}  CPU {median(ratios):5.2f} x bare Python  (from {ratios[0]:.2f} to {ratios[-1]:.2f})   peak memory {peak:.2f} x"
    )


def main() -> None:
    """Measure the static commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    ours = [sys.executable, "-m", "cnninspect"]
    compare("import cnninspect", [sys.executable, "-c", "import cnninspect"], runs)
    compare("import typer (for scale)", [sys.executable, "-c", "import typer"], runs)
    compare("summary vgg16, piped", [*ours, "summary", "vgg16"], runs)
    compare("summary resnet50, piped", [*ours, "summary", "resnet50"], runs)
    compare("summary vgg16, at a terminal", [*ours, "summary", "vgg16"], runs, terminal=True)
    compare("summary vgg16 --format json", [*ours, "summary", "vgg16", "--format", "json"], runs)
    compare("expand resnet50", [*ours, "expand", "resnet50"], runs)


if __name__ == "__main__":
    main()
