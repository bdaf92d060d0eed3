"""What each layer takes of a forward: the network's own forward with a clock between its layers."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.backends.bench_records import LayerTime, LayerTimes
from cnninspect.backends.measure import Probe, probed
from cnninspect.backends.timing import event, in_turn, warm_up
from cnninspect.backends.timing_stats import median

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.backends.bench_records import Sample, Wish
    from cnninspect.backends.build_network import Network
    from cnninspect.backends.timing import Clock
    from cnninspect.ir import Graph


class Stopwatch(Probe):
    """Seconds for each layer, a list entry a run."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seconds: dict[int, list[float]] = {}
        self.began = 0.0
        self.pending: list[tuple[int, Any, Any]] = []
        """On CUDA: events between which a layer ran, to be read when all have run."""
        self.start: Any = None

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        del node, read
        if self.clock.device.type == "cuda":
            self.start = event()
            self.start.record()
            return
        self.clock.wait()
        self.began = perf_counter()

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        del made
        if self.clock.device.type == "cuda":
            end = event()
            end.record()
            self.pending.append((node, self.start, end))
            return
        self.clock.wait()
        self.seconds.setdefault(node, []).append(perf_counter() - self.began)

    def settle(self) -> None:
        """Read the events of a run that is over."""
        self.clock.wait()
        for node, start, end in self.pending:
            self.seconds.setdefault(node, []).append(start.elapsed_time(end) / 1e3)
        self.pending.clear()


def layer_times(  # noqa: PLR0913 - what to time, and how
    graph: Graph, network: Network, inputs: tuple[Tensor, ...], batch: int, clock: Clock, wish: Wish
) -> LayerTimes:
    """The shares of the layers; watched runs and plain ones take turns, so that the overhead of watching is known."""
    watch = Stopwatch(clock)
    network.eval()
    watched = probed(network, watch)

    def plain() -> None:
        with torch.inference_mode():
            network(*inputs)

    def seen() -> None:
        with torch.inference_mode():
            watched(*inputs)
        watch.settle()

    warm_up(plain, clock)
    warm_up(seen, clock)
    watch.seconds.clear()
    found: tuple[list[Sample], list[Sample]] = ([], [])
    in_turn((plain, seen), clock, found, runs=wish.runs, seconds=wish.seconds, alike=True)
    middles = {node: median(seconds) for node, seconds in watch.seconds.items()}
    whole = sum(middles.values())
    lines = [
        LayerTime(graph.nodes[node].name, graph.nodes[node].op, middle, middle / whole if whole else 0.0)
        for node, middle in sorted(middles.items())
    ]
    one, other = [median([sample.seconds for sample in samples]) for samples in found]
    return LayerTimes(batch, len(found[1]), one, other, tuple(lines))
