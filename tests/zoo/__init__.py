"""The shipped networks against published figures and against torchvision, layer by layer."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.ir import Graph
    from cnninspect.values import Shape

DATA = Path(__file__).parent.parent / "data" / "state_dict"


def state_dict(graph: Graph) -> list[tuple[str, Shape]]:
    """Every stored tensor as torch lists them: of each module its own, weights before buffers, then its children's."""
    tree: dict[str, Any] = {}
    for node in graph.nodes:
        if node.facts is None or node.shares is not None:
            continue
        for name, shape in [*node.facts.weights.items(), *node.facts.buffers.items()]:
            *scopes, last = node.weight_key(name).split(".")
            module = tree
            for scope in scopes:
                module = module.setdefault(scope, {})
            module[last] = shape
    return [*_listed(tree, "")]


def _listed(module: dict[str, Any], prefix: str) -> Iterator[tuple[str, Shape]]:
    for name, shape in module.items():
        if not isinstance(shape, dict):
            yield prefix + name, shape
    for name, child in module.items():
        if isinstance(child, dict):
            yield from _listed(child, f"{prefix}{name}.")


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
