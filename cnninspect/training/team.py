"""The processes that were started together, from their first moment to their last: all end when one does, and one says why.

Before there is anything to train, and after it, they know each other by a store that torchrun keeps, or the first of
them; and by a line on which each hears at once that another has ended.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from datetime import timedelta
from time import sleep, time
from typing import TYPE_CHECKING, Any

from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from cnninspect.training.launch import Alone, Launch
from cnninspect.training.line import PATIENCE, End, Line, Middle, connect
from cnninspect.training.signals import Ear, exit_code
from cnninspect.values import clip

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

GRACE = 4.0
"""Seconds in which a process may end in order that has heard of another's end."""
RUMOUR = 3.0
"""Seconds after a failed exchange within which the cause is heard of, if it is another process."""
DAY = timedelta(days=1)
CODE, SIGNALS = 2, 128


class Ended(Ear):
    """A polite kill before a training and after it: torchrun's, as soon as another process has ended, comes before the news of it."""

    watched = (signal.SIGTERM,)

    def __init__(self, came: threading.Event) -> None:
        super().__init__()
        self._came = came

    def heard(self, number: int) -> None:
        """Let the news be told, which ends this process too; without news it is this process that was meant."""
        if not self._came.wait(RUMOUR):
            _flush()
            os._exit(exit_code(number))


class Team(Alone):
    """The company of a process that was started with others."""

    launch: Launch

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.talks = launch.rank == 0
        self.news = ""
        """Why another process has ended."""
        self.failed = False
        self._came = threading.Event()
        found = next(rendezvous("env://", timeout=timedelta(seconds=PATIENCE)))
        self._store: Store = found[0]
        self.token, self._line = self._connected()
        self.store = PrefixStore(f"cnninspect/{self.token}", self._store)
        """What this start of these processes, and no restart, has in common."""
        os.register_at_fork(after_in_child=self._forked)
        Ended(self._came).begin()

    def _connected(self) -> tuple[str, Line]:
        rank, size, store, key = self.launch.rank, self.launch.size, self._store, "cnninspect/line"
        if rank == 0:
            token = os.urandom(16).hex()
            middle = Middle(size, token, self._heard)
            hosts = [os.environ["MASTER_ADDR"], socket.gethostname(), socket.getfqdn(), "127.0.0.1"]
            store.set(key, json.dumps([token, list(dict.fromkeys(hosts)), middle.port]))
            return token, middle
        asked: list[Any] = []

        def ask() -> tuple[str, list[str], int]:
            asked[:] = json.loads(store.get(key))
            return asked[0], asked[1], asked[2]

        link = connect(rank, size, ask)
        return str(asked[0]), End(rank, size, link, self._heard)

    def _forked(self) -> None:
        """A worker holds no end of the line: it would hide that its process has gone."""
        line = self._line
        links = list(line.links.values()) if isinstance(line, Middle) else [line.link] if isinstance(line, End) else []
        for link in links:
            os.close(link.connection.detach())

    # --- ends ------------------------------------------------------------------------------

    def _heard(self, text: str, told: bool) -> None:  # noqa: FBT001 - called by the line
        """In a thread: another process has ended; this one ends, in order if it can."""
        if self.news or self.failed:
            return
        self.news = text
        threading.Thread(target=_end, daemon=True).start()
        if not told:
            _print(f"cnninspect: {text}; all others end\n")
        _for_torchrun(text)
        self._came.set()

    def fails(self, text: str, error: BaseException | None = None) -> bool:
        """Tell the others why this process ends; whether it has to print that itself, and no other has."""
        if isinstance(error, RuntimeError) or isinstance(
            getattr(error, "__cause__", None), RuntimeError
        ):  # perhaps an exchange that has failed because another process is gone
            self._came.wait(RUMOUR)
        if self.news:
            return False
        self.failed = True
        first = self._claims()
        rank, size = self.launch.rank, self.launch.size
        said = f"rank {rank} of {size}: {clip(text, 2000)}"
        _for_torchrun(said)
        self._line.fail(said)
        if first:
            _print(f"cnninspect: rank {rank} of {size} cannot go on, and all others end with it\n")
        return first

    def _claims(self) -> bool:
        """Whether this is the first process to fail: what goes wrong in all of them alike is said once."""
        try:
            return bool(self.store.add("failed", 1) == 1)
        except RuntimeError:
            return True

    def leave(self, code: int) -> int:
        """End together: none is taken for dead, or killed by torchrun, while another still writes."""
        if not self.failed and not self.news:
            _flush()
            self._line.done()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun sends it as soon as the first has ended
            if code >= SIGNALS:
                _for_torchrun(f"stopped by signal {code - SIGNALS}: the state is written, and the run can go on")
            return code
        if self.news:
            self._came.wait(RUMOUR)  # until it is told
        _flush()
        os._exit(code or CODE)  # what lies in an exchange with one that is gone is not waited for

    # --- what is common ----------------------------------------------------------------------

    def first(self) -> None:
        if self.launch.local:
            self.store.wait([f"fetched/{socket.gethostname()}"], DAY)

    def fetched(self) -> None:
        if not self.launch.local:
            self.store.set(f"fetched/{socket.gethostname()}", "1")

    def remember(self, folder: str) -> None:
        if self.talks:
            self._store.set(self._key(), os.path.abspath(folder))

    def remembered(self) -> str | None:
        if not self._store.check([self._key()]):
            return None
        return bytes(self._store.get(self._key())).decode("utf-8")

    def _key(self) -> str:
        return f"cnninspect/run/{self.launch.run}"


def _end() -> None:
    sleep(GRACE)
    _flush()
    os._exit(CODE)


def _for_torchrun(text: str) -> None:
    """Write the cause where torchrun looks for it."""
    path = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if not path:
        return
    about = {"message": text, "extraInfo": {"py_callstack": text, "timestamp": str(int(time()))}}
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"message": about}, file)
    except OSError:
        pass


def _print(text: str) -> None:
    try:
        os.write(2, text.encode("utf-8", "replace"))
    except OSError:
        pass


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass
