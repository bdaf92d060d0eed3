"""Costs and totals, against sums done by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.passes.usage import at_inference

if TYPE_CHECKING:
    from cnninspect.passes.cost import Totals

MODEL = """
input: [3, 8, 8]
layers:
  - conv: {out: 4, kernel: 3}        # 4 x 6 x 6; 108 weights + 4; 36 x 108 MACs; 144 bias additions
    name: stem
  - batch_norm                       # 8 learned, 9 stored; 2 operations an element
  - relu
  - linear: {out: 2, trainable: false}
    name: aux
    from: stem
  - {global_avg_pool: {}, from: prev}
  - conv: {out: 4, kernel: 1}
    name: head
    from: stem
outputs: {head: head, aux: {from: aux, training: true}}
"""


def totals(text: str, batch: int = 1, dtype: str = "float32") -> Totals:
    graph = api.read("model.yaml", text=text).graph
    assert graph is not None
    return api.summarize(graph, batch=batch, dtype=dtype).totals


def test_totals_by_hand() -> None:
    """Sums follow the conventions: training heads count in parameters and not in computation."""
    text = MODEL.replace("  - {global_avg_pool: {}, from: prev}\n", "")
    found = totals(text)
    assert found.layers == 5
    assert found.parameters == 112 + 8 + (6 * 2 + 2) + (16 + 4)
    assert found.trainable == 112 + 8 + 20
    assert found.buffers == 4 + 4 + 1
    assert found.macs == 36 * 108 + 36 * 16
    assert found.flops == 2 * found.macs + 144 + 2 * 144 + 144 + 144
    assert found.weight_bytes == 4 * found.parameters
    assert found.activation_bytes == 4 * 4 * 144
    assert found.weight_layers == 2


def test_a_batch_multiplies_computation_and_not_weights() -> None:
    """With a batch MACs, FLOPs and activations grow, parameters do not; the data type scales bytes."""
    text = MODEL.replace("  - {global_avg_pool: {}, from: prev}\n", "")
    one, eight = totals(text), totals(text, batch=8, dtype="float16")
    assert one.macs is not None
    assert one.activation_bytes is not None
    assert one.weight_bytes is not None
    assert (eight.macs, eight.parameters) == (8 * one.macs, one.parameters)
    assert eight.activation_bytes == 8 * one.activation_bytes // 2
    assert eight.weight_bytes == one.weight_bytes // 2


def test_what_feeds_a_training_head_and_another_is_run() -> None:
    """A layer runs at inference unless it leads to training heads alone; a dead end runs if what it reads does."""
    graph = api.read("model.yaml", text=MODEL).graph
    assert graph is not None
    runs = dict(zip([node.name for node in graph.nodes], at_inference(graph), strict=True))
    assert runs == {"stem": True, "1": True, "2": True, "aux": False, "4": False, "head": True}


def test_unknown_parts_make_unknown_sums() -> None:
    """A sum with an unknown part is unknown, never a silent zero."""
    found = totals("input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 9}\n  - relu\n")
    assert (found.parameters, found.macs, found.flops, found.buffers) == (None, None, None, None)


def test_shared_weights_count_once() -> None:
    """A layer that borrows its weights adds computation and no parameters."""
    text = "input: [4, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 1}\n    name: a\n  - conv: {out: 4, kernel: 1}\n    share: a\n"
    found = totals(text)
    assert (found.parameters, found.macs) == (20, 2 * 64 * 16)


def test_regions_multiply_what_follows() -> None:
    """After a region layer everything runs once a region: MACs and activations, not weights."""
    text = "input: [4, 16, 16]\nlayers:\n  - roi_align: {size: 7, regions: 100}\n  - conv: {out: 2, kernel: 7}\n"
    found = totals(text)
    assert (found.parameters, found.macs) == (2 * 4 * 49 + 2, 100 * 2 * 4 * 49)
    assert found.activation_bytes == 100 * 4 * (4 * 49 + 2)


def test_an_unknown_dtype_is_refused() -> None:
    """The error names the data types that are known."""
    graph = api.load("vgg16")
    with pytest.raises(ValueError, match="unknown dtype 'float12': use float64, float32"):
        api.summarize(graph, dtype="float12")
