"""The checkpoints of a run: whatever happens at whatever moment, an intact one is there.

The contract, for whoever trains:

    checkpoints = Checkpoints(folder, keep=2)      # the folder is locked by the caller (RunFolder does it)
    found = checkpoints.latest()                   # Restored(state, position, notes) or None; Problem: all are damaged
    checkpoints.save(state, position, best=True)   # copies the state to memory, and returns; the file is written beside;
                                                   # kept=False: only until two newer ones are there
    checkpoints.check()                            # each step: raises the Problem that writing met; costs nothing
    checkpoints.close()                            # at the end: waits, raises, writes the last weights as safetensors

``state`` is a mapping of plain values and tensors (see ``snapshots``), its weights under ``model``; the key
``checkpoint`` is taken. What is logged up to a position is logged before the position is saved: on resuming what is
logged too much is dropped, and what is logged too little would be lost.

    run/checkpoints/step-0000001200.pt       the newest ``keep`` that are kept, plain files of torch.save (see ``sealed``)
    run/checkpoints/spare-0000001210.pt      others, where they are one of the two newest of all
    run/last.pt                              another name of the newest
    run/best.pt                              another name of the best, which stays when its first name goes
    run/best.safetensors, last.safetensors   the weights alone

The order of a save, after each step of which the process may die: the new file is written beside its name, flushed
and renamed; ``last.pt`` and ``best.pt`` are renamed over; only then the oldest goes. That a file is the best stands in
the file, so that ``best.pt`` is put right on resuming.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.training import durable, safetensors, sealed
from cnninspect.training.background import Background
from cnninspect.training.restoring import (
    BEST,
    DAMAGED,
    FORMAT,
    KEPT,
    KEY,
    LAST,
    PLACE,
    SPARE,
    SUFFIX,
    Position,
    Restored,
    candidates,
    identity,
    numbered_files,
    numbered_name,
    restore,
    search,
)
from cnninspect.training.snapshots import Snapshots
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEEP = 2
NEWEST = 2
"""So many are there whatever is kept: should the newest be damaged, the one before it is not far."""
WEIGHTS = "model"


class Checkpoints:
    """Writes the checkpoints of one run and finds the newest that is intact."""

    def __init__(self, folder: str, *, keep: int = KEEP, before: Callable[[], None] | None = None) -> None:
        """``before`` is called in the background before a file gets its name: it flushes the log to the disk."""
        self.folder = folder
        self.keep = max(keep, 1)
        self.saved: Position | None = None
        """The newest that is on the disk."""
        self._before = before
        self._background = Background()
        self._snapshots = Snapshots()
        self._weights: Mapping[str, Any] | None = None
        places = (folder, os.path.join(folder, PLACE))
        try:
            os.makedirs(places[1], exist_ok=True)
            for place in places:
                durable.sweep(place)
        except OSError as error:
            raise durable.unwritable(error.filename or folder, error) from None

    def save(self, state: Mapping[str, Any], position: Position, *, best: bool = False, kept: bool = True) -> None:
        """Copy the state and write it beside the training, when the write before is done; raises what that one met."""
        self.wait()
        about = {"format": FORMAT, **position._asdict(), "best": best}
        self._weights = None
        copied = self._snapshots.take({**state, KEY: about})
        self._background.start(lambda: self._write(copied, position, best=best, kept=kept))

    def check(self) -> None:
        """Raise the Problem that the last write met, once."""
        self._background.check()

    def wait(self) -> None:
        """Wait until what was saved is on the disk; raises what that met."""
        self._background.wait()

    def newest(self) -> str:
        """The file of the newest that is there; empty where there is none."""
        return next((path for _, path in candidates(self.folder)), "")

    def close(self) -> None:
        """Wait, and write the weights that were saved last as safetensors."""
        self.wait()
        if self._weights is not None and self.saved is not None:
            self._write_weights(LAST, self._weights, self.saved)
            self._weights = None

    def latest(self) -> Restored | None:
        """The newest that is intact, None where there is none at all, Problem where all are damaged.

        Damaged ones are put aside under another name, so that none is ever counted among those that are kept, and
        ``last.pt`` and ``best.pt`` are put right.
        """
        self.wait()
        found, damaged = search(self.folder)
        if found is None:
            return restore(self.folder) if damaged else None
        for path, problem in damaged:
            if problem.code == "bad-checkpoint":
                self._put_aside(path)
        try:
            self._name(found.path, LAST)
            if found.best and self._name(found.path, BEST):
                self._write_weights(BEST, found.state[WEIGHTS], found.position)
        except OSError as error:
            raise durable.unwritable(self.folder, error) from None
        self.saved = found.position
        return found

    # --- how -----------------------------------------------------------------------------

    def _write(self, state: dict[str, Any], position: Position, *, best: bool, kept: bool) -> None:
        path = os.path.join(self.folder, PLACE, numbered_name(KEPT if kept else SPARE, position.step))
        try:
            if self._before is not None:
                self._before()
            sealed.write(path, state, position.step)
            self._name(path, LAST)
            if best:
                self._name(path, BEST)
        except OSError as error:
            raise durable.unwritable(path, error, self._rest()) from None
        if best:
            self._write_weights(BEST, state[WEIGHTS], position)
        self.saved, self._weights = position, state[WEIGHTS]
        self._prune(path)

    def _name(self, path: str, name: str) -> bool:
        """Give a checkpoint a second name; whether it had not got it already."""
        target = os.path.join(self.folder, name)
        if identity(path) == identity(target):
            return False
        durable.link(path, target)
        return True

    def _write_weights(self, name: str, weights: Mapping[str, Any], position: Position) -> None:
        path = os.path.join(self.folder, name.removesuffix(SUFFIX) + ".safetensors")
        about = {"format": "pt", **{field: str(value) for field, value in position._asdict().items()}}
        try:
            safetensors.write(path, weights, about)
        except OSError as error:
            raise durable.unwritable(path, error, self._rest()) from None

    def _prune(self, newest: str) -> None:
        """Remove the oldest, now that the newest is there."""
        others = sorted([(step, path) for step, path in numbered_files(self.folder) if path != newest], reverse=True)
        every = [newest, *[path for _, path in others]]
        kept = [path for path in every if os.path.basename(path).startswith(KEPT)]
        for path in every:
            if path not in every[:NEWEST] and path not in kept[: self.keep]:
                durable.remove(path)

    def _rest(self) -> tuple[str, ...]:
        """What of the run is still there."""
        return tuple(
            f"the newest checkpoint that is there is of step {step:,}: '{clip(path, 4096)}'"
            for step, path in list(candidates(self.folder))[:1]
        )

    def _put_aside(self, path: str) -> None:
        """Rename a damaged file, and take its other names away."""
        damaged = identity(path)
        try:
            os.replace(path, path + DAMAGED)
        except OSError:  # it is told anyway
            return
        for name in (LAST, BEST):
            other = os.path.join(self.folder, name)
            if identity(other) == damaged:
                durable.remove(other)


__all__ = ["Checkpoints", "Position", "Restored"]
