"""Commands in processes of their own that need no start: a parent has imported everything and forks for each.

``python -m tests.support.forking`` reads a list of arguments as JSON on each line, forks a process for it, and prints its
number; when it has ended its exit code, negative for a signal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def serve() -> None:
    """Fork for each line of standard input."""
    import torch._dynamo  # what an optimizer imports when it is first made

    from cnninspect.cli import run

    assert torch._dynamo
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os._exit(run(json.loads(line)))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


class Forks:
    """A parent that is ready."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.support.forking"]
        pipe = subprocess.PIPE
        self.parent = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=folder, env=environment)

    def start(self, *arguments: str) -> int:
        """Begin a command; the number of its process."""
        assert self.parent.stdin is not None
        self.parent.stdin.write(json.dumps(arguments) + "\n")
        self.parent.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """The exit code of the command that was begun last."""
        return self._number()

    def _number(self) -> int:
        assert self.parent.stdout is not None
        return int(self.parent.stdout.readline())

    def close(self) -> None:
        """No more commands."""
        assert self.parent.stdin is not None
        self.parent.communicate(timeout=60)


if __name__ == "__main__":
    serve()
