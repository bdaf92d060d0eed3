"""How long networks take and what memory they need: several in turn, case by case, in one run."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

import torch

from cnninspect.backends.bench_cases import REFUSED, Cases
from cnninspect.backends.bench_memory import Search, available, peak
from cnninspect.backends.bench_records import Bench, Largest, Machine
from cnninspect.backends.bench_subject import of_graph, of_import
from cnninspect.backends.build import choose_device
from cnninspect.backends.build_network import Network
from cnninspect.backends.room import with_room
from cnninspect.backends.running_memory import out_of_memory
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.backends.bench_records import LayerTimes, Wish
    from cnninspect.backends.bench_subject import Subject
    from cnninspect.ir import Graph

    Told = Callable[[str], None]


def bench(graph: Graph, others: Sequence[Graph | str], wish: Wish, told: Told | None = None) -> Bench:
    """Measure a network, in turn with others: graphs, or ``module:callable`` to import.

    Interrupted, it gives what it has. Raises Problem for what cannot be built, imported or had.
    """
    device = choose_device(wish.device, runs=True)
    if wish.largest and device.type not in ("cpu", "cuda"):
        raise Problem("bad-value", f"torch does not tell the memory that a run takes on {device.type}")
    if wish.largest and wish.memory is None and device.type != "cuda":
        message = f"the largest batch on {device.type} needs a limit: memory there has no end of its own"
        raise Problem("bad-value", message, help="say how much it may take, such as --memory 2GiB")
    threads = torch.get_num_threads()
    if wish.threads is not None:
        torch.set_num_threads(wish.threads)
    try:
        return with_room(lambda: _Run(graph, others, wish, device, told or (lambda _: None)).bench())
    finally:
        torch.set_num_threads(threads)


def machine(device: torch.device) -> Machine:
    """What runs it, and how busy it is."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(str(torch.__version__), str(device), clip(name, 80), cores, torch.get_num_threads(), load)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            told = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        told = []
    return told[0] if told else platform.processor() or platform.machine() or "unknown"


class _Run:
    """One benchmark while it goes on."""

    def __init__(
        self, graph: Graph, others: Sequence[Graph | str], wish: Wish, device: torch.device, told: Told
    ) -> None:
        self.wish, self.device, self.told = wish, device, told
        self.machine = machine(device)
        first = of_graph(graph, wish, device)
        self.subjects: list[Subject] = [first]
        for other in others:
            self.subjects.append(
                of_import(other, first.about.inputs, wish, device)
                if isinstance(other, str)
                else of_graph(other, wish, device)
            )
        self.cases = Cases(self.subjects, wish, device, told)
        self.largest: list[Largest] = []
        self.layers: LayerTimes | None = None

    def bench(self) -> Bench:
        """Every case, then what else was asked for."""
        interrupted = False
        try:
            for batch in self.wish.batches:
                for mode in self.wish.modes:
                    self.cases.case(mode, batch)
            if self.wish.layers:
                self.told("layer by layer")
                self.by_layer()
            for mode in self.wish.modes if self.wish.largest else ():
                self.search(mode)
        except KeyboardInterrupt:
            interrupted = True
        return Bench(
            self.wish,
            self.machine._replace(compiler=self.cases.compiler),
            tuple([subject.about for subject in self.subjects]),
            tuple(self.cases.found),
            tuple(self.cases.versus),
            self.layers,
            tuple(self.largest),
            tuple(dict.fromkeys(self.cases.notes)),
            interrupted,
        )

    def by_layer(self) -> None:
        """Where the time of the first one's forward goes, at the first batch."""
        from cnninspect.backends.bench_layers import layer_times

        subject, batch = self.subjects[0], self.wish.batches[0]
        assert subject.graph is not None
        graph, module = subject.graph, subject.module
        assert isinstance(module, Network)

        def measure() -> None:
            inputs = subject.inputs(batch, self.wish, self.device)
            with self.cases.keeping():
                self.layers = layer_times(graph, module, inputs, batch, self.cases.clock, self.wish)

        failure = self.cases.attempt(0, "forward", measure)
        if failure is not None:
            self.cases.notes.append(f"No times of layers: {failure.message}")
        self.cases.free()

    def search(self, mode: str) -> None:
        """The largest batch of the first one by trying."""
        limit = available(self.device) if self.wish.memory is None else self.wish.memory
        assert limit is not None
        predicted = self.cases.fitting(0, mode, limit)
        search = Search(lambda batch: self.fits(mode, batch, limit))
        batch: int | None = None
        try:
            batch = search.find(predicted)
        except REFUSED as error:
            self.cases.notes.append(f"No largest batch, {mode}: {self.cases.failure(error, 0, mode).message}")
        finally:
            if search.tried:
                self.largest.append(Largest(mode, limit, batch, tuple(search.tried.items()), predicted))

    def fits(self, mode: str, batch: int, limit: int) -> bool:
        """Whether one run at a batch keeps within the limit."""
        self.told(f"largest batch, {mode}: trying {batch:,}")
        found: int | None = None
        try:
            work = self.cases.work(0, mode, batch)
            if mode == "step":
                work.run()  # the optimizer makes its state in its first step
            found = peak(work, self.device)
        except REFUSED as error:
            if not out_of_memory(error):
                raise
            return False
        finally:
            self.cases.free()
        return found is None or found <= limit
