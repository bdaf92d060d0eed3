"""``limits`` against brute force: every network of the zoo run by torch, layer by layer, on other sizes.

Torch gets only the layers of the network as the file makes them for a size, and the sizes of real tensors. A size
passes where every layer runs that runs at inference and no tensor is empty. The meta device computes no values.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.frontends.locate import zoo_folder
from cnninspect.passes.usage import at_inference

torch = pytest.importorskip("torch")

from tests.support.graphs import REFUSALS  # noqa: E402
from tests.support.oracle import realize  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.analysis.limits import AxisLimits
    from cnninspect.ir import Graph
    from cnninspect.layers.base import Layer
    from cnninspect.values import Shape

ALL = float(os.environ.get("CNNINSPECT_EXAMPLES", "1")) > 1
SHARE = ("alexnet", "c3d", "densenet121", "googlenet", "inception_v3", "keras_nasnet_mobile", "lenet5", "nin",
         "resnet18", "signal_cnn_1d", "squeezenet1_0", "ssd300_vgg16", "unet", "unet_same", "vgg11")  # fmt: skip
"""Of every kind one: CI's share."""
NAMES = [shipped.name for shipped in api.shipped()] if ALL else list(SHARE)

_seen: dict[tuple[str, str, tuple[Shape, ...]], str | tuple[Shape, ...]] = {}


def run(layer: Layer, shapes: tuple[Shape, ...]) -> str | tuple[Shape, ...]:
    """The shapes that torch makes of some shapes, or how it fails; a layer is run once on each shape."""
    key = (layer.name, str(layer.settings()), shapes)
    if key not in _seen:
        _seen[key] = _run(layer, shapes)
    return _seen[key]


def _run(layer: Layer, shapes: tuple[Shape, ...]) -> str | tuple[Shape, ...]:
    try:
        with torch.device("meta"), torch.no_grad():
            module, forward = realize(layer.call(shapes))
            if module is not None:
                module.eval()
            made = forward(*[torch.empty(2, *shape) for shape in shapes])
    except REFUSALS:
        return "refuses"
    outputs = tuple(tuple(tensor.shape[1:]) for tensor in (made if isinstance(made, (tuple, list)) else (made,)))
    return "empty" if any(0 in shape for shape in outputs) else outputs


def verdict(graph: Graph) -> str:
    """What torch makes of a graph: ``passes``, ``refuses LAYER`` or ``empty LAYER``, whatever we say of it."""
    runs = at_inference(graph)
    values: dict[tuple[int, int], Shape] = {(-1 - index, 0): given.shape for index, given in enumerate(graph.inputs)}
    for index, node in enumerate(graph.nodes):
        if not runs[index]:
            continue
        assert node.layer is not None, f"{node.name} has no layer"
        made = run(node.layer, tuple([values[tensor] for tensor in node.inputs]))
        if isinstance(made, str):
            return f"{made} {node.name}"
        values.update({(index, number): shape for number, shape in enumerate(made)})
    return "passes"


def at(name: str, axis: AxisLimits, size: int) -> Graph:
    """The network as its file makes it for a size, as far as it goes."""
    inputs = _declared(name).inputs
    shapes = axis.moved.shapes(tuple(given.shape for given in inputs), size)
    last = "\nlayout: channels_last" in (Path(zoo_folder()) / _declared(name).source).read_text("utf-8")
    written = [(*shape[1:], shape[0]) if last else shape for shape in shapes]
    graph = api.read(name, inputs=dict(zip([given.name for given in inputs], written, strict=True))).graph
    assert graph is not None
    return graph


_graphs: dict[str, Graph] = {}


def _declared(name: str) -> Graph:
    if name not in _graphs:
        _graphs[name] = api.load(name)
    return _graphs[name]


def expected(graph: Graph) -> str:
    """What torch should say where we refuse: the layer that we refuse at inference."""
    runs = at_inference(graph)
    broken = [node for node, run in zip(graph.nodes, runs, strict=True) if run and node.facts is None]
    return broken[0].name if broken else ""


def probes(axis: AxisLimits) -> Iterator[tuple[int, bool]]:
    """Sizes to ask torch about, with what we say: around both ends of the set, and the declared size."""
    ends = {at.size for at in (axis.below, axis.above) if at is not None}
    sizes = {axis.accepted.least or 0, axis.accepted.most or 0, axis.moved.declared or 0, *ends}
    for size in sorted(sizes - {0}):
        yield size, size in axis.accepted


_verdicts: list[tuple[str, str, int, str]] = []


@pytest.mark.parametrize("name", NAMES)
def test_torch_agrees(name: str) -> None:
    """The smallest size passes in torch and one less is refused, and so at every other edge of the accepted sizes."""
    found = api.limits(name)
    for axis in found.axes[:2]:
        assert axis.accepted.least is not None
        for size, accepted in probes(axis):
            graph = at(name, axis, size)
            said = verdict(graph)
            _verdicts.append((name, axis.moved.axis, size, said))
            what = f"{name} {axis.moved.axis} {size}: accepted {accepted}, torch {said}"
            if accepted:
                assert said == "passes", what
            else:
                assert said in (f"refuses {expected(graph)}", f"empty {expected(graph)}"), what
