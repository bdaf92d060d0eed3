"""One edit of a random network is reported as that edit and as nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnninspect import api
from cnninspect.comparing.compare import compare
from cnninspect.reports.expand import CannotExpand, render
from tests.support.budget import EXAMPLES

if TYPE_CHECKING:
    from cnninspect.comparing.changes import Altered, Comparison
    from cnninspect.ir import Graph

Item = dict[str, Any]
QUICK = settings(max_examples=EXAMPLES // 3, deadline=None)
PLAIN: tuple[Item, ...] = (
    {"relu": {}},
    {"batch_norm": {}},
    {"silu": {}},
    {"dropout": {"rate": 0.5}},
    {"conv": {"out": 8, "kernel": 3, "padding": 1}},
    {"conv": {"out": 8, "kernel": 1}},
    {"conv": {"out": 12, "kernel": 3, "padding": 1}},
    {"conv": {"out": 12, "kernel": 5, "padding": 2, "bias": False}},
    {"layer_norm": {}},
)
"""Layers that follow each other in any order."""
CHANGES: dict[str, Item] = {
    "conv": {"kernel": 7, "padding": 3},
    "dropout": {"rate": 0.25},
    "batch_norm": {"eps": 0.5},
    "layer_norm": {"eps": 0.5},
}
"""Options that have another value in every layer of ``PLAIN`` of that type."""


def stacks(least: int = 1) -> st.SearchStrategy[list[Item]]:
    """Layers in a row."""
    return st.lists(st.sampled_from(PLAIN), min_size=least, max_size=14)


def graph_of(items: list[Item], *, named: bool) -> Graph:
    """The network of layers in a row, numbered as torch numbers them, or each with the name that it carries."""
    layers: list[Item] = []
    for number, item in enumerate(items):
        (op,) = [key for key in item if key != "name"]
        layers.append({op: item[op], "name": item.get("name", word(number))} if named else {op: item[op]})
    if not named:
        layers = [{"sequence": layers, "name": "body"}]
    text = json.dumps({"input": [3, 16, 16], "layers": [*layers, "global_avg_pool", "flatten", {"linear": 10}]})
    loaded = api.read("stack", text=text)
    assert loaded.graph is not None
    assert not loaded.findings
    return loaded.graph


def word(number: int) -> str:
    """A name without numbers."""
    return "layer_" + "abcdefghijklmnopqrst"[number]


def with_names(items: list[Item]) -> list[Item]:
    """The layers, each with a name of its own."""
    return [{**item, "name": word(number)} for number, item in enumerate(items)]


def counts(found: Comparison) -> tuple[int, int, int, int]:
    """How many layers were added, removed, changed and moved."""
    moved = sum(altered.moved for altered in found.altered)
    return len(found.added), len(found.removed), sum(not altered.moved for altered in found.altered), moved


def the_altered(found: Comparison) -> Altered:
    (altered,) = found.altered
    return altered


def kinds(found: Comparison) -> list[str]:
    """The types of what was added."""
    return [found.new.nodes[index].op for index in found.added]


@QUICK
@given(stacks(), st.booleans())
def test_nothing_differs_from_itself(items: list[Item], named: bool) -> None:  # noqa: FBT001
    """A network and itself, written and read again, are the same network with the same figures."""
    found = compare(graph_of(with_names(items), named=named), graph_of(with_names(items), named=named))
    assert found.same
    assert all(figure.same and figure.delta in {0, None} for figure in found.figures)
    assert found.tensors is not None
    assert found.tensors.loads == found.tensors.wanted == found.tensors.stored


@QUICK
@given(stacks(), st.sampled_from(PLAIN), st.integers(0, 14), st.booleans())
def test_an_inserted_layer_is_one_insertion(items: list[Item], more: Item, at: int, named: bool) -> None:  # noqa: FBT001
    """A layer that is put in is one layer more, wherever it is put; the numbers of what follows are new names."""
    base = with_names(items)
    at = min(at, len(base))
    edited = [*base[:at], {**more, "name": "fresh"}, *base[at:]]
    old, new = graph_of(base, named=named), graph_of(edited, named=named)
    found = compare(old, new)
    assert counts(found) == (1, 0, 0, 0)
    assert kinds(found) == [op for op in more if op != "name"]
    if named:
        assert [found.new.nodes[index].name for index in found.added] == ["fresh"]
    back = compare(new, old)
    assert counts(back) == (0, 1, 0, 0)
    assert back.removed == found.added


@QUICK
@given(stacks(2), st.integers(0, 13), st.booleans(), st.data())
def test_a_changed_option_is_one_change(items: list[Item], at: int, named: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """An option that has another value is told with both values, and nothing else but shapes that follow."""
    base = with_names(items)
    at = at % len(base)
    (op,) = [key for key in base[at] if key != "name"]
    assume(op in CHANGES)
    edited = [*base]
    edited[at] = {**base[at], op: {**base[at][op], **CHANGES[op]}}
    found = compare(graph_of(base, named=named), graph_of(edited, named=named))
    assert counts(found) == (0, 0, 1, 0)
    altered = the_altered(found)
    assert {setting.option for setting in altered.settings} == set(CHANGES[op])
    assert altered.old == altered.new == at
    assert not found.renamed


@QUICK
@given(stacks(2), st.integers(0, 13))
def test_a_renamed_layer_is_one_renaming(items: list[Item], at: int) -> None:
    """A layer of another name is recognised, and its keys with it."""
    base = with_names(items)
    at = at % len(base)
    edited = [*base]
    edited[at] = {**base[at], "name": "elsewhere"}
    found = compare(graph_of(base, named=True), graph_of(edited, named=True))
    assert counts(found) == (0, 0, 0, 0)
    assert [(renamed.old, renamed.new, renamed.layers) for renamed in found.renamed] == [(word(at), "elsewhere", 1)]
    assert found.tensors is not None
    assert found.tensors.loads_renamed == found.tensors.wanted


@QUICK
@given(stacks(2), st.integers(0, 12), st.booleans())
def test_two_neighbours_that_change_places_are_one_move(items: list[Item], at: int, named: bool) -> None:  # noqa: FBT001
    """Of two layers that change places one has moved; nothing came, went or reads something else."""
    base = with_names(items)
    at = at % (len(base) - 1)
    assume({**base[at], "name": ""} != {**base[at + 1], "name": ""})
    edited = [*base]
    edited[at], edited[at + 1] = base[at + 1], base[at]
    found = compare(graph_of(base, named=named), graph_of(edited, named=named))
    if named:
        assert counts(found) == (0, 0, 0, 1)
    else:  # without names a layer among alike ones may as well be one less here and one more there
        added, removed, changed, moved = counts(found)
        assert (added, removed, changed) in {(0, 0, 0), (1, 1, 0), (0, 0, 2)}
        assert moved == (1 if added == changed == 0 else 0)


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2", "googlenet", "densenet121", "unet", "efficientnet_b0"])
def test_a_network_written_flat_is_the_same(name: str) -> None:
    """Blocks, repeats and expressions against the flat file that expand prints: no difference."""
    graph = api.load(name)
    try:
        text = render(graph)
    except CannotExpand:  # pragma: no cover - none of these
        pytest.skip("cannot be written flat")
    flat = api.read(name, text=text).graph
    assert flat is not None
    assert compare(graph, flat).same
    assert compare(flat, graph).same


def test_the_same_padding_spelled_otherwise_is_no_difference() -> None:
    """What means the same to torch is the same: half of a kernel of 3 is 1."""
    half = graph_of([{"conv": {"out": 8, "kernel": 3, "padding": "half"}}], named=False)
    one = graph_of([{"conv": {"out": 8, "kernel": [3, 3], "padding": 1}}], named=False)
    assert compare(half, one).same


def mirrored(one: Graph, other: Graph) -> bool:
    """Whether the comparison the other way round says the same of the same layers."""
    there, back = compare(one, other), compare(other, one)
    return (
        (there.added, there.removed) == (back.removed, back.added)
        and sorted((j, i) for i, j in there.pairs) == sorted(back.pairs)
        and {(a.old, a.new, a.moved > 0) for a in there.altered} == {(a.new, a.old, a.moved > 0) for a in back.altered}
        and [figure.delta for figure in there.figures]
        == [None if figure.delta is None else -figure.delta for figure in back.figures]
    )


@QUICK
@given(stacks(), stacks(), st.booleans())
def test_the_other_way_round_it_is_the_other_way_round(one: list[Item], other: list[Item], named: bool) -> None:  # noqa: FBT001
    """Of any two networks, what came the one way went the other way, and what changed changed back."""
    assert mirrored(graph_of(one, named=named), graph_of(other, named=named))


@pytest.mark.parametrize(
    ("one", "other"),
    [("resnet18", "resnet50"), ("googlenet_paper", "inception_resnet_v1"), ("vgg16", "vgg19_bn"), ("unet", "alexnet")],
)
def test_shipped_networks_the_other_way_round(one: str, other: str) -> None:
    """The same of real networks, branches and merges included."""
    assert mirrored(api.load(one), api.load(other))
