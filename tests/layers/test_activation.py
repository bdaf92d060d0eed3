"""Activations: what each costs, learns and refuses, and that none of torch's or Keras's is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect.layers.activation import Activation
from cnninspect.layers.base import REGISTRY
from tests.support.rows import Refused, Row, check, check_refused, make

if TYPE_CHECKING:
    from cnninspect.values import Shape

MAP = (4, 3, 5)
ELEMENTWISE = (
    *("relu", "relu6", "leaky_relu", "rrelu", "elu", "selu", "celu", "gelu", "silu", "mish", "hard_swish"),
    *("sigmoid", "hard_sigmoid", "log_sigmoid", "tanh", "hard_tanh", "tanh_shrink", "softsign", "softplus"),
    *("abs", "hard_shrink", "soft_shrink", "exponential", "squareplus", "sparse_plus", "sparse_sigmoid"),
)
SOFTMAXES = ("softmax", "softmin", "log_softmax", "sparsemax")
TORCH = (
    *("Threshold", "ReLU", "RReLU", "Hardtanh", "ReLU6", "Sigmoid", "Hardsigmoid", "Tanh", "SiLU", "Mish"),
    *("Hardswish", "ELU", "CELU", "SELU", "GLU", "GELU", "Hardshrink", "LeakyReLU", "LogSigmoid", "Softplus"),
    *("Softshrink", "PReLU", "Softsign", "Tanhshrink", "Softmin", "Softmax", "Softmax2d", "LogSoftmax"),
)
KERAS = (
    *("celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh"),
    *("leaky_relu", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax"),
    *("soft_shrink", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh"),
    *("tanh_shrink", "threshold", "hard_swish", "swish"),
)


def row(name: str, options: dict[str, object], cost: int, x: Shape = MAP, why: str = "") -> Row:
    """A row of a layer that keeps its input's shape and learns nothing."""
    return Row(name, options, (x,), (x,), {}, 0, cost, why=why)


ROWS = [
    *(row(name, {}, 60, why="4 * 3 * 5 elements, 1 each") for name in ELEMENTWISE),
    *(row(name, {}, 180, why="4 * 3 * 5 elements, 3 each") for name in (*SOFTMAXES, "softmax2d")),
    *(row(name, {"axis": "width"}, 180) for name in SOFTMAXES),
    row("relu", {}, 10, (10,)),
    row("relu", {}, 48, (2, 24)),
    row("relu", {}, 48, (2, 2, 3, 4)),
    row("threshold", {"threshold": 0.1, "value": 20}, 60),
    row("leaky_relu", {"slope": 1}, 60),
    row("rrelu", {"lower": 0.3, "upper": 0.3}, 60),
    row("hard_tanh", {"min": 0, "max": 6}, 60),
    row("gelu", {"approximate": "tanh"}, 60),
    Row("prelu", {}, (MAP,), (MAP,), {"weight": (1,)}, 0, 60),
    Row("prelu", {"shared": False}, (MAP,), (MAP,), {"weight": (4,)}, 0, 60),
    Row("prelu", {"shared": False}, ((10,),), ((10,),), {"weight": (10,)}, 0, 10),
    Row("glu", {}, (MAP,), ((2, 3, 5),), {}, 0, 60, why="2 * 3 * 5 elements, sigmoid and product"),
    Row("glu", {"axis": "width"}, ((4, 3, 6),), ((4, 3, 3),), {}, 0, 72, why="4 * 3 * 3 elements, 2 each"),
    Row("glu", {"axis": 2}, ((3, 4),), ((3, 2),), {}, 0, 12, why="torch's axis 2 is the length"),
    Row("glu", {}, ((8,),), ((4,),), {}, 0, 8),
]
REFUSED = [
    Refused("glu", {}, ((7, 2, 2),), "does-not-divide", "7 input channels do not split into two halves"),
    Refused(
        "glu", {"axis": -1}, ((4, 3, 5),), "does-not-divide", "5 positions do not split into two halves along the width"
    ),
    Refused("glu", {"axis": "height"}, ((4, 3, 5),), "does-not-divide", "such as 4"),
    Refused("glu", {}, ((1,),), "does-not-divide", "1 input channel does not split into two halves"),
    Refused("softmax", {"axis": 4}, (MAP,), "bad-value", "one of the input's 3 axes, got 4"),
    Refused("softmax2d", {}, ((4, 3),), "wrong-rank", "softmax2d works on (channels, height, width)"),
    Refused("softmax2d", {}, ((4,),), "wrong-rank", "and its input is (4,)"),
    Refused("hard_tanh", {"min": 1}, (MAP,), "bad-value", "max must be above min: max is 1 and min is 1"),
    Refused("hard_tanh", {"max": -2}, (MAP,), "bad-value", "max is -2 and min is -1"),
    Refused("rrelu", {"lower": 0.5}, (MAP,), "bad-value", "lower is 0.5, above upper, which is 0.333333 | swap them"),
    Refused("celu", {"alpha": 0}, (MAP,), "bad-value", "alpha must not be 0: celu divides by it"),
    Refused("soft_shrink", {"threshold": -1}, (MAP,), "bad-value", "threshold must be at least 0, got -1"),
    Refused("squareplus", {"b": -1}, (MAP,), "bad-value", "b must be at least 0, got -1"),
    Refused("threshold", {}, (MAP,), "missing-option", "threshold needs 'threshold'"),
    Refused("gelu", {"approximate": "erf"}, (MAP,), "bad-value", "must be none or tanh, got the text 'erf'"),
    Refused("leaky_relu", {"slope": "0.1"}, (MAP,), "bad-value", "slope must be a number, got the text '0.1'"),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}")
def test_row(case: Row) -> None:
    """An activation keeps its shape and states the weights and the cost of its row."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}")
def test_refused(case: Refused) -> None:
    """Options or inputs that torch refuses are refused, with the numbers that collided."""
    check_refused(case)


def test_every_activation_has_a_row() -> None:
    """No activation is registered without a row that states what it does."""
    registered = {name for name, layer in REGISTRY.items() if issubclass(layer, Activation)}
    assert registered == {case.name for case in ROWS}


def reachable() -> set[str]:
    """Every name and alias of an activation, as the hint compares them."""
    layers = [layer for layer in REGISTRY.values() if issubclass(layer, Activation)]
    return {plain(spelling) for layer in layers for spelling in (layer.name, *layer.aliases)}


def plain(spelling: str) -> str:
    """A spelling without case and underscores."""
    return spelling.lower().replace("_", "")


@pytest.mark.parametrize("spelling", [*TORCH, *KERAS])
def test_spelling_is_known(spelling: str) -> None:
    """Each activation of torch and Keras is a name here or leads to one; Keras's linear is the identity."""
    assert plain(spelling) in reachable()


def test_torch_has_no_more() -> None:
    """The list of torch's activations above is the one of the torch at hand; attention is no activation."""
    activation = pytest.importorskip("torch.nn.modules.activation")
    assert set(activation.__all__) <= {*TORCH, "MultiheadAttention"}


def test_aliases_lead_to_one_layer() -> None:
    """A spelling that a layer claims is neither another's name nor another's alias, in any case."""
    claims = {(plain(alias), name) for name, layer in REGISTRY.items() for alias in (name, *layer.aliases)}
    spellings = [spelling for spelling, _ in claims]
    assert sorted(spellings) == sorted(set(spellings))


@pytest.mark.parametrize(
    ("name", "options", "key"),
    [
        ("glu", {}, None),
        ("glu", {"axis": "channels"}, "axis"),
        ("hard_tanh", {"min": 1}, "min"),
        ("hard_tanh", {"min": 1, "max": 0}, "max"),
    ],
)
def test_problem_points_at_a_written_option(name: str, options: dict[str, object], key: str | None) -> None:
    """A problem names the option that was written, so that the finding stands under it."""
    layer = make(name, options, ((7, 2, 2),))
    assert [problem.option for problem in layer.check((7, 2, 2))] == [key]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "option"),
    [("leaky_relu", "slope"), ("prelu", "shared"), ("elu", "alpha"), ("softmax", "axis"), ("glu", "axis")],
)
def test_bare_value(name: str, option: str) -> None:
    """A bare value goes to the option that people mean."""
    assert next(iter(REGISTRY[name].schema_options)) == option
