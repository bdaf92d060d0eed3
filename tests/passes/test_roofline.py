"""Estimated times against arithmetic by hand, and what is unknown stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.frontends.devices import Device
from cnninspect.passes.roofline import Estimate, roofline, together
from tests.support.budget import CI, EXAMPLES

if TYPE_CHECKING:
    from cnninspect.ir import Graph

DEVICE = Device("toy", "gpu", {"float32": 1e9, "float16": 4e9}, 1e8, None, 0.0, "https://example.org", "toy.yaml")
"""10 float32 FLOPs or 40 float16 FLOPs in the time of one byte."""

NETWORKS = [shipped.name for shipped in api.shipped() if EXAMPLES > CI or shipped.variant is None]
"""One of every file in CI; every variant where more is asked for."""


def near(number: float) -> Any:
    """Equal but for rounding."""
    return pytest.approx(number)


def graph_of(text: str) -> Graph:
    graph = api.read("model.yaml", text=text).graph
    assert graph is not None
    return graph


def test_three_layers_by_hand() -> None:
    """A conv bound by computing, a rectifier and a classifier bound by memory, at batch 2 in float32.

    conv: 2 × (2 × 64 · 4 · 27 + 256) = 28,160 FLOPs; 112 weights, 2 · 192 in, 2 · 256 out: 4,032 bytes.
    relu: 512 FLOPs; 512 read and 512 written: 4,096 bytes. flatten is a view.
    linear: 2 × (2 × 256 · 10 + 10) = 10,260 FLOPs; 2,570 weights, 512 in, 20 out: 12,408 bytes.
    """
    graph = graph_of(
        "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3, padding: 1}}, relu, flatten, {linear: 10}]\n"
    )
    roof = roofline(graph, DEVICE._replace(peak={"float32": 5e8}), 2)
    assert roof.layers == (
        Estimate(28_160, 4_032, near(5.632e-5), "compute", near(5.632e-5), near(4.032e-5)),
        Estimate(512, 4_096, near(4.096e-5), "memory", near(1.024e-6), near(4.096e-5)),
        Estimate(0, 0, 0.0, "", 0.0, 0.0),
        Estimate(10_260, 12_408, near(1.2408e-4), "memory", near(2.052e-5), near(1.2408e-4)),
    )
    assert roof.total.flops == 38_932
    assert roof.total.bytes == 20_536
    assert roof.total.seconds == near(5.632e-5 + 4.096e-5 + 1.2408e-4)
    assert roof.total.bound == "memory"
    assert roof.layers[0] is not None
    assert roof.layers[0].intensity == 28_160 / 4_032
    assert roof.ridge == 5.0


def test_a_narrow_type_moves_fewer_bytes_and_has_a_peak_of_its_own() -> None:
    """In float16 half the bytes, and the device's own float16 peak."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3, padding: 1}}]\n")
    (layer,) = roofline(graph, DEVICE, 2, "float16").layers
    assert layer == Estimate(28_160, 2_016, near(2.016e-5), "memory", near(7.04e-6), near(2.016e-5))


def test_a_type_without_a_peak_is_unknown() -> None:
    """Where the device says nothing of a type, times are unknown: what is moved, and what computes nothing, is not."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 1, bias: false}}, {concat: [0, input]}]\n")
    roof = roofline(graph, DEVICE, 1, "int8")
    assert roof.layers == (
        Estimate(1_536, 460, None, None, None, near(4.6e-6)),
        Estimate(0, 896, near(8.96e-6), "memory", 0.0, near(8.96e-6)),
    )
    assert roof.total == Estimate(1_536, 1_356, None, None, None, near(1.356e-5))
    assert roof.ridge is None


def test_starting_a_layer() -> None:
    """The time to start a layer is added to each that does something, and to none that only views."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [relu, flatten]\n")
    plain, slow = (roofline(graph, DEVICE._replace(launch=launch)).layers for launch in (0.0, 1.0))
    assert plain[0] is not None
    assert slow == (plain[0]._replace(seconds=1 + 192 * 8 / 1e8), Estimate(0, 0, 0.0, "", 0.0, 0.0))


def test_a_tensor_that_is_read_twice_is_moved_once() -> None:
    """``x + x`` reads x once: 192 numbers in, 192 out."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [{name: a, relu: }, {add: [a, a]}]\n")
    layer = roofline(graph, DEVICE).layers[1]
    assert layer is not None
    assert layer.bytes == 2 * 192 * 4


def test_in_place_reads_and_writes() -> None:
    """A rectifier that writes over its input still reads and writes every element, a dropout at inference neither."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [{conv: {out: 1, kernel: 1, bias: false}}, relu, dropout]\n")
    assert [layer.bytes if layer else None for layer in roofline(graph, DEVICE).layers] == [(3 + 192 + 64) * 4, 512, 0]


def test_heads_for_training_take_no_time() -> None:
    """What exists only while the network learns has no estimate, and is not in the sum."""
    text = "input: [3, 8, 8]\nlayers: [{relu: , name: a}, {sigmoid: , name: b, from: a}, {tanh: , name: c, from: a}]\n"
    graph = graph_of(f"{text}outputs: {{out: b, aux: {{from: c, training: true}}}}\n")
    roof = roofline(graph, DEVICE)
    assert roof.layers[2] is None
    assert roof.total.flops == 384


def test_a_mistake_leaves_the_sum_unknown() -> None:
    """Of a layer without a shape nothing is known, nor of the whole."""
    graph = graph_of("input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 9}}, {add: [0, input]}]\n")
    roof = roofline(graph, DEVICE)
    assert roof.layers == (Estimate(None, None, None, None), Estimate(None, None, None, None))
    assert roof.total == Estimate(None, None, None, None)
    assert roof.total.intensity is None


def test_nothing_to_do_takes_no_time() -> None:
    """A network of views moves and computes nothing."""
    assert roofline(graph_of("input: [3, 8, 8]\nlayers: [flatten]\n"), DEVICE).total == Estimate(
        0, 0, 0.0, "", 0.0, 0.0
    )


def test_regions() -> None:
    """After a region layer everything happens once a region, but weights and the map are read once a sample."""
    text = (
        "input: [3, 16, 16]\nlayers: [{roi_align: {size: 2, regions: 5}}, {conv: {out: 1, kernel: 1, bias: false}}]\n"
    )
    regions, conv = roofline(graph_of(text), DEVICE, 2).layers
    assert regions is not None
    assert conv is not None
    assert regions.bytes == 2 * (768 + 5 * 12) * 4
    assert conv.bytes == (3 + 2 * 5 * (12 + 4)) * 4


@pytest.mark.parametrize("network", NETWORKS)
def test_layers_sum_to_the_whole(network: str) -> None:
    """In every shipped network the layers add up: FLOPs to those of the summary, bytes and seconds to the total."""
    graph = api.load(network)
    roof = roofline(graph, DEVICE, 2)
    parts = [layer for layer in roof.layers if layer is not None]
    assert roof.total.flops == api.summarize(graph, batch=2).totals.flops == sum(part.flops or 0 for part in parts)
    assert roof.total.bytes == sum(part.bytes or 0 for part in parts)
    assert roof.total.seconds == pytest.approx(sum(part.seconds or 0 for part in parts))
    assert together(parts) == roof.total
    for part in parts:
        assert part.seconds == max(part.compute_seconds or 0, part.memory_seconds or 0)


def test_the_api_takes_a_name_a_path_or_a_device() -> None:
    """A device by shipped name, by path, or as it was read; an unknown type, a missing or a broken file is refused."""
    graph = api.load("lenet5_modern")
    read = api.read_device("t4").device
    assert read is not None
    assert api.roofline(graph, read, batch=4) == api.roofline(graph, "t4", batch=4)
    with pytest.raises(ValueError, match=r"^unknown dtype 'int4': use float64, "):
        api.roofline(graph, "t4", dtype="int4")
    with pytest.raises(api.CannotRun, match=r"^there is no file and no shipped device called 'h200'$"):
        api.roofline(graph, "h200")


def test_the_api_refuses_a_broken_device(tmp_path: object) -> None:
    """A device file with mistakes raises ModelError with every one of them."""
    path = f"{tmp_path}/slow.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write("name: slow\nbandwidth: 0\n")
    with pytest.raises(api.ModelError) as caught:
        api.roofline(api.load("lenet5_modern"), path)
    assert [finding.code for finding in caught.value.findings] == ["missing-option", "missing-option", "bad-value"]
