"""Room on Python's stack, so that no call in a hot loop asks the system for more.

CPython keeps its frames in chunks of 16 KiB. It takes another one when a call does not fit and gives it back when the
call returns: a loop whose calls meet the end of a chunk pays for two system calls and a page fault each time. Whether
they do is a matter of how deep the loop happens to lie, and of how large the frames above it are: of two compiled
mobilenet_v2 it made the one 13 to 16 % slower. A chunk is as large as the frame that asks for it, so one large frame makes room
for all that it calls.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = TypeVar("Found")

SLOTS = 2**15
"""Of 8 bytes: a frame of so many takes half of a chunk of 512 KiB, and leaves the other half."""


def _call(work: Callable[[], Found]) -> Found:
    return work()


_roomy = FunctionType(_call.__code__.replace(co_stacksize=SLOTS), globals())


def with_room(work: Callable[[], Found]) -> Found:
    """Do the work with 256 KiB of room on the stack."""
    found: Found = _roomy(work)
    return found
