"""Batches that are made ahead by a thread of their own: in order, with their errors, and without anything left behind."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

import torch

from cnninspect.data import ahead
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.torch

HERE = torch.zeros(1)


def work(count: int, done: list[int]) -> Iterator[Callable[[], int]]:
    def piece(number: int) -> int:
        done.append(number)
        if number == 50:
            raise Problem("bad-data", "the fifty-first is broken")
        return number

    return (partial(piece, number) for number in range(count))


def test_in_order() -> None:
    """What a thread makes comes in the order of the work, and no more of it waits than was meant to."""
    done: list[int] = []
    for number, found in enumerate(ahead.made(work(40, done), HERE, "cuda")):
        assert found == number
        assert len(done) <= number + ahead.DEPTH + 3
    assert done == list(range(40))


def test_at_once_where_nothing_is_gained() -> None:
    """On the CPU each piece is made when it is asked for, without a thread."""
    done: list[int] = []
    found = ahead.made(work(5, done), HERE, "cpu")
    assert (next(found), done) == (0, [0])


def test_errors_arrive() -> None:
    """What goes wrong in the thread is raised where the batch is waited for."""
    with pytest.raises(Problem, match="the fifty-first is broken"):
        list(ahead.made(work(60, []), HERE, "cuda"))
    assert not [thread for thread in threading.enumerate() if thread.name == "batches"]


def test_leaving_early() -> None:
    """An epoch that is left in its middle leaves no thread behind."""
    found = ahead.made(work(40, []), HERE, "cuda")
    assert next(found) == 0
    assert [thread for thread in threading.enumerate() if thread.name == "batches"]
    found.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "batches"]


def test_moved_to_where_it_is() -> None:
    """A tensor that is where it should be is not copied."""
    assert ahead.moved(HERE, "cpu") is HERE
