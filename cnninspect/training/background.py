"""One piece of work beside the training: at most one at a time, and what it meets is not lost."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Background:
    """Runs one piece of work after the other in a thread of its own.

    The thread is not a daemon: a program that ends waits for the file that is being written.
    """

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._error: BaseException | None = None

    @property
    def busy(self) -> bool:
        """Whether a piece of work is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[], None]) -> None:
        """Begin a piece of work, when the one before is done; raises what that one met."""
        self.wait()
        self._thread = Thread(target=self._run, args=(work,), name="cnninspect-checkpoint")
        self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the training stands
            self._error = error

    def check(self) -> None:
        """Raise, once, what a piece of work met."""
        if self._error is not None and not self.busy:
            error, self._error = self._error, None
            raise error

    def wait(self) -> None:
        """Wait until nothing is under way, and raise what the work met."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.check()
