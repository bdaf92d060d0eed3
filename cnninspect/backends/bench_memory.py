"""The most memory that a run takes, as the device's own allocator has it, and the largest batch that fits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from cnninspect.backends import running_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor

    from cnninspect.backends.bench_work import Work

MOST = 2**24
"""No batch is tried beyond this."""


def peak(work: Work, device: torch.device) -> int | None:
    """The most bytes at once in one run, with what is there before it; None where the device does not tell."""
    base = stored(work.held())
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        work.run()
        torch.cuda.synchronize(device)
        return base + torch.cuda.max_memory_allocated(device) - before
    return base + traced(work.run) if device.type == "cpu" else None


def stored(tensors: Iterable[Tensor]) -> int:
    """The bytes of tensors, each storage once."""
    return sum({each._cdata: each.nbytes() for each in [tensor.untyped_storage() for tensor in tensors]}.values())  # noqa: SLF001


def traced(run: Callable[[], None]) -> int:
    """The most bytes that a run had from torch's allocator at once, beyond what was there: its trace, added up."""
    from torch.profiler import ProfilerActivity, profile

    before = os.environ.get("KINETO_LOG_LEVEL")
    os.environ["KINETO_LOG_LEVEL"] = "99"  # the tracer reports on itself, to standard error
    try:
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as trace:
            run()
    finally:
        if before is None:
            del os.environ["KINETO_LOG_LEVEL"]
        else:
            os.environ["KINETO_LOG_LEVEL"] = before
    events = [event for event in trace.profiler.kineto_results.events() if event.name() == "[memory]"]
    return height([event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())])


def height(changes: Iterable[int]) -> int:
    """The highest that a sum from 0 gets."""
    now = most = 0
    for change in changes:
        now += change
        most = max(most, now)
    return most


def available(device: torch.device) -> int | None:
    """The bytes that a network could have; None where the system does not tell."""
    if device.type != "cuda":
        return running_memory.available(device)
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


class Search:
    """The largest batch that fits, by doubling the distance from a guess and then halving what is left."""

    def __init__(self, fits: Callable[[int], bool]) -> None:
        self.fits = fits
        self.tried: dict[int, bool] = {}

    def find(self, guess: int | None) -> int:
        """The largest that fits, 0 for none; the guess decides how many are tried and never what is found."""
        low, high = 0, MOST + 1  # the one fits, the other does not
        at = min(max(guess or 1, 1), MOST)
        step = max(at // 64, 1)
        while low < at < high:
            if self.ask(at):
                low, at = at, min(at + step, MOST)
            else:
                high, at = at, max(at - step, 1)
            step *= 2
            if len(set(self.tried.values())) > 1:
                break
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.ask(middle) else (low, middle)
        return low

    def ask(self, batch: int) -> bool:
        """Try one, and remember."""
        self.tried[batch] = self.fits(batch)
        return self.tried[batch]
