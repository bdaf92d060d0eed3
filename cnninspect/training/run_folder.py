"""The folder of a run: what was trained, how, on what, and how it went; whoever opens it finds all of that.

    run.json             what is trained on what and how, and how it ended; see RunFolder.describe
    model.yaml           the network's file as it was given; expanded.yaml: the same as flat YAML, which needs nothing else
    recipe.yaml          every option of the recipe with its value
    environment.json     versions, device and command line, of each time that the run was begun or gone on with
    metrics.jsonl, .csv  a line for each epoch
    last.pt, best.pt     checkpoints, the weights beside them as safetensors; more of them in checkpoints/
    tensorboard/         with the extra

A run is used like this:

    with RunFolder(path, keep=2) as run:        # makes it, or raises: another process trains there, it cannot be written
        found = run.resume()                    # Restored or None; the log is rewound to its position
        run.describe({...}); run.write("model.yaml", text); run.entered({...})
        run.log({"epoch": 1, "step": 90, …})    # before the save of that position
        run.save(state, (90, 1, 0), best=True)
        run.check()                             # each step
        run.finish("done")                      # waits for the last write
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from cnninspect.training import durable
from cnninspect.training.checkpoints import KEEP, Checkpoints, Position
from cnninspect.training.locks import Lock
from cnninspect.training.logs import Log
from cnninspect.training.reading import ABOUT, ENVIRONMENT, RUN, read_json
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from cnninspect.training.restoring import Restored
    from cnninspect.training.tensorboard import Board


class RunFolder:
    """The folder of one run, open for writing."""

    def __init__(self, path: str, *, keep: int = KEEP, tensorboard: bool = False) -> None:
        self.path = path
        self._tensorboard = tensorboard
        self._board: Board | None = None
        self._about: dict[str, Any] = {}
        try:
            os.makedirs(path, exist_ok=True)
            self._lock = Lock(path)
        except OSError as error:
            raise durable.unwritable(path, error) from None
        try:
            self._log = Log(path)
            self._checkpoints = Checkpoints(path, keep=keep, before=self._log.sync)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> RunFolder:  # noqa: PYI034 - Self is not there in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._checkpoints.wait()
        except Problem:
            if error is None:
                raise
        finally:
            if self._board is not None:
                self._board.close()
            self._lock.release()

    # --- what it is ----------------------------------------------------------------------

    def resume(self) -> Restored | None:
        """The newest intact checkpoint, None in a new run; the log becomes that of a run that was stopped there."""
        found = self._checkpoints.latest()
        step = 0 if found is None else found.position.step
        self._log.rewind(step if found is not None else -1, 0 if found is None else found.position.epoch)
        if self._tensorboard:
            from cnninspect.training.tensorboard import Board

            self._board = Board(self.path, step)
        return found

    def describe(self, about: Mapping[str, object]) -> None:
        """Say what this run is: ``model``, ``data``, ``classes``, ``recipe``, ``parameters``, … as plain values.

        When the run was first begun stays.
        """
        before = read_json(os.path.join(self.path, RUN)) or {}
        self._about = {"schema": ABOUT, **about, "begun": before.get("begun") or _now(), "ended": None}
        self.write(RUN, _text(self._about))

    def write(self, name: str, text: str) -> None:
        """Put a text into the folder."""
        path = os.path.join(self.path, name)
        try:
            durable.replace_text(path, text)
        except OSError as error:
            raise durable.unwritable(path, error) from None

    def entered(self, environment: Mapping[str, object]) -> None:
        """Write down where and with what the run is begun or goes on."""
        before = read_json(os.path.join(self.path, ENVIRONMENT)) or {}
        sessions = before.get("sessions")
        kept = sessions if isinstance(sessions, list) else []
        every = [*kept, {"begun": _now(), **environment}]
        self.write(ENVIRONMENT, _text({"schema": "cnninspect.environment/1", "sessions": every}))

    def finish(self, reason: str, **more: object) -> None:
        """Wait for what is being written, and say how the run ended: done, patience, signal, …; raises Problem."""
        self._checkpoints.close()
        self._about["ended"] = {"reason": reason, "at": _now(), **more}
        self.write(RUN, _text(self._about))

    # --- how it goes ---------------------------------------------------------------------

    def log(self, record: Mapping[str, object]) -> None:
        """Keep the line of an epoch: before the state is saved that follows it."""
        self._log.write(record)
        if self._board is not None:
            self._board.write(record)

    def save(self, state: Mapping[str, Any], place: tuple[int, int, int], *, best: bool, kept: bool = True) -> None:
        """Keep a state: steps, whole epochs and batches after them are its place. See Checkpoints."""
        self._checkpoints.save(state, Position(*place), best=best, kept=kept)

    def check(self) -> None:
        """Raise the Problem that writing has met."""
        self._checkpoints.check()

    def newest(self) -> str:
        """What the newest state is called that is kept; empty where there is none."""
        self._checkpoints.wait()
        return self._checkpoints.newest()


def _now() -> str:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _text(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
