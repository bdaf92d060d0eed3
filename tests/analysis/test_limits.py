"""Limits agree with elaborating the text again for every single size, and are found in small models by hand."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.analysis import probe as probing
from cnninspect.analysis.axes import moves
from cnninspect.analysis.probe import Probe, Refusal
from cnninspect.frontends.locate import Opener
from cnninspect.frontends.yaml.load import Wanted
from cnninspect.frontends.yaml.resizing import Again
from cnninspect.frontends.yaml.source import text_source

if TYPE_CHECKING:
    from cnninspect.analysis.limits import Limits
    from cnninspect.ir import Graph

PLAIN = """
    input: [1, 20, 20]
    layers: [{conv: {out: 2, kernel: 5, stride: 2}, name: a}, max_pool: 3, flatten, linear: 3]
"""
ASKS = """
    input: [1, 20, 20]
    layers:
      - {conv: {out: 2, kernel: 3, padding: 1}, name: a}
      - max_pool: 2
      - {conv: {out: 2, kernel: 3}, when: $prev.height > 4}
      - {conv: {out: 2, kernel: 1}, repeat: $prev.width // 4}
      - upsample: 2
      - {pad: [[0, 1], [0, $prev.height % 2]], when: $prev.height % 2 == 1 or $prev.width > 9}
      - flatten
      - linear: $prev.channels // 2
      - {linear: $prev.channels * 2, when: $prev.channels > 20}
"""
SHARES = """
    input: [1, 20, 20]
    layers:
      - {max_pool: 2, name: half}
      - {flatten: , from: half, name: one}
      - {linear: 4, name: f}
      - {flatten: , from: input, name: two}
      - {slice: {stop: 100}, name: part}
      - {linear: 4, share: f, name: g}
      - add: [f, g]
"""
PIECES = """
    input: [2, 20, 20]
    layers: [{chunk: {parts: 3, axis: height}, name: parts}, {add: [parts.0, parts.1]}]
"""
HEADS = """
    input: [1, 20, 20]
    layers:
      - {conv: {out: 2, kernel: 3}, name: trunk}
      - {conv: {out: 2, kernel: 9, stride: 2}, name: aux}
      - {relu: , name: end, from: aux}
      - {relu: , from: trunk, name: main}
    outputs: {main: main, aux: {from: end, training: true}}
"""
LAST = """
    layout: channels_last
    input: [20, 20, 1]
    layers: [{conv: {out: 2, kernel: 3, stride: 2}}, {crop: {to: [$prev.height, 3]}}]
"""
DIVIDES = """
    input: [1, 20, 20]
    layers: [{conv: {out: "$prev.height / ($prev.width - 3)", kernel: 1}}]
"""
MODELS = {
    "plain": PLAIN, "asks": ASKS, "shares": SHARES, "pieces": PIECES, "heads": HEADS, "last": LAST, "divides": DIVIDES,
}  # fmt: skip


def again(text: str, **wanted: object) -> Again:
    """A model, ready to be tried on other inputs."""
    return Again(text_source(dedent(text), "model.yaml"), Wanted(**wanted), Opener())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("axis", ["together", "height", "width"])
def test_as_if_elaborated_each_time(name: str, axis: str) -> None:
    """For every size the answer, its message, the weights and the figures are those of reading the text for that size."""
    text = dedent(MODELS[name])
    probe = Probe(again(text))
    inputs = probe.again.inputs()
    declared = tuple(given.shape for given in inputs)
    started = probe.start(declared)
    moved = next(moved for moved in moves(inputs) if moved.axis == axis)
    for size in [*range(1, 41), 64]:
        shapes = moved.shapes(declared, size)
        answer = probe.accepts(shapes)
        shape = (*shapes[0][1:], shapes[0][0]) if "channels_last" in text else shapes[0]
        fresh = api.read("model.yaml", text=text, inputs={None: shape})
        errors = [finding for finding in fresh.findings if finding.layer not in ("aux", "end")]
        if isinstance(answer, Refusal):
            assert (answer.message, answer.help) in [(found.message, found.help) for found in errors]
            assert probe.graph(shapes) is None
        else:
            assert errors == []
            made = probe.graph(shapes)
            assert made is not None
            assert fresh.graph is not None
            assert [node[:1] + node[3:6] for node in made.nodes] == [node[:1] + node[3:6] for node in fresh.graph.nodes]
            assert (
                started is not None
                or answer.heads is not None
                or answer.same is (_weights(made) == _weights(probe.again.loaded.graph))
            )


def _weights(graph: Graph | None) -> list[object]:
    assert graph is not None
    return [(node.name, node.facts.weights) for node in graph.nodes if node.facts and node.facts.weights]


def found(text: str, **wanted: object) -> Limits:
    """The limits of a model."""
    return api.limits("model.yaml", text=dedent(text), **wanted)  # type: ignore[arg-type]


def test_smallest_by_hand() -> None:
    """Kernel 5 stride 2 needs 9 for the 3 rows of the pool; 8 leaves 2. From 9 on all sizes fit."""
    limits = found(PLAIN)
    assert [(axis.moved.axis, axis.accepted.least, axis.accepted.period) for axis in limits.axes] == [
        ("together", 9, 1),
        ("height", 9, 1),
        ("width", 9, 1),
    ]
    below = limits.axes[0].below
    assert below is not None
    assert (below.size, below.why.layer, below.why.span.line) == (8, "1", 3)
    assert below.why.message == "a 3x3 window does not fit on a 2x2 map"
    assert limits.axes[0].same_weights.before == ((15, 20),)  # 2 · 2 · 2 numbers: (n - 5) // 2 + 1 from 6 to 8
    assert limits.axes[0].whole.residues == (3,)  # 2 (3 k - 1) + 5 = 6 k + 3
    assert limits.axes[0].whole_near == (15, 21)


def test_training_heads_apart() -> None:
    """What only a training head refuses is accepted at inference: 3 rows do for the trunk, 11 for the head."""
    axis = found(HEADS).axes[0]
    assert (axis.accepted.least, axis.heads.least) == (3, 11)
    assert axis.below is not None
    assert axis.below.why.layer == "trunk"
    assert axis.heads_below is not None
    assert axis.heads_below.why.layer == "aux"


def test_a_refused_declared_size() -> None:
    """A model whose declared size is refused still has the sizes that would fit."""
    limits = found("""
        input: [1, 30, 30]
        layers:
          - {relu: , name: a}
          - max_pool: 4
          - upsample: 4
          - add: [a, prev]
    """)
    assert limits.refused is not None
    assert limits.refused.code == "shapes-disagree"
    assert limits.axes[0].near == (28, 32)
    assert (limits.axes[0].accepted.start, limits.axes[0].accepted.period) == (4, 4)
    assert [*map(int, limits.growth[0].formulas["macs"].coefficients)] == [0]
    assert [broken.example.why.layer for broken in limits.axes[0].breaks] == ["1", "3"]


def test_nothing_fits() -> None:
    """A model that no size suits has no smallest one."""
    limits = found("input: [1, 8, 8]\nlayers: [{conv: {out: 3, kernel: 1}}, {conv: {out: 4, kernel: 1, groups: 2}}]\n")
    assert limits.refused is not None
    assert {axis.accepted.least for axis in limits.axes} == {None}


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ("[3]", []),
        ("[3, 9]", [("length", ("length",), 9)]),
        ("[3, 9, 9]", [("together", ("height", "width"), 9), ("height", ("height",), 9), ("width", ("width",), 9)]),
        ("[3, 8, 9]", [("together", ("height", "width"), None), ("height", ("height",), 8), ("width", ("width",), 9)]),
        ("[3, 4, 9, 9]", [("together", ("height", "width"), 9), ("depth", ("depth",), 4), ("height", ("height",), 9),
                          ("width", ("width",), 9)]),
    ],
)  # fmt: skip
def test_what_moves(shape: str, axes: list[tuple[str, tuple[str, ...], int | None]]) -> None:
    """Each axis alone, and together those that are as long as each other."""
    limits = found(f"input: {shape}\nlayers: [relu]\n")
    assert [(axis.moved.axis, axis.moved.names, axis.moved.declared) for axis in limits.axes] == axes


def test_equal_inputs_move_together() -> None:
    """Two inputs of one size vary as one; one that is named varies alone, and then only its own size fits."""
    text = """
        inputs: {left: [1, 9], right: [2, 9], scale: [3]}
        layers: [{conv: {out: 2, kernel: 2}, from: left, name: a}, {conv: {out: 2, kernel: 2}, from: right, name: b},
                 {concat: {axis: 1}, from: [a, b], name: c}, {concat: [a, b], name: d}]
        outputs: [c, d]
    """
    assert [(axis.moved.inputs, axis.accepted.least) for axis in found(text).axes] == [(("left", "right"), 2)]
    alone = found(text, input_name="left").axes
    assert [(axis.moved.inputs, axis.accepted.before) for axis in alone] == [(("left",), ((9, 9),))]


def test_unknown_names_are_told() -> None:
    """An axis or an input that the model has not is refused, with those that it has."""
    with pytest.raises(api.CannotRun) as raised:
        found(PLAIN, axes=["depth"])
    assert raised.value.problem.message == "an input of (1, 20, 20) has no axis 'depth'"
    assert raised.value.problem.help == "it takes together, height, width"
    with pytest.raises(api.CannotRun) as raised:
        found(PLAIN, input_name="left")
    assert raised.value.problem.message == "the model has no input called 'left'"


def test_a_budget_ends_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every size needs the text to be read again only as many are tried as the budget allows, and it is said."""
    monkeypatch.setattr("cnninspect.analysis.limits.BUDGET", 60)
    axis = found(ASKS).axes[0]
    assert not axis.complete
    assert axis.accepted.tried[0][0] == 1
    assert sum(last - first + 1 for first, last in axis.accepted.tried) < 64
    assert probing.BUDGET > 60


def test_growth_by_hand() -> None:
    """A 3x3 convolution of one map to two with padding: 18 n² MACs; the linear layer takes 2 n² features to 3."""
    limits = found(
        """
        input: [1, 8, 8]
        layers: [{conv: {out: 2, kernel: 3, padding: 1}}, flatten, linear: 3]
    """,
        sizes=[4, 8],
    )
    (growth,) = limits.growth
    macs = growth.formulas["macs"]
    assert (macs.period, macs.remainder, macs.first, macs.error) == (1, 0, 1, None)
    assert [*map(int, macs.coefficients)] == [0, 0, 24]
    assert [*map(int, growth.formulas["parameters"].coefficients)] == [23, 0, 6]
    assert [(point.size, point.totals and point.totals.macs) for point in growth.points] == [(4, 384), (8, 1536)]


def test_a_model_with_mistakes_in_its_text() -> None:
    """What cannot be read has findings and no limits."""
    limits = found("input: [1, 8\n")
    assert limits.axes == ()
    assert limits.loaded.findings
    assert found("input: [1, 8, 8]\nlayers: [nothing_like_it]\nlayers: []\n").loaded.findings


def test_a_warning_is_no_refusal() -> None:
    """What is only warned of stands in no size's way, however often the text is read again."""
    limits = found("""
        input: [1, 8, 8]
        params: {unused: 1}
        layers: [{crop: {to: [$prev.height, 3]}}]
    """)
    assert [finding.severity for finding in limits.loaded.findings] == ["warning"]
    assert [axis.accepted.least for axis in limits.axes] == [3, 1, 3]


def test_growth_follows_what_is_accepted() -> None:
    """Where only every tenth size fits, the table and the formula go in tens: MACs are 4·3·3·6 a position of (5k)²."""
    text = "input: [4, 12, 12]\nlayers: [{conv: {out: 6, kernel: 3, stride: 2}}, {reshape: [-1, 10]}]\n"
    (growth,) = api.limits("tens.yaml", text=text).growth
    assert [point.size for point in growth.points] == [12 + 10 * index for index in range(9)]
    macs = growth.formulas["macs"]
    assert (macs.period, macs.remainder, macs.error) == (10, 2, None)
    assert [int(coefficient) for coefficient in macs.coefficients] == [0, 0, 216 * 25]
    assert (growth.batch, growth.dtype) == (1, "float32")
