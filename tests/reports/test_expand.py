"""`expand` prints flat YAML that means the same network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnninspect import api
from cnninspect.checks.budgets import judge
from cnninspect.reports import schema
from cnninspect.reports.expand import CannotExpand, document, flow, render, scalar

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph

ZOO = sorted((Path(__file__).parents[2] / "architectures").glob("*.yaml"))
Item = dict[str, Any]


def graph_of(text: str, variant: str | None = None, name: str = "model.yaml") -> Graph | None:
    """The graph of a text, None where it has a mistake."""
    loaded = api.read(name, text=text, variant=variant)
    return None if any(finding.severity == "error" for finding in loaded.findings) else loaded.graph


def meaning(graph: Graph) -> object:
    """Everything that a graph says about the network, without where in a file it says so."""
    nodes = [
        (node.name, node.op, node.layer, node.inputs, node.outputs, node.facts, node.shares, node.copies, node.init)
        for node in graph.nodes
    ]
    inputs = [(given.name, given.shape) for given in graph.inputs]
    return graph.name, graph.description, graph.reference, inputs, nodes, graph.outputs


def assert_round_trip(graph: Graph) -> None:
    """Assert that the expanded text elaborates to the same graph, without a finding."""
    text = render(graph)
    again = api.read("again.yaml", text=text)
    assert again.findings == (), text
    assert again.graph is not None
    assert meaning(again.graph) == meaning(graph), text
    assert render(again.graph) == text


MIXED = """
name: mix
description: "costs $5: a | b"
inputs: {left: [4, 8, 8], right: [4, 8, 8]}
params: {width: 8}
layers:
  - {conv: {out: $width, kernel: 3, padding: half}, name: stem, from: left}
  - {conv: {out: $width, kernel: 3, padding: half}, name: twin, from: right, share: stem}
  - {add: [stem, twin], name: sum}
  - {chunk: 2, name: halves}
  - concat: {axis: height, a: [{conv: {out: 4, kernel: 1}}], b: []}
    name: join
  - global_avg_pool
  - flatten
  - {linear: 5, name: aux.fc}
  - {linear: 10, name: fc, from: "6"}
outputs:
  main: fc
  "aux head": {from: aux.fc, training: true}
"""


def test_beginnings() -> None:
    """How weights begin is written for each of them, as a word, a number, or what takes a number."""
    text = """\
name: m
input: [4, 8, 8]
params: {law: {uniform: 2}}
layers:
  - {conv: {out: 4, kernel: 1}, name: a, init: kaiming}
  - {conv: {out: 4, kernel: 1}, name: b, init: {bias: $law}}
  - {conv: {out: 4, kernel: 1}, name: c, init: trunc_normal}
  - {layer_scale: {bare: true}, name: d, init: 1}
"""
    graph = graph_of(text)
    assert graph is not None
    assert [line for line in render(graph).splitlines() if "init" in line] == [
        "    init: {weight: kaiming, bias: 0.0}",
        "    init: {bias: {uniform: 2.0}}",
        "    init: {weight: {trunc_normal: 0.02}, bias: 0.0}",
        "    init: {weight: 1.0}",
    ]
    assert_round_trip(graph)


def test_golden() -> None:
    """Every layer has its qualified name, every number is worked out, and from stands only where it must."""
    graph = graph_of(MIXED)
    assert graph is not None
    assert (
        render(graph)
        == """\
name: mix
description: "costs $5: a | b"
inputs:
  left: [4, 8, 8]
  right: [4, 8, 8]
layers:
  - conv: {out: 8, kernel: 3, padding: half}
    name: stem
    from: left
  - conv: {out: 8, kernel: 3, padding: half}
    name: twin
    from: right
    share: stem
  - add: [stem, twin]
    name: sum
  - chunk: {parts: 2}
    name: halves
  - conv: {out: 4, kernel: 1}
    name: join.0
    from: halves.0
  - concat: {axis: height}
    name: join
    from: [join.0, halves.1]
  - global_avg_pool:
    name: "5"
  - flatten:
    name: "6"
  - linear: {out: 5}
    name: aux.fc
  - linear: {out: 10}
    name: fc
    from: "6"
outputs:
  main: fc
  "aux head": {from: aux.fc, training: true}
"""
    )
    assert_round_trip(graph)


def variants() -> list[Any]:
    """Every shipped file, and every variant of it."""
    found = []
    for path in ZOO:
        text = path.read_text("utf-8")
        names = (None, *api.read(path.stem, text=text).variants)
        found += [pytest.param(text, name, id=name or path.stem) for name in names]
    return found


@pytest.mark.parametrize(("text", "variant"), variants())
def test_shipped_networks_round_trip(text: str, variant: str | None) -> None:
    """Every shipped network and variant expands to a file that means the same."""
    graph = graph_of(text, variant)
    assert graph is not None
    assert_round_trip(graph)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("half", "half"),
        ("features.0", "features.0"),
        ("0", '"0"'),
        ("1e5", '"1e5"'),
        ("true", '"true"'),
        ("No", '"No"'),
        ("~", '"~"'),
        ("", '""'),
        ("-x", '"-x"'),
        ('say "a\\b"', '"say \\"a\\\\b\\""'),
        ("a\nb\t\x7f\u2028\U0010ffff", '"a\\nb\\t\\x7f\\u2028\\U0010ffff"'),
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (0.1, "0.1"),
        (1e-05, "1.0e-05"),
        (1.5e300, "1.5e+300"),
        (float("inf"), ".inf"),
        (float("-inf"), "-.inf"),
        (float("nan"), ".nan"),
    ],
)
def test_scalars(value: object, text: str) -> None:
    """A scalar is in quotes exactly where a reader would take it for something else without."""
    assert scalar(value) == text


def test_dollars() -> None:
    """A dollar is doubled where the reader looks for expressions, in options, and nowhere else."""
    assert flow({"$a": ["$5", {"b": "x"}]}) == '{"$a": ["$$5", {b: x}]}'
    assert flow({"$a": ["$5"]}, dollars=False) == '{"$a": ["$5"]}'


NAMESAKE = "input: [4, 8, 8]\nlayers: [{relu: , name: h.1}, {chunk: 2, name: h}, {concat: {a: [tanh], b: []}}]"
EMPTY = "input: [4, 8, 8]\nlayers: [{relu: , when: false}]"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (NAMESAKE, "two tensors would be called 'h.1': give that layer another name"),
        (EMPTY, "the network has no layers"),
    ],
    ids=["namesake", "empty"],
)
def test_what_cannot_be_written_flat_is_refused(text: str, why: str) -> None:
    """A network whose flat file would mean another one is refused, and the reason is told."""
    graph = api.read("model.yaml", text=text).graph
    assert graph is not None
    with pytest.raises(CannotExpand) as caught:
        render(graph)
    assert str(caught.value) == why


# --- random networks ---------------------------------------------------------------------

SAME = {"kernel": 3, "padding": "same"}
LEAVES: list[Any] = [
    "relu",
    "batch_norm",
    {"dropout": 0.25},
    {"conv": {"out": 4, **SAME, "bias": False}},
    {"conv": {"out": 4, **SAME, "dilation": 2, "groups": 2}},
    {"layer_norm": {}},
]


@st.composite
def items(draw: st.DrawFn, depth: int) -> Any:
    """One entry of a layer list that keeps a map of four channels as it is."""
    kind = draw(st.sampled_from(["leaf", "leaf", "branches", "sequence", "split", "block"] if depth else ["leaf"]))
    if kind == "leaf":
        entry = draw(st.sampled_from(LEAVES))
        item: Item = dict(entry) if isinstance(entry, dict) else {entry: {}}
    elif kind == "branches":
        names = draw(st.sampled_from([["main", "skip"], ["a", "b", "c"]]))
        op = draw(st.sampled_from(["add", "mul", "average"]))
        item = {op: {name: draw(st.lists(items(depth - 1), max_size=2)) for name in names}}
    elif kind == "split":
        inner = [{"conv": {"out": 2, **SAME}}]
        item = {"sequence": [{"chunk": 2}, {"concat": {"left": draw(st.sampled_from([inner, []])), "right": []}}]}
    elif kind == "block":
        item = {"unit": {"count": draw(st.integers(1, 2))}}
    else:
        item = {"sequence": draw(st.lists(items(depth - 1), min_size=1, max_size=3))}
    if draw(st.integers(0, 4)) == 0:
        item["repeat"] = draw(st.integers(0, 3))
    return item


INITS = (
    *("torch", "kaiming", "trunc_normal", "zeros", 0.5, {"normal": 1e-7}, {"bias": -4.6}),
    {"weight": {"trunc_normal": 0.1}, "bias": {"uniform": 2}},
)


@st.composite
def models(draw: st.DrawFn) -> Item:
    """A model with branches, repeats, splits, shared weights, one or two inputs and perhaps a training head."""
    layers: list[Any] = []
    two = draw(st.booleans())
    if two:
        layers.append({draw(st.sampled_from(["add", "subtract"])): ["left", "right"]})
    else:
        layers.append({"conv": {"out": 4, **SAME}, "name": "first"})
    layers += [
        {**item, "name": f"n{index}"} for index, item in enumerate(draw(st.lists(items(2), min_size=1, max_size=4)))
    ]
    layers.append({"conv": {"out": 4, "kernel": 3, "padding": 1}, "name": "owner"})
    if draw(st.booleans()):
        layers[-1]["init"] = draw(st.sampled_from(INITS))
    if draw(st.booleans()):
        layers.append(
            {
                "conv": {"out": 4, "kernel": 3, "padding": 1},
                "name": draw(st.sampled_from(["a", "b.c"])),
                "share": "owner",
            }
        )
    if draw(st.booleans()):
        layers.append({"share": "owner"})
    if draw(st.booleans()):
        layers.append({"concat": ["owner", "prev", "left" if two else "input"], "name": "all"})
    model: Item = {"name": draw(st.sampled_from(["m", "0", "no", "ü $x"])), "layers": layers}
    model["blocks"] = {
        "unit": {"args": {"count": 1}, "layers": [{"conv": {"out": 4, **SAME}, "repeat": "$count"}, "relu"]}
    }
    if two:
        model["inputs"] = {"left": [4, 6, 6], "right": [4, 6, 6]}
    else:
        model["input"] = [4, 6, 6]
    if draw(st.booleans()):
        head = {"from": "owner", "training": True}
        model["outputs"] = {"main": "prev", draw(st.sampled_from(["aux", "1", "x: y"])): head}
    return model


@settings(max_examples=60, deadline=None)
@given(models())
def test_any_network_round_trips(model: Item) -> None:
    """Whatever was elaborated can be written flat: names, layers, inputs, shapes, shares and outputs are the same."""
    graph = graph_of(json.dumps(model))
    assert graph is not None
    assert_round_trip(graph)


# --- what stands below the network --------------------------------------------------------

LIMITED = """
name: limited
input: [3, 8, 8]
params: {width: 8}
variants: {wide: {width: 16}, slim: {width: 2}}
blocks:
  unit:
    args: {out}
    layers: [conv: {out: $out, kernel: 3, padding: half}, batch_norm]
  twice:
    layers: [relu]
layers:
  - {unit: $width, name: first}
  - {sequence: [twice, twice], name: body}
  - {twice: , name: body2}
  - {conv: {out: 4, kernel: 1}, name: last}
budgets:
  parameters: <= 1K
  macs: 1K..1G
  training_bytes: "<= 8GiB @ batch=32, adam"
  first: {parameters: 1, weight_bytes: <= 1KiB @ int8}
  unit: {macs: <= 1}
  nothing: {layers: 1}
  last: {latency_estimate: <= 1s @ t4}
  variants: {wide: {parameters: 3}, "*": {first: {macs: 7}, buffers: <= 9}}
training: {epochs: $width, data: "folder:a $$b", heads: {x: 0.5}, milestones: [1, 2], schedule: step, lr: 1e-3}
"""


def verdicts(loaded: Loaded) -> object:
    """What each limit came to, without where it stands and what its part is called."""
    assert loaded.graph is not None
    return sorted(
        (one.metric, one.limit, one.value, one.margin, one.finding and (one.finding.code, one.finding.severity))
        for one in judge(loaded.graph, loaded.budgets)
    )


@pytest.mark.parametrize("variant", [None, "wide", "slim"])
def test_budgets_and_training_stand_below(variant: str | None) -> None:
    """The limits of the network that is asked for, with the same verdicts, and its training; the schema takes them."""
    loaded = api.read("model.yaml", text=LIMITED, variant=variant)
    text, left = document(loaded)
    assert left == []
    again = api.read("again.yaml", text=text)
    assert again.findings == ()
    assert verdicts(again) == verdicts(loaded)
    assert len(again.budgets) == (3 if variant == "wide" else 2 if variant == "slim" else 8)
    assert {name: one.value for name, one in again.training.items()} == {name: one.value for name, one in loaded.training.items()}  # fmt: skip
    assert document(again) == (text, [])
    Draft202012Validator(schema.schema()).validate(yaml.safe_load(text))


def test_a_block_without_a_scope_has_no_budget_in_a_flat_file() -> None:
    """What limits the calls of a block together, or a part whose name is taken, cannot be said there, and is told."""
    loaded = api.read("model.yaml", text=LIMITED.replace("  unit: {macs: <= 1}", "  twice: {layers: 1}"))
    text, left = document(loaded)
    assert [budget.title for budget in left] == ["twice.layers 1"]
    assert "twice" not in text
    taken = "input: [4]\nblocks: {unit: {layers: [relu]}}\nlayers: [{unit: , name: variants}]\nbudgets: {unit: {layers: 1}}\n"
    text, left = document(api.read("m", text=taken))
    assert ([budget.title for budget in left], "budgets" in text) == (["unit.layers 1"], False)
