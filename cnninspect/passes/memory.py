"""How much memory a network needs, at inference and for a step of training, as torch allocates it on the CPU.

Peak at inference: the most bytes of activations alive at once while one layer runs: what it reads, what it
writes, what it needs in between, and everything that is read later. The network's input counts until it has
been read for the last time, its outputs to the end. A copy that torch makes before a product or a reshape, because
of how the input lies in memory, counts; what a kernel allocates and frees within itself does not. Saved: what
backward needs, each storage once, without parameters and buffers. Gradients: as many bytes as trainable parameters.
Optimizer: nothing for sgd, the trainable parameters once with momentum, twice for adam and adamw, with a float32
count for each tensor.

inference = weights + buffers + peak; training = weights + buffers + gradients + optimizer + the larger of saved
and peak, since the forward of a step needs what inference needs. What backward makes on its way, the gradients of
activations above all, comes on top and is not foretold.
A sum with an unknown part is None, and the layers that it is unknown for are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.cost import DTYPES
from cnninspect.passes.memory_use import NOTHING, usage
from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.passes.memory_use import Amount, Usage

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}
"""How many numbers each keeps for a trainable parameter."""
COUNTING = ("adam", "adamw")
"""Those that count their steps, for each tensor."""
COUNT_BYTES = 4
COUNTER_BYTES = 8
"""A buffer without axes is a counter: an int64 whatever the data type."""
MOST = 2**53
"""No batch is asked for beyond this."""


class Stored(Record):
    """Bytes that do not depend on the batch; None where a layer is unknown."""

    weights: int | None
    buffers: int | None
    gradients: int | None
    optimizer: int | None

    @property
    def inference(self) -> int | None:
        return _sum(self.weights, self.buffers)

    @property
    def training(self) -> int | None:
        return _sum(*self)


class Moment(Record):
    """One layer in the course of a run, in bytes."""

    name: str
    op: str
    alive: int | None
    """While it runs at inference; None where it does not, or where something is unknown."""
    saved: int | None
    """What it is the first to keep for backward."""
    runs: bool
    in_place: bool
    """Whether it writes its output over its input at inference."""


class Memory(Record):
    """What a network needs at a batch, data type and optimizer, in bytes."""

    batch: int
    dtype: str
    optimizer: str
    stored: Stored
    peak: int | None
    """The most bytes of activations alive at once at inference."""
    peak_layer: str | None
    saved: int | None
    """What backward holds."""
    inference: int | None
    training: int | None
    timeline: tuple[Moment, ...]
    unknown: tuple[str, ...]
    """The layers of which something is unknown."""


class Fit(Record):
    """The largest batch for which a device's memory is enough."""

    batch: int | None
    """0 where one sample is too much, None where the need is unknown."""
    needs: int | None
    """The bytes at that batch; those that do not depend on the batch where it is 0."""
    next_needs: int | None
    """The bytes at one sample more."""


class Largest(Record):
    """The largest batches on a device."""

    device_bytes: int
    inference: Fit
    training: Fit


class MemoryTotals(Record):
    """Activations in bytes: what a summary shows."""

    peak_activation_bytes: int | None
    saved_activation_bytes: int | None
    alive: list[int | None]
    """For each node what is alive while it runs at inference; None where it does not run."""
    saved: list[int | None]
    """For each node what it adds to what backward holds."""


def memory_totals(graph: Graph, batch: int = 1, dtype: str = "float32") -> MemoryTotals:
    """The peak at inference and what training saves, in all and for each node."""
    return _totals(usage(graph), batch, DTYPES[dtype])


def _totals(use: Usage, batch: int, size: int) -> MemoryTotals:
    alive = [None if amount is None else amount.at(batch, size) for amount in use.alive]
    saved = [None if amount is None else amount.at(batch, size) for amount in use.saved]
    known = [number for number, runs in zip(alive, use.runs) if runs]  # noqa: B905 - one each
    peak = None if None in known else max([number for number in known if number is not None], default=0)
    return MemoryTotals(peak, _sum(*saved), alive, saved)


def memory(graph: Graph, *, batch: int = 1, dtype: str = "float32", optimizer: str = "sgd") -> Memory:
    """Every figure of a graph."""
    use, size = usage(graph), DTYPES[dtype]
    totals, stored = _totals(use, batch, size), _stored(graph, size, optimizer)
    timeline = tuple(
        [
            Moment(node.name, node.op, alive, saved, runs, placed)
            for node, alive, saved, runs, placed in zip(  # noqa: B905 - one each
                graph.nodes, totals.alive, totals.saved, use.runs, use.in_place
            )
        ]
    )
    peak, saved = totals.peak_activation_bytes, totals.saved_activation_bytes
    return Memory(
        batch,
        dtype,
        optimizer,
        stored,
        peak,
        next((moment.name for moment in timeline if peak is not None and moment.alive == peak), None),
        saved,
        _sum(stored.inference, peak),
        _sum(stored.training, None if peak is None or saved is None else max(peak, saved)),
        timeline,
        use.unknown,
    )


def _stored(graph: Graph, size: int, optimizer: str) -> Stored:
    if not graph.complete:
        return Stored(None, None, None, None)
    weights = trained = tensors = buffers = 0
    for node in graph.nodes:
        if node.facts is None or node.shares is not None:
            continue
        own = sum([product(shape) for shape in node.facts.weights.values()])
        weights += own
        buffers += sum([size * product(shape) if shape else COUNTER_BYTES for shape in node.facts.buffers.values()])
        if own and getattr(node.layer, "trainable", True):
            trained += own
            tensors += len(node.facts.weights)
    counts = COUNT_BYTES * tensors if optimizer in COUNTING else 0
    return Stored(weights * size, buffers, trained * size, OPTIMIZERS[optimizer] * trained * size + counts)


def largest_batch(graph: Graph, device_bytes: int, *, dtype: str = "float32", optimizer: str = "sgd") -> Largest:
    """The largest batch for inference and for training that a device of so many bytes takes."""
    use, size = usage(graph), DTYPES[dtype]
    stored = _stored(graph, size, optimizer)
    running = [amount for amount, runs in zip(use.alive, use.runs) if runs]  # noqa: B905 - one each
    return Largest(
        device_bytes,
        _fit(stored.inference, _distinct(running), size, device_bytes),
        _fit(stored.training, _training(_added(use.saved), _distinct(running)), size, device_bytes),
    )


def _distinct(amounts: list[Amount | None]) -> list[Amount] | None:
    known = {amount for amount in amounts if amount is not None}
    return None if None in amounts else [*known]


def _added(amounts: list[Amount | None]) -> list[Amount] | None:
    known = _distinct(amounts)
    return known and [NOTHING.plus([amount for amount in amounts if amount is not None])]


def _training(saved: list[Amount] | None, alive: list[Amount] | None) -> list[Amount] | None:
    """What a step of training holds at least: all that is saved, and what inference has alive at any moment."""
    return None if saved is None or alive is None else [*saved, *alive]


def _fit(stored: int | None, amounts: list[Amount] | None, size: int, device_bytes: int) -> Fit:
    """The largest batch at which the stored bytes and the largest of the amounts fit, found by halving."""
    if stored is None or amounts is None:
        return Fit(None, None, None)

    def needs(batch: int) -> int:
        return stored + max([amount.at(batch, size) for amount in amounts], default=0) if batch else stored

    low, high = 0, 1
    while high < MOST and needs(high) <= device_bytes:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if needs(middle) <= device_bytes else (low, middle)
    return Fit(low, needs(low), needs(low + 1))


def _sum(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
