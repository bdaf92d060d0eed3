"""A network run once for real: what each layer made, how long it took, what was alive, and where a NaN came from.

Three things are measured in runs of their own, so that none disturbs another: times, of the modules as they are,
between two probes; memory, with every operator watched; values, looked at after each layer.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.backends.build_network import LayerError
from cnninspect.backends.measure import Probe, probed
from cnninspect.backends.measure_memory import Alive
from cnninspect.backends.running_input import taken
from cnninspect.backends.running_memory import asked, out_of_memory
from cnninspect.backends.running_values import Top, Values, top_of, values_of
from cnninspect.backends.verify_runs import heads_of, samples, seeded
from cnninspect.passes.answers import gives
from cnninspect.records import Record
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from cnninspect.backends.build_network import Network
    from cnninspect.frontends.images import Array
    from cnninspect.ir import Graph
    from cnninspect.values import Shape

WARM_UP = 2


class Wanted(Record):
    """How to run."""

    batch: int = 1
    seed: int = 0
    train: bool = False
    runs: int = 5
    """How many runs are timed, after some that are not."""
    top: int = 5
    given: Array | None = None
    """What to run it on in place of random numbers."""
    normalize: str = "none"


class Layer(Record):
    """How one layer went."""

    node: int
    shapes: tuple[Shape, ...]
    """As they came, without the batch."""
    seconds: float
    """The median of the runs."""
    alive: int
    """The most bytes of activations at once while it ran."""
    values: Values


class Head(Record):
    """What the network gave under one name."""

    name: str
    shape: Shape
    values: Values
    top: tuple[Top, ...]
    """Of each sample the largest elements, where the head is a vector."""


class Bad(Record):
    """The first layer that made a number that is none."""

    node: int
    what: str
    why: str


class Ran(Record):
    """One network, run."""

    graph: Graph
    wanted: Wanted
    device: str
    dtype: str
    layers: tuple[Layer, ...]
    heads: tuple[Head, ...]
    seconds: tuple[float, ...]
    """Of each run of the whole network without probes, in order of their length."""
    peak: int
    bad: Bad | None
    notes: tuple[str, ...]
    """What was done to the input, and how times were taken."""


class _Clock(Probe):
    """When each layer began and ended."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.events: dict[int, tuple[Any, Any]] = {}
        self.now: Callable[[], Any] = perf_counter
        if device.type == "cuda":
            self.now = self._event
        elif device.type == "mps":
            self.now = self._waited

    @staticmethod
    def _event() -> Any:  # noqa: ANN401 - an event of the device
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    def _waited(self) -> float:
        wait(self.device)
        return perf_counter()

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        del read
        self.events[node] = self.now(), None

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        del made
        self.events[node] = self.events[node][0], self.now()

    def seconds(self) -> dict[int, float]:
        """Of each layer, once all is done."""
        wait(self.device)
        if self.device.type == "cuda":
            return {node: begun.elapsed_time(ended) / 1000 for node, (begun, ended) in self.events.items()}
        return {node: ended - begun for node, (begun, ended) in self.events.items()}


TIMED = {
    "cpu": "wall clock around each layer's call",
    "cuda": "events of the device around each layer's kernels",
    "mps": "wall clock around each layer, the device waited for",
}


def wait(device: torch.device) -> None:
    """Until the device has done all that it was told to."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def run_network(graph: Graph, network: Network, wanted: Wanted) -> Ran:
    """Run a built network; Problem is raised where it does not run, naming the layer."""
    weight = next((tensor for tensor in network.parameters() if tensor.is_floating_point()), None)
    device = torch.device("cpu") if weight is None else weight.device
    dtype = torch.float32 if weight is None else weight.dtype
    inputs, notes = _inputs(graph, wanted, device, dtype)
    network.train(wanted.train)
    try:
        with torch.no_grad(), seeded(wanted.seed, device):
            times = _times(network, inputs, wanted.runs, device)
            whole = _whole(network, inputs, wanted.runs, device)
            alive = Alive(network)
            with alive:
                probed(network, alive)(*[[given.clone()] for given in inputs])
            torch.manual_seed(wanted.seed)
            looked = _Look(graph)
            made = heads_of(graph, probed(network, looked)(*inputs), training=wanted.train)
    except LayerError as failed:
        raise _problem(failed) from None
    layers = [
        Layer(node, shapes, times[node], alive.each[node], looked.values[node])
        for node, shapes in looked.shapes.items()
    ]
    heads = [
        Head(name, tuple(head.shape), values_of((head,)), top_of(head, wanted.top, gives(graph, name)))
        for name, head in made.items()
    ]
    kind = str(dtype).rpartition(".")[2]
    note = f"times: {TIMED.get(device.type, TIMED['cpu'])}, median of {wanted.runs} runs after {WARM_UP}"
    bad = _bad(graph, network, inputs, looked)
    return Ran(graph, wanted, str(device), kind, tuple(layers), tuple(heads), whole, alive.peak, bad, (*notes, note))


def _inputs(
    graph: Graph, wanted: Wanted, device: torch.device, dtype: torch.dtype
) -> tuple[list[Tensor], tuple[str, ...]]:
    if wanted.given is None:
        note = f"input: random numbers, mean 0 and deviation 1, seed {wanted.seed}"
        return samples(graph, wanted.batch, wanted.seed, device, dtype), (note,)
    if len(graph.inputs) != 1:
        names = ", ".join([given.name for given in graph.inputs])
        raise Problem("bad-value", f"{graph.name} has {len(graph.inputs)} inputs ({names}), and one file is given")
    tensor, notes = taken(wanted.given, graph.inputs[0].shape, wanted.batch, wanted.normalize)
    return [tensor.to(device, dtype)], notes


def _times(network: Network, inputs: list[Tensor], runs: int, device: torch.device) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for number in range(WARM_UP + runs):
        clock = _Clock(device)
        probed(network, clock)(*inputs)
        for node, seconds in clock.seconds().items():
            if number >= WARM_UP:
                found.setdefault(node, []).append(seconds)
    return {node: median(times) for node, times in found.items()}


def _whole(network: Network, inputs: list[Tensor], runs: int, device: torch.device) -> tuple[float, ...]:
    found = []
    for number in range(1 + runs):
        wait(device)
        begun = perf_counter()
        network(*inputs)
        wait(device)
        if number:
            found.append(perf_counter() - begun)
    return tuple(sorted(found))


class _Look(Probe):
    """Looks at what every layer makes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.shapes: dict[int, tuple[Shape, ...]] = {}
        self.values: dict[int, Values] = {}

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        self.shapes[node] = tuple([tuple(tensor.shape[1:]) for tensor in made])
        self.values[node] = values_of(made)


def _bad(graph: Graph, network: Network, inputs: list[Tensor], looked: _Look) -> Bad | None:
    """The first layer in the order of running with a NaN or an infinity, and where it has it from."""
    found = next((node for node, values in looked.values.items() if values.nan or values.infinite), None)
    if found is None:
        return None
    values = looked.values[found]
    what = " and ".join([f"{n:,} {word}" for n, word in ((values.nan, "NaN"), (values.infinite, "infinite")) if n])
    what += f" of {values.numbers:,} numbers"
    if not all(bool(given.isfinite().all()) for given in inputs):
        return Bad(found, what, "the input has some already")
    node = graph.nodes[found]
    owner = node if node.shares is None else graph.nodes[node.shares]
    stored = dict(network.state_dict())
    keys = [owner.weight_key(key) for key in (*node.facts.weights, *node.facts.buffers)] if node.facts else []
    wrong = next((key for key in keys if key in stored and not bool(stored[key].isfinite().all())), None)
    if wrong is not None:
        return Bad(found, what, f"its weight '{wrong}' has some")
    return Bad(found, what, "all that it reads, and its weights, are finite")


def _problem(failed: LayerError) -> Problem:
    message = str(failed).partition("\n")[0]
    if not out_of_memory(failed):
        remedy = "--batch 2 or more, or a larger --input" if "Expected more than 1" in message else ""
        return Problem("cannot-run", message, help=remedy)
    need = asked(failed)
    which = "" if need is None else f", which asked for {need:,} bytes"
    place = f" at layer '{failed.layer}' ({failed.place})" if failed.layer else ""
    return Problem("out-of-memory", f"out of memory{place}{which}" if place or which else message)
