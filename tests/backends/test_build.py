"""A built network is an ordinary module of torch: its weights, its inputs and outputs, its mistakes."""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

import cnninspect
from cnninspect import api
from cnninspect.backends.build import build_graph, choose_device
from cnninspect.backends.build_network import LayerError, LayerOutOfMemory, network_class
from cnninspect.values import Problem

if TYPE_CHECKING:
    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph

pytestmark = pytest.mark.torch

RESIDUAL = """\
name: small
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: same}, name: stem.conv}
  - {relu: , name: stem.act}
  - add:
      main: [{conv: {out: 4, kernel: 3, padding: [[0, 2], [1, 1]]}, name: unit.conv}, {batch_norm: , name: unit.bn}]
      skip: []
  - {max_pool: {kernel: 2, padding: [[1, 0], [1, 0]]}, name: pool}
  - {chunk: 2, name: halves}
  - {concat: [halves.1, halves.0]}
  - flatten
  - {linear: 5, name: fc}
"""


def graph_of(text: str) -> Graph:
    """The graph of a model's text."""
    loaded = api.read("small.yaml", text=text)
    assert loaded.findings == ()
    assert loaded.graph is not None
    return loaded.graph


def made(text: str, **options: Any) -> Any:
    """The network of a model's text."""
    return build_graph(graph_of(text), **{"seed": 0, **options})


def keys(network: nn.Module) -> list[str]:
    return [*network.state_dict()]


# --- the forward -------------------------------------------------------------------------


def test_forward_is_straight_line_code() -> None:
    """The forward is one line a layer; a variable is written again or deleted as soon as nothing reads it."""
    assert (
        made(RESIDUAL).code.source
        == """\
def forward(self, input):
    modules = self._modules
    stem = modules["stem"]._modules
    x = stem["conv"](input)
    x = stem["act"](x)
    y = pad(x, pad=(1, 1, 0, 2))
    unit = modules["unit"]._modules
    y = unit["conv"](y)
    y = unit["bn"](y)
    y = add(y, x)
    del x
    y = pad(y, pad=(1, 0, 1, 0), value=float("-inf"))
    y = modules["pool"](y)
    y, x = chunk(y, chunks=2, dim=1)
    x = cat([x, y], dim=1)
    del y
    x = flatten(x, start_dim=1, end_dim=3)
    x = modules["fc"](x)
    return x
"""
    )


def test_forward_computes_the_graph() -> None:
    """The lines compute what the same modules and functions compute when they are written out by hand."""
    network = made(RESIDUAL).eval()
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    a = network.stem["conv"](x).relu()
    b = network.unit["bn"](network.unit["conv"](nn.functional.pad(a, (1, 1, 0, 2)))) + a
    c = nn.functional.max_pool2d(nn.functional.pad(b, (1, 0, 1, 0), value=-float("inf")), 2)
    expected = network.fc(torch.cat([c[:, 2:], c[:, :2]], 1).flatten(1))
    assert torch.equal(network(x), expected)


def test_dead_ends_run_and_are_dropped() -> None:
    """A layer that nothing reads runs and leaves no variable behind, one output of several neither."""
    text = "input: [4, 8, 8]\nlayers:\n  - {batch_norm: , name: bn}\n  - {chunk: 2, name: c, from: input}\n"
    source = made(text + "  - {relu: , from: c.1, name: r}\n").code.source
    assert source.splitlines()[2:] == [
        '    modules["bn"](input)',
        "    x, y = chunk(input, chunks=2, dim=1)",
        "    del x",
        '    y = modules["r"](y)',
        "    return y",
    ]


def test_names_never_meet() -> None:
    """Inputs, scopes and functions whose names are alike, keywords, or words of ours, keep apart in the source."""
    text = """\
inputs: {x: [2, 4, 4], class: [2, 4, 4], add: [2, 4, 4], a-b: [2, 4, 4], self: [2, 4, 4]}
layers:
  - {add: [x, class]}
  - {add: [prev, add]}
  - {conv: {out: 2, kernel: 1}, name: a.b.c}
  - {conv: {out: 2, kernel: 1}, name: a_b.c}
  - {add: [prev, a-b]}
  - {add: [prev, self]}
"""
    network = made(text)
    assert network.code.source.startswith("def forward(self, x_2, class_, add, a_b, self_2):\n")
    values = [torch.full((1, 2, 4, 4), float(i)) for i in range(5)]
    inner = network.a.b.c, network.a_b.c
    expected = inner[1](inner[0](values[0] + values[1] + values[2])) + values[3] + values[4]
    assert torch.equal(network(*values), expected)


def test_many_tensors_at_once() -> None:
    """However many tensors live at once, each has a variable of its own."""
    branches = "".join(f"      b{i}: [{{conv: {{out: 1, kernel: 1}}}}]\n" for i in range(9))
    network = made(f"input: [1, 2, 2]\nlayers:\n  - concat:\n{branches}")
    assert "cat([x, y, z, u, v, w, t7, t8, t9], dim=1)" in network.code.source
    assert network(torch.ones(1, 1, 2, 2)).shape == (1, 9, 2, 2)


# --- inputs and outputs ------------------------------------------------------------------

TWO = """\
inputs: {image: [3, 8, 8], mask: [1, 8, 8]}
layers:
  - {conv: {out: 1, kernel: 1}, from: image, name: a}
  - {mul: [a, mask], name: b}
  - {dropout: 0.5, from: a, name: d}
  - {linear: 2, name: aux, from: d}
outputs:
  product: b
  plain: a
  helper: {from: aux, training: true}
"""


def test_inputs_by_place_and_by_name() -> None:
    """Several inputs are given in their order or by name."""
    network = made(TWO).eval()
    image, mask = torch.randn(1, 3, 8, 8), torch.randn(1, 1, 8, 8)
    one, other = network(image, mask), network(mask=mask, image=image)
    assert torch.equal(one["product"], other["product"])
    assert torch.equal(one["product"], network.a(image) * mask)


def test_heads_for_training() -> None:
    """Several outputs come by name in their order; a head for training only in training, and nothing of it is run else."""
    network = made(TWO)
    inputs = torch.randn(1, 3, 8, 8), torch.randn(1, 1, 8, 8)
    assert [*network(*inputs)] == ["product", "plain", "helper"]
    ran: list[str] = []
    for name, module in network.named_modules():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    assert [*network.eval()(*inputs)] == ["product", "plain"]
    assert ran == ["a", ""]


def test_one_output_is_a_tensor() -> None:
    """A network with one head at inference gives a tensor then, and by name where training adds another."""
    network = made(TWO.replace("  plain: a\n", ""))
    inputs = torch.randn(1, 3, 8, 8), torch.randn(1, 1, 8, 8)
    assert [*network(*inputs)] == ["product", "helper"]
    assert network.eval()(*inputs).shape == (1, 1, 8, 8)


def test_an_input_may_be_an_output() -> None:
    """An output that is an input, or the same tensor twice, is handed through."""
    network = made("input: [2, 4, 4]\nlayers: [{relu: , name: r}]\noutputs: {a: input, b: r, c: r}\n")
    x = torch.randn(1, 2, 4, 4)
    found = network(x)
    assert found["a"] is x
    assert found["b"] is found["c"]


# --- weights -----------------------------------------------------------------------------

SHARED = """\
input: [3, 8, 8]
layers:
  - {separable_conv: {out: 3, kernel: 3, padding: same}, name: first}
  - {separable_conv: {out: 3, kernel: 3, padding: same}, share: first}
  - {batch_norm: , name: norm}
  - {separable_conv: {out: 3, kernel: 3, stride: 2}, share: first, name: third}
  - {batch_norm: {eps: 0.1}, share: norm, name: again}
"""
SHARED_KEYS = [
    "first.depthwise.weight", "first.pointwise.weight", "first.pointwise.bias", "norm.weight", "norm.bias",
    "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
]  # fmt: skip


def check_shared(network: Network) -> None:
    """One set of weights moves both layers, which keep their own options."""
    third, again = network.get_submodule("third"), network.get_submodule("again")
    assert keys(network) == SHARED_KEYS
    assert len([*network.parameters()]) == 5
    weight = network.get_parameter("first.depthwise.weight")
    x = torch.randn(2, 3, 8, 8, dtype=weight.dtype)
    before = third(x)
    with torch.no_grad():
        weight.mul_(2)
        network.get_parameter("first.pointwise.bias").zero_()
    scaled = third(x)
    assert scaled.shape == (2, 3, 3, 3)
    assert not torch.equal(before, scaled)
    ours = nn.functional.conv2d(x, weight, stride=2, groups=3)
    ours = nn.functional.conv2d(ours, network.get_parameter("first.pointwise.weight"))
    assert torch.allclose(scaled, ours, atol=1e-5)
    network.eval()
    mean, var = network.get_buffer("norm.running_mean"), network.get_buffer("norm.running_var")
    assert torch.allclose(again(x), (x - mean[:, None, None]) / (var[:, None, None] + 0.1).sqrt(), atol=1e-5)


def test_shared_weights_are_one() -> None:
    """Shared weights are one parameter, counted once, whatever options the second layer has, and stay so when moved."""
    network = made(SHARED)
    check_shared(network)
    check_shared(network.to(torch.float64).train())
    check_shared(made(SHARED, device="meta").to_empty(device="cpu").apply(_reset))
    other = made(SHARED, seed=1)
    other.load_state_dict(made(SHARED).state_dict(), assign=True)
    check_shared(other)


def _reset(module: nn.Module) -> None:
    reset: Any = getattr(module, "reset_parameters", None)
    if reset is not None:
        reset()


def test_a_borrower_learns_and_follows_the_mode() -> None:
    """Training through a shared layer moves the statistics and the gradients of its owner."""
    network = made(SHARED)
    assert repr(network.again) == f"Borrower({nn.BatchNorm2d(3, eps=0.1)})"
    network.again(torch.randn(4, 3, 4, 4) + 5).sum().backward()
    assert network.norm.num_batches_tracked == 1
    assert network.norm.bias.grad is not None
    network.eval().again(torch.randn(4, 3, 4, 4))
    assert network.norm.num_batches_tracked == 1


def test_frozen_weights() -> None:
    """A layer that is not trainable has weights without gradient."""
    network = made(
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 2, kernel: 3, trainable: false}, name: a}\n  - {linear: 2, name: b}\n"
    )
    assert {name: p.requires_grad for name, p in network.named_parameters()} == {
        "a.weight": False, "a.bias": False, "b.weight": True, "b.bias": True,
    }  # fmt: skip


def test_weights_without_a_name_of_their_own() -> None:
    """A weight called as its layer is a parameter of the scope, and may be shared."""
    text = """\
input: [2, 4, 4]
layers:
  - {layer_scale: {bare: true, init: 2, keep_axes: true}, name: block.gamma}
  - {layer_scale: {bare: true, init: 3, keep_axes: true}, name: type}
  - {layer_scale: {bare: true, init: 9, keep_axes: true}, share: block.gamma}
"""
    network = made(text)
    assert [(name, tuple(p.shape)) for name, p in network.named_parameters()] == [
        ("type", (2, 1, 1)), ("block.gamma", (2, 1, 1)),
    ]  # fmt: skip
    assert keys(network) == ["type", "block.gamma"]
    x = torch.randn(1, 2, 4, 4)
    assert torch.equal(network(x), x * 2 * 3 * 2)


def test_names_that_torch_itself_refuses() -> None:
    """A layer may have a name that is a method of torch's modules, or none that Python could write."""
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(
        f"  - {{conv: {{out: 3, kernel: 1}}, name: {name}}}\n"
        for name in ("type", "forward", "train.float", "training", "a-b.class", "_modules")
    )
    network = made(text)
    assert keys(network)[::2] == [
        "type.weight", "forward.weight", "train.float.weight", "training.weight", "a-b.class.weight", "_modules.weight",
    ]  # fmt: skip
    assert network.double()(torch.randn(1, 3, 8, 8).double()).shape == (1, 3, 8, 8)
    assert not network.eval().training
    assert copy.deepcopy(network).train().training


def test_a_layer_may_be_a_scope() -> None:
    """A layer whose name others begin with holds them, in whichever order they come."""
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(
        f"  - {{conv: {{out: 3, kernel: 1, bias: false}}, name: {name}}}\n" for name in ("a.b", "a", "c", "c.d")
    )
    network = made(text)
    assert keys(network) == ["a.weight", "a.b.weight", "c.weight", "c.d.weight"]
    assert network(torch.randn(1, 3, 8, 8)).shape == (1, 3, 8, 8)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [("a", "a.weight", "a.weight"), ("a.bias", "a", "a.bias"), ("a", "a.weight.b", "a.weight")],
)
def test_names_that_collide(one: str, other: str, clash: str) -> None:
    """A layer that has the name of another's weight is refused by name."""
    with pytest.raises(Problem) as caught:
        made(f"input: [3, 8, 8]\nlayers:\n  - {{linear: 3, name: {one}}}\n  - {{linear: 3, name: {other}}}\n")
    assert caught.value.code == "cannot-build"
    assert caught.value.message == f"'{clash}' is the name of a layer, and of a part of another layer in torch"


def test_order_of_the_state_dict() -> None:
    """Scopes come as their first weights do, wherever layers without weights come first."""
    text = """\
input: [3, 8, 8]
layers:
  - {relu: , name: late.act}
  - {conv: {out: 3, kernel: 1}, name: early.conv}
  - {conv: {out: 3, kernel: 1}, name: late.conv}
"""
    assert keys(made(text)) == ["early.conv.weight", "early.conv.bias", "late.conv.weight", "late.conv.bias"]


# --- in place ----------------------------------------------------------------------------


def test_activations_run_in_place_where_it_is_safe() -> None:
    """An activation overwrites what nothing else needs: neither a kept output nor what a dropout hands on."""
    text = """\
input: [3, 8, 8]
layers:
  - {relu: , name: outside}
  - {conv: {out: 3, kernel: 1}, name: a}
  - {relu: , name: after_conv}
  - {dropout: 0.5, name: d}
  - {flatten: , name: f}
  - {relu: , name: after_dropout}
  - {sigmoid: , name: s}
  - {relu: , name: after_sigmoid}
"""
    network = made(text)
    relus = {name: m.inplace for name, m in network.named_children() if isinstance(m, nn.ReLU)}
    assert relus == {"outside": False, "after_conv": True, "after_dropout": False, "after_sigmoid": False}
    assert not any(m.inplace for m in made(text, in_place=False).modules() if isinstance(m, nn.ReLU))
    for training in (True, False):
        x = torch.randn(2, 3, 8, 8, requires_grad=True)
        network.train(training)(x).sum().backward()
        assert x.grad is not None


@pytest.mark.parametrize("first", ["sigmoid", "softmax2d", "conv: {out: 3, kernel: 1, trainable: false}"])
@pytest.mark.parametrize("layer", ["relu", "relu6", "dropout: 0.5"])
def test_gradients_of_inputs_are_there(first: str, layer: str) -> None:
    """What nothing learned stands before is kept for backward, too: the caller may want the gradient of the input."""
    text = f"input: [3, 8, 8]\nlayers:\n  - {first}\n  - sigmoid\n  - {layer}\n  - conv: {{out: 3, kernel: 1}}\n"
    network = made(text)
    for training in (True, False):
        x = torch.randn(2, 3, 8, 8, requires_grad=True)
        network.train(training)(x).sum().backward()
        assert x.grad is not None


@pytest.mark.parametrize(
    "layer", ["leaky_relu: -0.5", "elu: {alpha: -1}", "celu: {alpha: -1}", "rrelu: {lower: -0.3, upper: 0.2}"]
)
def test_activations_that_fall_are_not_in_place(layer: str) -> None:
    """Where an activation falls below 0 its output does not tell the input's sign, and torch's backward refuses it."""
    text = f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 3, kernel: 1}}\n  - {layer}\n"
    network, expected = made(text), made(text, in_place=False)
    expected.load_state_dict(network.state_dict())
    x = torch.randn(2, 3, 8, 8)
    for training in (True, False):
        found = []
        for each in (network, expected):
            given = x.clone().requires_grad_()
            torch.manual_seed(0)
            [gradient] = torch.autograd.grad(each.train(training)(given).sum(), given)
            found.append(gradient)
        assert torch.equal(*found)


def test_activations_that_keep_their_input_overwrite_it_at_rest() -> None:
    """Torch copies the input of such an activation for backward: it is overwritten in eval mode, where that pays."""
    text = """\
input: [3, 8, 8]
layers:
  - {relu6: , name: outside}
  - {conv: {out: 3, kernel: 1}, name: a}
  - {relu6: , name: after_conv}
  - {sigmoid: , name: s}
  - {hard_swish: , name: after_sigmoid}
  - {batch_norm: , name: n}
  - {silu: , name: after_norm}
  - {add: [n, prev], name: sum}
  - {hard_swish: , name: after_sum}
"""
    network = made(text)
    expected = made(text, in_place=False)
    expected.load_state_dict(network.state_dict())
    x = torch.randn(2, 3, 8, 8)
    for training, placed in ((True, []), (False, ["after_conv", "after_sum"]), (True, [])):
        network.train(training)
        assert [name for name, module in network.named_children() if getattr(module, "inplace", False)] == placed
        found = []
        for each in (network, expected.train(training)):
            given = x.clone().requires_grad_()
            out = each(given)
            found.append((out, *torch.autograd.grad(out.sum(), given)))
        for one, other in zip(*found, strict=True):
            assert torch.equal(one, other)
    copied = copy.deepcopy(network).eval()
    assert copied.after_conv.inplace is True
    assert network.after_conv.inplace is False


def test_a_hook_that_keeps_what_is_written_over() -> None:
    """Torch refuses it in backward hooks, and the message says how such a network is built."""
    text = "name: x\ninput: [3, 8, 8]\nlayers: [{conv: {out: 3, kernel: 1}, name: c}, {silu: , name: act}]\n"
    seen: list[torch.Tensor] = []
    for in_place in (True, False):
        network: Any = made(text, in_place=in_place).eval()
        network.c.register_full_backward_hook(lambda _module, _read, made: seen.append(made[0]))
        x = torch.randn(2, 3, 8, 8, requires_grad=True)
        if in_place:
            found = failure(network, x)
            assert (found.layer, found.place) == ("act", "small.yaml:3")
            assert str(found).endswith("\na network built with in_place=False writes over nothing")
        else:
            network(x).sum().backward()
    assert [tensor.shape for tensor in seen] == [(2, 3, 8, 8)]


# --- how weights begin -------------------------------------------------------------------

INIT = """\
input: [8, 8, 8]
layers:
  - add: {main: [{conv: {out: 16, kernel: 3, padding: 1}}, {batch_norm: , name: last}], skip: [{conv: {out: 16, kernel: 1}, name: skip}]}
  - {batch_norm: , name: norm}
  - {conv: {out: 64, kernel: 3, bias: false}, name: conv}
  - {conv_transpose: {out: 4, kernel: 2}, name: up}
  - flatten
  - {linear: 100, name: fc}
"""


def test_a_seed_is_reproducible_and_leaves_the_caller_alone() -> None:
    """The same seed gives the same weights, another gives others, and the caller's random numbers do not move."""
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, same, other = (made(INIT, seed=seed).state_dict() for seed in (7, 7, 8))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["conv.weight"], other["conv.weight"])
    torch.manual_seed(7)
    drawn = build_graph(graph_of(INIT))  # without a seed torch's own generator is used, and moves
    assert torch.equal(drawn.state_dict()["conv.weight"], one["conv.weight"])
    assert not torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("init", "conv", "linear"),
    [
        # fan_in 16·9 = 144 and 4·7·7 = 196, fan_out 64·9 = 576 and 100
        ("torch", (1 / 3 / 144) ** 0.5, (1 / 3 / 196) ** 0.5),
        ("kaiming", (2 / 576) ** 0.5, (2 / 196) ** 0.5),
        ("zero_residual", (2 / 576) ** 0.5, (2 / 196) ** 0.5),
        ("xavier", (2 / (144 + 576)) ** 0.5, (2 / (196 + 100)) ** 0.5),
        ("trunc_normal", 0.02 * 0.8796, 0.02 * 0.8796),  # a normal cut at two deviations
        ("orthogonal", (2 / 144) ** 0.5, (2 / 196) ** 0.5),
    ],
)
def test_init(init: str, conv: float, linear: float) -> None:
    """Each way to begin gives the deviation that its formula says, and biases of 0 but for torch's own."""
    network = made(INIT, init=init)
    assert float(network.conv.weight.detach().std()) == pytest.approx(conv, rel=0.03)
    assert float(network.fc.weight.detach().std()) == pytest.approx(linear, rel=0.03)
    assert bool(network.fc.bias.any()) is (init == "torch")
    assert bool(network.up.bias.any()) is (init == "torch")
    assert float(network.norm.weight.detach().sum()) == 16
    assert float(network.last.weight.detach().sum()) == (0 if init == "zero_residual" else 16)


OWN = """\
input: [8, 9, 9]
layers:
  - {conv: {out: 64, kernel: 3}, name: told, init: {weight: {normal: 0.5}, bias: -4.6}}
  - {conv: {out: 64, kernel: 3}, name: left}
  - add: {main: [{batch_norm: , name: norm, init: ones}], skip: []}
  - {conv: {out: 64, kernel: 3, bias: false}, name: cut, init: {trunc_normal: 0.1}}
  - {conv: {out: 32, kernel: 3}, name: flat, init: {uniform: 0.3}}
  - {conv: {out: 32, kernel: 1}, name: plain, init: torch}
  - {layer_scale: {bare: true}, name: gamma, init: 0.25}
  - {separable_conv: {out: 64, kernel: 1}, name: two, init: kaiming}
  - flatten
  - {linear: 50, name: fc, init: orthogonal}
"""


@pytest.mark.parametrize("init", ["torch", "kaiming", "zero_residual"])
def test_what_a_layer_says_of_its_beginning(init: str) -> None:
    """Weights begin as their layer says, whatever the rest of the network begins with."""
    network = made(OWN, init=init)
    own = {key: weight.detach() for key, weight in network.named_parameters()}
    assert float(own["told.weight"].std()) == pytest.approx(0.5, rel=0.03)
    assert own["told.bias"].tolist() == [pytest.approx(-4.6)] * 64
    assert bool(own["left.bias"].any()) is (init == "torch")
    assert own["norm.weight"].tolist() == [1.0] * 64
    assert float(own["cut.weight"].std()) == pytest.approx(0.1 * 0.8796, rel=0.03)
    assert 0.19 < float(own["cut.weight"].max()) <= 0.2
    assert 0.29 < float(own["flat.weight"].max()) <= 0.3
    assert float(own["plain.weight"].std()) == pytest.approx((1 / 3 / 32) ** 0.5, rel=0.1)
    assert bool(own["plain.bias"].any())
    assert own["gamma"].flatten().tolist() == [0.25] * 32
    assert float(own["two.pointwise.weight"].std()) == pytest.approx((2 / 64) ** 0.5, rel=0.1)
    assert bool(own["two.pointwise.bias"].any()) is False
    rows = own["fc.weight"] @ own["fc.weight"].T
    torch.testing.assert_close(rows, 2 * torch.eye(50), rtol=0, atol=1e-4)


def test_a_seed_draws_what_no_layer_says_as_before() -> None:
    """What one layer says of its own weights changes nobody else's."""
    one, other = made(OWN).state_dict(), made(OWN.replace(", init: {uniform: 0.3}", "")).state_dict()
    assert {key for key in one if not torch.equal(one[key], other[key])} >= {"flat.weight", "flat.bias"}
    assert torch.equal(one["left.weight"], other["left.weight"])
    assert torch.equal(one["told.weight"], other["told.weight"])


def test_devices_and_types() -> None:
    """The network is on the device and in the type that were asked for; auto finds a device."""
    network = made(INIT, dtype="bfloat16", device="meta")
    assert {p.dtype for p in network.parameters()} == {torch.bfloat16}
    assert {p.device.type for p in network.parameters()} == {"meta"}
    assert network.norm.num_batches_tracked.dtype == torch.int64
    assert made(INIT, dtype=torch.float64).conv.weight.dtype == torch.float64
    assert choose_device("auto").type in {"cuda", "mps", "cpu"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"init": "he"}, "unknown init 'he'"),
        ({"dtype": "int8"}, "unknown dtype 'int8'"),
        ({"dtype": "nn"}, "unknown dtype 'nn'"),
        ({"dtype": None}, "unknown dtype 'None'"),
        ({"device": "abacus"}, "the device 'abacus' cannot be used: "),
        ({"device": None}, "the device 'None' cannot be used: a device is a name or a torch.device"),
        ({"device": 1.5}, "the device '1.5' cannot be used: a device is a name or a torch.device"),
        ({"seed": 1.5}, "seed must be a whole number from -2^63 to 2^64 - 1, got 1.5"),
        ({"seed": "one"}, "seed must be a whole number from -2^63 to 2^64 - 1, got one"),
        ({"seed": 2**64}, "seed must be a whole number from -2^63 to 2^64 - 1, got 18446744073709551616"),
    ],
)
def test_options_that_do_not_exist(options: dict[str, Any], message: str) -> None:
    """An unknown word is refused in a sentence."""
    with pytest.raises(Problem) as caught:
        made(INIT, **options)
    assert caught.value.message.startswith(message)


def test_a_seed_is_refused_by_whatever_draws() -> None:
    """A seed that torch does not take is told in a sentence."""
    graph = graph_of(INIT)
    for work in (api.run, api.verify, lambda graph, seed: api.effective_field(graph, 0, 0, (0, 0), seed=seed)):
        with pytest.raises(api.CannotRun, match="seed must be a whole number from"):
            work(graph, seed=2**64)


def test_nothing_runs_on_meta() -> None:
    """A network may be built on meta; what runs one refuses the device as it refuses one that is not there."""
    graph = graph_of(INIT)
    for work in (api.run, api.bench, api.verify):
        with pytest.raises(
            api.CannotRun, match="the device 'meta' cannot be used: it has shapes and no values"
        ) as caught:
            work(graph, device="meta")
        assert caught.value.problem.help.startswith("auto takes what is there")


# --- mistakes ----------------------------------------------------------------------------


def failure(network: Any, *inputs: Any, **named: Any) -> LayerError:
    """The error of a call."""
    with pytest.raises(LayerError) as caught:
        network(*inputs, **named)
    return caught.value


def test_a_failure_names_the_layer_and_its_line() -> None:
    """What torch refuses is told with the layer, its line in the file, and what the network is made for."""
    error = failure(made(RESIDUAL), torch.randn(2, 1, 8, 8))
    assert (error.layer, error.place) == ("stem.conv", "small.yaml:4")
    assert str(error) == (
        "layer 'stem.conv' (small.yaml:4): Given groups=1, weight of size [4, 3, 3, 3], expected input[2, 1, 8, 8] "
        "to have 3 channels, but got 1 channels instead\n"
        "small is made for input (N, 3, 8, 8), and was given input (2, 1, 8, 8)"
    )
    assert type(error.__cause__) is RuntimeError
    assert failure(made(RESIDUAL), torch.randn(2, 3, 9, 12)).layer == "fc"


def test_a_mistake_inside_is_told_without_the_input() -> None:
    """Where the input is as it should be, only the layer and the reason are told."""
    network = made("name: one\ninput: [3, 1, 1]\nlayers: [{batch_norm: , name: bn}]\n")
    assert str(failure(network, torch.randn(1, 3, 1, 1))) == (
        "layer 'bn' (one.yaml:3): Expected more than 1 value per channel when training, got input size "
        "torch.Size([1, 3, 1, 1])"
    ).replace("one.yaml", "small.yaml")


@pytest.mark.parametrize(
    ("inputs", "named", "given"),
    [
        ((), {}, "nothing"),
        ((torch.ones(1),), {}, "image (1,)"),
        ((torch.ones(1), torch.ones(2), torch.ones(3)), {}, "image (1,), mask (2,) and 1 more"),
        ((torch.ones(1),), {"image": 3}, "image int and 1 more"),
        ((), {"picture": torch.ones(1)}, "picture (1,)"),
    ],
)
def test_wrong_inputs(inputs: tuple[Any, ...], named: dict[str, Any], given: str) -> None:
    """Too few, too many and unknown inputs are told beside what the network is made for."""
    error = failure(made("name: two\n" + TWO), *inputs, **named)
    assert str(error) == f"two is made for image (N, 3, 8, 8), mask (N, 1, 8, 8), and was given {given}"
    assert error.layer is None


def test_out_of_memory_stays_one() -> None:
    """Running out of memory is still that exception, and names the layer."""

    def refuse(*_: object) -> None:
        raise torch.cuda.OutOfMemoryError("no room")

    network = made(RESIDUAL)
    network.unit["bn"].register_forward_pre_hook(refuse)
    error = failure(network, torch.randn(2, 3, 8, 8))
    assert isinstance(error, LayerOutOfMemory)
    assert isinstance(error, torch.cuda.OutOfMemoryError)
    assert str(error) == "layer 'unit.bn' (small.yaml:7): no room"


def test_exceptions_of_others_pass() -> None:
    """An exception that a hook raises for its own purpose is left alone, and so is a network inside a network."""

    class Stop(Exception):
        pass

    def stop(*_: object) -> None:
        raise Stop

    network = made(RESIDUAL)
    handle = network.pool.register_forward_hook(stop)
    with pytest.raises(Stop):
        network(torch.randn(2, 3, 8, 8))
    handle.remove()
    outer = made("name: outer\ninput: [3, 8, 8]\nlayers: [{relu: , name: inner}]\n")
    outer._modules["inner"] = network
    assert failure(outer, torch.randn(2, 1, 8, 8)).layer == "stem.conv"
    network.forward = None  # an error outside of any layer is torch's own
    with pytest.raises(TypeError):
        network(torch.randn(2, 3, 8, 8))


def test_a_part_does_not_run() -> None:
    """A scope holds layers, which can be reached by number or name, and says that it does not run by itself."""
    network = made(RESIDUAL)
    assert [*network.stem] == [network.stem["conv"], network.stem[-1]]
    assert len(network.stem) == 2
    with pytest.raises(NotImplementedError, match="the network's own forward runs them"):
        network.stem(torch.ones(1))
    numbered = made("input: [1, 2, 2]\nlayers: [{sequence: [relu, tanh], name: s}]\n")
    assert type(numbered.s[1]) is nn.Tanh


# --- the public function -----------------------------------------------------------------


def test_a_hook_on_a_part_is_told_that_it_is_never_called() -> None:
    """One text for all parts and kinds of hook; a hook on a layer runs."""
    network, seen = made(SCOPED), []
    part: Any = network.stage
    for register in (part.register_forward_hook, part.register_forward_pre_hook, part.register_full_backward_hook):
        with pytest.warns(UserWarning, match="a hook on a part of a built network is never called: .* Hook a layer"):
            register(lambda *_: seen.append("part"))
    part.conv.register_forward_hook(lambda *_: seen.append("layer"))
    network(torch.randn(1, 3, 4, 4)).sum().backward()
    assert seen == ["layer"]


def test_a_part_that_was_replaced() -> None:
    """The first layer that is not there any more is named with its line, as is one that was taken out."""
    for change, layer in ((("stage", nn.Identity()), "stage.conv"), (("stage.act", None), "stage.act")):
        network = made(SCOPED)
        above, _, name = change[0].rpartition(".")
        owner: Any = network.get_submodule(above)
        del owner._modules[name]
        if change[1] is not None:
            owner.add_module(name, change[1])
        with pytest.raises(LayerError, match=rf"layer '{layer}' \(.*:\d\) is not there any more") as caught:
            network(torch.randn(1, 3, 4, 4))
        assert caught.value.layer == layer


def test_a_key_that_a_layer_misses_is_its_own() -> None:
    """What fails inside a layer of somebody's own is not ours to explain."""
    network: Any = made(SCOPED)
    nothing: dict[str, object] = {}
    network.stage.conv.register_forward_hook(lambda *_: nothing["mine"])
    with pytest.raises(KeyError, match="mine"):
        network(torch.randn(1, 3, 4, 4))


SCOPED = """
name: scoped
input: [3, 4, 4]
layers:
  - sequence:
      - {conv: {out: 2, kernel: 1}, name: conv}
      - {relu: , name: act}
    name: stage
"""


def test_build_takes_a_name_or_a_graph() -> None:
    """A shipped name with its params, or a graph, is built."""
    network = cnninspect.build("resnet18", input=(3, 32, 32), classes=7, seed=0, device="meta")
    assert type(network).__name__ == "Resnet18"
    assert network(torch.empty(2, 3, 32, 32, device="meta")).shape == (2, 7)
    assert keys(cnninspect.build(graph_of(RESIDUAL)))[0] == "stem.conv.weight"


def test_build_tells_what_it_cannot() -> None:
    """What cannot be built is CannotRun, a model with a mistake is ModelError."""
    with pytest.raises(api.CannotRun) as caught:
        cnninspect.build("resnet18", init="he")
    assert caught.value.problem.help == "use torch, kaiming, xavier, trunc_normal, orthogonal, zero_residual"
    loaded = api.read("small.yaml", text="input: [3, 8, 8]\nlayers: [{conv: {out: 2, kernel: 9}, name: c}]\n")
    assert loaded.graph is not None
    with pytest.raises(api.CannotRun, match=r"^layer 'c' \(small.yaml:2\) has no known shape$"):
        cnninspect.build(loaded.graph)
    graph = graph_of("input: [3, 8, 8]\nlayers: [{relu: , name: r}]\n")
    (node,) = graph.nodes
    assert node.layer is not None
    layer = type(type(node.layer).__name__, (type(node.layer),), {"torch": ""})({}, 2)
    with pytest.raises(api.CannotRun, match="relu does not say how torch spells it"):
        cnninspect.build(graph._replace(nodes=(node._replace(layer=layer),)))


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torch one sentence says so, with the command that installs it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(api.CannotRun) as caught:
        cnninspect.build("lenet5")
    assert str(caught.value) == "building a network needs PyTorch, which is not installed"
    assert caught.value.problem.help == "pip install 'cnninspect[torch]'"


def test_a_class_lives_as_long_as_its_networks() -> None:
    """Networks of one graph have one class, whose source is known to tracebacks for as long."""
    import gc
    import linecache

    one, two = made(RESIDUAL), made(RESIDUAL, seed=1)
    assert type(one) is type(two) is network_class(one.code)
    file = type(one).forward.__code__.co_filename
    assert linecache.getline(file, 4) == '    x = stem["conv"](input)\n'
    del one, two
    gc.collect()
    assert file not in linecache.cache
