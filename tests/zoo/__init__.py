"""The shipped networks against published figures and against torchvision, layer by layer."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.values import Shape

DATA = Path(__file__).parent.parent / "data" / "state_dict"


def state_dict(graph: Graph) -> list[tuple[str, Shape]]:
    """Every stored tensor as torch lists them: layer by layer, weights before buffers, a shared one once."""
    return [
        (node.weight_key(name), shape)
        for node in graph.nodes
        if node.facts is not None and node.shares is None
        for name, shape in [*node.facts.weights.items(), *node.facts.buffers.items()]
    ]


class Recorded(NamedTuple):
    """What torchvision's own network says of itself."""

    state_dict: list[tuple[str, Shape]]
    calls: dict[str, tuple[Shape, int]]
    """Output shape and MACs of every module that runs once, by name."""


def recorded(name: str) -> Recorded:
    """Read ``data/state_dict/NAME.txt.gz``: a title, keys with shapes, an empty line, calls with shapes and MACs."""
    text = gzip.decompress((DATA / f"{name}.txt.gz").read_bytes()).decode()
    _, _, lines = text.partition("\n")
    tensors, _, calls = lines.partition("\n\n")
    keys = [line.partition(" ") for line in tensors.splitlines()]
    rows = [line.split(" ") for line in calls.splitlines()]
    return Recorded(
        [(key, _shape(shape)) for key, _, shape in keys],
        {called: (_shape(shape), int(macs)) for called, shape, macs in rows},
    )


def _shape(text: str) -> Shape:
    return tuple(int(size) for size in text.split(",") if size)
