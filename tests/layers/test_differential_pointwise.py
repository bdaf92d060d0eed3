"""Pointwise and normalisation layers held against torch: facts on drawn options and shapes, and values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import cnninspect.layers  # noqa: E402, F401 - fills the registry
from cnninspect.backends import torch_layers2 as ours  # noqa: E402
from cnninspect.layers.base import REGISTRY  # noqa: E402
from tests.support.budget import EXAMPLES  # noqa: E402
from tests.support.oracle import agree, realize  # noqa: E402
from tests.support.rows import make  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from cnninspect.values import Shape

Options = dict[str, object]
FAMILIES = ("activation", "activation_axis", "activation_curves", "activation_keras", "norm", "norm_own")
MODULES = {f"cnninspect.layers.{name}" for name in (*FAMILIES, "regularisation", "scale")}
NAMES = sorted(name for name, layer in REGISTRY.items() if layer.__module__ in MODULES)

RANKS = {
    "instance_norm": st.integers(1, 3),  # a batch of vectors: torch takes it for one map, refused here
    "dropout_channels": st.integers(1, 3),  # a batch of vectors: torch drops whole samples, refused here
    "softmax2d": st.sampled_from([0, 2, 3]),  # a batch of (channels, length): torch mixes the samples, refused here
}
OPTIONS: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "leaky_relu": {"slope": st.floats(-2, 2)},
    "prelu": {"shared": st.booleans(), "init": st.floats(0, 1), "trainable": st.booleans()},
    "rrelu": {"lower": st.floats(-1, 1), "upper": st.floats(-1, 1)},
    "elu": {"alpha": st.floats(-2, 2)},
    "celu": {"alpha": st.floats(0.1, 2)},
    "gelu": {"approximate": st.sampled_from(["none", "tanh"])},
    "hard_tanh": {"min": st.integers(-3, 3), "max": st.integers(-3, 3)},
    "softplus": {"beta": st.floats(0.1, 9), "threshold": st.floats(1, 30)},
    "hard_shrink": {"threshold": st.floats(0, 1)},
    "soft_shrink": {"threshold": st.floats(0, 1)},
    "squareplus": {"b": st.floats(0, 9)},
    "batch_norm": {
        **{key: st.booleans() for key in ("affine", "scale", "center", "track", "trainable")},
        "eps": st.floats(0, 1),
        "momentum": st.none() | st.floats(0, 1),
    },
    "instance_norm": {"affine": st.booleans(), "track": st.booleans(), "momentum": st.none() | st.floats(0, 1)},
    "group_norm": {"affine": st.booleans(), "eps": st.floats(0, 1)},
    "layer_norm": {"affine": st.booleans(), "bias": st.booleans()},
    "rms_norm": {"affine": st.booleans(), "eps": st.none() | st.floats(0, 1)},
    "local_response_norm": {"alpha": st.floats(0, 1), "beta": st.floats(0, 2), "k": st.floats(0, 2)},
    "layer_scale": {"init": st.floats(-1, 1), "keep_axes": st.booleans()},
    "normalize": {"mean": st.floats(-9, 9), "variance": st.floats(0.1, 9)},
}
REQUIRED: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "threshold": {"threshold": st.floats(-2, 2), "value": st.floats(-2, 2)},
    "group_norm": {"groups": st.integers(1, 13)},
    "local_response_norm": {"size": st.integers(1, 9)},
    "drop_path": {"rate": st.floats(0, 1)},
    "gaussian_noise": {"deviation": st.floats(0, 1)},
}


@st.composite
def cases(draw: st.DrawFn, name: str) -> tuple[Options, Shape]:
    """Options of the layer and an input of up to 3 spatial axes, legal or not."""
    rank = draw(RANKS.get(name, st.integers(0, 3)))
    x = tuple(draw(st.lists(st.integers(1, 12), min_size=rank + 1, max_size=rank + 1)))
    optional = dict(OPTIONS.get(name, {}))
    declared = REGISTRY[name].schema_options
    if "axis" in declared:
        optional["axis"] = st.integers(1, rank + 1) | st.integers(-rank - 1, -1)
    if "axes" in declared:
        optional["axes"] = st.just("channels") | st.integers(1, rank + 1)
    if "rate" in declared and name not in REQUIRED:
        optional["rate"] = st.floats(0, 0.99)
    options = draw(st.fixed_dictionaries(REQUIRED.get(name, {}), optional=optional))
    return options, x


@pytest.mark.parametrize("name", [name for name in NAMES if name != "scale_shift"])
def test_torch_agrees(name: str) -> None:
    """Torch gives the same shape, weights and buffers for any options and input, or refuses with us."""

    @settings(max_examples=max(EXAMPLES // 8, 8), deadline=None, database=None)
    @given(cases(name))
    def law(case: tuple[Options, Shape]) -> None:
        options, x = case
        agree(REGISTRY[name], options, (x,))

    law()


@pytest.mark.parametrize("x", [(4,), (4, 5), (4, 5, 6), (4, 5, 6, 7)])
def test_frozen_batch_norm_agrees(x: Shape) -> None:
    """A frozen batch_norm stores all four tensors, in torchvision's order, at any rank."""
    assert agree(REGISTRY["batch_norm"], {"frozen": True}, (x,))


# --- values ----------------------------------------------------------------------------

POINTS = (-7.0, -3.5, -2.5, -1.0, -0.75, -0.25, 0.0, 0.25, 0.75, 1.0, 2.5, 3.5, 7.0, 25.0)


def sigmoid(x: float) -> float:
    """The logistic curve."""
    return 1 / (1 + math.exp(-x))


def normal(x: float) -> float:
    """The distribution function of the normal distribution."""
    return (1 + math.erf(x / math.sqrt(2))) / 2


def bend(x: float) -> float:
    """A rectifier with a parabola for a corner."""
    return (x + 1) ** 2 / 4 if abs(x) < 1 else max(x, 0)


FORMULAS: list[tuple[str, Options, Callable[[float], float]]] = [
    ("relu", {}, lambda x: max(x, 0)),
    ("relu6", {}, lambda x: min(max(x, 0), 6)),
    ("leaky_relu", {"slope": 0.3}, lambda x: x if x > 0 else 0.3 * x),
    ("prelu", {"init": 0.5}, lambda x: x if x > 0 else 0.5 * x),
    ("rrelu", {"lower": 0.2, "upper": 0.4}, lambda x: x if x > 0 else 0.3 * x),
    ("threshold", {"threshold": 0.5, "value": -3}, lambda x: x if x > 0.5 else -3),
    ("elu", {"alpha": 2}, lambda x: x if x > 0 else 2 * (math.exp(x) - 1)),
    ("selu", {}, lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1))),
    ("celu", {"alpha": 2}, lambda x: max(x, 0) + min(2 * (math.exp(x / 2) - 1), 0)),
    ("gelu", {}, lambda x: x * normal(x)),
    (
        "gelu",
        {"approximate": "tanh"},
        lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    ("silu", {}, lambda x: x * sigmoid(x)),
    ("mish", {}, lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    ("hard_swish", {}, lambda x: x * min(max(x + 3, 0), 6) / 6),
    ("sigmoid", {}, sigmoid),
    ("hard_sigmoid", {}, lambda x: min(max(x + 3, 0), 6) / 6),
    ("log_sigmoid", {}, lambda x: -math.log1p(math.exp(-x))),
    ("tanh", {}, math.tanh),
    ("hard_tanh", {"min": -2, "max": 3}, lambda x: min(max(x, -2), 3)),
    ("tanh_shrink", {}, lambda x: x - math.tanh(x)),
    ("softsign", {}, lambda x: x / (1 + abs(x))),
    ("softplus", {"beta": 2, "threshold": 40}, lambda x: math.log1p(math.exp(2 * x)) / 2),
    ("hard_shrink", {"threshold": 0.3}, lambda x: x if abs(x) > 0.3 else 0),
    ("soft_shrink", {"threshold": 0.3}, lambda x: math.copysign(max(abs(x) - 0.3, 0), x)),
    ("exponential", {}, math.exp),
    ("abs", {}, abs),
    ("squareplus", {"b": 3}, lambda x: (x + math.sqrt(x * x + 3)) / 2),
    ("sparse_plus", {}, bend),
    ("sparse_sigmoid", {}, lambda x: min(max((x + 1) / 2, 0), 1)),
    ("scale_shift", {"scale": 0.5, "shift": -1}, lambda x: 0.5 * x - 1),
    ("normalize", {"mean": 2, "variance": 4}, lambda x: (x - 2) / 2),
    ("layer_scale", {"init": 0.5}, lambda x: 0.5 * x),
    ("dropout", {"rate": 0.9}, lambda x: x),
    ("alpha_dropout", {"rate": 0.9}, lambda x: x),
    ("gaussian_dropout", {"rate": 0.9}, lambda x: x),
    ("drop_path", {"rate": 0.9}, lambda x: x),
    ("gaussian_noise", {"deviation": 0.9}, lambda x: x),
    ("identity", {}, lambda x: x),
]


def run(name: str, options: Options, x: Tensor) -> Tensor:
    """The layer's values at inference, in double precision."""
    shape = tuple(x.shape[1:])
    module, call = realize(make(name, options, (shape,)).call((shape,)))
    if module is not None:
        module.eval().double()
    with torch.no_grad():
        return cast("Tensor", call(x.double()))


@pytest.mark.parametrize(("name", "options", "formula"), FORMULAS, ids=lambda part: str(part)[:20])
def test_formula(name: str, options: Options, formula: Callable[[float], float]) -> None:
    """The module computes the formula of the layer's docstring."""
    values = run(name, options, torch.tensor([POINTS]))
    assert values.flatten().tolist() == pytest.approx([formula(x) for x in POINTS], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("softmax", [0.5, 0.25, 0.25]),
        ("softmin", [0.2, 0.4, 0.4]),
        ("log_softmax", [-math.log(2), -math.log(4), -math.log(4)]),
    ],
)
@pytest.mark.parametrize("axis", [1, 2])
def test_softmax_axis(name: str, expected: list[float], axis: int) -> None:
    """Shares are taken along the named axis: exponentials 2, 1, 1 (or 1/2, 1, 1) over their sum."""
    x = torch.tensor([math.log(2), 0.0, 0.0]).double()
    values = run(name, {"axis": axis}, x.view(1, 3, 1) if axis == 1 else x.view(1, 1, 3))
    assert values.flatten().tolist() == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("axis", [1, 2])
def test_sparsemax(axis: int) -> None:
    """Of (1, 1/2, -1) two stay above t = (3/2 - 1) / 2 = 1/4: the shares are 3/4, 1/4 and 0."""
    x = torch.tensor([1.0, 0.5, -1.0])
    values = run("sparsemax", {"axis": axis}, x.view(1, 3, 1) if axis == 1 else x.view(1, 1, 3))
    assert values.flatten().tolist() == [0.75, 0.25, 0.0]


def test_glu_gates_the_first_half() -> None:
    """The first half of the axis is multiplied by the sigmoid of the second."""
    values = run("glu", {}, torch.tensor([[3.0, 0.0]]))
    assert values.tolist() == [[1.5]]


@pytest.mark.parametrize("module", [ours.Squareplus(), ours.SparsePlus(), ours.SparseSigmoid(), ours.Sparsemax(dim=1)])
def test_gradient(module: nn.Module) -> None:
    """The gradient is the derivative of the value, away from the corners."""
    x = torch.tensor([[-2.3, -0.6, 0.1, 0.4, 1.7]], dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(module, (x,))


@pytest.mark.parametrize("options", [{"scale": False}, {"center": False}, {"frozen": True}])
@pytest.mark.parametrize("x", [(4,), (4, 3), (4, 3, 2), (4, 3, 2, 2)])
def test_batch_norm_variants(options: Options, x: Shape) -> None:
    """Without factor or offset, or frozen, the values are those of torch's module with the same tensors."""
    torch.manual_seed(1)
    module, _ = realize(make("batch_norm", options, (x,)).call((x,)))
    plain = getattr(torch.nn, f"BatchNorm{max(len(x) - 1, 1)}d")(4)
    assert module is not None
    for name, tensor in plain.state_dict().items():
        if tensor.is_floating_point() and name in module.state_dict():
            tensor.copy_(torch.rand_like(tensor) + 0.5)
    module.load_state_dict({key: value for key, value in plain.state_dict().items() if key in module.state_dict()})
    batch = torch.randn(3, *x)
    torch.testing.assert_close(module.eval()(batch), plain.eval()(batch))


def test_half_a_batch_norm_resets() -> None:
    """Resetting brings factor 1 or offset 0 back and leaves the other out, as materialising from meta needs."""
    for keep, value in (("scale", 1.0), ("center", 0.0)):
        module = ours.BatchNorm(2, scale=keep == "scale", center=keep == "center")
        (parameter,) = module.parameters()
        torch.nn.init.constant_(parameter, 7.0)
        module.reset_parameters()
        assert parameter.tolist() == [value, value]


def test_frozen_batch_norm_loads_an_ordinary_one() -> None:
    """A checkpoint of an ordinary batch_norm loads into a frozen one: its count of batches is dropped."""
    frozen = ours.FrozenBatchNorm(4)
    ordinary = torch.nn.BatchNorm2d(4)
    torch.nn.init.constant_(ordinary.weight, 3.0)
    assert frozen.load_state_dict(ordinary.state_dict()) == ([], [])
    assert frozen.weight.tolist() == [3.0] * 4


@pytest.mark.parametrize(("name", "plain"), [("layer_norm", "LayerNorm"), ("rms_norm", "RMSNorm")])
def test_norm_over_channels(name: str, plain: str) -> None:
    """Over the channels of a map each position is normalised as a vector of its own."""
    x = torch.randn(2, 4, 3, 2, generator=torch.Generator().manual_seed(1)).double()
    values = run(name, {}, x)
    vector = getattr(torch.nn, plain)(4).double()
    for row in range(3):
        for column in range(2):
            torch.testing.assert_close(values[:, :, row, column], vector(x[:, :, row, column]))


def test_local_response_norm() -> None:
    """A single channel of size 1 with k = 1 and beta = 1 is x / (1 + alpha x²)."""
    values = run("local_response_norm", {"size": 1, "alpha": 0.5, "beta": 1}, torch.tensor([[[2.0, 4.0]]]))
    assert values.flatten().tolist() == pytest.approx([2 / 3, 4 / 9])


@pytest.mark.parametrize("options", [{"scale": [1, 2], "shift": [3, 4]}, {"scale": [1, 2], "shift": 3}])
def test_constants_by_channel(options: Options) -> None:
    """A list gives each channel its own constant, and no checkpoint holds it."""
    values = run("scale_shift", options, torch.ones(1, 2, 1, 2))
    second = 6.0 if isinstance(options["shift"], list) else 5.0
    assert values.tolist() == [[[[4.0, 4.0]], [[second, second]]]]
    module, _ = realize(make("scale_shift", options, ((2, 1, 2),)).call(((2, 1, 2),)))
    assert module is not None
    assert module.state_dict() == {}


def test_normalize_by_channel() -> None:
    """A list gives each channel its own mean and variance, which the checkpoint holds."""
    values = run("normalize", {"mean": [1, 2], "variance": [4, 16]}, torch.full((1, 2, 1), 10.0))
    assert values.tolist() == [[[4.5], [2.0]]]


def test_layer_scale_along_another_axis() -> None:
    """Each position of the named axis has its own factor, whatever the shape of the weight."""
    for keep_axes in (False, True):
        module = ours.LayerScale(3, after=1, keep_axes=keep_axes)
        with torch.no_grad():
            module.weight.copy_(torch.tensor([1.0, 2.0, 3.0]).view_as(module.weight))
        assert module(torch.ones(1, 2, 3, 2))[0, 0].tolist() == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


@pytest.mark.parametrize(("rate", "allowed"), [(0.0, {1.0}), (0.75, {0.0, 4.0}), (1.0, {0.0})])
def test_drop_path_drops_whole_samples(rate: float, allowed: set[float]) -> None:
    """In training a sample is dropped as a whole or stretched by 1 / (1 - rate)."""
    torch.manual_seed(1)
    samples = ours.DropPath(rate)(torch.ones(64, 2, 3))
    assert {frozenset(sample.flatten().tolist()) for sample in samples} == {frozenset({value}) for value in allowed}


@pytest.mark.parametrize(
    ("module", "mean", "deviation"),
    [(ours.GaussianDropout(0.2), 2.0, 1.0), (ours.GaussianNoise(0.5), 2.0, 0.5)],
)
def test_noise(module: nn.Module, mean: float, deviation: float) -> None:
    """Around 2 the noise has the stated deviation: 2 * sqrt(0.2 / 0.8) = 1 as a factor, 0.5 as an offset."""
    torch.manual_seed(1)
    noisy = module(torch.full((100, 1000), 2.0))
    assert noisy.mean().item() == pytest.approx(mean, abs=0.02)
    assert noisy.std().item() == pytest.approx(deviation, abs=0.02)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (ours.Squareplus(), "Squareplus(b=4)"),
        (ours.Sparsemax(2), "Sparsemax(dim=2)"),
        (ours.FrozenBatchNorm(8), "FrozenBatchNorm(8, eps=1e-05)"),
        (ours.GaussianDropout(0.25), "GaussianDropout(p=0.25)"),
        (ours.GaussianNoise(0.25), "GaussianNoise(deviation=0.25)"),
        (ours.DropPath(0.1), "DropPath(p=0.1)"),
        (ours.LayerScale(8, after=2), "LayerScale(8, init=1e-06)"),
    ],
)
def test_print(module: nn.Module, text: str) -> None:
    """A printed module shows its options."""
    assert repr(module) == text
