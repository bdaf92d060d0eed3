"""The cases of a benchmark: each network at a batch in a mode, in turn with the others, or why it could not run."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.backends.bench_compile import Breaks, compiled, refused
from cnninspect.backends.bench_memory import available, peak
from cnninspect.backends.bench_records import Case, Failure, Versus
from cnninspect.backends.bench_work import Work
from cnninspect.backends.build_network import REFUSALS, LayerError
from cnninspect.backends.malloc import TOLD, Keeping
from cnninspect.backends.running_memory import asked, out_of_memory
from cnninspect.backends.timing import WARMING, Clock, in_turn, warm_up
from cnninspect.backends.timing_stats import ratio, spread
from cnninspect.passes.memory import largest_batch, memory
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from cnninspect.backends.bench_records import Sample, WarmUp, Wish
    from cnninspect.backends.bench_subject import Subject

    Told = Callable[[str], None]

MIDDLE = 200
REFUSED = (*REFUSALS, MemoryError, LookupError, AttributeError, ArithmeticError)
"""What a module may raise when it cannot run; torch's compiler's errors are among them."""


class Cases:
    """What has been measured so far."""

    def __init__(self, subjects: Sequence[Subject], wish: Wish, device: torch.device, told: Told) -> None:
        self.subjects, self.wish, self.device, self.told = subjects, wish, device, told
        self.clock = Clock(device)
        self.found: list[Case] = []
        self.versus: list[Versus] = []
        self.notes: list[str] = [WARMING]
        self.compiler: str | None = None

    def case(self, mode: str, batch: int) -> None:
        """All of them at one batch in one mode; what was measured is kept whatever happens."""
        if self.wish.compile:
            torch.compiler.reset()  # what was compiled for another case would be made general, and slow
        running = Running()
        try:
            with self.keeping():
                for at, subject in enumerate(self.subjects):
                    self.told(f"{subject.about.name}, {mode}, batch {batch:,}: warming up")
                    failure = self.attempt(at, mode, lambda at=at: self.begin(at, mode, batch, running))  # type: ignore[misc]
                    if failure is None:
                        running.samples[at] = []
                    else:
                        running.works.pop(at, None)
                        self.found.append(self.empty(at, mode, batch)._replace(failure=failure))
                self.told(f"{mode}, batch {batch:,}: timing")
                self.time(mode, batch, running)
            for at in running.samples:
                self.weigh(at, mode, running)
        finally:
            self.keep(mode, batch, running)
            running.works.clear()
            self.free()

    def keeping(self) -> AbstractContextManager[object]:
        """In which times are taken: unless that is not wanted, memory stays with the process."""
        if self.wish.give_back:
            return nullcontext()
        keeping = Keeping(self.device)
        if keeping.libc is not None and TOLD not in self.notes:
            self.notes.insert(1, TOLD)
        return keeping

    def begin(self, at: int, mode: str, batch: int, running: Running) -> None:
        """Make the inputs, and run until times are steady."""
        running.works[at] = self.work(at, mode, batch, compiling=self.wish.compile)
        try:
            running.warm[at] = warm_up(running.works[at].run, self.clock)
        except REFUSED as error:
            if not self.wish.compile or not refused(error):
                raise
            self.in_parts(at, mode, batch, running)
        else:
            running.breaks[at] = 0 if self.wish.compile else None

    def in_parts(self, at: int, mode: str, batch: int, running: Running) -> None:
        """Compile what is not one graph as several, and tell how often it breaks."""
        running.works[at] = self.work(at, mode, batch, compiling=True, whole=False)
        with Breaks() as found:
            running.warm[at] = warm_up(running.works[at].run, self.clock)
        running.breaks[at] = found.count
        name, plural = clip(self.subjects[at].about.name, 60), "s" if found.count != 1 else ""
        why = f", the first: {clip(found.first, MIDDLE)}" if found.first else ""
        self.notes.append(f"torch.compile, {name}, {mode}: {found.count:,} graph break{plural}{why}")

    def work(self, at: int, mode: str, batch: int, *, compiling: bool = False, whole: bool = True) -> Work:
        """What one of them does in a run; compiled as a whole unless that is not to be."""
        subject = self.subjects[at]
        call: Any = subject.module
        if compiling:
            call, self.compiler, note = compiled(subject.module, self.device, whole=whole)
            self.notes += [note] if note else []
        inputs = subject.inputs(batch, self.wish, self.device)
        return Work(subject.module, call, inputs, mode, self.wish.optimizer)

    def time(self, mode: str, batch: int, running: Running) -> None:
        """Run them in turn; what ran before a failure counts."""
        if not running.samples:
            return
        works = [running.works[at].run for at in running.samples]
        samples = [*running.samples.values()]
        try:
            in_turn(works, self.clock, samples, runs=self.wish.runs, seconds=self.wish.seconds)
        except REFUSED as error:
            failure = self.failure(error, next(iter(running.samples)), mode)
            self.notes.append(f"Timing of {mode}, batch {batch:,} ended early: {failure.message}")
            for at in [at for at, own in running.samples.items() if not own]:
                del running.samples[at]
                self.found.append(self.empty(at, mode, batch)._replace(failure=failure))

    def weigh(self, at: int, mode: str, running: Running) -> None:
        """The memory of one of them, in a run that is not timed."""

        def measure() -> None:
            running.peaks[at] = peak(running.works[at], self.device)

        failure = self.attempt(at, mode, measure)
        if failure is not None:
            self.notes.append(f"Memory was not measured: {failure.message}")

    def attempt(self, at: int, mode: str, do: Callable[[], None]) -> Failure | None:
        """Do it; or why it could not be done."""
        try:
            do()
        except REFUSED as error:
            return self.failure(error, at, mode)
        return None

    def failure(self, error: Exception, at: int, mode: str) -> Failure:
        """What is told of an error."""
        lack = out_of_memory(error)
        layer, place = (error.layer, error.place) if isinstance(error, LayerError) else (None, None)
        message = clip(str(error).strip().partition("\n")[0], MIDDLE) or type(error).__name__
        fits = self.fitting(at, mode, available(self.device)) if lack else None
        return Failure(message, lack, layer, place, fits, asked(error) if lack else None)

    def keep(self, mode: str, batch: int, running: Running) -> None:
        """Turn samples into a case for each, and into ratios."""
        for at, samples in running.samples.items():
            if samples:
                case = self.empty(at, mode, batch)._replace(
                    samples=tuple(samples),
                    spread=spread([sample.seconds for sample in samples]),
                    cpu=spread([sample.cpu for sample in samples]),
                    warm=running.warm[at],
                    memory=running.peaks.get(at),
                    breaks=running.breaks.get(at),
                )
                self.found.append(case)
        self.found.sort(key=self.place)
        first = running.samples.get(0, [])
        for at, samples in running.samples.items():
            seconds = ratio([each.seconds for each in first], [each.seconds for each in samples], seed=self.wish.seed)
            cpu = ratio([each.cpu for each in first], [each.cpu for each in samples], seed=self.wish.seed)
            if at and seconds is not None:
                self.versus.append(Versus(at, mode, batch, seconds, cpu if self.device.type == "cpu" else None))

    def place(self, case: Case) -> tuple[int, int, int]:
        """Where a case stands: by batch, mode and subject as they were asked for."""
        return self.wish.batches.index(case.batch), self.wish.modes.index(case.mode), case.subject

    def empty(self, at: int, mode: str, batch: int) -> Case:
        """A case with the prediction alone."""
        graph, predicted = self.subjects[at].graph, None
        if graph is not None:
            found = memory(graph, batch=batch, dtype=self.wish.dtype, optimizer=self.optimizer(mode))
            predicted = found.inference if mode == "forward" else found.training
        return Case(at, mode, batch, predicted=predicted)

    def optimizer(self, mode: str) -> str:
        """The one whose state is there in a mode."""
        return self.wish.optimizer if mode == "step" else "sgd"

    def fitting(self, at: int, mode: str, limit: int | None) -> int | None:
        """The largest batch that should fit into so many bytes."""
        graph = self.subjects[at].graph
        if graph is None or limit is None:
            return None
        found = largest_batch(graph, limit, dtype=self.wish.dtype, optimizer=self.optimizer(mode))
        return (found.inference if mode == "forward" else found.training).batch

    def free(self) -> None:
        """Give memory back before the next case."""
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


class Running:
    """One case while it goes on; everything by the number of the network."""

    def __init__(self) -> None:
        self.works: dict[int, Work] = {}
        self.warm: dict[int, WarmUp] = {}
        self.samples: dict[int, list[Sample]] = {}
        """Of those that could be run, in the order in which they run."""
        self.peaks: dict[int, int | None] = {}
        self.breaks: dict[int, int | None] = {}
