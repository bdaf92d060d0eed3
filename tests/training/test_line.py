"""The line between processes: each hears that another has failed, is done, or is gone."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from cnninspect.training import line
from cnninspect.training.launch import Alone, Launch, launched
from cnninspect.training.line import End, Middle, connect
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOON = 5.0


class Heard:
    """What one end is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []
        self.came = threading.Event()

    def __call__(self, text: str, told: bool) -> None:  # noqa: FBT001 - as the line calls it
        self.said.append((text, told))
        self.came.set()

    def soon(self) -> tuple[str, bool]:
        """What it is told next."""
        assert self.came.wait(SOON)
        return self.said[0]


@contextmanager
def three() -> Iterator[tuple[Middle, list[End], list[Heard]]]:
    """A line of three ends, all in this process."""
    heard = [Heard(), Heard(), Heard()]
    middle = Middle(3, "word", heard[0])
    ends = []
    for rank in (1, 2):
        link = connect(rank, 3, lambda: ("word", ["127.0.0.1"], middle.port))
        ends.append(End(rank, 3, link, heard[rank]))
    try:
        yield middle, ends, heard
    finally:
        for end in ends:
            gone(end)
        middle.server.close()
        closed(end.link.connection for end in ends)
        closed(link.connection for link in middle.links.values())


def gone(end: End) -> None:
    """What the system does with the connection of a process that is killed."""
    end.link.done = True  # its own thread says nothing any more
    hung_up(end.link.connection)


def hung_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is already
        pass


def closed(connections: Iterable[socket.socket]) -> None:
    """Wait until the threads that listen have closed them."""
    for connection in connections:
        deadline = monotonic() + SOON
        while connection.fileno() >= 0 and monotonic() < deadline:
            sleep(0.01)


def test_one_that_is_gone() -> None:
    """The first process tells it, all others hear that it has been told."""
    with three() as (_, ends, heard):
        gone(ends[1])
        said = f"rank 2 of 3 is gone: {line.GONE}"
        assert heard[0].soon() == (said, False)
        assert heard[1].soon() == (said, True)


def test_the_first_that_is_gone() -> None:
    """The second tells it, and no other."""
    with three() as (middle, _, heard):
        for link in middle.links.values():
            link.done = True  # its own thread is gone as well
        for link in middle.links.values():
            hung_up(link.connection)
        said = f"rank 0 of 3 is gone: {line.GONE}"
        assert heard[1].soon() == (said, False)
        assert heard[2].soon() == (said, True)


@pytest.mark.parametrize("rank", [0, 1])
def test_one_that_fails(rank: int) -> None:
    """Its own words reach all others, who need not print them."""
    with three() as (middle, ends, heard):
        (middle if rank == 0 else ends[0]).fail("the disk is full")
        for other in {0, 1, 2} - {rank}:
            assert heard[other].soon() == ("the disk is full", True)
        assert not heard[rank].said


def test_all_are_done() -> None:
    """Nobody leaves before all have said that they are done, and nobody is taken for gone after that."""
    with three() as (middle, ends, heard):
        left = [threading.Thread(target=end.done) for end in ends]
        left[0].start()
        left[0].join(0.2)
        assert left[0].is_alive()
        left[1].start()
        middle.done()
        for one in left:
            one.join(SOON)
            assert not one.is_alive()
        gone(ends[0])
        assert not any(one.said for one in heard)


def test_a_stranger_is_not_let_in() -> None:
    """Who does not know the word is nobody, whatever it says, and its end is no news."""
    heard = Heard()
    middle = Middle(2, "word", heard)
    for text in (b'{"token": "other", "rank": 1}\n', b"GET / HTTP/1.1\n\n", b'{"failed": "all"}\n', b"[1]\n"):
        with socket.create_connection(("127.0.0.1", middle.port)) as stranger:
            stranger.sendall(text)
    link = connect(1, 2, lambda: ("word", ["127.0.0.1"], middle.port))
    assert list(middle.links) == [1]
    assert not heard.said
    link.connection.close()
    assert heard.soon()[0].startswith("rank 1 of 2 is gone")
    middle.server.close()
    closed(one.connection for one in middle.links.values())


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first process is out of reach, that is said with the place where it was looked for."""
    monkeypatch.setattr(line, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Problem) as caught:
        connect(1, 2, lambda: ("word", ["127.0.0.1"], port))
    assert caught.value.message == f"rank 1 of 2 cannot reach rank 0 at 127.0.0.1:{port}"


STARTED = {"RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "here", "MASTER_PORT": "1"}


def test_how_a_process_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of torchrun tell a process its place; without them, or with a world of one, it is alone."""
    for name in (*STARTED, "TORCHELASTIC_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    assert launched() is None
    for name, value in STARTED.items():
        monkeypatch.setenv(name, value)
    assert launched() == Launch(1, 4, 1, "")
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert launched() is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RANK", "x", "the variable RANK is 'x', and a whole number is needed"),
        ("RANK", "4", "WORLD_SIZE is 4 and RANK 4"),
        ("MASTER_PORT", "", "WORLD_SIZE is 4 and RANK 1, and MASTER_PORT not set"),
    ],
)
def test_variables_that_say_nonsense(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start by half is a mistake that is told."""
    for key, text in {**STARTED, name: value}.items():
        monkeypatch.setenv(key, text)
    with pytest.raises(Problem) as caught:
        launched()
    assert caught.value.message == said


def test_alone_there_is_nobody_to_tell() -> None:
    """A process of its own prints what fails, leaves with its code, and knows of no restart."""
    alone = Alone()
    assert (alone.talks, alone.fails("x"), alone.leave(3), alone.remembered()) == (True, True, 3, None)
