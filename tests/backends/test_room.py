"""Calls in a loop ask the system for nothing, however deep the loop lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect.backends.room import with_room

resource = pytest.importorskip("resource")

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTHS = 400
"""Frames that fill a chunk of Python's stack twice."""
CALLS = 500


def leaf(first: int, second: int, third: int) -> int:
    """A frame of some size."""
    return first + second + third


def loop() -> int:
    """The page faults of a loop of calls."""
    before: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for index in range(CALLS):
        leaf(index, 2, 3)
    after: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    return after - before


def at_depth(depth: int, work: Callable[[], int]) -> int:
    """Do the work below so many frames."""
    return at_depth(depth - 1, work) if depth else work()


def test_no_call_asks_for_more() -> None:
    """With room a loop faults nowhere once for each call; without, CPython 3.11 and 3.12 do so at some depth."""
    worst = max(at_depth(depth, lambda: with_room(loop)) for depth in range(DEPTHS))
    assert worst < CALLS // 10


def test_what_is_found_and_raised() -> None:
    """What the work finds comes back, and so does what it raises."""
    assert with_room(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 // 0)
