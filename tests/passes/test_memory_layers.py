"""What each layer states it holds, against torch: saved tensors and live storages of short networks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnninspect import api
from cnninspect.layers import load_all
from cnninspect.passes.memory import memory_totals
from tests.support.budget import EXAMPLES

torch = pytest.importorskip("torch")
from tests.support import held  # noqa: E402 - needs torch

torch.set_num_threads(1)  # many small networks

ANY, MAPS, PLANE, VECTOR = (0, 1, 2, 3), (1, 2, 3), (2,), (0,)
Case = tuple[str, dict[str, Any], tuple[int, ...]]

POINTWISE = (
    *(
        "abs",
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "rrelu",
        "elu",
        "selu",
        "celu",
        "gelu",
        "silu",
        "mish",
        "hard_swish",
    ),
    *("sigmoid", "hard_sigmoid", "log_sigmoid", "tanh", "hard_tanh", "tanh_shrink", "softsign", "softplus"),
    *("hard_shrink", "soft_shrink", "softmax", "softmin", "log_softmax", "exponential", "squareplus", "sparse_plus"),
    *("sparse_sigmoid", "identity", "flatten", "squeeze", "scale_shift", "normalize", "layer_norm", "rms_norm"),
    *("dropout", "alpha_dropout", "feature_alpha_dropout", "gaussian_dropout", "layer_scale", "batch_norm"),
)
CASES: list[Case] = [
    *[(name, {}, ANY) for name in POINTWISE],
    ("threshold", {"threshold": 0.1}, ANY),
    ("glu", {}, ANY),
    ("softmax2d", {}, PLANE),
    ("sparsemax", {}, ANY),
    ("sparsemax", {"axis": -1}, ANY),
    ("prelu", {"shared": False}, ANY),
    ("prelu", {"trainable": False}, ANY),
    ("dropout", {"rate": 0}, ANY),
    ("dropout", {"rate": 1}, ANY),
    ("alpha_dropout", {"rate": 0}, ANY),
    ("alpha_dropout", {"rate": 1}, ANY),
    ("gaussian_dropout", {"rate": 0}, ANY),
    ("gaussian_noise", {"deviation": 0.5}, ANY),
    ("dropout_channels", {}, MAPS),
    ("dropout_channels", {"rate": 0}, MAPS),
    ("drop_path", {"rate": 0.5}, ANY),
    ("drop_path", {"rate": 0}, ANY),
    ("drop_path", {"rate": 1}, ANY),
    ("conv", {"out": 4, "kernel": 3}, MAPS),
    ("conv", {"out": 4, "kernel": 2, "padding": "same"}, MAPS),
    ("conv", {"out": 4, "kernel": 3, "padding": 1, "stride": 2, "groups": 2}, MAPS),
    ("conv", {"out": 4, "kernel": 3, "padding": 1, "padding_mode": "reflect"}, MAPS),
    ("conv", {"out": 4, "kernel": 3, "padding": 1, "padding_mode": "replicate"}, MAPS),
    ("conv", {"out": 4, "kernel": 3, "padding": 1, "padding_mode": "circular", "bias": False}, MAPS),
    ("conv", {"out": 4, "kernel": 2, "padding": "same", "padding_mode": "circular"}, MAPS),
    ("conv", {"out": 4, "kernel": 2, "padding": "same", "padding_mode": "reflect"}, MAPS),
    ("conv", {"out": 4, "kernel": 1, "trainable": False}, MAPS),
    ("depthwise_conv", {"kernel": 3, "multiplier": 2}, MAPS),
    ("depthwise_conv", {"kernel": 2, "padding": "same"}, MAPS),
    ("separable_conv", {"out": 3, "kernel": 3, "padding": 1}, MAPS),
    ("separable_conv", {"out": 12, "kernel": 2, "padding": "same"}, MAPS),
    ("conv_transpose", {"out": 4, "kernel": 3, "stride": 2}, MAPS),
    ("conv_transpose", {"out": 4, "kernel": 3, "stride": 2, "padding": "same"}, MAPS),
    ("sparse_conv", {"table": [[0, 1], [2, 3], [0]], "kernel": 3}, MAPS),
    ("linear", {"out": 5}, ANY),
    ("linear", {"out": 5, "bias": False}, ANY),
    ("linear", {"out": 5, "trainable": False}, ANY),
    ("linear", {"out": 5, "axis": "channels"}, ANY),
    ("rbf", {"out": 5}, VECTOR),
    ("rbf", {"out": 5, "trainable": True}, VECTOR),
    ("max_pool", {"kernel": 2}, MAPS),
    ("max_pool", {"kernel": 3, "stride": 2, "padding": "same"}, MAPS),
    ("max_pool", {"kernel": 2, "rounding": "ceil"}, MAPS),
    ("avg_pool", {"kernel": 2}, MAPS),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": "same"}, MAPS),
    ("avg_pool", {"kernel": 2, "padding": "same", "count_include_pad": True}, MAPS),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": 1, "rounding": "ceil"}, MAPS),
    ("avg_pool", {"kernel": 3, "stride": 4, "rounding": "caffe"}, MAPS),
    ("lp_pool", {"kernel": 2}, MAPS),
    ("lp_pool", {"kernel": 1, "norm": 1}, MAPS),
    ("lp_pool", {"kernel": 3, "padding": 1, "norm": 3}, MAPS),
    ("subsample", {}, MAPS),
    ("subsample", {"mode": "sum", "bias": False}, MAPS),
    ("adaptive_avg_pool", {"size": 2}, MAPS),
    ("adaptive_avg_pool", {"size": 1}, MAPS),
    ("adaptive_max_pool", {"size": 2}, MAPS),
    ("global_avg_pool", {}, MAPS),
    ("global_avg_pool", {"keep": False}, MAPS),
    ("global_max_pool", {}, MAPS),
    ("global_max_pool", {"keep": False}, MAPS),
    ("batch_norm", {"frozen": True}, ANY),
    ("batch_norm", {"track": False}, MAPS),
    ("batch_norm", {"affine": False}, ANY),
    ("batch_norm", {"scale": False}, ANY),
    ("instance_norm", {}, MAPS),
    ("instance_norm", {"affine": True}, MAPS),
    ("instance_norm", {"track": True}, MAPS),
    ("instance_norm", {"track": True, "affine": True}, MAPS),
    ("group_norm", {"groups": 2}, ANY),
    ("group_norm", {"groups": 2, "affine": False}, ANY),
    ("layer_norm", {"axes": 1}, ANY),
    ("layer_norm", {"affine": False}, ANY),
    ("rms_norm", {"axes": 1}, ANY),
    ("rms_norm", {"affine": False}, ANY),
    ("local_response_norm", {"size": 3}, MAPS),
    ("local_response_norm", {"size": 8}, MAPS),
    ("layer_scale", {"trainable": False}, ANY),
    ("scale_shift", {"scale": 2}, ANY),
    ("reshape", {"shape": [-1]}, ANY),
    ("repeat_vector", {"times": 3}, VECTOR),
    ("unsqueeze", {"axis": 1}, ANY),
    ("permute", {"axes": [2, 1]}, (1,)),
    ("permute", {"axes": [2, 3, 1]}, PLANE),
    ("chunk", {"parts": 2}, ANY),
    ("split", {"parts": 2}, ANY),
    ("slice", {"start": 1}, ANY),
    ("slice", {"start": 1, "axis": -1}, MAPS),
    ("pad", {"padding": 1}, MAPS),
    ("pad", {"padding": 1, "mode": "reflect"}, MAPS),
    ("pad", {"padding": 1, "mode": "replicate"}, MAPS),
    ("pad", {"padding": 1, "mode": "circular"}, MAPS),
    ("crop", {"cropping": 1}, MAPS),
    ("upsample", {"factor": 2}, MAPS),
    ("upsample", {"factor": 2, "mode": "bilinear"}, MAPS),
    ("upsample", {"factor": 2, "mode": "bicubic"}, PLANE),
    ("upsample", {"size": 3, "mode": "area"}, MAPS),
    ("pixel_shuffle", {"factor": 2}, PLANE),
    ("pixel_unshuffle", {"factor": 2}, PLANE),
    ("channel_shuffle", {"groups": 2}, MAPS),
    ("roi_align", {"size": 3}, PLANE),
    ("roi_align", {"size": 2, "regions": 3, "ratio": 1}, PLANE),
    *[(name, {"axes": [1]}, ANY) for name in ("mean", "sum", "max", "min")],
]
MERGES = ("add", "mul", "maximum", "minimum", "average", "concat", "subtract", "divide", "matmul")
PAIRS = ("subtract", "divide", "matmul")
AROUND: list[Any] = [{"conv": {"out": 4, "kernel": 1}}, "relu", "sigmoid", "dropout", "batch_norm", "silu", "flatten"]
DTYPES = {"float32": torch.float32, "float64": torch.float64}


def test_every_layer_is_compared() -> None:
    """A layer type that ships is in the table, so that what it states is held against torch."""
    ours = {name for name, kind in load_all().items() if kind.__module__.startswith("cnninspect.")}
    assert ours - {name for name, _, _ in CASES} - {*MERGES} == set()


def agree(layers: list[Any], shape: list[int], batch: int, dtype: str) -> bool:
    """Saved bytes of every layer and the peak of the network are torch's; False where the layers do not fit."""
    graph = api.read("model.yaml", text=json.dumps({"input": shape, "layers": layers})).graph
    if graph is None or not graph.complete:
        return False
    totals = memory_totals(graph, batch, dtype)
    saved, each = held.saved_bytes(graph, batch, DTYPES[dtype])
    assert totals.saved == each
    assert totals.saved_activation_bytes == saved
    if not held.perturbed(graph):
        assert totals.peak_activation_bytes == held.peak_bytes(graph, batch, DTYPES[dtype])
    return True


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{json.dumps(case[1])}")
def test_a_layer_holds_what_torch_holds(case: Case) -> None:
    """A layer behind one that learns and before another holds what torch holds, at every rank that it takes."""
    name, options, ranks = case
    first: list[Any] = [{"linear": 4}, {"conv": {"out": 4, "kernel": 1}}]
    fitted = [agree([first[rank > 0], {name: options}], [4, 6, 6, 6][: rank + 1], 2, "float32") for rank in ranks]
    assert any(fitted)


CUTS: list[Any] = [
    {"slice": {"start": 1, "axis": 1}},
    {"slice": {"start": 1, "axis": -1}},
    {"slice": {"step": 2, "axis": -1}},
    {"slice": {"start": 1, "stop": 5, "axis": -2}},
]
TURNS: dict[int, list[Any]] = {
    0: [],
    1: [{"permute": [2, 1]}],
    2: [{"permute": [2, 3, 1]}, {"permute": [3, 1, 2]}, {"permute": [2, 1, 3]}],
    3: [{"permute": [4, 1, 2, 3]}, {"permute": [2, 1, 4, 3]}],
}


def left_out(case: Case, rank: int) -> bool:
    """Whether torch has a way of its own here.

    It takes one of two libraries for a conv of one cell in 3-D, refuses turned volumes in local_response_norm, and
    spares rms_norm without weights its last copy where the channels lie last.
    """
    name, options, _ = case
    if (name, options) == ("rms_norm", {"affine": False}):
        return True
    small = name == "separable_conv" or (name == "conv" and options["kernel"] == 1)
    return rank == 3 and (small or name == "local_response_norm")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{json.dumps(case[1])}")
def test_a_layer_behind_what_lies_otherwise_holds_what_torch_holds(case: Case) -> None:
    """Behind a turned tensor, a piece with gaps and a turned piece a layer holds, and hands on, what torch does."""
    name, options, ranks = case
    for rank in ranks:
        if left_out(case, rank):
            continue
        first: Any = {"conv": {"out": 8, "kernel": 1}} if rank else {"linear": 8}
        halves: Any = {"chunk": {"parts": 2, "axis": -1}}
        before = [
            *[[cut] for cut in CUTS],
            *[[turn] for turn in TURNS[rank]],
            *[[halves, turn] for turn in TURNS[rank]],
        ]
        for odd in before:
            for last in ("flatten", {"linear": 3}):
                agree([first, *odd, {name: options}, last], [8, 8, 6, 4][: rank + 1], 2, "float32")


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("shape", [[1, 4], [1, 4, 5], [2, 5, 3], [1, 2, 5, 2], [3, 3, 4, 7]])
@pytest.mark.parametrize("batch", [1, 2])
def test_windows_over_the_edge(counts: bool, padding: int, shape: list[int], batch: int) -> None:  # noqa: FBT001 - rows
    """An average pool whose last window lies over the edge needs what is stated, however small the map."""
    for kernel, stride in ((1, 3), (2, 3), (4, 2), (3, 4)):
        pool = {
            "kernel": kernel,
            "stride": stride,
            "padding": padding,
            "rounding": "caffe",
            "count_include_pad": counts,
        }
        agree([{"avg_pool": pool}], shape, batch, "float32")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    case=st.sampled_from(CASES),
    rank=st.integers(0, 3),
    sizes=st.tuples(st.sampled_from([4, 8]), *[st.integers(3, 7)] * 3),
    before=st.lists(st.sampled_from(AROUND), max_size=2),
    after=st.lists(st.sampled_from(AROUND), max_size=2),
    batch=st.integers(2, 3),
    dtype=st.sampled_from(sorted(DTYPES)),
)
def test_layers_among_others_hold_what_torch_holds(
    case: Case,
    rank: int,
    sizes: tuple[int, ...],
    before: list[Any],
    after: list[Any],
    batch: int,
    dtype: str,
) -> None:
    """Wherever a layer stands, in place or not, what it adds to the saved bytes and to the peak is torch's."""
    name, options, ranks = case
    assume(rank in ranks)
    assume(agree([*before, {name: options}, *after], [*sizes[: rank + 1]], batch, dtype))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(MERGES),
    branches=st.lists(st.lists(st.sampled_from(AROUND[:6]), max_size=2), min_size=2, max_size=4),
    batch=st.integers(1, 3),
    options=st.booleans(),
)
def test_merges_hold_what_torch_holds(name: str, branches: list[list[Any]], batch: int, *, options: bool) -> None:
    """Joining branches holds what torch holds, however many there are and whichever of them learn."""
    named = {f"b{index}": branch for index, branch in enumerate(branches[:2] if name in PAIRS else branches)}
    first = [{"conv": {"out": 4, "kernel": 1}}] if options else []
    assert agree([*first, {name: named}], [4, 5, 5], max(batch, 2), "float32")
