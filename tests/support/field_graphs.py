"""Random networks for receptive fields, and torch showing which output positions an input position reaches.

Every layer is run by torch on maps of zeros and ones, as a sum with positive weights over what it reads: a
max pool is an average of the same window, an activation nothing, a product a sum, statistics of a norm the
sum of what they are taken of. After each layer what is not zero becomes one. All is linear and positive, so
that an output is not zero exactly where its gradient with respect to the fed positions is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st
from torch.nn import functional

from tests.support.oracle import realize

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node

Item = dict[str, Any]
TINY = 1e-9
"""Below it a weight is a rounding error: the smallest true one is 1 / the product of two sizes of an axis, cubed."""


def reached(graph: Graph, source: int, axis: int, *, through_gates: bool) -> dict[tuple[int, int], torch.Tensor]:
    """Which outputs each position of an axis of an input reaches: tensors whose first axis is that position."""
    values: dict[tuple[int, int], torch.Tensor] = {}
    n = graph.inputs[source].shape[axis + 1]
    for index, entry in enumerate(graph.inputs):
        fed = torch.zeros(n, *entry.shape, dtype=torch.float64)
        if index == source:
            for position in range(n):
                fed[position].select(axis + 1, position)[:] = 1
        values[-1 - index, 0] = fed
    for index, node in enumerate(graph.nodes):
        if node.facts is None or any((tensor.node, tensor.output) not in values for tensor in node.inputs):
            continue
        given = [values[tensor.node, tensor.output] for tensor in node.inputs]
        made = positive(graph, node, given, through_gates=through_gates)
        for output, tensor in enumerate(made if isinstance(made, (tuple, list)) else (made,)):
            assert tuple(tensor.shape[1:]) == node.outputs[output], node.name
            values[index, output] = (tensor.abs() > TINY).double()
    return values


def positive(graph: Graph, node: Node, given: list[torch.Tensor], *, through_gates: bool) -> Any:
    """One layer as a sum over what it reads."""
    op, x = node.op, given[0]
    layer: Any = node.layer
    if op in SUMS:
        stretched = [one for one in given if not (through_gates and op == "mul" and _stretched(one, given))]
        total = stretched[0]
        for one in stretched[1:]:
            total = total + one
        return total.expand(-1, *(node.outputs[0] or ()))
    if op in STATISTICS:
        return x if through_gates else x + STATISTICS[op](x, layer)
    if op in NOTHING_DONE:
        return x
    if op in ("softmax", "softmax2d", "layer_norm", "rms_norm"):
        axis = 0 if op == "softmax2d" else getattr(layer, "axes", 0) if op.endswith("norm") else layer.axis
        if axis in (0, "channels"):
            return x.sum(1, keepdim=True).expand_as(x)
        along = [axis + 1] if op == "softmax" else [*range(x.dim() - axis, x.dim())]
        return x if through_gates else x + x.sum(along, keepdim=True)
    if op == "glu":
        left, right = x.chunk(2, layer.axis + 1)
        return left + right
    if op == "local_response_norm":
        size = layer.size
        wide = functional.pad(x.movedim(1, -1), (size // 2, (size - 1) // 2)).unfold(-1, size, 1)
        return wide.sum(-1).movedim(-1, 1)
    call = layer.call([graph.shape(tensor) for tensor in node.inputs])
    if op == "upsample" and layer.mode == "bicubic":
        return bicubic(x, dict(call.arguments))
    module, run = realize(call)
    if module is not None:
        module.double().eval()
        for name, weight in module.named_parameters():
            torch.nn.init.constant_(weight, 0 if name.endswith("bias") else 1)
    with torch.set_grad_enabled(x.requires_grad):
        if op == "max_pool":
            plain: Any = run(x * 0)
            return windows(x, module, call, plain.shape)
        if op == "adaptive_max_pool":
            return getattr(functional, f"adaptive_avg_pool{x.dim() - 2}d")(x, layer.size)
        if op in ("max", "min"):
            return x.sum(call.arguments["dim"], keepdim=bool(call.arguments["keepdim"]))
        return run(*given)


def _stretched(one: torch.Tensor, given: list[torch.Tensor]) -> bool:
    return any(size == 1 < max(other.shape[axis] for other in given) for axis, size in enumerate(one.shape) if axis > 1)


def windows(x: torch.Tensor, module: Any, call: Any, shape: torch.Size) -> torch.Tensor:
    """The sum over each window of a max pool, as a convolution of each channel with ones."""
    x = functional.pad(x, call.pad) if call.pad else x
    rank = x.dim() - 2
    kernel, stride, dilation, before = [
        (value,) * rank if isinstance(value, int) else tuple(value)
        for value in (module.kernel_size, module.stride, module.dilation, module.padding)
    ]
    sides = [side for k, d, b in zip(kernel, dilation, before, strict=True) for side in (b + k * d, b)]
    ones = torch.ones(x.shape[1], 1, *kernel, dtype=torch.float64)
    conv = getattr(functional, f"conv{rank}d")
    wide = conv(functional.pad(x, sides[::-1]), ones, stride=stride, dilation=dilation, groups=x.shape[1])
    index = (..., *[slice(size) for size in shape[2:]])
    cut: torch.Tensor = wide[index]
    return cut


def bicubic(x: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
    """Bicubic interpolation with the sizes of its weights."""
    for axis in (0, 1):
        n = x.shape[2 + axis]
        key = "size" if "size" in options else "scale_factor"
        ask = [1, 1] if key == "size" else [1.0, 1.0]
        ask[axis] = options[key][axis]
        eye = torch.eye(n, dtype=torch.float64)[None]
        eye = eye.unsqueeze(-1) if axis == 0 else eye.unsqueeze(-2)
        made = functional.interpolate(eye, **{**options, key: tuple(ask)})
        weights = made.flatten(2)[0]  # by old position, by new position
        x = torch.einsum("bchw,ho->bcow" if axis == 0 else "bchw,wo->bcho", x, weights.abs())
    return x


def _whole(x: torch.Tensor, groups: int) -> torch.Tensor:
    shape = x.shape
    parts = x.reshape(shape[0], groups, -1).sum(-1)
    return parts.repeat_interleave(shape[1] // groups, 1).reshape(*shape[:2], *[1] * (x.dim() - 2)).expand(shape)


SUMS = ("add", "mul", "subtract", "average", "maximum", "minimum", "divide")
STATISTICS: dict[str, Any] = {
    "instance_norm": lambda x, layer: x * 0 if layer.track else _whole(x, x.shape[1]),
    "group_norm": lambda x, layer: _whole(x, layer.groups),
}
NOTHING_DONE = (
    "relu",
    "batch_norm",
    "identity",
    "dropout",
    "silu",
    "sigmoid",
    "prelu",
    "layer_scale",
    "rrelu",
    "dropout_channels",
    "drop_path",
    "alpha_dropout",
    "gaussian_noise",
)


# --- drawing ---------------------------------------------------------------------------------


def sides(draw: st.DrawFn, rank: int, most: int) -> list[list[int]]:
    """A border of its own for each side."""
    return [[draw(st.integers(0, most)), draw(st.integers(0, most))] for _ in range(rank)]


def per_axis(draw: st.DrawFn, rank: int, low: int, high: int) -> int | list[int]:
    """One number for all axes, or one for each."""
    if rank == 1 or draw(st.booleans()):
        return draw(st.integers(low, high))
    return [draw(st.integers(low, high)) for _ in range(rank)]


@st.composite
def convs(draw: st.DrawFn, rank: int, *, keeps: bool) -> Item:
    """A convolution of any kind."""
    options: Item = {"out": draw(st.sampled_from([2, 6, 6, 6, 12])), "kernel": per_axis(draw, rank, 1, 4)}
    options["dilation"] = per_axis(draw, rank, 1, 3)
    options["groups"] = draw(st.sampled_from([1, 1, 2, 3, 6]))
    if keeps:
        return {"conv": {**options, "padding": draw(st.sampled_from(["same", "same_lower"]))}}
    options["stride"] = per_axis(draw, rank, 1, 3)
    words = ["same", "same_lower", "half", "valid", 0, 1, 2, sides(draw, rank, 3)]
    options["padding"] = draw(st.sampled_from(words))
    options["padding_mode"] = draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]))
    return {draw(st.sampled_from(["conv", "conv", "depthwise_conv", "separable_conv"])): options}


@st.composite
def transposed(draw: st.DrawFn, rank: int) -> Item:
    """A transposed convolution, strides beyond the kernel and output padding included."""
    options: Item = {"out": draw(st.sampled_from([2, 6])), "kernel": per_axis(draw, rank, 1, 4)}
    options |= {"stride": per_axis(draw, rank, 1, 4), "dilation": per_axis(draw, rank, 1, 3)}
    options |= {
        "groups": draw(st.sampled_from([1, 1, 2])),
        "padding": draw(st.sampled_from([0, 1, 2, "same", "valid"])),
    }
    if options["padding"] != "same":
        options["output_padding"] = draw(st.integers(0, 2))
    return {"conv_transpose": options}


@st.composite
def pools(draw: st.DrawFn, rank: int) -> Item:
    """A pool with any rounding."""
    options: Item = {"kernel": per_axis(draw, rank, 1, 4), "stride": per_axis(draw, rank, 1, 3)}
    options["padding"] = draw(st.sampled_from([0, 0, 1, "same", sides(draw, rank, 1)]))
    options["rounding"] = draw(st.sampled_from(["floor", "ceil", "caffe"]))
    op = draw(st.sampled_from(["max_pool", "avg_pool"]))
    if op == "max_pool":
        options["dilation"] = per_axis(draw, rank, 1, 2)
    return {op: options}


@st.composite
def resizes(draw: st.DrawFn, rank: int) -> Item:
    """An interpolation by a factor or to a size."""
    modes = ["nearest", "nearest-exact", "linear", "area", *(["bicubic"] * (rank == 2))]
    options: Item = {"mode": draw(st.sampled_from(modes))}
    if draw(st.booleans()):
        options["factor"] = draw(st.sampled_from([2, 2, 3, 4, 1.5, 0.5, 2.5, 1.25, 0.75]))
    else:
        options["size"] = per_axis(draw, rank, 1, 14 if rank == 1 else 9)
    if options["mode"] in ("linear", "bicubic") and draw(st.integers(0, 2)) == 0:
        options["align_corners"] = True
    return {"upsample": options}


@st.composite
def others(draw: st.DrawFn, rank: int) -> Any:
    """Everything else that moves, cuts or gathers positions and channels."""
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    kinds: list[Any] = [
        {"pad": {"padding": draw(st.sampled_from([1, 2, sides(draw, rank, 3)])), "mode": mode}},
        {"crop": {"cropping": draw(st.sampled_from([1, sides(draw, rank, 2)]))}},
        {
            "slice": {
                "start": draw(st.integers(0, 3)),
                "step": draw(st.integers(1, 3)),
                "axis": draw(st.integers(1, rank + 1)),
            }
        },
        {"adaptive_avg_pool": per_axis(draw, rank, 1, 7)},
        {"adaptive_max_pool": per_axis(draw, rank, 1, 7)},
        {"channel_shuffle": draw(st.sampled_from([2, 3]))},
        {"group_norm": draw(st.sampled_from([1, 2, 3]))},
        {"instance_norm": {}},
        {"local_response_norm": draw(st.integers(1, 5))},
        {"softmax": {}},
        {"glu": {}},
        {"linear": {"out": draw(st.integers(1, 6)), "axis": draw(st.sampled_from(["last", "channels"]))}},
        {"chunk": {"parts": 2, "axis": draw(st.integers(1, rank + 1))}},
        {"permute": [1, *draw(st.permutations(range(2, rank + 2)))]},
        {"mean": {"axes": draw(st.integers(2, rank + 1)), "keep": True}},
    ]
    if rank == 2:
        kinds += [{"pixel_shuffle": 2}, {"pixel_unshuffle": 2}]
    return draw(st.sampled_from(kinds))


@st.composite
def keepers(draw: st.DrawFn, rank: int) -> Any:
    """Layers that keep the size of the map."""
    plain = st.sampled_from(["relu", "batch_norm", "identity", "instance_norm"])
    pool = {"max_pool": {"kernel": 3, "stride": 1, "padding": "same"}}
    return draw(st.one_of(plain, convs(rank, keeps=True), st.just(pool), st.just({"channel_shuffle": 2})))


@st.composite
def merges(draw: st.DrawFn, rank: int) -> Any:
    """Branches that meet; gates; halves of the channels that go separate ways."""
    branch = st.lists(keepers(rank), max_size=2)
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return {"mul": {"main": [], "gate": ["global_avg_pool", {"conv": {"out": 6, "kernel": 1}}]}}
    if kind == 1:
        return {"sequence": [{"chunk": 2}, {"concat": {"left": draw(branch), "right": []}}]}
    if kind == 2:  # laid one behind the other on a spatial axis
        return {"concat": {"axis": 2}, "from": ["prev", "prev"]}
    op = draw(st.sampled_from(["add", "maximum", "concat", "average"]))
    if op == "concat":
        return {op: {"a": draw(branch), "b": draw(branch)}}
    point = {"conv": {"out": 6, "kernel": 1}}
    return {op: {"a": [*draw(branch), point], "b": [*draw(branch), point]}}


@st.composite
def models(draw: st.DrawFn) -> Item:
    """A whole network of one to seven layers, some of which read what came before."""
    rank = draw(st.sampled_from([1, 1, 1, 2, 2, 3]))
    longest = {1: 24, 2: 12, 3: 7}[rank]
    kinds = st.one_of(
        convs(rank, keeps=False), convs(rank, keeps=False), pools(rank), transposed(rank), resizes(rank), others(rank),
        keepers(rank), merges(rank), merges(rank),
    )  # fmt: skip
    layers: list[Any] = []
    for index, item in enumerate(draw(st.lists(kinds, min_size=1, max_size={1: 7, 2: 6, 3: 4}[rank]))):
        entry = item if isinstance(item, dict) else {item: {}}
        layers.append({**entry, "name": f"n{index}"} if "chunk" not in entry else entry)
    sizes = [draw(st.integers(3, longest)) for _ in range(rank)]
    return {"input": [draw(st.sampled_from([6, 6, 6, 4, 3])), *sizes], "layers": layers}
