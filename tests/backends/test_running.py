"""Probes between the layers of a network, and what they tell of a run."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from cnninspect.backends.build import build_graph
from cnninspect.backends.measure import Probe, probed
from cnninspect.backends.running_input import taken
from cnninspect.backends.running_values import Top, Values, top_of, values_of
from cnninspect.frontends.images import Array
from cnninspect.values import Problem
from tests.support.models import graph_of

EVERY_LINE = """
input: [4, 6, 6]
outputs: {main: last, extra: {from: aux, training: true}}
layers:
  - {conv: {out: 4, kernel: 2, padding: same}, name: padded}
  - {chunk: 2, name: cut}
  - {relu: {}, name: unread, from: cut.0}
  - {relu: {}, name: act, from: cut.1}
  - {conv: {out: 2, kernel: 1}, name: aux, from: act}
  - {conv: {out: 3, kernel: 1}, name: last, from: act}
"""


class Told(Probe):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.shapes: dict[int, list[tuple[int, ...]]] = {}

    def before(self, node: int, read: tuple[torch.Tensor, ...]) -> None:
        self.order.append(f"{node}<{len(read)}")

    def after(self, node: int, made: tuple[torch.Tensor, ...]) -> None:
        self.order.append(f"{node}>")
        self.shapes[node] = [tuple(tensor.shape) for tensor in made]


def test_every_layer_is_told() -> None:
    """Modules, functions, several outputs and unread ones are told in order, once; what runs in steps holds its input."""
    graph = graph_of(EVERY_LINE)
    network = build_graph(graph, seed=0).eval()
    x = torch.randn(2, 4, 6, 6)
    expected = network(x)
    source, forward = network.code.source, type(network).forward
    told = Told()
    assert torch.equal(probed(network, told)(x), expected)
    assert told.order == ["0<1", "0>", "1<0", "1>", "2<0", "2>", "3<0", "3>", "5<0", "5>"]
    assert told.shapes[1] == [(2, 2, 6, 6), (2, 2, 6, 6)]
    assert (network.code.source, type(network).forward) == (source, forward)
    told = Told()
    made = probed(network.train(), told)(x)
    assert [*made] == ["main", "extra"]
    assert [*told.shapes] == [0, 1, 2, 3, 4, 5]


def test_what_went_wrong_has_its_layer() -> None:
    """A layer that refuses is named by a probed network as by an ordinary one."""
    network = build_graph(graph_of(EVERY_LINE), seed=0)
    with pytest.raises(RuntimeError, match=r"^layer 'padded' \(model.yaml:5\): "):
        probed(network, Probe())(torch.randn(2, 5, 6, 6))


def test_numbers_about_numbers() -> None:
    """Mean and deviation are of what is finite; a channel that is zero in all samples is dead."""
    tensor = torch.tensor([[[1.0, 3.0], [0, 0]], [[float("nan"), float("-inf")], [0, 0]]])
    assert values_of((tensor,)) == Values(8, 4 / 6, (10 / 6 - (4 / 6) ** 2) ** 0.5, 0.0, 3.0, 1, 1, 2, 1)
    nothing = torch.tensor([[float("nan")]])
    assert values_of((nothing,)) == Values(1, None, None, None, None, 1, 0, 1, 0)


def test_the_largest_elements() -> None:
    """Shares are those of a softmax, or the numbers themselves where they are shares; maps have none."""
    assert top_of(torch.tensor([[0.0, float("nan")], [float("inf"), 0.0]]), 2) == (Top((), (), ()),) * 2
    (top,) = top_of(torch.tensor([[0.0, 2.0, 0.0]]), 2)
    assert top.places[0] == 1
    assert top.shares[0] == pytest.approx(0.7869860)  # e² / (e² + 2)
    (top,) = top_of(torch.tensor([[0.25, 0.75]]), 9)
    assert (top.places, top.numbers, top.shares) == ((1, 0), (0.75, 0.25), (0.75, 0.25))
    (top,) = top_of(torch.tensor([[3.0, 1.0, 1.0 + 2.0**0.5]]), 2, "distances")  # the nearest is the likeliest
    assert top.places == (1, 2)
    assert top.numbers == pytest.approx((1.0, 2.4142136))
    assert top.shares[0] == pytest.approx(1 / (1 + 2.7182818**-2 + 2.7182818**-1.4142136))
    (top,) = top_of(torch.tensor([[0.5, 0.75]]), 9, "shares")  # each by itself
    assert (top.places, top.shares) == ((1, 0), (0.75, 0.5))
    assert top_of(torch.zeros(1, 2, 3), 5) == top_of(torch.zeros(1, 2), 0) == ()


def picture(height: int, width: int, channels: int, *pixels: int) -> Array:
    return Array((height, width, channels), "u", 1, bytes(pixels), picture=True)


def test_a_picture_as_input() -> None:
    """Pixels become channels of numbers from 0 to 1, scaled to the input, their transparency left out."""
    tensor, notes = taken(picture(1, 2, 4, 255, 0, 51, 9, 0, 255, 102, 9), (3, 1, 2), 2, "none")
    assert tensor.tolist() == [[[[1.0, 0.0]], [[0.0, 1.0]], [[pytest.approx(0.2), pytest.approx(0.4)]]]] * 2
    assert notes == ("input: the file, without its transparency, numbers from 0 to 1",)
    tensor, notes = taken(picture(1, 1, 1, 255), (3, 2, 2), 1, "imagenet")
    assert tensor[0, :, 0, 0].tolist() == pytest.approx([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    assert "grey as three channels, scaled from 1x1 to 2x2" in notes[0]


def test_an_array_as_input() -> None:
    """An array is a sample or a batch, channels first or last, in either order of bytes and axes."""
    big = torch.tensor([1, 2], dtype=torch.int16).numpy().astype(">i2").tobytes()
    assert taken(Array((1, 2), "i", 2, big, swapped=True), (1, 2), 1, "none")[0].tolist() == [[[1.0, 2.0]]]
    turned = torch.arange(4, dtype=torch.float32).numpy().tobytes()
    assert taken(Array((2, 2), "f", 4, turned, fortran=True), (2, 2), 1, "none")[0].tolist() == [
        [[0.0, 2.0], [1.0, 3.0]]
    ]
    last = Array((2, 3, 1), "f", 4, torch.zeros(6).numpy().tobytes())
    assert taken(last, (1, 2, 3), 1, "none")[0].shape == (1, 1, 2, 3)
    with pytest.raises(Problem, match=r"the file has an array of \(2, 3, 1\), and the network takes \(2, 2\)"):
        taken(last, (2, 2), 1, "none")


def test_out_of_memory_is_told_with_what_was_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the device has not enough after all, the layer, what was asked, the prediction and a batch are told."""
    from cnninspect.backends import running_memory

    monkeypatch.setattr(running_memory, "available", lambda _: 2**60)
    graph = graph_of(
        "input: [1, 2000, 2000]\nlayers:\n  - {conv: {out: 4, kernel: 1}, name: wide}\n  - {upsample: 500, name: up}\n"
    )
    with pytest.raises(
        api.CannotRun, match=r"out of memory at layer 'up' \(model.yaml:4\), which asked for 16,000,000,000,000 bytes"
    ) as told:
        api.run(graph, device="cpu")
    assert told.value.problem.code == "out-of-memory"
    stated, largest = told.value.problem.notes
    assert stated.startswith("stated: weights and buffers 32 bytes, activations at most ")
    assert stated.endswith(" while 'up' runs")
    assert largest.startswith("the largest batch that should fit into 1,152,921,504,606,846,976 bytes is ")
