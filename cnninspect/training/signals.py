"""Ctrl-C and a polite kill: the step is finished and the state written, then training ends; the second ends at once."""

from __future__ import annotations

import os
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType

WATCHED = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """While this lasts a signal asks, in ``number``, for a stop; 0 as long as none came."""

    def __init__(self, *, tells: bool = True, deaf: float = 0.0) -> None:
        """``tells``: whether this process says so; for ``deaf`` seconds a second signal is an echo of the first."""
        self.number = 0
        self.tells = tells
        self.deaf = deaf
        self._first = 0.0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:  # noqa: PYI034 - Self is not there in Python 3.10
        if threading.current_thread() is threading.main_thread():  # nobody else may take signals
            self._before = {number: signal.signal(number, self._took) for number in WATCHED}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _took(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.number and monotonic() - self._first < self.deaf:
            return
        if self.number:
            try:
                os.write(2, b"\n")
            except OSError:
                pass
            os._exit(128 + number)
        self.number, self._first = number, monotonic()
        if not self.tells:
            return
        try:
            os.write(2, b"\nstopping after this step; the same signal again stops at once\n")
        except OSError:
            pass


def exit_code(number: int) -> int:
    """What a process ends with that a signal has stopped."""
    return 128 + number
