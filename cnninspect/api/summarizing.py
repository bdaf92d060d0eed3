"""Every figure of a network: what each layer costs, what others would count, how long it may take."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, ModelError
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.api.reading import Path
    from cnninspect.frontends.devices import Device as RunsOn
    from cnninspect.frontends.devices import Read as ReadDevice
    from cnninspect.ir import Graph, Node
    from cnninspect.passes.cost import Cost, Totals
    from cnninspect.passes.field import Fields
    from cnninspect.passes.keras_count import KerasCount
    from cnninspect.passes.memory import MemoryTotals
    from cnninspect.passes.peers import Peer
    from cnninspect.passes.roofline import Roofline

COUNTS = ("torch", "keras")
"""Whose count of parameters: torch keeps running statistics apart, Keras counts them among the non-trainable."""


PEERS = (
    *("torch", "fvcore", "ptflops", "ptflops_aten", "thop", "torchinfo", "calflops", "torchlens", "deepspeed"),
    "paper",
)
"""Whose way of counting FLOPs can be reproduced."""


class Row(Record):
    """One layer of a summary."""

    node: Node
    cost: Cost
    runs: bool
    """False for a layer that exists only while the network learns."""
    place: int = 0
    """Its place among the layers, which everything else that is known of it goes by."""


class Insight(Record):
    """What follows from the whole network rather than from one layer; each list has an entry for each layer."""

    fields: Fields
    """The receptive field by the index of the input; None where unknown, absent where it sees nothing of it."""
    memory: MemoryTotals


class Summary(Record):
    """Every figure of a network at a batch and data type."""

    graph: Graph
    batch: int
    dtype: str
    rows: tuple[Row, ...]
    totals: Totals
    keras: KerasCount | None = None
    """What Keras would count, where it was asked for."""
    insight: Insight | None = None
    """Receptive fields and memory, where they were asked for."""
    peer: Peer | None = None
    """What another tool would count, where it was asked for."""
    roof: Roofline | None = None
    """Estimated times on a device, where one was named."""


def summarize(  # noqa: PLR0913 - what a caller may ask of a summary, by keyword
    graph: Graph,
    *,
    batch: int = 1,
    dtype: str = "float32",
    count: str = "torch",
    insight: bool = True,
    flops_as: str | None = None,
    device: RunsOn | Path | None = None,
) -> Summary:
    """Every figure of a graph: for each layer and in total.

    With ``count="keras"`` also as Keras counts parameters, with ``flops_as`` the total of another tool, with
    ``device`` estimated times. ``insight=False`` leaves out receptive fields and memory.
    """
    from cnninspect.passes.cost import DTYPES, costs, total
    from cnninspect.passes.usage import at_inference

    if dtype not in DTYPES:
        message = f"unknown dtype '{clip(dtype)}': use {', '.join(DTYPES)}"
        raise ValueError(message)
    if count not in COUNTS:
        message = f"unknown count '{clip(count)}': use {', '.join(COUNTS)}"
        raise ValueError(message)
    found = costs(graph, batch, dtype)
    runs = at_inference(graph)
    return Summary(
        graph,
        batch,
        dtype,
        tuple([Row(*row) for row in zip(graph.nodes, found, runs, range(len(runs)))]),  # noqa: B905 - one each
        total(found, runs),
        _keras(graph, found) if count == "keras" else None,
        _insight(graph, batch, dtype) if insight else None,
        None if flops_as is None else _peer(graph, flops_as, batch),
        None if device is None else roofline(graph, device, batch=batch, dtype=dtype),
    )


def _peer(graph: Graph, tool: str, batch: int) -> Peer:
    return flops_as(graph, tool, batch=batch)


def _keras(graph: Graph, found: list[Cost]) -> KerasCount:
    from cnninspect.passes.keras_count import keras_count

    return keras_count(graph.nodes, found)


def _insight(graph: Graph, batch: int, dtype: str) -> Insight:
    from cnninspect.passes.field import fields
    from cnninspect.passes.memory import memory_totals

    return Insight(fields(graph), memory_totals(graph, batch, dtype))


def flops_as(graph: Graph, tool: str, *, batch: int = 1) -> Peer:
    """The total that another tool prints for this network, and operation by operation why it is not ours.

    ``tool`` is one of PEERS; ``paper`` is the habit of papers, which call multiply-accumulates FLOPs.
    """
    if tool not in PEERS:
        message = f"unknown tool '{clip(tool)}': use {', '.join(PEERS)}"
        raise ValueError(message)
    from cnninspect.passes.peers import peers

    return peers(graph, tool, batch)


def roofline(graph: Graph, device: RunsOn | Path, *, batch: int = 1, dtype: str = "float32") -> Roofline:
    """An estimate of the time that each layer takes on a device, and whether computing or memory bounds it.

    ``device`` is the name of a shipped device, the path of a device file, or a Device that was read before.
    Raises CannotRun where there is no such device, ModelError where its file has mistakes.
    """
    from cnninspect.passes.cost import DTYPES
    from cnninspect.passes.roofline import roofline

    if dtype not in DTYPES:
        message = f"unknown dtype '{clip(dtype)}': use {', '.join(DTYPES)}"
        raise ValueError(message)
    if isinstance(device, (str, PathLike)):
        found = read_device(device)
        if found.device is None:
            raise ModelError(found.findings)
        device = found.device
    return roofline(graph, device, batch, dtype)


def read_device(device: Path) -> ReadDevice:
    """Read a device by shipped name or path; mistakes in its file are findings, CannotRun is raised for the rest."""
    from cnninspect.frontends.devices import read

    try:
        return read(fspath(device))
    except Problem as problem:
        raise CannotRun(problem) from None
