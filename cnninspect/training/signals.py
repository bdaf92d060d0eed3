"""Ctrl-C and a polite kill: the step is finished and the state written, then training ends; the second ends at once.

Python runs a signal's handler only between two of its instructions, and a step's way back may be one instruction of many
seconds. So each signal is also sent through a socket to a thread that is waiting for it: the answer is there when the key
is pressed, and so is the end.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import FrameType, TracebackType

WATCHED = (signal.SIGINT, signal.SIGTERM)
Self = TypeVar("Self", bound="Ear")


class Ear:
    """While this lasts a thread is told of signals, and what they did before they do not do."""

    watched: tuple[signal.Signals, ...] = WATCHED

    def __init__(self) -> None:
        self._before: dict[int, object] = {}

    def begin(self) -> None:
        """Listen, where that is possible."""
        if threading.current_thread() is threading.main_thread():  # nobody else may take signals
            self._ear, self._mouth = socket.socketpair()
            self._mouth.setblocking(False)
            _at_forks()
            _LISTENING.append(self)
            self._woken = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
            self._before = {number: signal.signal(number, self._took) for number in self.watched}
            self._thread = threading.Thread(target=self._listen, name="cnninspect-signals", daemon=True)
            self._thread.start()

    def __enter__(self: Self) -> Self:  # noqa: PYI019 - typing.Self is not there in Python 3.10
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before:
            self.forget()
            self._mouth.close()
            self._thread.join()
            self._ear.close()

    def forget(self) -> None:
        """Signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before = {}
        signal.set_wakeup_fd(self._woken)
        _LISTENING.remove(self)

    def heard(self, number: int) -> None:
        """In the thread: a signal has come."""
        raise NotImplementedError

    def _took(self, number: int, frame: FrameType | None) -> None:
        """What Python calls when it gets to it; the thread does the rest."""

    def _listen(self) -> None:
        while heard := self._ear.recv(1):
            if heard[0] in self.watched:
                self.heard(heard[0])


class Stop(Ear):
    """While this lasts a signal asks, in ``number``, for a stop; 0 as long as none came."""

    def __init__(self, *, tells: bool = True, deaf: float = 0.0) -> None:
        """``tells``: whether this process says so; for ``deaf`` seconds a second signal is an echo of the first."""
        super().__init__()
        self.number = 0
        self.tells = tells
        self.deaf = deaf
        self._first = 0.0

    def _took(self, number: int, frame: FrameType | None) -> None:
        """What the loop reads after its step."""
        del frame
        self.number = self.number or number

    def heard(self, number: int) -> None:
        """Say that it was heard; end at the second."""
        if self._first:
            if monotonic() - self._first >= self.deaf:
                _say(b"\n")
                os._exit(exit_code(number))
            return
        self.number, self._first = number, monotonic()
        if self.tells:
            _say(b"\nstopping after this step; the same signal again stops at once\n")


_LISTENING: list[Ear] = []
"""The innermost last."""


@cache
def _at_forks() -> None:
    os.register_at_fork(after_in_child=_forked)


def _forked() -> None:
    """What a child is told is not for its parent."""
    for ear in reversed(tuple(_LISTENING)):
        ear.forget()


def _say(text: bytes) -> None:
    try:
        os.write(2, text)
    except OSError:
        pass


def exit_code(number: int) -> int:
    """What a process ends with that a signal has stopped."""
    return 128 + number
