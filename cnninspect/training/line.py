"""A line between processes that train together, beside their work: that one failed, is done, or is gone.

A process that waits in an exchange of gradients for one that is dead hears nothing; on GPUs it would wait for ever. So
each has a connection to the first one, over which nothing goes as long as all is well. The system closes the
connections of a process that is killed at once, and asks after a machine that is silent (keepalive) within seconds.
"""

from __future__ import annotations

import json
import selectors
import socket
import threading
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 600.0
"""Seconds in which all have to be there."""
PAUSE = 0.1
ANSWER = 5.0
"""Seconds in which one that is called has to answer."""
LONGEST = 2**16
"""Bytes of a message at most."""
GONE = "its process was killed, or its machine is lost"


class Link:
    """One connection: messages of one line each."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.done = False
        """Whether the other end has said that it is done, or why it is not."""
        self._read = b""
        _watched(connection)

    def say(self, message: dict[str, Any]) -> None:
        """Send a message, if anybody is there."""
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass

    def hear(self) -> list[dict[str, Any]] | None:
        """Wait for messages; None where nobody is there any more."""
        try:
            data = self.connection.recv(LONGEST)
        except OSError:
            return None
        self._read += data
        if not data or len(self._read) > LONGEST:
            return None
        *whole, self._read = self._read.split(b"\n")
        try:
            found = [json.loads(line) for line in whole]
        except ValueError:
            return None
        return [message for message in found if isinstance(message, dict)]


class Line:
    """The end of the line that a process has.

    ``heard`` is told, in a thread, why another process has ended, and whether somebody has printed that already.
    """

    def __init__(self, rank: int, heard: Callable[[str, bool], None]) -> None:
        self.rank = rank
        self.heard = heard
        self.closed = threading.Event()
        """Set when all have said that they are done."""

    def fail(self, text: str) -> None:
        """Tell all others why this process ends."""
        raise NotImplementedError

    def done(self) -> None:
        """Tell the others that this process is done, and wait until all are."""
        raise NotImplementedError


class Middle(Line):
    """The end of the first process, to which all others are connected."""

    def __init__(self, size: int, token: str, heard: Callable[[str, bool], None]) -> None:
        super().__init__(0, heard)
        self.size = size
        self.token = token
        self.server = socket.create_server(("", 0), backlog=size)
        self.port = int(self.server.getsockname()[1])
        self.links: dict[int, Link] = {}
        self._ready = selectors.DefaultSelector()
        self._ready.register(self.server, selectors.EVENT_READ)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            for key, _ in self._ready.select():
                if key.data is None:
                    link = Link(self.server.accept()[0])
                    self._ready.register(link.connection, selectors.EVENT_READ, link)
                else:
                    self._heard_from(key.data)

    def _heard_from(self, link: Link) -> None:
        rank = next((rank for rank, one in self.links.items() if one is link), None)
        messages = link.hear()
        if messages is None:
            self._ready.unregister(link.connection)
            link.connection.close()
            if rank is not None and not link.done:
                self._failed(rank, f"rank {rank} of {self.size} is gone: {GONE}", told=False)
            return
        for message in messages:
            if rank is None:
                rank = self._greeted(link, message)
            elif "failed" in message:
                link.done = True
                self._failed(rank, str(message["failed"]), told=True)
            elif "done" in message:
                link.done = True
        if len(self.links) == self.size - 1 and all(one.done for one in self.links.values()):
            self.closed.set()

    def _greeted(self, link: Link, message: dict[str, Any]) -> int | None:
        """Let in whoever knows the word."""
        if message.get("token") != self.token or not isinstance(message.get("rank"), int):
            return None
        self.links[message["rank"]] = link
        link.say({"welcome": self.token})
        return int(message["rank"])

    def _failed(self, rank: int, text: str, *, told: bool) -> None:
        for other, link in self.links.items():
            if other != rank:
                link.say({"failed": text})
        self.heard(text, told)

    def fail(self, text: str) -> None:
        for link in self.links.values():
            link.say({"failed": text})

    def done(self) -> None:
        self.closed.wait()
        for link in self.links.values():
            link.say({"done": True})


class End(Line):
    """The end of every other process."""

    def __init__(self, rank: int, size: int, link: Link, heard: Callable[[str, bool], None]) -> None:
        super().__init__(rank, heard)
        self.size = size
        self.link = link
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            messages = self.link.hear()
            if messages is None:
                self.link.connection.close()
                if not self.link.done:  # the next one tells it for all
                    self.heard(f"rank 0 of {self.size} is gone: {GONE}", self.rank != 1)
                return
            for message in messages:
                if "failed" in message:
                    self.link.done = True
                    self.heard(str(message["failed"]), True)
                elif "done" in message:
                    self.link.done = True
                    self.closed.set()

    def fail(self, text: str) -> None:
        self.link.say({"failed": text})

    def done(self) -> None:
        self.link.say({"done": True})
        self.closed.wait()


def connect(rank: int, size: int, asked: Callable[[], tuple[str, Sequence[str], int]]) -> Link:
    """Connect to the first process, which says (``asked``, again and again) by what word and where it is to be found."""
    deadline, places = monotonic() + PATIENCE, ""
    while monotonic() < deadline:
        token, hosts, port = asked()
        for host in hosts:
            link = _called(host, port, rank, token)
            if link is not None:
                return link
        places = ", ".join([f"{clip(host, 80)}:{port}" for host in hosts])
        sleep(PAUSE)
    message = f"rank {rank} of {size} cannot reach rank 0 at {places}"
    raise Problem("cannot-train", message, help="machines that train together have to reach each other on all ports")


def _called(host: str, port: int, rank: int, token: str) -> Link | None:
    try:
        connection = socket.create_connection((host, port), timeout=ANSWER)
    except OSError:
        return None
    link = Link(connection)
    link.say({"token": token, "rank": rank})
    if {"welcome": token} in (link.hear() or []):
        connection.settimeout(None)
        return link
    connection.close()
    return None


def _watched(connection: socket.socket) -> None:
    """Let the system ask after a silent machine: after 2 seconds, each second, four times."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 2), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
