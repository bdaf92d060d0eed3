"""Receptive fields: published figures, and small networks worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.passes.field import Field, fields

if TYPE_CHECKING:
    from cnninspect.ir import Graph

HERE = Path(__file__).parent.parent
TORCH = json.loads((HERE / "data" / "rf_torch.json").read_text("utf-8"))["models"]
DISTILL = json.loads((HERE / "data" / "rf_distill.json").read_text("utf-8"))["models"]


def net(layers: Any, shape: list[int] | None = None, **more: object) -> Graph:
    """A graph from a list of layers."""
    model = {"input": shape or [1, 64], "layers": layers, **more}
    graph = api.read("net.yaml", text=json.dumps(model)).graph
    assert graph is not None
    assert graph.complete
    return graph


def last(layers: Any, shape: list[int] | None = None, *, through_gates: bool = False) -> Field:
    """The field of the last node with respect to the only input."""
    found = fields(net(layers, shape), through_gates=through_gates)[-1][0]
    assert found is not None
    return found


def line(field: Field) -> tuple[object, ...]:
    """Size, start, step and period of a field of one axis."""
    return field.size[0], field.start[0], field.steps[0], field.periods[0]


def tap(graph: Graph, name: str) -> int:
    """The last node of what is called so."""
    own = [index for index, node in enumerate(graph.nodes) if node.name == name]
    own = own or [index for index, node in enumerate(graph.nodes) if node.name.endswith(f".{name}")]
    return (own or [index for index, node in enumerate(graph.nodes) if node.name.startswith(f"{name}.")])[-1]


@pytest.mark.parametrize("name", TORCH)
def test_torchvision_networks_have_their_measured_fields(name: str) -> None:
    """Size, jump and start at every tap are those of the gradient's support, gates being looked through."""
    graph = api.load(name)
    found = fields(graph, through_gates=True)
    ours = {}
    for key in TORCH[name]:
        field = found[tap(graph, key)][0]
        assert field is not None
        assert (field.size[0], field.jump[0], field.start[0]) == (field.size[1], field.jump[1], field.start[1])
        ours[key] = [field.size[0], field.jump[0], field.start[0]]
    assert ours == TORCH[name]


@pytest.mark.parametrize(("name", "resolution"), [(name, size) for name in DISTILL for size in DISTILL[name]])
def test_slim_networks_have_their_published_fields(name: str, resolution: str) -> None:
    """Receptive field, effective stride and, where it is fixed, effective padding of every end point are met."""
    size = 321 if resolution == "321" else 224
    path = HERE / "models" / "rf" / f"{name}.yaml"
    graph = api.load(str(path), input=(3, size, size))
    found = fields(graph)
    ours = {}
    for key, (_, _, pad) in DISTILL[name][resolution].items():
        field = found[tap(graph, key.rsplit("/", 1)[-1])][0]
        assert field is not None
        ours[key] = [field.size[0], field.jump[0], None if pad is None else -field.start[0]]
    assert ours == DISTILL[name][resolution]


CONV = {"conv": {"out": 2, "kernel": 3}}

HAND = {
    "a conv reads its kernel": ([CONV], (3, 0, 1, 1)),
    "padding moves the start": ([{"conv": {"out": 1, "kernel": 5, "padding": [[1, 3]]}}], (5, -1, 1, 1)),
    "size 3 + 2 · 2, start -1 - 2, jump 4": (
        [{"conv": {"out": 1, "kernel": 3, "stride": 2, "padding": 1}}] * 2,
        (7, -3, 4, 1),
    ),
    "dilation spans 1 + 2 · 4": ([{"conv": {"out": 1, "kernel": 3, "dilation": 4}}], (9, 0, 1, 1)),
    "the union of 1 and 9, centred": (
        [{"add": {"a": [{"conv": {"out": 1, "kernel": 3, "dilation": 4, "padding": "same"}}], "b": []}}],
        (9, -4, 1, 1),
    ),
    "nearest by 2: both outputs see one": ([{"upsample": 2}], (1, 0, 1, 2)),
    "stride 2, then nearest by 2 and stride 2 again": (
        [{"max_pool": 2}, {"upsample": 2}, {"max_pool": 2}],
        (2, 0, 2, 1),
    ),
    "bilinear by 2: output 0 stands at -1/4 and reads -1, 0; output 1 at 1/4 reads 0, 1": (
        [{"upsample": {"factor": 2, "mode": "linear"}}],
        (3, -1, 1, 2),
    ),
    "transposed, o = 2i + k: even outputs see o/2 and o/2 - 1, odd ones (o - 1)/2": (
        [{"conv_transpose": {"out": 1, "kernel": 3, "stride": 2}}],
        (2, -1, 1, 2),
    ),
    "kernel 1, stride 2, transposed: output 1 sees nothing": (
        [{"conv_transpose": {"out": 1, "kernel": 1, "stride": 2}}],
        (1, 0, 1, 2),
    ),
    "cut by 3": ([{"crop": {"cropping": [[3, 0]]}}], (1, 3, 1, 1)),
    "padded by 3": ([{"pad": {"padding": [[3, 0]], "mode": "reflect"}}], (1, -3, 1, 1)),
    "every third from 2": ([{"slice": {"start": 2, "step": 3, "axis": 2}}], (1, 2, 3, 1)),
    "stride 2, then nearest by 2: both outputs see 0, 1, in the frame that stands still": (
        [{"max_pool": 2}, {"upsample": 2}],
        (2, 0, 2, 2),
    ),
    "stride 2, then bilinear by 2: -2 to 1 and 0 to 3, which moved back by 1 is -1 to 2": (
        [{"max_pool": 2}, {"upsample": {"factor": 2, "mode": "linear"}}],
        (5, -2, 2, 2),
    ),
    "64 in 48: 3 windows over 4, ⌊4i/3⌋ to ⌈4(i+1)/3⌉: 0-1, 1-2, 2-3, moved back by 0, 1, 2": (
        [{"adaptive_avg_pool": 48}],
        (2, 0, 4, 3),
    ),
    "local by channel: neighbours add no place": ([CONV, {"local_response_norm": 5}], (3, 0, 1, 1)),
    "all of 64": (["global_avg_pool"], (64, 0, 0, 1)),
    "of 64 the last is never read: (64 - 3) / 2 leaves one": (
        [{"max_pool": {"kernel": 3, "stride": 2}}, "global_avg_pool"],
        (63, 0, 0, 1),
    ),
}


@pytest.mark.parametrize("case", HAND)
def test_small_networks(case: str) -> None:
    """Size, start, step and period of the last layer are those worked out by hand."""
    layers, expected = HAND[case]
    assert line(last(layers)) == expected


def test_every_figure_of_a_field() -> None:
    """Nearest by 2 after a dilated window: outputs 0 and 1 see 0, 2, 4; 3 of 5 positions are read."""
    field = last([{"conv": {"out": 1, "kernel": 3, "dilation": 2}}, {"upsample": 2}])
    assert field == Field((5,), (0,), (1,), (2,), (False,), (False,), (5,), (5,), (3,))
    assert field.jump == (0.5,)
    assert field.centre == (2.0,)
    assert not field.everything


def test_single_positions_are_smaller_than_their_union() -> None:
    """Transposed with kernel 3 and stride 2: even outputs see two positions, odd ones one."""
    field = last([{"conv_transpose": {"out": 1, "kernel": 3, "stride": 2}}])
    assert (field.least, field.most, field.varies) == ((1,), (2,), (True,))


def test_windows_of_a_pool_are_compared_where_they_stand() -> None:
    """13 in 6: windows i begin at ⌊13i/6⌋ and end at ⌈13(i+1)/6⌉, three positions each: 0-2, 2-4, 4-6, 6-8, 8-10, 10-12."""
    field = last([{"adaptive_avg_pool": 6}], [1, 13])
    assert field == Field((3,), (0,), (13,), (6,), (False,), (False,), (3,), (3,), (3,))


def test_windows_of_a_pool_that_differ() -> None:
    """7 in 5: 0-1, 1-2, 2-4, 4-5, 5-6 are 0-1, 0-1, 0-2, 0-1, 0-1 moved back by ⌊7i/5⌋ = 0, 1, 2, 4, 5."""
    field = last([{"adaptive_avg_pool": 5}], [1, 7])
    assert field == Field((3,), (0,), (7,), (5,), (False,), (True,), (2,), (3,), (3,))


def test_paths_that_move_unlike() -> None:
    """Pooled by 2 and cut, position i sees 2i, 2i + 1 and i: two positions at the start, i + 2 of them from i on to 3."""
    field = last([{"add": {"a": [{"max_pool": 2}], "b": [{"crop": {"cropping": [[0, 4]]}}]}}], [1, 8])
    assert field == Field((2,), (0,), (None,), (1,), (False,), (True,), (2,), (5,), (2,))
    assert field.jump == (None,)


def test_a_path_that_stands_still() -> None:
    """Beside all of a map of 3, which a window of 3 gathers at 0, position i of 5 padded by 1 sees i - 1 too."""
    gather = [{"conv": {"out": 1, "kernel": 3}}]
    wide = {"pad": {"padding": 1}}
    field = last([{"add": {"a": gather, "b": [wide]}}], [1, 3])
    # 0-2 and one of -1 … 3: the smallest has 3 positions, the largest 4
    assert field == Field((4,), (-1,), (None,), (1,), (False,), (True,), (3,), (4,), (4,))


def test_paths_that_move_unlike_on_a_long_map() -> None:
    """Over more positions than are looked at one by one the sizes are unknown, not guessed."""
    assert fields(net([{"add": {"a": [{"max_pool": 2}], "b": [{"crop": {"cropping": [[0, 20000]]}}]}}], [1, 40000]))[
        -1
    ] == {0: None}


def test_axes_are_apart() -> None:
    """A 1x3 kernel with stride 1x2 widens one axis only, and the third axis of a video is its own."""
    field = last([{"conv": {"out": 1, "kernel": [1, 3, 5], "stride": [1, 2, 1], "padding": [0, 1, 2]}}], [1, 4, 9, 9])
    assert (field.size, field.start, field.jump) == ((1, 3, 5), (0, -1, -2), (1, 2, 1))


def test_a_gate_makes_the_trunk_global_unless_it_is_looked_through() -> None:
    """Squeeze-excite: the factor is taken of the whole map; through it the trunk sees its window."""
    gate = {"mul": {"main": [], "gate": ["global_avg_pool", {"conv": {"out": 2, "kernel": 1}}, "sigmoid"]}}
    assert last([CONV, gate]).everything
    assert line(last([CONV, gate], through_gates=True)) == (3, 0, 1, 1)


@pytest.mark.parametrize("norm", ["instance_norm", {"group_norm": 1}, {"layer_norm": 2}, {"softmax": {"axis": 2}}])
def test_statistics_are_gates(norm: Any) -> None:
    """A norm that takes statistics of the map sees all of it, and through them each position itself."""
    assert last([CONV, norm]).everything
    assert line(last([CONV, norm], through_gates=True)) == (3, 0, 1, 1)


def test_channels_are_kept_apart() -> None:
    """Of the concatenation of a 3 and a 5 window the slice of the first channels sees 3 only."""
    branches = {
        "a": [{"conv": {"out": 2, "kernel": 3, "padding": 1}}],
        "b": [{"conv": {"out": 2, "kernel": 5, "padding": 2}}],
    }
    both = {"concat": branches}
    assert line(last([both])) == (5, -2, 1, 1)
    assert line(last([both, {"slice": {"stop": 2}}])) == (3, -1, 1, 1)
    assert (
        line(
            last([both, {"channel_shuffle": 2}, {"conv": {"out": 2, "kernel": 1, "groups": 2}}, {"slice": {"stop": 1}}])
        )[0]
        == 5
    )
    assert line(last([both, {"conv": {"out": 2, "kernel": 1, "groups": 2}}, {"slice": {"stop": 1}}])) == (3, -1, 1, 1)


def test_lenets_table() -> None:
    """Map 0 of a partly connected conv sees only the maps that its row lists."""
    both = {"concat": {"a": [], "b": [{"conv": {"out": 1, "kernel": 5, "padding": 2}}]}}
    sparse = {"sparse_conv": {"table": [[0], [0, 1]], "kernel": 1}}
    assert line(last([both, sparse, {"slice": {"stop": 1}}])) == (1, 0, 1, 1)
    assert line(last([both, sparse, {"slice": {"start": 1}}])) == (5, -2, 1, 1)


def test_axes_that_change_places() -> None:
    """After a permute the rows of the image lie along the last axis; a linear layer there sees them all."""
    assert last([{"permute": [1, 3, 2]}, {"linear": 4}], [1, 8, 6]).whole == (True, False)
    assert last([{"permute": [2, 3, 1]}, {"linear": 4}, {"permute": [3, 1, 2]}], [3, 8, 6]).whole == (False, False)


def test_flattened_positions_are_told_apart() -> None:
    """(1, 4, 6) flattened to 24 places: place p is row p // 6 and column p % 6."""
    field = last([{"flatten": {"start": 2}}], [1, 4, 6])
    assert (field.size, field.periods, field.steps) == ((1, 6), (6, 6), (1, 0))


def test_a_vector_sees_what_all_its_features_see() -> None:
    """Flattened and mixed, a map is seen whole; an axis of size 1 is not."""
    assert last(["flatten"], [2, 5]).everything
    assert not last([{"conv": {"out": 1, "kernel": 64}}, "flatten"]).everything


def test_inputs_are_apart() -> None:
    """With two inputs a node has a field of each that it depends on, and none of the other."""
    model = {
        "inputs": {"a": [1, 16], "b": [1, 16]},
        "layers": [
            {**CONV, "from": "a", "name": "one"},
            {"conv": {"out": 2, "kernel": 5, "padding": 1}, "from": "b"},
            {"add": ["one", "prev"]},
        ],
    }
    graph = api.read("two.yaml", text=json.dumps(model)).graph
    assert graph is not None
    found = fields(graph)
    assert [sorted(one) for one in found] == [[0], [1], [0, 1]]
    assert [line(one) for one in found[2].values() if one] == [(3, 0, 1, 1), (5, -1, 1, 1)]


def test_what_is_unknown_stays_unknown() -> None:
    """A layer that cannot be made, and an axis that a reshape cuts, leave no figure."""
    graph = api.read("bad.yaml", text=json.dumps({"input": [1, 8], "layers": [{"max_pool": 99}, "relu"]})).graph
    assert graph is not None
    assert fields(graph) == [{0: None}, {0: None}]
    assert fields(net([{"reshape": [1, 4, 16]}])) == [{0: None}]


def test_matrix_products() -> None:
    """(1, 8, 6) by itself transposed: rows of the product follow the rows of both, columns are summed over."""
    graph = api.read(
        "mm.yaml",
        text=json.dumps(
            {
                "input": [1, 8, 6],
                "layers": [
                    {"identity": {}, "name": "q"},
                    {"matmul": {"transpose_b": True}, "from": ["q", "q"]},
                ],
            }
        ),
    ).graph
    assert graph is not None
    found = fields(graph)[-1][0]
    assert found is not None
    assert (found.whole, found.steps[1]) == ((False, True), 0)
    assert found.steps[0] is None  # the row of one side, the column of the other


def test_what_reads_everything() -> None:
    """Regions may lie anywhere; the centres of a radial basis read all features."""
    assert last([CONV, {"roi_align": {"size": 2}}], [1, 9, 9]).everything
    assert last(["flatten", {"rbf": 3}], [1, 9, 9]).everything
    assert last([{"gaussian_noise": 0.1}, {"normalize": {}}, "identity"], [1, 9]).size == (1,)


def test_too_much_to_follow_is_unknown() -> None:
    """A period or a span beyond all use is unknown, not wrong and not slow."""
    wide = {"conv": {"out": 1, "kernel": 2**24, "padding": "same"}}
    far = {"pad": {"padding": 2**25}}
    assert fields(net([wide, wide], [1, 2**26]))[-1] == {0: None}
    assert fields(net([{"add": {"a": [far, {"crop": {"cropping": [[0, 2**26]]}}], "b": []}}], [1, 8]))[-1] == {0: None}
    assert fields(net([{"conv_transpose": {"out": 1, "kernel": 1, "stride": 5000}}], [1, 8])) == [{0: None}]
    assert fields(net([{"upsample": {"size": 5003}}], [1, 8])) == [{0: None}]
    assert fields(net([{"adaptive_avg_pool": 5003}], [1, 8])) == [{0: None}]
    assert fields(net([{"upsample": 2.0000001}], [1, 8])) == [{0: None}]
