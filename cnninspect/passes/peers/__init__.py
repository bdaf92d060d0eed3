"""Why another tool prints another total: operation by operation what it counts, skips or counts twice.

The comparison starts at our own total (MACs for a tool that counts a multiply-accumulate once, FLOPs for one that
counts two) and ends in the total that the tool prints, to the last digit. What is unknown is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.peers.counts import nothing
from cnninspect.passes.peers.tools import TOOLS
from cnninspect.passes.peers.uses import uses
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.ir import Graph
    from cnninspect.passes.peers.tools import Rule, Tool
    from cnninspect.passes.peers.uses import Use

WORDS = {
    "Conv": "convolution",
    "ConvTranspose": "transposed convolution",
    "Linear": "linear",
    "matmul": "matrix product",
    "BatchNorm": "batch norm",
    "InstanceNorm": "instance norm",
    "LayerNorm": "layer norm",
    "ChannelLayerNorm": "layer norm over channels",
    "GroupNorm": "group norm",
    "RMSNorm": "RMS norm",
    "LocalResponseNorm": "local response norm",
    "FrozenBatchNorm": "frozen batch norm",
    "MaxPool": "max pool",
    "AvgPool": "average pool",
    "LPPool": "Lp pool",
    "AdaptiveAvgPool": "adaptive average pool",
    "AdaptiveMaxPool": "adaptive max pool",
    "LayerScale": "layer scale",
    "Dropout": "dropout",
}
"""What an operation is called in a comparison; the others by torch's own word."""
UNKNOWN = "not one of torch's own: what this tool makes of it is unknown"
MISTAKEN = "its shapes are unknown because of a mistake in the model"


class Part(Record):
    """All calls of one operation."""

    operation: str
    calls: int
    ours: int | None
    theirs: int | None
    reason: str


class Peer(Record):
    """What a tool prints for a network, and how that comes about."""

    tool: str
    version: str
    prints: str
    """The word beside its total: FLOPs, MACs or mult-adds."""
    starts: str
    """The total of ours that the comparison starts at: MACs or FLOPs."""
    ours: int | None
    total: int | None
    parts: tuple[Part, ...]


def peers(graph: Graph, tool: str, batch: int = 1) -> Peer:
    """The total of a tool and the comparison with ours; KeyError for a tool that is not in TOOLS."""
    return compare(uses(graph, at_inference(graph), batch), tool)


def compare(calls: Iterable[Use | None], tool: str) -> Peer:
    """The same for the calls of a network that are known already."""
    asked = TOOLS[tool]
    found: dict[tuple[str, str], list[tuple[int | None, int | None]]] = {}
    for use in calls:
        for operation, reason, ours, theirs in _counted(use, asked):
            found.setdefault((operation, reason), []).append((ours, theirs))
    parts = [
        Part(operation, len(counts), _sum([ours for ours, _ in counts]), _sum([theirs for _, theirs in counts]), reason)
        for (operation, reason), counts in found.items()
    ]
    parts = [part for part in parts if part.ours != 0 or part.theirs != 0]
    return Peer(
        tool=tool,
        version=asked.version,
        prints=asked.prints,
        starts="FLOPs" if asked.flops else "MACs",
        ours=_sum([part.ours for part in parts]),
        total=_sum([part.theirs for part in parts]),
        parts=tuple(parts),
    )


def _counted(use: Use | None, tool: Tool) -> Iterator[tuple[str, str, int | None, int | None]]:
    """Operation, reason, our number and the tool's: of what is called, and of the offset that goes with it."""
    if use is None:
        yield "?", MISTAKEN, None, None
        return
    operation = WORDS.get(use.kind, use.kind) or "other layers"
    ours = 2 * use.macs if tool.flops else use.macs
    rest = use.operations if tool.flops else 0
    if not use.kind and not tool.through:
        yield operation, UNKNOWN, ours + rest, None
    elif use.macs:
        count, reason = _rule(use.kind or "matmul", tool)
        yield operation, reason, ours, count(use)
        offset, reason = _rule(f"{use.kind} bias", tool) if use.bias else (None, tool.silent)
        yield f"{operation}, {'bias' if use.bias else 'rest'}", reason, rest, offset(use) if offset else 0
    else:
        count, reason = _rule(use.kind, tool)
        yield operation, reason, rest, count(use)


def _rule(kind: str, tool: Tool) -> Rule:
    return tool.rules.get(kind, (nothing, tool.silent))


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


__all__ = ["TOOLS", "Part", "Peer", "compare", "peers", "uses"]
