"""Clocks, warming up, and running several in turn."""

from __future__ import annotations

import gc
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.backends.bench_records import Sample, WarmUp
from cnninspect.backends.timing_stats import median

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Work = Callable[[], None]

WINDOW = 3
TOLERANCE = 0.1
MOST_WARM_RUNS = 30
MOST_WARM_SECONDS = 10.0
MOST_RUNS = 2000
"""So many runs are enough whatever time they took, unless more are asked for."""
WARMING = (
    f"Warmed up until the medians of the last {WINDOW} runs and of the {WINDOW} before are within "
    f"{TOLERANCE:.0%}, for at most {MOST_WARM_RUNS} runs or {MOST_WARM_SECONDS:.0f} s."
)


def event() -> Any:  # noqa: ANN401 - torch gives it no type
    """A mark in the course of CUDA's work that knows its time."""
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


class Clock:
    """Times one run on a device, from an idle device to an idle device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def time(self, work: Work) -> Sample:
        """Run once."""
        if self.device.type == "cuda":
            return self._on_cuda(work)
        self.wait()
        cpu, wall = process_time(), perf_counter()
        work()
        self.wait()
        return Sample(perf_counter() - wall, process_time() - cpu)

    def _on_cuda(self, work: Work) -> Sample:
        start, end = event(), event()
        self.wait()
        cpu = process_time()
        with torch.cuda.device(self.device):
            start.record()
            work()
            end.record()
        self.wait()
        return Sample(start.elapsed_time(end) / 1e3, process_time() - cpu)

    def wait(self) -> None:
        """Until the device has done all that it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()


def warm_up(work: Work, clock: Clock) -> WarmUp:
    """Run until runs take the same time; the first one, which may compile, is not held against the limit."""
    first = clock.time(work).seconds
    found: list[float] = []
    while len(found) + 1 < MOST_WARM_RUNS and sum(found) < MOST_WARM_SECONDS:
        found.append(clock.time(work).seconds)
        if stable(found):
            return WarmUp(len(found) + 1, True, first)
    return WarmUp(len(found) + 1, False, first)


def stable(seconds: Sequence[float]) -> bool:
    """Whether the last few took as long as those before them."""
    if len(seconds) < 2 * WINDOW:
        return False
    last, before = median(seconds[-WINDOW:]), median(seconds[-2 * WINDOW : -WINDOW])
    return abs(last - before) <= TOLERANCE * before


def in_turn(  # noqa: PLR0913 - what runs, and how often
    works: Sequence[Work],
    clock: Clock,
    found: Sequence[list[Sample]],
    *,
    runs: int,
    seconds: float,
    alike: bool = False,
) -> None:
    """Run all of them round after round, every other round backwards: A B, B A, …; adds to what is ``found``.

    Until each has run so often and for so long; the rounds of several are even in number, so that each has come
    first as often as last. What comes after another runs once before it is timed, unless they are ``alike``: the
    caches hold what the other one left there. The garbage collector waits meanwhile.
    """
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        turn, last = 0, 0
        while not _enough(found, turn, runs, seconds):
            for which in range(len(works)) if turn % 2 == 0 else reversed(range(len(works))):
                if which != last and not alike:
                    clock.time(works[which])
                found[which].append(clock.time(works[which]))
                last = which
            turn += 1
    finally:
        if collecting:
            gc.enable()


def _enough(found: Sequence[Sequence[Sample]], turn: int, runs: int, seconds: float) -> bool:
    if turn < runs or (len(found) > 1 and turn % 2):
        return False
    return turn >= MOST_RUNS or all(sum(sample.seconds for sample in samples) >= seconds for samples in found)
