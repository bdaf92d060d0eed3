"""Trainings that are there: found, read and compared, without torch."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.reading import Path
    from cnninspect.training.reading import Run

RUNS = "runs"
"""Where runs are looked for when no folder is named."""


def runs(paths: Sequence[Path] = ()) -> list[Run]:
    """Every run among and below some folders; CannotRun where there is none."""
    from cnninspect.training import reading

    wanted = [fspath(path) for path in paths] or [RUNS]
    try:
        if not paths and not reading.exists(RUNS):
            message = "there is no run yet: here is no folder 'runs'"
            raise Problem("no-run", message, help="cnninspect train lenet5 makes one; or name a folder")
        found = reading.find(wanted)
        if not found:
            named = " and ".join([f"'{path}'" for path in wanted])
            raise Problem("no-run", f"there is no run below {named}", help="cnninspect train lenet5 makes one")
        return [reading.read_run(path) for path in found]
    except Problem as problem:
        raise CannotRun(problem) from None
