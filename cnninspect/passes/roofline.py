"""How long each layer would take on a device at its best, and what holds it up: computing or moving bytes.

time = max(FLOPs / peak of the data type, bytes / bandwidth) + the time to start a layer, where the device has one.
Bytes: weights and statistics once, each input once, each output once, as if each layer ran alone on caches that keep
what it reads; nothing is fused. A view moves nothing; a layer that writes in place still reads and writes.
This is an estimate from below: no kernel reaches the peak. What is unknown is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.cost import DTYPES, costs
from cnninspect.passes.liveness import plan
from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.frontends.devices import Device
    from cnninspect.ir import Graph, Node
    from cnninspect.passes.liveness import Plan

COMPUTE, MEMORY = "compute", "memory"


class Estimate(Record):
    """What one layer asks of a device, or some layers together."""

    flops: int | None
    bytes: int | None
    """What is read and written."""
    seconds: float | None
    bound: str | None
    """What takes longer, compute or memory; empty where there is nothing to do."""
    compute_seconds: float | None = None
    memory_seconds: float | None = None

    @property
    def intensity(self) -> float | None:
        """FLOPs for each byte moved; unknown where nothing is moved."""
        return self.flops / self.bytes if self.bytes and self.flops is not None else None


class Roofline(Record):
    """The estimates for a network on a device."""

    device: Device
    batch: int
    dtype: str
    names: tuple[str, ...]
    layers: tuple[Estimate | None, ...]
    """One for each node; None for what runs only while the network learns."""
    total: Estimate

    @property
    def ridge(self) -> float | None:
        """FLOPs a byte from which on computing is the bound; unknown for a data type without a peak."""
        peak = self.device.peak.get(self.dtype)
        return peak / self.device.bandwidth if peak else None


def roofline(graph: Graph, device: Device, batch: int = 1, dtype: str = "float32") -> Roofline:
    """Estimate every layer that runs at inference, and their sum."""
    size, run = DTYPES[dtype], plan(graph, training=False)
    peak = device.peak.get(dtype)
    layers: list[Estimate | None] = []
    for index, (node, cost) in enumerate(zip(graph.nodes, costs(graph, batch, dtype))):  # noqa: B905 - one each
        moved = _moved(graph, node, batch * node.copies, run, index)
        volume = None if moved is None else moved * size
        layers.append(_estimate(cost.flops, volume, device, peak) if run.runs[index] else None)
    names = tuple([node.name for node in graph.nodes])
    return Roofline(device, batch, dtype, names, tuple(layers), together(layers))


def _moved(graph: Graph, node: Node, times: int, run: Plan, index: int) -> int | None:
    """Elements that a node reads and writes; None where a shape is unknown."""
    if node.facts is None or not run.runs[index]:
        return None
    if _is_view(node, index, run):
        return 0
    stored = [*node.facts.weights.values(), *[shape for shape in node.facts.buffers.values() if shape]]
    read = set(node.inputs)  # a tensor that is given twice is read once
    inputs = sum(
        [_times(graph, tensor.node, times, node.copies) * product(graph.shape(tensor) or ()) for tensor in read]
    )
    return sum(map(product, stored)) + inputs + times * sum(map(product, node.facts.outputs))


def _times(graph: Graph, source: int, times: int, copies: int) -> int:
    """How often a tensor exists in a batch: one that is made before the regions exists once a sample."""
    own = graph.nodes[source].copies if source >= 0 else 1
    return times // copies * own


def _is_view(node: Node, index: int, run: Plan) -> bool:
    """Whether all outputs lie where an input lies and nothing was written over it."""
    if run.in_place[index]:
        return False
    read = {run.storage.get((tensor.node, tensor.output), -1) for tensor in node.inputs}
    return all(run.storage.get((index, output), -2) in read for output in range(len(node.outputs)))


def _estimate(flops: int | None, volume: int | None, device: Device, peak: float | None) -> Estimate:
    if volume == 0 and not flops:
        return Estimate(flops, 0, 0.0, "", 0.0, 0.0)
    compute = 0.0 if flops == 0 else flops / peak if flops is not None and peak else None
    memory = None if volume is None else volume / device.bandwidth
    if compute is None or memory is None:
        return Estimate(flops, volume, None, None, compute, memory)
    bound = COMPUTE if compute > memory else MEMORY
    return Estimate(flops, volume, max(compute, memory) + device.launch, bound, compute, memory)


def together(layers: Iterable[Estimate | None]) -> Estimate:
    """Layers one behind the other; bound is what the greater part of the time goes to. Unknown where a part is."""
    parts = [layer for layer in layers if layer is not None]
    seconds = _sum([part.seconds for part in parts])
    bound = None
    if seconds is not None:
        computing = sum([part.seconds or 0.0 for part in parts if part.bound == COMPUTE])
        bound = "" if not seconds else COMPUTE if computing > seconds / 2 else MEMORY
    return Estimate(
        flops=_whole([part.flops for part in parts]),
        bytes=_whole([part.bytes for part in parts]),
        seconds=seconds,
        bound=bound,
        compute_seconds=_sum([part.compute_seconds for part in parts]),
        memory_seconds=_sum([part.memory_seconds for part in parts]),
    )


def _sum(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _whole(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
