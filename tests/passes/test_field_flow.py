"""Fields and supports where little or nothing can be told, and layers that change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnninspect import api
from cnninspect.layers.base import Layer
from cnninspect.passes import field_flow, field_sight
from cnninspect.passes.field import fields
from cnninspect.passes.field_checks import misaligned, unproductive
from cnninspect.passes.support import support
from tests.passes.test_field import last, line, net

GONE: list[Any] = [{"pad": {"padding": [[2, 0]]}}, {"crop": {"cropping": [[0, 3]]}}]
"""Of (1, 3) two zeros are left."""


def test_an_input_too_long_for_its_positions() -> None:
    """More positions than are told apart are unknown in the support, and known in the field."""
    graph = net(["relu"], [1, 2**22 + 1])
    assert support(graph) == [{0: None}]
    assert line(fields(graph)[0][0]) == (1, 0, 1, 1)  # type: ignore[arg-type]


def test_a_window_with_too_many_taps() -> None:
    """4096 windows of 2048 positions are more than are looked at one by one."""
    assert support(net([{"conv": {"out": 1, "kernel": 2048, "padding": "same"}}], [1, 4096])) == [{0: None}]


def test_channels_that_tell_positions_in_unlike_ways() -> None:
    """Rows moved to the channels, those of the map behind those of its window: no one field holds for all channels."""
    turned = {"permute": [2, 3, 1]}
    layers = [{"concat": {"a": [turned], "b": [{"conv": {"out": 1, "kernel": 3, "padding": 1}}, turned]}}]
    assert fields(net(layers, [1, 8, 6]))[-1] == {0: None}


def test_the_unknown_beside_the_known() -> None:
    """What joins an unknown path is unknown."""
    layers = [{"add": {"a": [{"reshape": [1, 4, 16]}, {"reshape": [1, 64]}], "b": []}}]
    assert fields(net(layers))[-1] == {0: None}


def test_inputs_that_are_not_looked_at() -> None:
    """The sum of two tensors of one input sees nothing of the other."""
    model = {
        "inputs": {"a": [1, 16], "b": [1, 16]},
        "layers": [
            {"relu": {}, "from": "b", "name": "one"},
            {"add": ["one", "b"], "name": "two"},
            {"add": ["two", "a"]},
        ],
    }
    graph = api.read("two.yaml", text=json.dumps(model)).graph
    assert graph is not None
    assert [sorted(one) for one in fields(graph)] == [[1], [1], [0, 1]]


def test_nothing_of_the_input_is_left() -> None:
    """A map of padding alone sees nothing, channels alike or not."""
    assert support(net(GONE, [1, 3]))[-1] == {}
    both = {"concat": {"a": [], "b": [{"conv": {"out": 1, "kernel": 3, "padding": 1}}]}}
    assert support(net([both, *GONE], [1, 3]))[-1] == {}


def test_all_of_an_axis_of_one_position() -> None:
    """A linear layer over a last axis of size 1 gathers nothing: positions of it are where they were."""
    field = last([{"linear": 4}], [1, 8, 1])
    assert (field.size, field.whole) == ((1, 1), (False, False))


def test_paths_without_one_place_are_not_compared() -> None:
    """A sum of paths that move unlike has no centre: what it meets is neither aligned nor misaligned."""
    unlike = {"add": {"a": [{"max_pool": 2}], "b": [{"crop": {"cropping": [[0, 4]]}}]}}
    found = misaligned(net([unlike, {"add": {"a": [], "b": ["relu"]}}], [1, 8]))
    assert [one.node for one in found] == [2]
    turned = {"add": {"a": [{"permute": [2, 1]}], "b": [{"permute": [2, 1]}, "relu"]}}
    assert misaligned(net([turned], [4, 4])) == []  # the positions of the image lie along the channels


def test_a_layer_that_states_no_reads() -> None:
    """What a layer reads is unknown until it says so."""
    assert Layer.reads(last_layer(), [(1, 4)]) is None


def last_layer() -> Layer:
    """Any layer."""
    layer = net(["relu"]).nodes[0].layer
    assert layer is not None
    return layer


def test_layers_that_change_no_place() -> None:
    """A reshape to the same sizes and a resize to the same size read each position itself."""
    for layer in ({"reshape": [1, 64]}, {"upsample": {"size": 64}}):
        assert line(last([layer])) == (1, 0, 1, 1)


def test_a_long_flattened_map_is_seen_whole() -> None:
    """(2, 5000) flattened: a place of 5000 is not told apart, and the features of a vector count together anyway."""
    assert last(["flatten"], [2, 5000]).everything


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ({"upsample": {"size": 32, "mode": "area"}}, (2, 0, 2, 1)),  # as a pool of 2
        ({"upsample": {"size": 32, "mode": "nearest-exact"}}, (1, 1, 2, 1)),  # ⌊(i + 1/2) 2⌋ = 2i + 1
    ],
)
def test_modes_of_resizing(layer: Any, expected: tuple[int, ...]) -> None:
    """64 to 32 by the mean of two, and by the position nearest to the centre."""
    assert line(last([layer])) == expected


def test_blocks_beyond_all_use() -> None:
    """A pixel shuffle by more than can be written out is unknown."""
    assert fields(net([{"pixel_shuffle": 4097}], [4097**2, 1, 1])) == [{0: None}]


@pytest.mark.parametrize(
    "pool", ["global_avg_pool", {"global_max_pool": {"keep": False}}, {"adaptive_avg_pool": 1}, {"avg_pool": 7}]
)
def test_a_pool_of_the_whole_map_is_not_unproductive(pool: Any) -> None:
    """Fields of 3, 5, 7 and 9 over 7 positions: the pool that follows reads all of the axis and slides no window."""
    layers = [{"conv": {"out": 1, "kernel": 3, "padding": 1}}] * 4
    assert unproductive(net([*layers, pool], [1, 7])) == [3]


GROWING = {"concat": {"a": [{"conv": {"out": 4, "kernel": 3, "padding": 1}}, "relu"], "b": []}}
"""A block after which some channels more see other places than all before."""
AFTER: list[list[Any]] = [
    [],
    [{"slice": {"stop": 9}}, {"conv": {"out": 4, "kernel": 3}}],
    [{"concat": {"a": [{"slice": {"start": 1, "stop": 3}}], "b": [], "c": [{"slice": 24}], "d": []}}],
    [{"avg_pool": {"kernel": 2}}, {"conv": {"out": 8, "kernel": 3, "padding": 1, "groups": 4}}],
    [{"add": {"a": [], "b": [{"conv": {"out": 28, "kernel": 5, "padding": 2}}]}}],
    [{"concat": {"a": [{"reshape": [112, 8, 8]}, {"reshape": [28, 16, 16]}], "b": []}}],
    ["flatten", {"linear": 3}],
    [{"permute": [2, 1, 3]}, {"conv": {"out": 4, "kernel": 3}}],
    [{"squeeze_excite": 4}],
]


@pytest.mark.parametrize("after", AFTER, ids=range(len(AFTER)))
@pytest.mark.parametrize("many", [2, 3, 5])
def test_many_unlike_channels_are_told_as_few_are(many: int, after: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortcuts for tensors of many unlike channels change nothing of what is told of them."""
    graph = net([*[GROWING] * 6, *after], [4, 16, 16])

    def told() -> object:
        return fields(graph), fields(graph, through_gates=True), support(graph), misaligned(graph)

    usual = told()
    monkeypatch.setattr(field_flow, "MANY", many)
    assert told() == usual


@pytest.mark.parametrize("name", ["densenet121", "googlenet", "shufflenet_v2_x0_5", "inception_v3"])
def test_shipped_networks_are_told_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of networks whose channels see unlike places."""
    graph = api.read(name).graph
    assert graph is not None
    usual = fields(graph)
    for many in (2, 10**6):
        monkeypatch.setattr(field_flow, "MANY", many)
        assert fields(graph) == usual


def test_a_deep_network_of_unlike_channels_costs_a_few_steps_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each layer reads what all before have made, and yet ten times the layers are ten times the work."""
    steps = 0

    def counted(state: Any, read: Any) -> Any:
        nonlocal steps
        steps += 1
        return slid(state, read)

    slid = field_sight._slid
    monkeypatch.setattr(field_sight, "_slid", counted)
    found = fields(net([GROWING] * 400, [3, 32, 32]))
    assert steps < 400 * field_flow.MANY
    last = found[-1][0]
    assert last is not None
    assert last.size == (801, 801)
