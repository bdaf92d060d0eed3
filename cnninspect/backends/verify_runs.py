"""A network run in both modes, with everything written down that the static engine has a figure for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnninspect.backends.build_network import LayerError
from cnninspect.backends.measure import Probe, probed
from cnninspect.backends.measure_memory import Saving
from cnninspect.backends.running_memory import out_of_memory
from cnninspect.backends.verify_figures import DIFFERS, UNKNOWN, Figure
from cnninspect.passes.usage import heads
from cnninspect.records import Record
from cnninspect.values import show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph
    from cnninspect.values import Shape


class Wrong(Record):
    """A tensor that has another shape than stated."""

    layer: str
    note: str


class Shapes(Probe):
    """Holds every tensor against its stated shape, and counts the multiply-accumulates of each layer."""

    def __init__(self, graph: Graph, batch: int, counter: FlopCounterMode | None = None) -> None:
        self.graph = graph
        self.batch = batch
        self.counter = counter
        self.before_it = 0
        self.seen = 0
        self.wrong: list[Wrong] = []
        self.macs: dict[int, int] = {}

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        del node, read
        self.before_it = self._flops()

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        self.macs[node] = (self._flops() - self.before_it) // 2
        entry = self.graph.nodes[node]
        self.seen += len(entry.outputs)
        for number, shape in enumerate(entry.outputs):
            expected = None if shape is None else (self.batch * entry.copies, *shape)
            found = tuple(made[number].shape) if number < len(made) else None
            if found != expected:
                is_stated = f"output {number} is {show_shape(found)}, stated {show_shape(expected)}"
                self.wrong.append(Wrong(entry.name, is_stated))

    def _flops(self) -> int:
        return 0 if self.counter is None else int(self.counter.get_total_flops())


class Ran(Record):
    """One run."""

    mode: str
    shapes: Shapes
    macs: dict[int, int]
    """Of each layer that ran."""
    stated: tuple[tuple[str, Shape], ...]
    """The heads with their shapes, as stated and as they came."""
    heads: tuple[tuple[str, Shape], ...]
    saved: dict[int, int]
    """What each layer was the first to keep for backward."""
    error: Figure | None
    made: dict[str, Tensor]
    """The heads themselves."""
    large: dict[int, str] = {}  # noqa: RUF012 - a default of a tuple that nobody changes
    """Layers whose output takes more than its size, and why."""

    def left_out(self) -> Ran:
        """A run in training that was not asked for."""
        figure = Figure("", UNKNOWN, None, None, "", None, LEFT_OUT)
        return Ran("in training", self.shapes, {}, (), (), {}, figure, {})


NOT_RUN = "the network did not run to its end"
LEFT_OUT = "training was left out"


def samples(
    graph: Graph, batch: int, seed: int, device: torch.device, dtype: torch.dtype = torch.float32
) -> list[Tensor]:
    """Random inputs, drawn on the CPU so that a seed means the same on every device."""
    if device.type == "meta":
        return [torch.empty(batch, *given.shape, device=device, dtype=dtype) for given in graph.inputs]
    random = torch.Generator().manual_seed(seed)
    return [torch.randn(batch, *given.shape, generator=random).to(device, dtype) for given in graph.inputs]


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Torch's random numbers from a seed; those of the caller go on as if nothing had been drawn."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def heads_of(graph: Graph, made: Any, *, training: bool) -> dict[str, Tensor]:  # noqa: ANN401 - a tensor or some by name
    """What a network gave, by name."""
    if isinstance(made, dict):
        return made
    return {heads(graph, training=training)[0].name: made}


def _stated_heads(graph: Graph, batch: int, *, training: bool) -> tuple[tuple[str, Shape], ...]:
    found = []
    for output in heads(graph, training=training):
        node = output.tensor.node
        copies = graph.nodes[node].copies if node >= 0 else 1
        found.append((output.name, (batch * copies, *(graph.shape(output.tensor) or ()))))
    return tuple(found)


def evaluated(graph: Graph, network: Network, batch: int, seed: int, device: torch.device) -> Ran:
    """At inference."""
    network.eval()
    counter = FlopCounterMode(display=False)
    shapes = Shapes(graph, batch, counter)
    made: Any = None
    error = None
    try:
        with torch.no_grad(), counter:
            made = probed(network, shapes)(*samples(graph, batch, seed, device))
    except LayerError as failed:
        error = refusal(failed)
    return _ran(graph, batch, "at inference", shapes, made, {}, error)


def learned(graph: Graph, network: Network, batch: int, seed: int, device: torch.device) -> Ran:
    """Forward and backward in training."""
    network.train()
    counted = Shapes(graph, batch, FlopCounterMode(display=False))
    shapes = Shapes(graph, batch)
    saving = Saving(network)
    made: Any = None
    error = None
    with seeded(seed, device):
        try:
            if any(output.training for output in graph.outputs):
                state = {key: tensor.clone() for key, tensor in network.named_buffers()}
                assert counted.counter is not None
                with torch.no_grad(), counted.counter:
                    probed(network, counted)(*samples(graph, batch, seed, device))
                for key, buffer in network.named_buffers():
                    buffer.copy_(state[key])
                torch.manual_seed(seed)
            with saving.hooks():
                made = probed(network, _Both([shapes, saving]))(*samples(graph, batch, seed, device))
            _backward(heads_of(graph, made, training=True).values())
        except LayerError as failed:
            error = refusal(failed)
    ran = _ran(graph, batch, "in training", shapes, made, saving.each, error)
    return ran._replace(macs=counted.macs, large=saving.large)


class _Both(Probe):
    """Tells several probes."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self.probes = probes

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        for probe in self.probes:
            probe.before(node, read)

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        for probe in self.probes:
            probe.after(node, made)

    def given(self, value: Tensor) -> Tensor:
        for probe in self.probes:
            probe.given(value)
        return value


def _backward(heads: Any) -> None:  # noqa: ANN401 - the tensors of a dict
    wanted = [head.sum() for head in heads if head.requires_grad]
    if wanted:
        torch.stack([one.float() for one in wanted]).sum().backward()  # type: ignore[no-untyped-call]


def _ran(  # noqa: PLR0913 - what was written down
    graph: Graph,
    batch: int,
    mode: str,
    shapes: Shapes,
    made: Any,  # noqa: ANN401 - a tensor or some by name
    saved: dict[int, int],
    error: Figure | None,
) -> Ran:
    training = mode == "in training"
    stated = _stated_heads(graph, batch, training=training)
    found = {} if error is not None else heads_of(graph, made, training=training)
    heads = tuple([(name, tuple(tensor.shape)) for name, tensor in found.items()])
    kept = {name: tensor.detach() for name, tensor in found.items()}
    return Ran(mode, shapes, shapes.macs, stated, heads, saved, error, kept)


STATISTICS = "Expected more than 1"
"""How torch begins to say that one value has no variance."""


def refusal(failed: LayerError) -> Figure:
    """The verdict on a network that did not run: a difference, unless it is not the network's fault.

    A device may have no such operator, or not enough memory, and nothing is stated of whether a batch is large
    enough to take statistics of.
    """
    message = str(failed.__cause__ or failed).partition("\n")[0]
    if isinstance(failed.__cause__, NotImplementedError):
        return Figure("", UNKNOWN, None, None, "", failed.layer, f"torch has no such operator there: {message}")
    if out_of_memory(failed):
        return Figure("", UNKNOWN, None, None, "", failed.layer, f"out of memory: {message}")
    if message.startswith(STATISTICS):
        return Figure("", UNKNOWN, None, None, "", failed.layer, f"too few values for statistics: {message}")
    return Figure("", DIFFERS, None, None, "", failed.layer, f"torch refuses: {message}")
