"""What differs between two networks, case by case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.comparing import aligning, wiring
from cnninspect.comparing.changes import Head, Renamed
from cnninspect.comparing.compare import compare
from cnninspect.comparing.figures import Figure
from cnninspect.comparing.folding import fold
from cnninspect.comparing.limits import judge
from cnninspect.comparing.renaming import renames
from tests.comparing.test_edits import counts, kinds

if TYPE_CHECKING:
    from cnninspect.comparing.changes import Comparison
    from cnninspect.ir import Graph

RELU, BN, CONV = "relu", "batch_norm", {"conv": {"out": 4, "kernel": 3, "padding": 1}}
POINT = {"conv": {"out": 4, "kernel": 1}}


def graph(layers: list[Any], *, broken: bool = False, **more: Any) -> Graph:
    """The network of these layers on a map of 4 channels."""
    text = json.dumps({"input": [4, 8, 8], **more, "layers": layers})
    if "inputs" in more:
        text = json.dumps({**more, "layers": layers})
    loaded = api.read("made", text=text)
    assert loaded.graph is not None, loaded.findings
    assert broken or not [finding for finding in loaded.findings if finding.severity == "error"]
    return loaded.graph


def named(**layers: Any) -> list[Any]:
    """Layers of these names in a row."""
    return [{**(layer if isinstance(layer, dict) else {layer: {}}), "name": name} for name, layer in layers.items()]


def rewired(found: Comparison) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What the layers that read something else read before and read now."""
    return {found.new.nodes[altered.new].name: altered.reads for altered in found.altered if altered.reads is not None}


# --- what reads what ---------------------------------------------------------------------


def test_a_layer_that_reads_something_else() -> None:
    """The same layers wired in another way: the one that reads something else is told, with both names."""
    before = graph([*named(one=CONV, two=CONV, three=CONV), {"add": ["two", "three"], "name": "sum"}])
    after = graph([*named(one=CONV, two=CONV, three=CONV), {"add": ["one", "three"], "name": "sum"}])
    found = compare(before, after)
    assert counts(found) == (0, 0, 1, 0)
    assert rewired(found) == {"sum": (("two", "three"), ("one", "three"))}
    assert not found.same


def test_a_branch_more() -> None:
    """A merge of one branch more reads one tensor more."""
    two = graph([*named(one=CONV, two=CONV), {"add": ["one", "two"], "name": "sum"}])
    three = graph([*named(one=CONV, two=CONV, more=POINT), {"add": ["one", "two", "more"], "name": "sum"}])
    found = compare(two, three)
    assert (kinds(found), found.removed) == (["conv"], ())
    assert rewired(found) == {"sum": (("one", "two"), ("one", "two", "more"))}
    assert rewired(compare(three, two)) == {"sum": (("one", "two", "more"), ("one", "two"))}


def test_a_residual_connection_that_went() -> None:
    """Of a merge that is taken out the reader of it reads one of its branches, which is no change of its own."""
    block = {"add": {"main": [CONV, BN], "skip": []}}
    found = compare(graph([CONV, block, "relu"]), graph([CONV, CONV, BN, "relu"]))
    assert counts(found) == (0, 1, 0, 0)
    assert [found.old.nodes[index].op for index in found.removed] == ["add"]
    assert not rewired(found)
    assert counts(compare(found.new, found.old)) == (1, 0, 0, 0)


def test_layers_that_move_together() -> None:
    """Several layers that are taken to another place are one move, told by the first of them."""
    first = named(stem=CONV, squash="sigmoid", shake="tanh", flat="elu", a=CONV, b=BN, c=RELU, d=POINT, e=BN)
    order = ["stem", "a", "b", "c", "d", "e", "squash", "shake", "flat"]
    names = {layer["name"]: layer for layer in first}
    found = compare(graph(first), graph([names[name] for name in order]))
    assert counts(found) == (0, 0, 0, 3)
    (altered,) = found.altered
    assert (found.new.nodes[altered.new].name, altered.moved) == ("squash", 3)


@pytest.mark.parametrize("widths", [[4], [4, 4], [4, 4, 8, 8, 8], [4, 4, 4, 4, 4]], ids=str)
@pytest.mark.parametrize("name", ["", "unit"])
@pytest.mark.parametrize("end", [[], ["dropout"]], ids=str)
def test_a_swap_in_a_block_is_one_move_for_each_call(widths: list[int], name: str, end: list[str]) -> None:
    """However often the block is called: layers of each call change places, and none comes or goes."""

    def network(unit: list[Any]) -> Graph:
        calls = [{"unit": width, **({"name": f"{name}{at}"} if name else {})} for at, width in enumerate(widths)]
        block = {"args": {"out": {}}, "layers": [{"conv": {"out": "$out", "kernel": 3, "padding": 1}}, *unit]}
        text = {"input": [4, 8, 8], "blocks": {"unit": block}, "layers": calls}
        found = api.read("x.yaml", text=json.dumps(text)).graph
        assert found is not None
        return found

    one, other = network(["batch_norm", "relu", *end]), network(["relu", "batch_norm", *end])
    for found in (compare(one, other), compare(other, one)):
        assert counts(found) == (0, 0, 0, len(widths))


def test_the_order_of_branches_that_nobody_reads_in_order() -> None:
    """Layers that are only listed in another order, and read what they read, are the same network."""
    one = named(stem=CONV, left=CONV, right={"conv": {"out": 4, "kernel": 5, "padding": 2}, "from": "stem"})
    other = named(stem=CONV, right={"conv": {"out": 4, "kernel": 5, "padding": 2}}, left={**CONV, "from": "stem"})
    end = [{"add": ["left", "right"], "name": "sum"}]
    found = compare(graph([*one, *end]), graph([*other, *end]))
    assert found.same
    assert all(figure.same for figure in found.figures if figure.metric != "peak_activation_bytes")


@pytest.mark.parametrize("op", ["add", "mul", "maximum", "minimum", "average"])
def test_inputs_that_commute_have_no_order(op: str) -> None:
    """A sum or product is the same whichever of its inputs is named first, and all of its figures are worked out."""
    thin = {"conv": {"out": 1, "kernel": 1}}
    layers = named(stem=CONV, left=thin, right=thin)
    before = graph([*layers, {op: ["left", "right", "stem"], "name": "sum"}])
    after = graph([*layers, {op: ["stem", "left", "right"], "name": "sum"}])
    found = compare(before, after)
    assert found.same
    assert [figure.new for figure in found.figures] == [figure.new for figure in compare(after, after).figures]
    assert compare(graph([*layers, {op: ["stem", "left", "left"]}]), before).altered


@pytest.mark.parametrize("op", ["subtract", "divide", "concat"])
def test_inputs_that_do_not_commute(op: str) -> None:
    """A difference, a quotient and a concatenation read something else when their inputs change places."""
    layers = named(stem=CONV, left=POINT, right=POINT)
    found = compare(graph([*layers, {op: ["left", "right"]}]), graph([*layers, {op: ["right", "left"]}]))
    assert list(rewired(found).values()) == [(("left", "right"), ("right", "left"))]


def test_inputs_that_commute_behind_layers_that_came() -> None:
    """A layer that is put into one branch of a sum is all that is told, though the branches change places as well."""
    layers = named(stem=CONV, left=POINT, right=POINT)
    before = graph([*layers, {"add": ["left", "right"], "name": "sum"}])
    after = graph([*layers, *named(more="relu"), {"add": ["more", "left"], "name": "sum"}])
    assert counts(compare(before, after)) == (1, 0, 0, 0)
    assert counts(compare(after, before)) == (0, 1, 0, 0)


def test_each_input_that_commutes_has_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind layers that came each input is matched with one other, whichever could be taken first; of too many none."""
    layers = named(stem=CONV, left=POINT, right=POINT, third=POINT)
    before = graph([*layers, {"add": ["left", "right"], "name": "sum"}])
    both = {"mul": ["left", "right"], "name": "both"}
    more = {"relu": {}, "name": "more", "from": "left"}
    after = graph([*layers, both, more, {"add": ["both", "more"], "name": "sum"}])
    assert counts(compare(before, after)) == (2, 0, 0, 0)
    short = graph([*layers, both, {"add": ["both", "third"], "name": "sum"}])
    assert rewired(compare(before, short)) == {"sum": (("left", "right"), ("both", "third"))}
    monkeypatch.setattr(wiring, "MOST_PAIRED", 1)
    assert counts(compare(before, after)) == (2, 0, 1, 0)


def test_a_sum_that_moved_and_reads_the_same() -> None:
    """A sum that is listed elsewhere with its inputs in another order has not moved."""
    layers = named(stem=CONV, left=POINT, right=POINT)
    gate = {"sigmoid": {}, "name": "gate", "from": "stem"}
    total = {"add": ["left", "right"], "name": "sum"}
    last = {"mul": ["gate", "sum"], "name": "end"}
    before = graph([*layers, gate, total, last])
    assert compare(before, graph([*layers, {**total, "add": ["right", "left"]}, gate, last])).same


def test_other_beginnings() -> None:
    """A layer whose weights begin otherwise has changed, though all of its figures are what they were."""
    plain = graph(named(one=CONV, two=CONV))
    begun = graph(named(one={**CONV, "init": "kaiming"}, two=CONV))
    other = graph(named(one={**CONV, "init": {"weight": "kaiming", "bias": 0.5}}, two=CONV))
    assert compare(begun, begun).same
    for before, after in ((plain, begun), (begun, plain), (begun, other)):
        found = compare(before, after)
        assert counts(found) == (0, 0, 1, 0)
        assert not found.same
        assert found.altered[0].begins == (before.nodes[0].init, after.nodes[0].init)


def test_a_merge_of_many_that_came() -> None:
    """Through a merge that came no more than some of its sources are followed; its reader is no change."""
    tails = [{**POINT, "name": f"tail{letter}", "from": "stem"} for letter in "abcdefghij"]
    names = [tail["name"] for tail in tails]
    before = graph([*named(stem=CONV), *tails, {"relu": {}, "name": "end", "from": "taila"}])
    after = graph([*named(stem=CONV), *tails, {"add": names, "name": "all"}, {"relu": {}, "name": "end"}])
    found = compare(before, after)
    assert counts(found) == (1, 0, 0, 0)


def test_shared_weights() -> None:
    """Weights that are shared with another layer now, and keys that a checkpoint loses by it."""
    own = graph(named(one=CONV, two=CONV, three=CONV))
    first = graph([*named(one=CONV, two=CONV), {**CONV, "name": "three", "share": "one"}])
    second = graph([*named(one=CONV, two=CONV), {**CONV, "name": "three", "share": "two"}])
    found = compare(own, first)
    assert [altered.shares for altered in found.altered] == [(None, "one")]
    assert found.tensors is not None
    assert [key for key, _ in found.tensors.lost] == ["three.weight", "three.bias"]
    assert [altered.shares for altered in compare(first, second).altered] == [("one", "two")]
    assert [altered.shares for altered in compare(first, own).altered] == [("one", None)]
    assert compare(first, first).same


# --- inputs and outputs --------------------------------------------------------------------


def test_heads() -> None:
    """Inputs and outputs that came, went, are called otherwise, or are another tensor."""
    ports = {"left": [4, 8, 8], "right": [4, 8, 8]}
    layers = [{"add": ["left", "right"], "name": "sum"}, *named(a=CONV, b=CONV)]
    base = graph(layers, inputs=ports, outputs={"main": "b", "side": {"from": "a", "training": True}})
    other = graph(
        [{"add": ["left", "middle"], "name": "sum"}, *named(a=CONV, b=CONV)],
        inputs={"left": [4, 8, 8], "middle": [4, 8, 8]},
        outputs={"main": "b", "side": "a", "more": "sum"},
    )
    found = compare(base, other)
    shape = (4, 8, 8)
    assert found.heads == (
        Head("input", "right", "middle", shape, shape),
        Head("output", "side", "side", shape, shape, old_training=True),
        Head("output", None, "more", None, shape),
    )
    assert [head.new for head in compare(other, base).heads] == ["right", "side", None]


def test_an_input_more_and_an_output_that_is_another_tensor() -> None:
    """A second input, and an output that hands out another layer."""
    one = graph(named(a=CONV, b=CONV), outputs={"out": "b"})
    ports = {"input": [4, 8, 8], "more": [1, 2, 2]}
    two = graph(named(a={**CONV, "from": "input"}, b=CONV), inputs=ports, outputs={"out": "a"})
    shape = (4, 8, 8)
    gone = Head("input", "more", None, (1, 2, 2))
    assert compare(one, two).heads == (
        Head("input", None, "more", None, (1, 2, 2)),
        Head("output", "out", "out", shape, shape, source=("b", "a")),
    )
    assert compare(two, one).heads[0] == gone


def test_an_output_of_another_name() -> None:
    """An output that is called otherwise is recognised by what it hands out, the only other one by being that."""
    one = graph(named(a=CONV, b=CONV), outputs={"out": "b"})
    assert [
        (head.old, head.new, head.source)
        for head in compare(one, graph(named(a=CONV, b=CONV), outputs={"end": "b"})).heads
    ] == [("out", "end", None)]
    (head,) = compare(one, graph(named(a=CONV, b=CONV), outputs={"end": "a"})).heads
    assert (head.old, head.new, head.source) == ("out", "end", ("b", "a"))


# --- broken networks ------------------------------------------------------------------------


def test_networks_with_mistakes_are_compared_as_far_as_they_are_known() -> None:
    """Of a layer that cannot be made nothing is known, and no figure is made up."""
    good = graph([CONV, RELU])
    bad = graph([{"conv": {"out": 4, "kernel": 99}}, RELU], broken=True)
    worse = graph([{"conv": {"out": "many", "kernel": 3}}, RELU], broken=True)
    found = compare(good, bad)
    assert found.tensors is None
    assert {figure.metric for figure in found.figures if figure.new is None} >= {"parameters", "macs"}
    assert compare(good, worse).tensors is None
    assert compare(worse, bad).tensors is None


# --- long stretches --------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 6, 60])
@pytest.mark.parametrize(("few", "piece"), [(0, 3), (4, 20)])
def test_long_networks(monkeypatch: pytest.MonkeyPatch, most: int, few: int, piece: int) -> None:
    """What is done to stretches of thousands of layers, done to short ones: an insertion stays one insertion."""
    monkeypatch.setattr(aligning, "FEW_CELLS", few)
    monkeypatch.setattr(aligning, "MOST_CELLS", most)
    monkeypatch.setattr(aligning, "PIECE", piece)
    base = [CONV, BN, RELU, POINT, BN, RELU] * 4
    widths = [{"conv": {**CONV["conv"], "out": 4 + 4 * n}} for n in range(6)]
    for layers in (base, [layer for width in widths for layer in (width, BN, RELU)]):
        for at in (0, 5, len(layers)):
            found = compare(graph(layers), graph([*layers[:at], "sigmoid", *layers[at:]]))
            assert (len(found.added), len(found.removed)) == (1, 0)
        found = compare(graph(layers), graph(layers[3:]))
        assert (len(found.added), len(found.removed)) == (0, 3)


def test_a_long_network_that_is_wider_and_has_a_layer_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no layer has the same options any more, types and names still tell."""
    monkeypatch.setattr(aligning, "FEW_CELLS", 0)
    monkeypatch.setattr(aligning, "MOST_CELLS", 4)
    wide = {"conv": {"out": 8, "kernel": 3, "padding": 1}}
    found = compare(graph([CONV, BN] * 6), graph([wide, BN] * 6))
    assert counts(found) == (0, 0, 6, 0)
    other = compare(graph([CONV] * 9), graph(["sigmoid", *[wide] * 9, "tanh"]))
    assert (len(other.added), other.removed) == (2, ())


def test_anchors_are_not_looked_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where looking for anchors between anchors has gone deep enough, pairs are found without."""
    monkeypatch.setattr(aligning, "FEW_CELLS", 0)
    monkeypatch.setattr(aligning, "DEEPEST", 0)
    layers = [CONV, BN, POINT, RELU, "tanh"]
    assert counts(compare(graph(layers), graph(["elu", *layers]))) == (1, 0, 0, 0)


def test_the_other_way_round() -> None:
    """Compared the other way round, what came went and what went came, layer for layer."""
    one = graph([CONV, BN, RELU, POINT, RELU, "tanh", CONV, RELU])
    other = graph([CONV, RELU, POINT, RELU, "elu", "tanh", CONV, BN, BN])
    there, back = compare(one, other), compare(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert sorted((b, a) for a, b in there.pairs) == sorted(back.pairs)
    assert {(altered.old, altered.new) for altered in there.altered} == {
        (altered.new, altered.old) for altered in back.altered
    }


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "a")], []),
        ([("a.x", "b.x"), ("a.y", "b.y")], [("a", "b", 2, None)]),
        ([("a.x", "b.x"), ("a.y", "a.y")], [("a.x", "b.x", 1, None)]),
        ([("a.x", "b.x"), ("b.y", "b.y")], [("a.x", "b.x", 1, None)]),
        ([("a.x", "b.x"), ("a.y", "c")], [("a.x", "b.x", 1, None), ("a.y", "c", 1, None)]),
        ([("s.1", "s.2"), ("s.2", "s.3")], [("s.1", "s.2", 2, ("s.2", "s.3"))]),
        ([("s.1.a", "s.2.a"), ("s.1.b", "s.2.b"), ("s.2.a", "s.3.a")], [("s.1", "s.2", 3, ("s.2", "s.3"))]),
        ([("s.1", "s.2"), ("s.2", "s.4")], [("s.1", "s.2", 1, None), ("s.2", "s.4", 1, None)]),
        (
            [("s.1", "s.2"), ("x", "y"), ("s.2", "s.3")],
            [("s.1", "s.2", 1, None), ("x", "y", 1, None), ("s.2", "s.3", 1, None)],
        ),
        ([("x.y", "x")], [("x.y", "x", 1, None)]),
    ],
)
def test_renamings(pairs: list[tuple[str, str]], expected: list[tuple[str, str, int, object]]) -> None:
    """A scope that was renamed as a whole is one line, neighbours that were renumbered alike as well."""
    found = renames([(old, new, 1) for old, new in pairs])
    assert found == tuple(Renamed(old, new, layers, layers, last) for old, new, layers, last in expected)  # type: ignore[arg-type]


def test_folding() -> None:
    """A scope that is new as a whole is one group, alike neighbours are one, single layers stay single."""
    unit = [CONV, BN]
    net = graph(
        [
            {"relu": {}, "name": "stem"},
            *[{"sequence": unit, "name": f"unit{letter}"} for letter in "abc"],
            {"sequence": [*unit, RELU], "name": "other"},
            {"sequence": [RELU, *unit], "name": "half"},
        ]
    )
    names = [node.name for node in net.nodes]
    groups = fold(net, [index for index, name in enumerate(names) if name not in ("stem", "half.0")])
    assert [(group.name, group.last, group.times, group.layers, group.scope) for group in groups] == [
        ("unita", "unitc", 3, 6, True),
        ("other", None, 1, 3, True),
        ("half.1", None, 1, 1, False),
        ("half.2", None, 1, 1, False),
    ]
    assert fold(net, []) == ()


# --- figures and conditions -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "delta", "share"),
    [
        (100, 125, 25, 0.25),
        (0, 3, 3, None),
        (None, 3, None, None),
        (3, None, None, None),
        ((4, 8), (8, 8), 4, 1.0),
        ((), 3, None, None),
    ],
)
def test_changes_of_figures(old: Any, new: Any, delta: int | None, share: float | None) -> None:
    """By how much and by which part a figure grew; of axes the smallest counts, and unknown stays unknown."""
    figure = Figure("macs", old, new)
    assert (figure.delta, figure.share) == (delta, share)


@pytest.mark.parametrize(
    ("condition", "old", "new", "failed"),
    [
        ("macs > +1%", 1000, 1010, False),
        ("macs > +1%", 1000, 1011, True),
        ("macs >= +1%", 1000, 1010, True),
        ("macs > +0.1%", 1000, 1001, False),
        ("macs > +50%", 0, 1, True),
        ("macs > +50%", 0, 0, False),
        ("macs >= +0%", 0, 0, True),
        ("macs < -5%", 1000, 940, True),
        ("macs < -5%", 0, 0, False),
        ("macs > +10K", 0, 10_000, False),
        ("macs > +10K", 0, 10_001, True),
        ("macs == +0", 5, 5, True),
        ("macs != +0", 5, 5, False),
        ("macs <= 5", 0, 5, True),
        ("macs > 5", None, 6, True),
        ("macs > 5", 1, None, True),
    ],
)
def test_conditions(condition: str, old: int | None, new: int | None, failed: bool) -> None:  # noqa: FBT001
    """A part is held against the old figure exactly; an unknown figure fails."""
    (limit,) = api.parse_limits([condition])
    verdict = judge(limit, Figure("macs", old, new), "net", "net.yaml", there_before=True)
    assert verdict is not None
    assert (verdict.failed, verdict.known) == (failed, new is not None)


def test_a_new_network_has_not_grown() -> None:
    """A condition about a change is none of a network that was not there before."""
    change, value = api.parse_limits(["macs > +1%", "macs > 1"])
    figure = Figure("macs", None, 6)
    assert judge(change, figure, "net", "net.yaml", there_before=False) is None
    found = judge(value, figure, "net", "net.yaml", there_before=False)
    assert found is not None
    assert found.failed


def test_the_same_result_of_another_input_is_no_spelling() -> None:
    """Options that lead to the same shape on another input are options that changed."""
    found = compare(
        graph(named(flat={"reshape": {"shape": [-1]}})),
        graph(named(flat={"reshape": {"shape": [256]}}), input=[8, 8, 4]),
    )
    assert [setting.option for altered in found.altered for setting in altered.settings] == ["shape"]
