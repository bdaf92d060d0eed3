"""What each type of layer reads, held against torch on small maps whose channels see unlike positions."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("torch")

from tests.passes.test_field import net
from tests.support.field_check import agrees

UNLIKE: list[Any] = [
    {"conv": {"out": 2, "kernel": 1}},
    {
        "concat": {
            "a": [],
            "b": [{"conv": {"out": 2, "kernel": 3, "padding": 1}}],
            "c": [{"max_pool": {"kernel": 5, "stride": 1, "padding": 2}}],
        }
    },
]
"""Six channels: of each two the same, which see 1, 3 and 5 positions."""

LAYERS: list[Any] = [
    {"conv": {"out": 6, "kernel": 3, "groups": 3, "padding": 1}},
    {"depthwise_conv": {"kernel": 2, "multiplier": 2}},
    {"separable_conv": {"out": 3, "kernel": 2}},
    {"sparse_conv": {"table": [[0, 1], [2, 4], [5]], "kernel": 2}},
    {"sparse_conv": {"table": "lenet5", "kernel": 1}},
    {"conv_transpose": {"out": 6, "kernel": 2, "stride": 3, "groups": 2}},
    {"subsample": 2},
    {"avg_pool": {"kernel": 3, "stride": 2, "padding": 1}},
    {"adaptive_avg_pool": [3, 4]},
    {"adaptive_max_pool": [1, 5]},
    {"upsample": {"size": [9, 4], "mode": "bilinear"}},
    {"upsample": {"size": [1, 4], "mode": "bilinear", "align_corners": True}},
    {"pad": {"padding": [[1, 2], [0, 2]], "mode": "circular"}},
    {"crop": {"cropping": [[1, 0], [0, 2]]}},
    {"slice": {"start": 1, "step": 2}},
    {"slice": {"start": 1, "step": 2, "axis": 3}},
    {"split": {"sizes": [1, 5]}},
    {"split": {"parts": 2, "axis": 2}},
    {"sequence": [{"split": {"sizes": [1, 5]}}, {"concat": {"a": [], "b": ["relu"]}}]},
    {"channel_shuffle": 3},
    {"sequence": [{"channel_shuffle": 3}, {"slice": {"stop": 1}}]},
    {"sequence": [{"conv": {"out": 8, "kernel": 1, "groups": 2}}, {"pixel_shuffle": 2}]},
    {"sequence": [{"pixel_unshuffle": 2}, {"slice": {"start": 3, "stop": 10, "step": 3}}]},
    {"local_response_norm": 3},
    {"batch_norm": {}},
    {"instance_norm": {"track": True}},
    {"group_norm": 3},
    {"layer_norm": {}},
    {"layer_norm": {"axes": 1}},
    {"layer_norm": {"axes": 3}},
    {"rms_norm": {"axes": 2}},
    {"softmax": {"axis": 3}},
    {"softmax2d": {}},
    {"glu": {}},
    {"glu": {"axis": 2}},
    {"scale_shift": {"scale": 2.0}},
    {"layer_scale": {}},
    {"dropout_channels": {}},
    {"linear": {"out": 4}},
    {"linear": {"out": 4, "axis": "channels"}},
    {"mean": {"axes": [2]}},
    {"sum": {"axes": [1, 3], "keep": True}},
    {"max": {"axes": [2, 3]}},
    {"permute": [1, 3, 2]},
    {"sequence": [{"permute": [2, 3, 1]}, {"linear": 3}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"conv": {"out": 2, "kernel": 1}}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"slice": {"start": 1, "step": 2}}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"conv": {"out": 6, "kernel": 1, "groups": 3}}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"channel_shuffle": 2}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"local_response_norm": 3}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"mean": {"axes": [1]}}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"sparse_conv": {"table": [[0, 5], [1, 2]], "kernel": 1}}]},
    {"sequence": [{"permute": [2, 3, 1]}, {"reshape": [48, 6]}]},
    {"sequence": [{"permute": [3, 1, 2]}, {"pixel_shuffle": 2}]},
    {"sequence": [{"mean": {"axes": [2], "keep": True}}, {"squeeze": 2}, {"unsqueeze": 2}]},
    {"reshape": [2, 3, 48]},
    {"sequence": [{"reshape": [6, 48]}, {"slice": {"start": 3, "axis": 2}}]},
    {"sequence": [{"reshape": [6, 1, 6, 8]}, {"reshape": [6, 6, 8]}]},
    {"flatten": {"start": 2}},
    {"global_max_pool": {"keep": False}},
    {"sequence": ["global_avg_pool", {"flatten": {}}, {"repeat_vector": 3}]},
    {"sequence": ["flatten", {"slice": {"start": 7, "stop": 40}}]},
]


@pytest.mark.torch
@pytest.mark.parametrize("layer", LAYERS, ids=json.dumps)
def test_each_layer_reads_what_torch_reads(layer: Any) -> None:
    """Every position of the layer, and of what it reads, sees exactly the positions that reach it."""
    assert agrees(net([*UNLIKE, layer], [1, 6, 8])) > 0


@pytest.mark.torch
def test_large_blocks_are_read_as_one() -> None:
    """Above a factor of 16 the channels of a block are taken together; alike as they are, nothing is lost."""
    assert agrees(net([{"pixel_shuffle": 17}], [289, 2, 2])) > 0
    assert agrees(net([{"pixel_unshuffle": 17}], [1, 34, 34])) > 0
