"""Learned and constant factors and offsets."""

from __future__ import annotations

import pytest

from cnninspect.layers.base import REGISTRY
from cnninspect.layers.scale import LayerScale, PerChannel
from tests.support.models import graph_of
from tests.support.rows import Refused, Row, check, check_refused

MAP = (3, 4, 5)  # 60 elements
STATISTICS = {"mean": (3,), "variance": (3,), "count": ()}

ROWS = [
    Row("layer_scale", {}, (MAP,), (MAP,), {"weight": (3,)}, 0, 60, why="one product an element"),
    Row("layer_scale", {"init": 1, "axis": -1}, (MAP,), (MAP,), {"weight": (5,)}, 0, 60),
    Row("layer_scale", {"keep_axes": True}, (MAP,), (MAP,), {"weight": (3, 1, 1)}, 0, 60),
    Row("layer_scale", {"keep_axes": True, "axis": "height"}, (MAP,), (MAP,), {"weight": (4, 1)}, 0, 60),
    Row("layer_scale", {"keep_axes": True}, ((7,),), ((7,),), {"weight": (7,)}, 0, 7),
    Row("layer_scale", {"bare": True}, (MAP,), (MAP,), {"": (3,)}, 0, 60, why="a parameter of what is around it"),
    Row("layer_scale", {"bare": True, "keep_axes": True}, (MAP,), (MAP,), {"": (3, 1, 1)}, 0, 60),
    Row("scale_shift", {}, (MAP,), (MAP,), {}, 0, 0, why="neither does anything"),
    Row("scale_shift", {"scale": 0.5}, (MAP,), (MAP,), {}, 0, 60),
    Row("scale_shift", {"shift": [0, 0, 1]}, (MAP,), (MAP,), {}, 0, 60),
    Row("scale_shift", {"scale": [1, 2, 3], "shift": -1}, (MAP,), (MAP,), {}, 0, 120),
    Row("normalize", {}, (MAP,), (MAP,), {}, 0, 120, STATISTICS, "Keras's Normalization: 3 + 3 + 1 numbers"),
    Row("normalize", {"mean": [1, 2, 3], "variance": [4, 5, 6]}, (MAP,), (MAP,), {}, 0, 120, STATISTICS),
]
REFUSED = [
    Refused("layer_scale", {"axis": 4}, (MAP,), "bad-value", "axis must be one of the input's 3 axes, got 4"),
    Refused("layer_scale", {"init": "small"}, (MAP,), "bad-value", "init must be a number, got the text 'small'"),
    Refused(
        "scale_shift",
        {"scale": [1, 2]},
        (MAP,),
        "bad-value",
        "scale has 2 numbers, and the input (3, 4, 5) has 3 channels | write one number, or 3",
    ),
    Refused("scale_shift", {"shift": []}, (MAP,), "bad-value", "shift must be a number, or a list with one for each"),
    Refused("scale_shift", {"scale": True}, (MAP,), "bad-value", "got true"),
    Refused("scale_shift", {"scale": ["a"]}, (MAP,), "bad-value", "got the list ['a']"),
    Refused("scale_shift", {"scale": float("inf")}, (MAP,), "bad-value", "scale must be a finite number, got inf"),
    Refused(
        "scale_shift",
        {"scale": 1e30},
        (MAP,),
        "bad-value",
        "scale must be between -9007199254740992 and 9007199254740992, got 1e+30",
    ),
    Refused("scale_shift", {"scale": [float("nan")]}, (MAP,), "bad-value", "scale must be a finite number"),
    Refused("normalize", {"mean": [0] * 4}, (MAP,), "bad-value", "mean has 4 numbers"),
    Refused("normalize", {"variance": [1, 0, 1]}, (MAP,), "bad-value", "variance must be above 0, got 0"),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_row(case: Row) -> None:
    """A scale keeps its shape and states the tensors and the cost of its row."""
    check(case)


def test_bare_weight_is_named_by_its_layer() -> None:
    """The key of a bare weight is the layer's own name; that of another stands below it."""
    layers = "[{layer_scale: {bare: true}, name: gamma}, {layer_scale: , name: ls1}]"
    nodes = graph_of(f"{{input: [3, 4, 5], layers: {layers}}}").nodes
    assert [node.weight_key(key) for node in nodes if node.facts for key in node.facts.weights] == [
        "gamma",
        "ls1.weight",
    ]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}-{case.inputs[0]}")
def test_refused(case: Refused) -> None:
    """Constants that do not fit the channels are refused with both numbers."""
    check_refused(case)


def test_every_layer_has_a_row() -> None:
    """No layer of this module is registered without a row that states what it does."""
    registered = {name for name, layer in REGISTRY.items() if layer.__module__ == LayerScale.__module__}
    assert registered == {case.name for case in ROWS}


def test_schema_of_constants() -> None:
    """The JSON schema admits one number or a list that is not empty."""
    assert PerChannel(help="").schema() == {
        "anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}],
    }
