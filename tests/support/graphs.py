"""Random networks, written as a user could write them, and torch running the same graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from tests.support.oracle import realize, truth

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Tensor
    from cnninspect.values import Shape

Item = dict[str, Any]

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NotImplementedError)
"""What torch raises when it refuses."""

MOST_AXES = 4
"""Layers that torch takes for any number of axes are defined here for volumes at most."""


@st.composite
def convs(draw: st.DrawFn, *, keeps_size: bool) -> Item:
    """A convolution; one that keeps the size of the map where branches have to meet again."""
    kernel = draw(st.integers(1, 4))
    options: Item = {"out": draw(st.integers(1, 8)), "kernel": kernel, "bias": draw(st.booleans())}
    if keeps_size:
        options["padding"] = "same"
        options["dilation"] = draw(st.integers(1, 2))
    else:
        options |= {
            "stride": draw(st.integers(1, 3)),
            "padding": draw(st.sampled_from([0, 1, 2, "half", "same", "valid", "same_lower"])),
            "dilation": draw(st.integers(1, 2)),
            "groups": draw(st.sampled_from([1, 1, 1, 2, 3])),
        }
    return {"conv": options}


@st.composite
def pools(draw: st.DrawFn) -> Item:
    """A pool that shrinks the map."""
    kernel = draw(st.integers(1, 3))
    options: Item = {"kernel": kernel, "stride": draw(st.integers(1, 3)), "padding": draw(st.integers(0, 1))}
    options["rounding"] = draw(st.sampled_from(["floor", "ceil", "caffe"]))
    if options["rounding"] == "caffe":  # which torch does not have: only what both would take
        options["padding"] = min(options["padding"], kernel // 2)
    return {draw(st.sampled_from(["max_pool", "avg_pool"])): options}


def keepers() -> st.SearchStrategy[Any]:
    """Layers that keep the spatial size, and mostly the channels."""
    words = ["relu", "batch_norm", "silu", "dropout", "identity", "instance_norm", "prelu", "layer_scale", "softmax"]
    return st.one_of(
        st.sampled_from(words), convs(keeps_size=True), st.just({"depthwise_conv": {"kernel": 3, "padding": 1}})
    )


@st.composite
def merges(draw: st.DrawFn, depth: int) -> Item:
    """Branches that join: sums of what may or may not fit, concatenations of what mostly does."""
    op = draw(st.sampled_from(["add", "mul", "concat", "maximum", "average", "subtract"]))
    count = 2 if op == "subtract" else draw(st.integers(2, 3))
    inner = items(depth - 1, keeps_size=True) if depth else keepers()
    branches = {f"b{i}": draw(st.lists(inner, max_size=3)) for i in range(count)}
    if op != "concat" and draw(st.booleans()):
        width = draw(st.integers(1, 8))
        branches = {key: [*branch, {"conv": {"out": width, "kernel": 1}}] for key, branch in branches.items()}
    return {op: branches}


@st.composite
def resizers(draw: st.DrawFn) -> Item:
    """Layers that change the map in other ways."""
    kinds: list[Item] = [
        {
            "conv_transpose": {
                "out": draw(st.integers(1, 6)),
                "kernel": draw(st.integers(1, 4)),
                "stride": draw(st.integers(1, 2)),
            }
        },
        {"upsample": draw(st.integers(1, 2))},
        {"pad": {"padding": draw(st.integers(0, 2))}},
        {"crop": {"cropping": draw(st.integers(0, 1))}},
        {"global_avg_pool": {}},
        {"adaptive_avg_pool": draw(st.integers(1, 3))},
        {"channel_shuffle": draw(st.integers(1, 3))},
        {"linear": draw(st.integers(1, 8))},
        {"squeeze_excite": {"squeeze": 2}},
        {"separable_conv": {"out": 4, "kernel": 3, "padding": 1}},
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def items(draw: st.DrawFn, depth: int = 2, *, keeps_size: bool = False) -> Any:
    """One entry of a layer list."""
    choices: list[st.SearchStrategy[Any]] = [keepers()]
    if not keeps_size:
        choices += [convs(keeps_size=False), pools(), resizers(), turns()]
    if depth:
        choices += [merges(depth), splits(depth, keeps_size=keeps_size)]
        choices.append(
            st.lists(items(depth - 1, keeps_size=keeps_size), min_size=1, max_size=3).map(lambda x: {"sequence": x})
        )
    item = draw(st.one_of(*choices))
    if isinstance(item, dict) and draw(st.integers(0, 5)) == 0:
        item = {**item, "repeat": draw(st.integers(0, 2))}
    return item


@st.composite
def turns(draw: st.DrawFn) -> Any:
    """Layers that look at what is there in another way, and linear layers and products that read it then."""
    axis = draw(st.sampled_from([1, -1, -2]))
    layers: list[Any] = [
        {"permute": draw(st.sampled_from([[2, 1], [2, 3, 1], [3, 1, 2], [1, 3, 2], [2, 1, 3], [4, 1, 2, 3]]))},
        {"slice": {"start": draw(st.integers(0, 2)), "step": draw(st.integers(1, 2)), "axis": axis}},
        {"slice": {"start": -1, "axis": axis}},
        {"sequence": [{"chunk": {"parts": 2, "axis": axis}}, {"relu": {}}]},
        {"reshape": draw(st.sampled_from([[-1], [2, -1], [-1, 2], [4, -1, 2]]))},
        {"flatten": {"start": draw(st.integers(1, 2))}},
        {"unsqueeze": {"axis": draw(st.integers(1, 2))}},
        {"linear": {"out": draw(st.integers(1, 8)), "bias": draw(st.booleans()), "trainable": draw(st.booleans())}},
        {"matmul": {"a": [], "b": [{"permute": [2, 1]}]}},
        {"matmul": {"a": [{"permute": [2, 1, 3]}], "b": [{"permute": [2, 3, 1]}]}},
    ]
    return draw(st.sampled_from(layers))


@st.composite
def splits(draw: st.DrawFn, depth: int, *, keeps_size: bool) -> Any:
    """The two halves of the channels go separate ways."""
    del keeps_size
    left = draw(st.lists(items(depth - 1, keeps_size=True), max_size=2))
    return {"sequence": [{"chunk": 2}, {"concat": {"left": left, "right": []}}]}


@st.composite
def models(draw: st.DrawFn) -> Item:
    """A whole model: a trunk with named taps that are read again further down, sometimes a head, one for training, a second input."""
    rank = draw(st.integers(1, 3))
    size = st.integers(4, 9 if rank == 3 else 14)
    body = draw(st.lists(items(), min_size=1, max_size=6))
    layers: list[Any] = []
    for index, item in enumerate(body):
        entry = item if isinstance(item, dict) else {item: {}}
        layers.append({**entry, "name": f"n{index}"})

        def earlier(last: int = index) -> str:
            return f"n{draw(st.integers(0, last))}"

        if index and draw(st.integers(0, 6)) == 0:
            layers.append({draw(st.sampled_from(["add", "concat", "mul"])): [earlier(), "prev"]})
        if index and draw(st.integers(0, 6)) == 0:
            sides = {side: draw(st.booleans()) for side in ("transpose_a", "transpose_b")}
            layers.append({"matmul": sides, "from": [earlier(), earlier()]})
    if draw(st.booleans()):
        layers += ["global_avg_pool", "flatten", {"linear": 10}]
    channels = draw(st.integers(1, 6))
    model: Item = {"input": [channels, *[draw(size) for _ in range(rank)]], "layers": layers}
    if draw(st.integers(0, 4)) == 0:
        side = {
            "conv": {"out": draw(st.sampled_from([channels, 3])), "kernel": draw(st.integers(1, 3)), "padding": "same"}
        }
        join = {draw(st.sampled_from(["add", "concat", "mul", "subtract"])): ["s", "input"]}
        model["inputs"] = {"input": model["input"], "side": [draw(st.integers(1, 4)), *model.pop("input")[1:]]}
        layers[:0] = [{**side, "from": "side", "name": "s"}, join]
    if draw(st.integers(0, 3)) == 0:
        helper = draw(st.lists(items(depth=1), min_size=1, max_size=3))
        tap = draw(st.integers(0, len(body) - 1))
        layers += [{"relu": {}, "name": "main"}, {"sequence": helper, "from": f"n{tap}", "name": "helper"}]
        model["outputs"] = {"main": "main", "helper": {"from": "helper", "training": True}}
    return model


def text_of(model: Item) -> str:
    """The model as a file: JSON is YAML."""
    return json.dumps(model)


def run_torch(graph: Graph, batch: int = 2) -> tuple[dict[str, Shape], int]:
    """Run the graph in torch, layer by layer, holding every shape; returns its weights by name and its MACs.

    Where the engine refused a layer torch has to refuse it too; what follows it is not run.
    """
    values: dict[Tensor | tuple[int, int], torch.Tensor] = {}
    weights: dict[str, Shape] = {}
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        for index, given in enumerate(graph.inputs):
            values[-1 - index, 0] = torch.empty(batch, *given.shape)
        for index, node in enumerate(graph.nodes):
            if node.layer is None or any(tensor not in values for tensor in node.inputs):
                continue
            shapes = tuple(tuple(values[tensor].shape[1:]) for tensor in node.inputs)
            if node.facts is None:
                many = max(map(len, shapes)) > MOST_AXES
                assert many or refused(node.layer, shapes, batch), (
                    f"{node.name}: {node.layer} on {shapes} is fine for torch"
                )
                continue
            module, run = realize(node.layer.call(shapes))
            if module is not None:
                module.eval()
                if node.shares is None:
                    weights |= {node.weight_key(key): tuple(p.shape) for key, p in module.named_parameters()}
            made = run(*[values[tensor] for tensor in node.inputs])
            for number, tensor in enumerate(made if isinstance(made, (tuple, list)) else (made,)):
                assert node.outputs[number] == tuple(tensor.shape[1:]), node.name
                values[index, number] = tensor
    return weights, counter.get_total_flops() // (2 * batch)


def refused(layer: Any, shapes: tuple[Shape, ...], batch: int) -> bool:
    """Whether torch refuses a layer on these inputs."""
    for device in ("meta", "cpu"):
        try:
            truth(layer, shapes, batch=batch, device=device)
        except REFUSALS:
            return True
        except AttributeError as missing:  # there is no such layer for so few axes
            if not str(missing).startswith("module 'torch.nn"):
                raise
            return True
    return False
