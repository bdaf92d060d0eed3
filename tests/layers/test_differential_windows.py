"""Windowed and linear layers held against torch: facts, refusals and the values of what torch lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from cnninspect.layers.base import REGISTRY  # noqa: E402 - after the skip
from cnninspect.values import product  # noqa: E402
from tests.support.budget import EXAMPLES  # noqa: E402
from tests.support.oracle import agree, realize, truth  # noqa: E402
from tests.support.rows import make  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from cnninspect.values import Shape

drawn = settings(max_examples=EXAMPLES, deadline=None, print_blob=True)
Drawn = tuple[dict[str, object], tuple[int, ...]]


def sizes(rank: int, low: int, high: int) -> st.SearchStrategy[list[int]]:
    """A list of one number for each axis."""
    return st.lists(st.integers(low, high), min_size=rank, max_size=rank)


def numbers(rank: int, low: int, high: int) -> st.SearchStrategy[Any]:
    """What may be written for a number for each axis: a list, or one number for all."""
    return st.one_of(st.integers(low, high), sizes(rank, low, high))


def pads(rank: int, high: int) -> st.SearchStrategy[Any]:
    """What may be written for padding in numbers, sides that differ among it."""
    pair = st.lists(st.integers(0, high), min_size=2, max_size=2)
    return st.one_of(numbers(rank, 0, high), st.lists(pair, min_size=rank, max_size=rank))


WORDS = st.sampled_from(["valid", "half", "same", "same_lower"])


def some(draw: st.DrawFn, **options: st.SearchStrategy[Any]) -> dict[str, object]:
    """Each option drawn or left out."""
    return {key: draw(option) for key, option in options.items() if draw(st.booleans())}


def map_of(draw: st.DrawFn, channels: int, rank: int) -> tuple[int, ...]:
    """A small map."""
    return (channels, *draw(sizes(rank, 1, 9)))


@st.composite
def convs(draw: st.DrawFn) -> Drawn:
    """A conv with any of its options on a small map."""
    rank, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    options = some(
        draw,
        stride=numbers(rank, 1, 3),
        padding=st.one_of(pads(rank, 4), WORDS),
        dilation=numbers(rank, 1, 3),
        groups=st.just(groups),
        bias=st.booleans(),
        padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    )
    split = draw(st.sampled_from([1, groups, groups]))
    options |= {"out": draw(st.integers(1, 3)) * split, "kernel": draw(numbers(rank, 1, 4))}
    return options, map_of(draw, draw(st.integers(1, 3)) * split, rank)


@drawn
@given(convs())
def test_conv_agrees(case: Drawn) -> None:
    """A conv has torch's shape, weights, MACs and refusals, whatever its options."""
    options, x = case
    agree(REGISTRY["conv"], options, (x,))


@st.composite
def own_convs(draw: st.DrawFn, name: str) -> Drawn:
    """A depthwise or separable conv on a small map."""
    rank = draw(st.integers(1, 3))
    options = some(
        draw,
        stride=numbers(rank, 1, 3),
        padding=st.one_of(pads(rank, 4), WORDS),
        dilation=numbers(rank, 1, 3),
        multiplier=st.integers(1, 3),
        bias=st.booleans(),
    )
    options["kernel"] = draw(numbers(rank, 1, 4))
    if name == "separable_conv":
        options["out"] = draw(st.integers(1, 4))
    return options, map_of(draw, draw(st.integers(1, 4)), rank)


@drawn
@given(own_convs("depthwise_conv"))
def test_depthwise_conv_agrees(case: Drawn) -> None:
    """A depthwise conv is torch's conv with as many groups as channels."""
    options, x = case
    agree(REGISTRY["depthwise_conv"], options, (x,))


@drawn
@given(own_convs("separable_conv"))
def test_separable_conv_agrees(case: Drawn) -> None:
    """A separable conv has the shape, weights and MACs of the two convs it is made of."""
    options, x = case
    agree(REGISTRY["separable_conv"], options, (x,))


@st.composite
def transposes(draw: st.DrawFn) -> Drawn:
    """A transposed conv on a small map."""
    rank, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    options = some(
        draw,
        stride=numbers(rank, 1, 4),
        padding=st.one_of(pads(rank, 4), st.sampled_from(["valid", "same"])),
        dilation=numbers(rank, 1, 3),
        groups=st.just(groups),
        bias=st.booleans(),
    )
    if options.get("padding") != "same" and draw(st.booleans()):  # torch knows no `same` to hold it against
        options["output_padding"] = draw(numbers(rank, 0, 3))
    split = draw(st.sampled_from([1, groups, groups]))
    options |= {"out": draw(st.integers(1, 3)) * split, "kernel": draw(numbers(rank, 1, 4))}
    x = (draw(st.integers(1, 3)) * split, *draw(sizes(rank, 1, 5)))
    return options, x


@drawn
@given(transposes())
def test_conv_transpose_agrees(case: Drawn) -> None:
    """A transposed conv has torch's shape, weights, MACs and refusals."""
    options, x = case
    agree(REGISTRY["conv_transpose"], options, (x,), device="cpu")  # meta lets any output_padding pass


@st.composite
def pools(draw: st.DrawFn, name: str) -> Drawn:
    """A pool on a small map; where torch cannot pad as asked, by no more than every layer takes."""
    rank = draw(st.integers(1, 3))
    kernel = draw(numbers(rank, 1, 5))
    least = kernel if isinstance(kernel, int) else min(kernel)
    symmetric = numbers(rank, 0, least - 1 if name == "lp_pool" else 3)
    rounding = draw(st.sampled_from(["floor", "ceil", "caffe"]))
    padding = symmetric if rounding != "caffe" and draw(st.booleans()) else pads(rank, least - 1)
    options = some(draw, stride=numbers(rank, 1, 4), padding=st.one_of(padding, WORDS))
    options |= some(draw, rounding=st.just(rounding))
    if name == "max_pool":
        options |= some(draw, dilation=numbers(rank, 1, 3))
    if name == "avg_pool":
        options |= some(draw, count_include_pad=st.booleans())
    if name == "lp_pool":
        options |= some(draw, norm=st.sampled_from([0.5, 1, 2, 3.5]))
    return {"kernel": kernel, **options}, map_of(draw, draw(st.integers(1, 3)), rank)


@drawn
@given(pools("max_pool"))
def test_max_pool_agrees(case: Drawn) -> None:
    """A max pool has torch's shape and refusals, and a size of Caffe's is reproduced by padding."""
    options, x = case
    agree(REGISTRY["max_pool"], options, (x,))


@drawn
@given(pools("avg_pool"))
def test_avg_pool_agrees(case: Drawn) -> None:
    """An average pool has torch's shape and refusals, its extra rule in 3-D among them."""
    options, x = case
    agree(REGISTRY["avg_pool"], options, (x,))


@drawn
@given(pools("lp_pool"))
def test_lp_pool_agrees(case: Drawn) -> None:
    """An lp pool has torch's shape and refusals."""
    options, x = case
    agree(REGISTRY["lp_pool"], options, (x,))


@st.composite
def adaptives(draw: st.DrawFn) -> Drawn:
    """A size to pool to, on a map that may be smaller."""
    rank = draw(st.integers(1, 3))
    return {"size": draw(numbers(rank, 1, 9))}, map_of(draw, draw(st.integers(1, 3)), rank)


@drawn
@given(adaptives(), st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool"]))
def test_adaptive_pools_agree(case: Drawn, name: str) -> None:
    """An adaptive pool has torch's shape on every map, smaller ones too."""
    options, x = case
    assert agree(REGISTRY[name], options, (x,))


@settings(drawn, max_examples=max(EXAMPLES // 3, 1))
@given(adaptives())
def test_adaptive_operations_are_the_cells_that_torch_reads(case: Drawn) -> None:
    """The cells that all windows read, counted from torch's gradients: one sample for each output."""
    options, x = case
    layer = make("adaptive_avg_pool", options, (x,))
    _, run = realize(layer.call((x,)))
    facts = layer.facts((x,))
    outputs = facts.outputs[0]
    one_each = torch.zeros(product(outputs), *x, dtype=torch.float64, requires_grad=True)
    y: Any = run(one_each)
    (gradient,) = torch.autograd.grad(y.flatten(1).diagonal().sum(), one_each)
    assert facts.operations == int((gradient != 0).sum())


@drawn
@given(st.sampled_from(["global_avg_pool", "global_max_pool"]), st.booleans(), sizes(3, 1, 7), st.integers(1, 3))
def test_global_pools_agree(name: str, keep: bool, axes: list[int], rank: int) -> None:  # noqa: FBT001
    """A global pool has torch's shape with and without its axes."""
    assert agree(REGISTRY[name], {"keep": keep}, ((4, *axes[:rank]),))


@drawn
@given(
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from(["last", "channels"]),
    st.lists(st.integers(1, 7), min_size=1, max_size=4),
)
def test_linear_agrees(out: int, bias: bool, axis: str, x: list[int]) -> None:  # noqa: FBT001
    """A linear layer has torch's shape, weights and MACs on a vector and on every map."""
    assert agree(REGISTRY["linear"], {"out": out, "bias": bias, "axis": axis}, (tuple(x),))


@drawn
@given(st.integers(1, 3), st.data())
def test_lenets_layers_run_as_stated(rank: int, data: st.DataObject) -> None:
    """The layers of LeNet-5 have the stated shape and weights when they run."""
    x = (4, *data.draw(sizes(rank, 1, 9)))
    table = data.draw(st.lists(st.lists(st.integers(0, 3), min_size=1, unique=True), min_size=1, max_size=5))
    bias = data.draw(st.booleans())
    kernel = data.draw(numbers(rank, 1, 3))
    sparse = make("sparse_conv", {"table": table, "kernel": kernel, "padding": "same", "bias": bias}, (x,))
    mode = data.draw(st.sampled_from(["average", "sum"]))
    sub = make("subsample", {"kernel": 1, "stride": data.draw(numbers(rank, 1, 3)), "mode": mode, "bias": bias}, (x,))
    for layer in (sparse, sub):
        facts, real = layer.facts((x,)), truth(layer, (x,))
        assert (facts.outputs, dict(facts.weights), dict(facts.buffers)) == real[:3]


# --- values of what torch lacks -------------------------------------------------------


def run(name: str, options: dict[str, object], x: Tensor, fill: Callable[[Tensor], Tensor] | None = None) -> Tensor:
    """The output of a layer on one sample, in double precision, its parameters filled."""
    shape: Shape = tuple(x.shape)
    module, call = realize(make(name, options, (shape,)).call((shape,)))
    if module is not None:
        module.double()
        for parameter in module.parameters():
            if fill is not None:
                parameter.data = fill(parameter.data)
    y: Any = call(x.double()[None])
    return y[0].detach()  # type: ignore[no-any-return]


def test_same_padding_never_counts_in_a_mean() -> None:
    """TensorFlow's mean over ones is one at every border, however the padding falls."""
    for n in range(1, 12):
        for kernel in (1, 2, 3, 5):
            for stride in (1, 2, 3):
                y = run("avg_pool", {"kernel": kernel, "stride": stride, "padding": "same"}, torch.ones(1, n, n))
                assert torch.equal(y, torch.ones_like(y))


def test_padding_counts_when_asked() -> None:
    """On [2, 4] with one zero after, windows of 2 with stride 1 give 3 and then 4 / 2 or 4 / 1."""
    x = torch.tensor([[2.0, 4.0]])
    options: dict[str, object] = {"kernel": 2, "stride": 1, "padding": [[0, 1]]}
    assert run("avg_pool", options, x).tolist() == [[3, 2]]
    assert run("avg_pool", {**options, "count_include_pad": False}, x).tolist() == [[3, 4]]
    assert run("avg_pool", {**options, "padding": "same"}, x).tolist() == [[3, 4]]
    assert run("avg_pool", {**options, "padding": "same", "count_include_pad": True}, x).tolist() == [[3, 2]]
    assert run("avg_pool", {**options, "padding": "same_lower"}, x).tolist() == [[2, 3]]


@drawn
@given(st.integers(1, 3), st.data())
def test_padded_mean_is_torchs_where_torch_has_one(rank: int, data: st.DataObject) -> None:
    """Our padded average pool gives what torch's gives on the same symmetric padding, rounded up too."""
    kernel = data.draw(sizes(rank, 1, 4))
    stride = data.draw(sizes(rank, 1, 4))
    x = torch.rand(2, *[k + data.draw(st.integers(0, 4)) for k in kernel], dtype=torch.float64)
    options: dict[str, object] = {
        "kernel": kernel,
        "stride": stride,
        "padding": [data.draw(st.integers(0, k // 2)) for k in kernel],
        "rounding": "ceil",
        "count_include_pad": data.draw(st.booleans()),
    }
    layer: Any = make("avg_pool", options, (tuple(x.shape),))
    window = layer.window(tuple(x.shape))
    from cnninspect.backends.torch_layers import PaddedAvgPool
    from cnninspect.layers.windows import torch_pad

    own = PaddedAvgPool(
        kernel,
        stride,
        torch_pad(window.pads),
        torch_pad(layer.spread(tuple(x.shape), window)),
        layer.counts(),
    )
    assert torch.allclose(own(x[None])[0], run("avg_pool", options, x))


def test_caffes_last_window_may_see_nothing() -> None:
    """Caffe gives 2 windows of 1 with stride 4 on 4 cells: the second sees nothing."""
    x = torch.tensor([[5.0, 6.0, 7.0, 8.0]])
    options: dict[str, object] = {"kernel": 1, "stride": 4, "rounding": "caffe"}
    assert run("max_pool", options, x).tolist() == [[5, -float("inf")]]
    assert run("avg_pool", options, x).tolist() == [[5, 0]]
    assert run("lp_pool", options, x).tolist() == [[5, 0]]


def test_padding_never_wins_a_max_pool() -> None:
    """With `same`, the largest of a border window is that of its real cells, negative ones too."""
    x = torch.tensor([[-3.0, -2.0]])
    assert run("max_pool", {"kernel": 2, "stride": 1, "padding": "same"}, x).tolist() == [[-2, -2]]


def test_norm_of_a_padded_window() -> None:
    """The 2-norm of [3, 4] and of [4, 0] is 5 and 4."""
    x = torch.tensor([[3.0, 4.0]])
    y = run("lp_pool", {"kernel": 2, "stride": 1, "padding": [[0, 1]]}, x)
    assert torch.allclose(y, torch.tensor([[5.0, 4.0]], dtype=torch.float64))


def test_same_padding_of_a_conv_puts_the_odd_cell_after() -> None:
    """A kernel of two ones sums each cell with its right neighbour; `same_lower` with its left."""
    x = torch.tensor([[1.0, 10.0, 100.0]])
    options: dict[str, object] = {"out": 1, "kernel": 2, "bias": False}
    assert run("conv", {**options, "padding": "same"}, x, torch.ones_like).tolist() == [[11, 110, 100]]
    assert run("conv", {**options, "padding": "same_lower"}, x, torch.ones_like).tolist() == [[1, 11, 110]]


def test_uneven_padding_holds_what_the_mode_says() -> None:
    """Two cells before [1, 10, 100] are 100 and 10 by reflection, 10 and 100 in a circle, 1 and 1 by repetition."""
    x = torch.tensor([[1.0, 10.0, 100.0]])
    seen = {
        mode: run(
            "conv",
            {"out": 1, "kernel": 1, "bias": False, "padding": [[2, 0]], "padding_mode": mode},
            x,
            torch.ones_like,
        ).tolist()
        for mode in ("zeros", "reflect", "circular", "replicate")
    }
    assert seen == {
        "zeros": [[0, 0, 1, 10, 100]],
        "reflect": [[100, 10, 1, 10, 100]],
        "circular": [[10, 100, 1, 10, 100]],
        "replicate": [[1, 1, 1, 10, 100]],
    }


def test_transposed_same_is_the_gradient_of_same() -> None:
    """Keras's `same` is the gradient of the conv with `same` that reads the larger map."""
    for kernel in range(1, 6):
        for stride in range(1, 4):
            for dilation in (1, 2):
                window = {"out": 1, "kernel": kernel, "stride": stride, "dilation": dilation, "bias": False}
                weight = torch.arange(1.0, kernel + 1, dtype=torch.float64)
                x = torch.tensor([[1.0, 10.0, 100.0]], dtype=torch.float64)
                large = torch.zeros(1, 3 * stride, dtype=torch.float64, requires_grad=True)
                module, call = realize(
                    make("conv", {**window, "padding": "same"}, ((1, 3 * stride),)).call(((1, 3 * stride),))
                )
                assert module is not None
                module.double()
                next(module.parameters()).data = weight.view(1, 1, -1)
                y: Any = call(large[None])
                (wanted,) = torch.autograd.grad((y[0] * x).sum(), large)
                got = run("conv_transpose", {**window, "padding": "same"}, x, lambda _, w=weight: w.view(1, 1, -1))  # type: ignore[misc]
                assert torch.equal(got, wanted)


def test_a_linear_layer_along_the_channels_is_a_1x1_conv() -> None:
    """With ones for weights every output channel is the sum of the channels plus one."""
    x = torch.arange(12.0).view(3, 2, 2)
    y = run("linear", {"out": 2, "axis": "channels"}, x, torch.ones_like)
    assert torch.equal(y, (x.sum(0) + 1).double().expand(2, 2, 2))


def test_sparse_conv_sees_only_what_the_table_lists() -> None:
    """With ones for weights each output map is the sum of its input maps plus one, window by window."""
    x = torch.tensor([[1.0, 1.0, 1.0], [10.0, 10.0, 10.0], [100.0, 100.0, 100.0]])
    y = run("sparse_conv", {"table": [[0, 2], [1]], "kernel": 2}, x, torch.ones_like)
    assert y.tolist() == [[203, 203], [21, 21]]


def test_sparse_conv_orders_its_weights_by_the_table() -> None:
    """The kernels follow the table row by row, in the order in which a row lists its maps."""
    x = torch.tensor([[1.0], [10.0], [100.0]])
    options: dict[str, object] = {"table": [[2, 0], [1]], "kernel": 1, "bias": False}
    assert run("sparse_conv", options, x, lambda w: torch.tensor([[2.0], [3.0], [5.0]]).to(w)).tolist() == [[203], [50]]


def test_subsample_scales_and_shifts_the_mean_or_the_sum() -> None:
    """With weight 3 and bias 3 the window [1, 3] gives 3 · 2 + 3 = 9, and 3 · 4 + 3 = 15 as a sum."""
    x = torch.tensor([[1.0, 3.0, 7.0]])
    threes = torch.full_like
    assert run("subsample", {}, x, lambda w: threes(w, 3)).tolist() == [[9]]
    assert run("subsample", {"mode": "sum"}, x, lambda w: threes(w, 3)).tolist() == [[15]]
    assert run("subsample", {"mode": "sum", "bias": False}, x, lambda w: threes(w, 3)).tolist() == [[12]]
    assert run("subsample", {"mode": "sum"}, x).tolist() == [[2]], "it starts as the mean"


def test_rbf_is_the_squared_distance() -> None:
    """From [1, 2] to the centre [0, 0] it is 1 + 4 = 5, to [1, 1] it is 1."""
    x = torch.tensor([1.0, 2.0])
    y = run("rbf", {"out": 2}, x, lambda w: torch.tensor([[0.0, 0.0], [1.0, 1.0]]).to(w))
    assert y.tolist() == [5, 1]
    layer = make("rbf", {"out": 10}, ((84,),))
    module, _ = realize(layer.call(((84,),)))
    assert module is not None
    (weight,) = module.parameters()
    assert {*weight.detach().flatten().tolist()} == {-1.0, 1.0}
    assert tuple(weight.shape) == layer.facts(((84,),)).weights["weight"] == (10, 84)
