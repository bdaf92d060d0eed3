"""Whole networks against torch: saved bytes, layer by layer, and the peak at inference, exactly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from cnninspect import api
from cnninspect.passes.memory import memory_totals
from tests.support.budget import EXAMPLES
from tests.support.models import graph_of

torch = pytest.importorskip("torch")
from tests.support import held  # noqa: E402 - needs torch
from tests.support.graphs import Item, models, text_of  # noqa: E402 - needs torch

torch.set_num_threads(1)  # many small networks

SMALL = {
    "alexnet": (3, 64, 64),
    "c3d": (3, 16, 32, 32),
    "convnext_tiny": (3, 32, 32),
    "deeplabv3_mobilenet_v3_large": (3, 32, 32),
    "densenet121": (3, 32, 32),
    "densenet_bc_cifar": (3, 16, 16),
    "efficientnet_b0": (3, 32, 32),
    "fcn_resnet50": (3, 32, 32),
    "googlenet": (3, 64, 64),
    "keras_mobilenet": (32, 32, 3),
    "keras_xception": (71, 71, 3),
    "lenet5": None,
    "lenet5_modern": None,
    "lraspp_mobilenet_v3_large": (3, 64, 64),
    "mnasnet1_0": (3, 32, 32),
    "mobilenet_v2": (3, 32, 32),
    "mobilenet_v3_small": (3, 32, 32),
    "nin": (3, 96, 96),
    "notes_generator": None,
    "r3d_18": (3, 8, 32, 32),
    "regnet_x_400mf": (3, 32, 32),
    "resnet18": (3, 64, 64),
    "resnet20_cifar": None,
    "shufflenet_v1": (3, 64, 64),
    "shufflenet_v2_x1_0": (3, 32, 32),
    "squeezenet1_0": (3, 64, 64),
    "ssdlite320_mobilenet_v3_large": None,
    "unet": (3, 188, 188),
    "vgg11": (3, 32, 32),
}
"""A network of each family, with an input that is quick to run; None: its own."""


@pytest.mark.parametrize("name", SMALL)
def test_networks_hold_what_torch_holds(name: str) -> None:
    """Every family of the zoo saves for backward, and has alive at its peak, what torch has, to the byte."""
    graph = api.load(name, input=SMALL[name])
    totals = memory_totals(graph, 2)
    saved, each = held.saved_bytes(graph, 2)
    assert totals.saved == each
    assert totals.saved_activation_bytes == saved
    assert totals.peak_activation_bytes == held.peak_bytes(graph, 2)


@pytest.mark.parametrize("name", ["alexnet", "densenet121", "mobilenet_v2", "resnet18"])
def test_the_peak_is_the_allocators(name: str) -> None:
    """The peak is that of torch's allocator, when what convolutions allocate and free within themselves is left out."""
    graph = api.load(name, input=(3, 64, 64))
    assert memory_totals(graph, 2).peak_activation_bytes == held.allocator_peak(graph, 2)


@settings(max_examples=max(EXAMPLES // 3, 1), deadline=None, suppress_health_check=list(HealthCheck))
@given(model=models())
def test_random_networks_hold_what_torch_holds(model: Item) -> None:
    """Networks of random layers, branches and taps hold what torch holds."""
    graph = api.read("model.yaml", text=text_of(model)).graph
    assume(graph is not None and graph.complete and graph.nodes)
    assert graph is not None
    totals = memory_totals(graph, 3)
    if not held.roomy(graph):
        saved, each = held.saved_bytes(graph, 3)
        assert totals.saved == each
        assert totals.saved_activation_bytes == saved
    if not held.perturbed(graph):
        assert totals.peak_activation_bytes == held.peak_bytes(graph, 3)


FIRST = {
    "a norm of the image, which only its own factor learns from": "[rms_norm, {conv: {out: 4, kernel: 1}}]",
    "a product whose last factor is the image": "[{conv: {out: 8, kernel: 1}, name: c}, {mul: [c, c, input]}]",
}


@pytest.mark.parametrize("layers", FIRST.values(), ids=FIRST)
def test_what_reads_the_image_keeps_less(layers: str) -> None:
    """Nothing is kept for a gradient of what the network is given."""
    graph = graph_of(f"input: [8, 6, 6]\nlayers: {layers}\n")
    totals = memory_totals(graph, 3)
    saved, each = held.saved_bytes(graph, 3)
    assert (totals.saved_activation_bytes, totals.saved) == (saved, each)
    assert totals.peak_activation_bytes == held.peak_bytes(graph, 3)


HEADS = """
  - {linear: 576}
  - {chunk: {parts: 3, axis: -1}, name: qkv}
  - {reshape: [196, 3, 64], from: qkv.0}
  - {permute: [2, 1, 3], name: q}
  - {reshape: [196, 3, 64], from: qkv.1}
  - {permute: [2, 1, 3], name: k}
  - {reshape: [196, 3, 64], from: qkv.2}
  - {permute: [2, 1, 3], name: v}
  - {matmul: {transpose_b: true}, from: [q, k]}
  - {softmax: {axis: -1}, name: shares}
  - {matmul: {}, from: [shares, v]}
  - {permute: [2, 1, 3]}
  - {reshape: [196, 192]}
  - {linear: 192}"""
TURNED = {
    "tokens that are mixed": ([16, 32], "[relu, {permute: [2, 1]}, {linear: 64}]", 24_576, 4_096),
    "without a bias": ([16, 32], "[relu, {permute: [2, 1]}, {linear: {out: 64, bias: false}}]", 24_576, 4_096),
    "weights that do not learn": (
        [16, 32],
        "[{linear: 32}, {permute: [2, 1]}, {linear: {out: 64, trainable: false}}]",
        20_480,
        4_096,
    ),
    "both sides of a product": (
        [4, 64, 8],
        "[relu, {permute: [2, 1, 3], name: q}, {sigmoid: {}, from: input}, {permute: [2, 1, 3], name: k},"
        " {matmul: {transpose_b: true}, from: [q, k]}]",
        73_728,
        0,
    ),
    "attention with three heads": ([196, 192], HEADS, 2_747_136, 2_427_264),
    "the last step of a series": (
        [4, 128],
        "[{conv: {out: 16, kernel: 3, padding: 1}}, relu, {slice: {axis: 2, start: 127}}, flatten, {linear: 5}]",
        20_480,
        20_480,
    ),
    "the last two": (
        [4, 128],
        "[{conv: {out: 16, kernel: 3, padding: 1}}, relu, {slice: {axis: 2, start: 126}}, flatten, {linear: 5}]",
        20_480,
        20_736,
    ),
    "a sum of three that are turned": (
        [4, 6],
        "[relu, {permute: [2, 1], name: a}, tanh, {add: [a, a, prev]}, {flatten: {}}]",
        768,
        0,
    ),
}
"""Networks whose tensors do not lie in the order of their axes, with the peak and the saved bytes of two samples."""


@pytest.mark.parametrize("case", TURNED)
def test_what_is_turned_or_cut_is_copied_where_torch_copies_it(case: str) -> None:
    """A product copies what it cannot take for matrices, a reshape what is no view, and nothing else is copied."""
    shape, layers, peak, saved = TURNED[case]
    graph = api.read("m.yaml", text=f"input: {shape}\nlayers: {layers}\n").graph
    assert graph is not None
    totals = memory_totals(graph, 2)
    assert (totals.peak_activation_bytes, totals.saved_activation_bytes) == (peak, saved)
    assert held.saved_bytes(graph, 2) == (saved, totals.saved)
    assert held.peak_bytes(graph, 2) == held.allocator_peak(graph, 2) == peak


def test_a_piece_that_is_turned_is_still_a_view() -> None:
    """Rows that are cut off and turned share the input's storage: only the convolution makes something."""
    layers = "[{slice: {axis: height, stop: 2}}, {permute: [1, 3, 2]}, {conv: {out: 3, kernel: 1}}]"
    graph = api.read("m.yaml", text=f"input: [4, 4, 6]\nlayers: {layers}\n").graph
    assert graph is not None
    totals = memory_totals(graph, 3)
    assert (totals.saved_activation_bytes, totals.saved) == held.saved_bytes(graph, 3)
    assert totals.peak_activation_bytes == held.peak_bytes(graph, 3)
