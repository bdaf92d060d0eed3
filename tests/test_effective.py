"""The effective field: held against networks whose gradient is known by hand, and against its own field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from tests.support.models import graph_of

if TYPE_CHECKING:
    from cnninspect.backends.effective import Effective

torch = pytest.importorskip("torch")

from cnninspect.backends import effective  # noqa: E402 - after torch is known to be there

LINE = "input: [1, 32]\nlayers:\n  - {conv: {out: 1, kernel: 3, padding: 1, bias: false}, name: a}\n"


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def measured(text: str, layer: int, at: tuple[int, ...], *, seed: int = 0, samples: int = 1) -> Effective:
    """A measurement of a model text."""
    return effective.measure(graph_of(text), layer, 0, at, seed=seed, samples=samples)


def test_one_convolution_is_its_squared_weights() -> None:
    """The gradient of a lone convolution is its kernel: the energy of each position is its squared weight's share."""
    found = measured(LINE, 0, (10,), seed=3, samples=1)
    module = api.build(graph_of(LINE), seed=3)
    (weight,) = module.state_dict().values()
    squares = [float(each) ** 2 for each in weight.flatten()]
    assert found.energy[9:12] == pytest.approx([each / sum(squares) for each in squares], rel=1e-5)
    assert sum(found.energy) == pytest.approx(1)
    assert [place for place, each in enumerate(found.energy) if each] == [9, 10, 11]


def test_an_even_field() -> None:
    """Average pooling looks at all it sees alike: 4x4 positions, variance (16 - 1)/12, and nothing smaller holds it."""
    text = "input: [1, 12, 12]\nlayers:\n  - {avg_pool: {kernel: 4, stride: 4}, name: p}\n"
    found = measured(text, 0, (1, 2), samples=2)
    assert found.boxes == (((4, 7), (8, 11)), ((4, 7), (8, 11)))
    assert found.held == pytest.approx((1, 1))
    assert found.area == 16
    assert found.radius == pytest.approx(((15 / 12) ** 0.5,) * 2)
    assert found.centre == pytest.approx((5.5, 9.5))
    assert found.samples == 2


def test_boxes_lose_their_weakest_side() -> None:
    """A box is made smaller from its weakest side as long as it holds its share."""
    energy = torch.tensor([[0.01, 0.01, 0.0], [0.03, 0.91, 0.04]], dtype=torch.float64)
    assert effective._box(energy, 0.9) == ((1, 1), (1, 1))
    assert effective._box(energy, 0.94) == ((1, 1), (1, 2))  # row 0 goes for 0.02, then column 0 for 0.03
    assert effective._box(energy, 1.1) == ((0, 1), (0, 2))


def test_seeds() -> None:
    """The same seed gives the same measurement, another one another, and the caller's random numbers go on."""
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    first = measured(LINE, 0, (10,), seed=1, samples=2)
    assert torch.rand(1) == expected
    assert first == measured(LINE, 0, (10,), seed=1, samples=2)
    assert first != measured(LINE, 0, (10,), seed=5, samples=2)


NETWORKS = {
    "dilated": "input: [2, 20, 24]\nlayers:\n"
    "  - {conv: {out: 4, kernel: 3, dilation: 2, padding: 2}, name: a}\n"
    "  - {conv: {out: 4, kernel: [1, 5], stride: 2}, name: b}\n",
    "branches": "input: [2, 20, 20]\nlayers:\n"
    "  - add:\n      a: [{conv: {out: 4, kernel: 5, padding: 2}}]\n      b: [{conv: {out: 4, kernel: 1}}]\n"
    "  - max_pool: 2\n  - {upsample: 2}\n  - {conv: {out: 2, kernel: 3, padding: 1}}\n",
    "volume": "input: [1, 6, 8, 10]\nlayers:\n  - {conv: {out: 2, kernel: 3, padding: 1}}\n  - {avg_pool: 2}\n",
    "line": LINE + "  - silu\n  - {conv_transpose: {out: 2, kernel: 4, stride: 2}}\n",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_energy_lies_within_the_theoretical_field(name: str) -> None:
    """No gradient falls on a position that the unit cannot see, and every axis of what it sees gets some."""
    graph = graph_of(NETWORKS[name])
    layer = len(graph.nodes) - 1
    at = tuple([size // 2 for size in (graph.nodes[layer].outputs[0] or ())[1:]])
    found = effective.measure(graph, layer, 0, at, samples=4)
    masks = api.receptive_fields(graph).seen(layer, 0, at)
    assert masks is not None
    energy = torch.tensor(found.energy)
    for axis, mask in enumerate(masks):
        others = [other for other in range(energy.dim()) if other != axis]
        along = energy.sum(others) if others else energy
        assert {place for place, each in enumerate(along.tolist()) if each} <= {
            place for place in range(energy.shape[axis]) if mask >> place & 1
        }
    assert energy.sum().item() == pytest.approx(1)


def test_only_what_a_layer_depends_on_is_built() -> None:
    """A layer is measured in the network that ends with it, with the weights that it shares with one elsewhere."""
    text = (
        "input: [3, 8, 8]\nlayers:\n"
        "  - {conv: {out: 3, kernel: 3, padding: 1}, name: owner}\n"
        "  - {linear: 5, name: other}\n"
        "  - {conv: {out: 3, kernel: 3, padding: 1}, name: user, from: input, share: owner}\n"
    )
    network = effective.part(graph_of(text), 2)
    assert [node.name for node in network.nodes] == ["owner", "user"]
    assert network.nodes[1].shares == 0
    assert [output.tensor.node for output in network.outputs] == [1]


def test_deep_networks_look_at_their_middle() -> None:
    """The effective field of ten 3x3 layers is a part of the theoretical 21: it grows with the root of the depth."""
    layers = "  - {conv: {out: 4, kernel: 3, padding: 1}}\n" * 10
    found = measured(f"input: [1, 41, 41]\nlayers:\n{layers}", 9, (20, 20), samples=8)
    assert found.centre == pytest.approx((20, 20), abs=0.7)
    assert all(1 < radius < 4 for radius in found.radius)  # 10 windows of variance 2/3 each: a radius of 2.6
    assert all(last - first + 1 < 17 for first, last in found.boxes[1])


def test_nothing_comes_through() -> None:
    """Where no gradient reaches the input there is nothing to measure, and that is said."""
    text = (
        "input: [1, 8]\nlayers:\n  - {crop: {cropping: [[4, 0]]}, name: c}\n  - {conv: {out: 1, kernel: 1}, name: v}\n"
    )
    graph = graph_of(text)
    inputs = (*graph.inputs, graph.inputs[0]._replace(name="unused"))
    with pytest.raises(effective.NoGradient):
        effective.measure(graph._replace(inputs=inputs), 1, 1, (0,), samples=1)
    with pytest.raises(api.CannotRun, match="no gradient of 'v' reaches the input in any of 2 random networks"):
        api.effective_field(graph._replace(inputs=inputs), 1, 1, (0,), samples=2)


def test_a_device_that_is_not_there() -> None:
    """A device that torch does not know is refused in a sentence."""
    with pytest.raises(api.CannotRun, match="the device 'abacus' cannot be used"):
        api.effective_field(graph_of(LINE), 0, 0, (10,), samples=1, device="abacus")


def test_without_a_gradient() -> None:
    """A unit that sees padding only has no gradient that could be measured."""
    text = "input: [1, 4]\nlayers:\n  - {pad: {padding: 9}, name: p}\n"
    with pytest.raises(effective.NoGradient):
        measured(text, 0, (1,))
