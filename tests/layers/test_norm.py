"""Normalisation layers: learned and stored tensors, cost, and what each refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect.layers.base import REGISTRY, Single
from cnninspect.layers.norm import BatchNorm
from cnninspect.layers.norm_own import GroupNorm, TrailingAxes
from tests.support.rows import Refused, Row, check, check_refused, make

if TYPE_CHECKING:
    from cnninspect.values import Shape

MAP = (8, 3, 5)  # 120 elements
LEARNED: dict[str, Shape] = {"weight": (8,), "bias": (8,)}
STORED: dict[str, Shape] = {"running_mean": (8,), "running_var": (8,), "num_batches_tracked": ()}
FROZEN: dict[str, Shape] = {"weight": (8,), "bias": (8,), "running_mean": (8,), "running_var": (8,)}
HOMES = {BatchNorm.__module__, GroupNorm.__module__}

ROWS = [
    Row("batch_norm", {}, (MAP,), (MAP,), LEARNED, 0, 240, STORED, "a factor and an offset on 120 elements"),
    Row("batch_norm", {}, ((8,),), ((8,),), LEARNED, 0, 16, STORED),
    Row("batch_norm", {"eps": 1e-3, "momentum": None}, ((8, 7),), ((8, 7),), LEARNED, 0, 112, STORED),
    Row("batch_norm", {}, ((8, 2, 2, 2),), ((8, 2, 2, 2),), LEARNED, 0, 128, STORED),
    Row("batch_norm", {"affine": False}, (MAP,), (MAP,), {}, 0, 240, STORED, "statistics still scale and shift"),
    Row("batch_norm", {"scale": False}, (MAP,), (MAP,), {"bias": (8,)}, 0, 240, STORED),
    Row("batch_norm", {"center": False}, (MAP,), (MAP,), {"weight": (8,)}, 0, 240, STORED),
    Row("batch_norm", {"affine": False, "scale": True}, (MAP,), (MAP,), {"weight": (8,)}, 0, 240, STORED),
    Row("batch_norm", {"track": False}, (MAP,), (MAP,), LEARNED, 0, 840, {}, "5 for statistics, 2 learned, times 120"),
    Row("batch_norm", {"track": False, "affine": False}, (MAP,), (MAP,), {}, 0, 600, {}, "5 times 120"),
    Row("batch_norm", {"frozen": True}, (MAP,), (MAP,), {}, 0, 240, FROZEN),
    Row("instance_norm", {}, (MAP,), (MAP,), {}, 0, 600, {}, "5 times 120"),
    Row("instance_norm", {"affine": True}, (MAP,), (MAP,), LEARNED, 0, 840, {}, "7 times 120"),
    Row("instance_norm", {"track": True}, (MAP,), (MAP,), {}, 0, 240, STORED),
    Row("instance_norm", {"track": True}, ((8, 1, 1),), ((8, 1, 1),), {}, 0, 16, STORED, "stored at inference"),
    Row("group_norm", {"groups": 4}, (MAP,), (MAP,), LEARNED, 0, 840, {}, "7 times 120"),
    Row("group_norm", {"groups": 8, "affine": False}, ((8,),), ((8,),), {}, 0, 40),
    Row("layer_norm", {}, (MAP,), (MAP,), LEARNED, 0, 840, {}, "over the channels"),
    Row("layer_norm", {"axes": 1}, ((8,),), ((8,),), LEARNED, 0, 56),
    Row("layer_norm", {"axes": 2}, (MAP,), (MAP,), {"weight": (3, 5), "bias": (3, 5)}, 0, 840),
    Row("layer_norm", {"axes": 3.0, "bias": False}, (MAP,), (MAP,), {"weight": MAP}, 0, 720, {}, "6 times 120"),
    Row("layer_norm", {"affine": False}, (MAP,), (MAP,), {}, 0, 600),
    Row("rms_norm", {}, (MAP,), (MAP,), {"weight": (8,)}, 0, 480, {}, "3 and the factor, times 120"),
    Row("rms_norm", {"axes": 1, "affine": False, "eps": 1e-6}, (MAP,), (MAP,), {}, 0, 360),
    Row("local_response_norm", {"size": 5}, (MAP,), (MAP,), {}, 0, 1080, {}, "5 + 4 operations, times 120"),
]
REFUSED = [
    Refused(
        "group_norm",
        {"groups": 4},
        ((6, 32, 32),),
        "groups-do-not-divide",
        "6 input channels do not split into 4 equal groups | use a divisor of 6: 1, 2, 3 or 6",
    ),
    Refused("group_norm", {"groups": 2}, ((1,),), "groups-do-not-divide", "1 input channel does not split into 2"),
    Refused("group_norm", {}, (MAP,), "missing-option", "group_norm needs 'groups'"),
    Refused("group_norm", {"groups": 0}, (MAP,), "bad-value", "groups must be at least 1, got 0"),
    Refused("layer_norm", {"axes": 4}, (MAP,), "bad-value", "axes must be at most 3 (the input has 3 axes), got 4"),
    Refused("layer_norm", {"axes": 2}, ((8,),), "bad-value", "axes must be at most 1 (the input has 1 axis), got 2"),
    Refused("layer_norm", {"axes": "last"}, (MAP,), "bad-value", "channels, or how many of the last axes, got"),
    Refused("rms_norm", {"axes": 0}, (MAP,), "bad-value", "axes must be at least 1, got 0"),
    Refused("batch_norm", {"momentum": 1.5}, (MAP,), "bad-value", "momentum must be at most 1, got 1.5"),
    Refused("batch_norm", {"eps": -1}, (MAP,), "bad-value", "eps must be at least 0, got -1"),
    Refused("batch_norm", {"eps": 0, "track": False}, (MAP,), "bad-value", "eps must be above 0 where the batch's own"),
    Refused("instance_norm", {}, ((8,),), "wrong-rank", "and its input is (8,)"),
    Refused("instance_norm", {}, ((8, 1, 1),), "too-small", "and (8, 1, 1) has only one"),
    Refused("local_response_norm", {"size": 5}, ((8,),), "wrong-rank", "and its input is (8,)"),
    Refused("local_response_norm", {"size": 0}, (MAP,), "bad-value", "size must be at least 1, got 0"),
    *(
        Refused(
            "batch_norm",
            {"frozen": True, key: False},
            (MAP,),
            "conflicting-options",
            f"frozen batch_norm keeps all four tensors, so {key} cannot be false | remove {key} or frozen",
        )
        for key in ("affine", "scale", "center", "track")
    ),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_row(case: Row) -> None:
    """A normalisation keeps its shape and states the tensors and the cost of its row."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_refused(case: Refused) -> None:
    """Options or inputs that torch refuses are refused, with the numbers that collided and the fix."""
    check_refused(case)


def test_every_layer_has_a_row() -> None:
    """No layer of this module is registered without a row that states what it does."""
    registered = {name for name, layer in REGISTRY.items() if layer.__module__ in HOMES}
    assert registered == {case.name for case in ROWS}


def test_axes_schema() -> None:
    """The JSON schema admits the word and as many axes as a 3-D map has."""
    assert TrailingAxes(help="").schema() == {
        "anyOf": [{"const": "channels"}, {"type": "integer", "minimum": 1, "maximum": 4}],
    }


def test_axes_of_an_unknown_rank() -> None:
    """Where the rank is not known yet, any number of axes is let pass."""
    assert TrailingAxes(help="").parse(9, -1) == 9


@pytest.mark.parametrize(
    ("name", "option"),
    [("batch_norm", "eps"), ("group_norm", "groups"), ("layer_norm", "axes"), ("local_response_norm", "size")],
)
def test_bare_value(name: str, option: str) -> None:
    """A bare value goes to the option that people mean."""
    assert next(iter(REGISTRY[name].schema_options)) == option


@pytest.mark.parametrize(
    ("name", "options", "x", "target"),
    [
        ("batch_norm", {}, (8,), "torch.nn:BatchNorm1d"),
        ("batch_norm", {}, (8, 4), "torch.nn:BatchNorm1d"),
        ("batch_norm", {}, (8, 4, 4), "torch.nn:BatchNorm2d"),
        ("batch_norm", {"affine": False}, (8, 4, 4, 4), "torch.nn:BatchNorm3d"),
        ("batch_norm", {"scale": False, "center": False}, (8, 4), "torch.nn:BatchNorm1d"),
        ("layer_norm", {}, (8,), "torch.nn:LayerNorm"),
        ("layer_norm", {"axes": 1}, (8, 4), "torch.nn:LayerNorm"),
        ("rms_norm", {}, (8,), "torch.nn:RMSNorm"),
        ("instance_norm", {}, (8, 4), "torch.nn:InstanceNorm1d"),
    ],
)
def test_torch_is_used_where_it_can(name: str, options: dict[str, object], x: tuple[int, ...], target: str) -> None:
    """Torch's own module stands wherever it computes the layer."""
    layer = make(name, options, (x,))
    assert isinstance(layer, Single)
    assert layer.call((x,)).target == target
