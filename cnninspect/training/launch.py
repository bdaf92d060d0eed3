"""How this process was started: alone, or by torchrun as one of several that train together.

torchrun tells each process its place in variables of the environment; any other starter may set the same ones.
Nothing here needs torch, and a process that was started alone asks for nothing more than two of the variables.
"""

from __future__ import annotations

import os

from cnninspect.records import Record
from cnninspect.values import Problem, clip


class Launch(Record):
    """The place of a process among those that were started together."""

    rank: int
    size: int
    local: int
    """The number on its machine: which GPU it takes."""
    run: str
    """What all restarts of one start have in common; empty where the starter does not say."""


def launched() -> Launch | None:
    """The place of this process; None where it trains alone. Raises the Problem that the variables say nonsense."""
    if os.environ.get("WORLD_SIZE", "1") == "1" or "RANK" not in os.environ:
        return None
    rank, size, local = _number("RANK"), _number("WORLD_SIZE"), _number("LOCAL_RANK", "0")
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name)]
    if missing or not 0 <= rank < size:
        message = f"WORLD_SIZE is {size} and RANK {rank}" + (
            f", and {' and '.join(missing)} not set" if missing else ""
        )
        raise Problem("cannot-train", message, help="start several processes with torchrun, or unset WORLD_SIZE")
    return Launch(rank, size, local, os.environ.get("TORCHELASTIC_RUN_ID", ""))


def _number(name: str, default: str = "") -> int:
    text = os.environ.get(name, default)
    if not (text.isascii() and text.isdecimal()):
        message = f"the variable {name} is '{clip(text, 40)}', and a whole number is needed"
        raise Problem("cannot-train", message, help="start several processes with torchrun, or unset WORLD_SIZE")
    return int(text)


class Alone:
    """The company of a process that trains alone: there is nobody to tell anything."""

    launch: Launch | None = None
    talks = True
    """Whether this process prints and writes."""

    def fails(self, text: str, error: BaseException | None = None) -> bool:
        """Tell the others why this process ends; whether it has to print that itself."""
        del text, error
        return True

    def leave(self, code: int) -> int:
        """End together, with an exit code."""
        return code

    def first(self) -> None:
        """Wait until the first process of this machine has its images, where this is another one."""

    def fetched(self) -> None:
        """Tell the others of this machine that the images are there."""

    def remember(self, folder: str) -> None:
        """Let a restart know the folder of the run."""

    def remembered(self) -> str | None:
        """The folder of the run that a restart goes on with."""
        return None
