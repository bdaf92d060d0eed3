"""Dropout and its relatives: free at inference, and their rates checked."""

from __future__ import annotations

import pytest

from cnninspect.layers.base import REGISTRY
from cnninspect.layers.regularisation import Dropout
from tests.support.rows import Refused, Row, check, check_refused

RATED = ("dropout", "dropout_channels", "alpha_dropout", "feature_alpha_dropout", "gaussian_dropout", "drop_path")
MAP = (3, 4, 5)

ROWS = [
    *(Row(name, {"rate": 0.25}, (MAP,), (MAP,), {}, 0, 0) for name in RATED),
    *(Row(name, {"rate": 0}, (MAP,), (MAP,), {}, 0, 0) for name in RATED),
    *(Row(name, {"rate": 1}, (MAP,), (MAP,), {}, 0, 0) for name in RATED if name != "gaussian_dropout"),
    *(Row(name, {}, (MAP,), (MAP,), {}, 0, 0) for name in RATED if name != "drop_path"),
    Row("dropout", {}, ((9,),), ((9,),), {}, 0, 0),
    Row("dropout_channels", {}, ((9, 2),), ((9, 2),), {}, 0, 0),
    Row("dropout_channels", {}, ((9, 2, 2, 2),), ((9, 2, 2, 2),), {}, 0, 0),
    Row("gaussian_noise", {"deviation": 0.1}, (MAP,), (MAP,), {}, 0, 0),
    Row("identity", {}, (MAP,), (MAP,), {}, 0, 0),
]
REFUSED = [
    *(Refused(name, {"rate": 1.5}, (MAP,), "bad-value", "rate must be at most 1, got 1.5") for name in RATED),
    *(Refused(name, {"rate": -0.1}, (MAP,), "bad-value", "rate must be at least 0, got -0.1") for name in RATED),
    Refused("gaussian_dropout", {"rate": 1}, (MAP,), "bad-value", "rate must be below 1, got 1"),
    Refused("gaussian_noise", {"deviation": -1}, (MAP,), "bad-value", "deviation must be at least 0, got -1"),
    Refused("gaussian_noise", {}, (MAP,), "missing-option", "gaussian_noise needs 'deviation'"),
    Refused("drop_path", {}, (MAP,), "missing-option", "drop_path needs 'rate'"),
    Refused("dropout_channels", {}, ((9,),), "wrong-rank", "and its input is (9,)"),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_row(case: Row) -> None:
    """A regulariser keeps its shape, learns nothing and costs nothing at inference."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_refused(case: Refused) -> None:
    """A rate that is no share and a vector without channels are refused."""
    check_refused(case)


def test_every_layer_has_a_row() -> None:
    """No layer of this module is registered without a row that states what it does."""
    registered = {name for name, layer in REGISTRY.items() if layer.__module__ == Dropout.__module__}
    assert registered == {case.name for case in ROWS}


@pytest.mark.parametrize("name", RATED)
def test_bare_value(name: str) -> None:
    """A bare value is the rate."""
    assert list(REGISTRY[name].schema_options) == ["rate"]
