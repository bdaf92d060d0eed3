"""Batches that are made and brought to the device while it is still busy with the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from torch import Tensor

DEPTH = 2
"""Batches that wait."""

_T = TypeVar("_T")


def moved(tensor: Tensor, device: str) -> Tensor:
    """The tensor on a device; without waiting for the copy, out of memory that cannot be swapped out, where that helps."""
    if tensor.device.type != "cpu" or device == "cpu":
        return tensor
    if device.startswith("cuda"):
        tensor = tensor if tensor.is_pinned() else tensor.contiguous().pin_memory()
    return tensor.to(device, non_blocking=True)


def made(work: Iterable[Callable[[], _T]], held: Tensor, device: str) -> Iterator[_T]:
    """What each piece of work makes, in order; in a thread of its own where the host works for another device."""
    if device == "cpu" or held.device.type != "cpu":
        for piece in work:
            yield piece()
        return
    yield from _threaded(work)


def _threaded(work: Iterable[Callable[[], _T]]) -> Iterator[_T]:
    from queue import Empty, Full, Queue
    from threading import Event, Thread

    done: Queue[tuple[bool, _T | BaseException | None]] = Queue(DEPTH)
    left = Event()

    def put(item: tuple[bool, _T | BaseException | None]) -> None:
        while not left.is_set():
            try:
                done.put(item, timeout=0.1)
            except Full:
                continue
            return

    def run() -> None:
        try:
            for piece in work:
                if left.is_set():
                    return
                put((True, piece()))
            put((False, None))
        except BaseException as error:  # noqa: BLE001 - raised again where the batch is waited for
            put((False, error))

    thread = Thread(target=run, name="batches", daemon=True)
    thread.start()
    try:
        while True:
            try:
                more, item = done.get(timeout=1)
            except Empty:
                if thread.is_alive():
                    continue
                return
            if not more:
                if item is not None:
                    raise item  # type: ignore[misc]
                return
            yield item  # type: ignore[misc]
    finally:
        left.set()
        thread.join()
