"""``init`` beside a layer: what it means for each weight, and what is said of what cannot begin so."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.frontends.yaml.beginnings import FANS, NUMBERED, WORDS
from cnninspect.ir import Start, violations
from tests.support.models import findings

HEAD = "input: [3, 8, 8]\nlayers:\n"
CONV = "conv: {out: 4, kernel: 3}"
PARAMS = {"law": "{normal: 0.5}", "how": "kaiming", "b": "2", "n": "0.1"}


def model(item: str) -> str:
    """A network of one layer, and the params that it refers to."""
    used = ", ".join(f"{name}: {value}" for name, value in PARAMS.items() if f"${name}" in item)
    return f"{HEAD}  - {{{item}}}\nparams: {{{used}}}\n"


def begun(item: str, name: str = "0") -> dict[str, tuple[str, float | None]]:
    """How the weights of one layer begin."""
    loaded = api.read("m.yaml", text=model(item))
    assert loaded.findings == ()
    assert loaded.graph is not None
    assert [*violations(loaded.graph)] == []
    (node,) = [node for node in loaded.graph.nodes if node.name == name]
    return {start.weight: (start.how, start.number) for start in node.init}


ZERO = ("constant", 0.0)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (f"{CONV}, init: torch", {"weight": ("torch", None), "bias": ("torch", None)}),
        (f"{CONV}, init: kaiming", {"weight": ("kaiming", None), "bias": ZERO}),
        (f"{CONV}, init: trunc_normal", {"weight": ("trunc_normal", 0.02), "bias": ZERO}),
        (f"{CONV}, init: ones", {"weight": ("constant", 1.0), "bias": ZERO}),
        (f"{CONV}, init: zeros", {"weight": ZERO, "bias": ZERO}),
        (f"{CONV}, init: 3", {"weight": ("constant", 3.0), "bias": ZERO}),
        (f"{CONV}, init: {{normal: 0.01}}", {"weight": ("normal", 0.01), "bias": ZERO}),
        (f"{CONV}, init: {{bias: -4.6}}", {"bias": ("constant", -4.6)}),
        (f"{CONV}, init: {{bias: 1, weight: orthogonal}}", {"weight": ("orthogonal", None), "bias": ("constant", 1.0)}),
        (f"{CONV}, init: {{weight: {{uniform: 2}}}}", {"weight": ("uniform", 2.0)}),
        ("conv: {out: 4, kernel: 3, bias: false}, init: xavier", {"weight": ("xavier", None)}),
        ("batch_norm: , init: zeros", {"weight": ZERO, "bias": ZERO}),
        ("prelu: , init: 0.1", {"weight": ("constant", 0.1)}),
        ("layer_scale: {bare: true}, init: 0.001", {"": ("constant", 0.001)}),
        ("layer_scale: {bare: true}, init: {weight: 1}", {"": ("constant", 1.0)}),
        (
            "separable_conv: {out: 4, kernel: 3}, init: kaiming",
            {"depthwise.weight": ("kaiming", None), "pointwise.weight": ("kaiming", None), "pointwise.bias": ZERO},
        ),
        (f"{CONV}, init: $how", {"weight": ("kaiming", None), "bias": ZERO}),
        (f"{CONV}, init: $law", {"weight": ("normal", 0.5), "bias": ZERO}),
        (
            f"{CONV}, init: {{bias: $b * 2, weight: {{normal: $n}}}}",
            {"weight": ("normal", 0.1), "bias": ("constant", 4.0)},
        ),
    ],
)
def test_what_is_meant(item: str, expected: dict[str, object]) -> None:
    """A value is for the weight and biases begin at 0; a mapping is for what it names; expressions have their value."""
    assert begun(item) == expected


def test_in_the_order_of_the_weights() -> None:
    """However a mapping is written, weights begin in their own order."""
    assert [*begun(f"{CONV}, init: {{bias: 0, weight: ones}}")] == ["weight", "bias"]


def test_each_round_of_a_repeat() -> None:
    """Every layer of a repeat begins so, and an expression may tell them apart."""
    assert begun("conv: {out: 3, kernel: 1}, repeat: 2, init: $i", "1") == {"weight": ("constant", 1.0), "bias": ZERO}


def test_what_else_stands_for_it() -> None:
    """An init is that of the layer it stands beside, not of what takes its place."""
    assert (
        begun(f"{CONV}, when: false, init: zeros, else: {{conv: 4}}".replace("conv: 4", "conv: {out: 4, kernel: 1}"))
        == {}
    )


FORMS = " | init: kaiming, init: 0, init: {normal: 0.01}, or for each of the weights: init: {weight: xavier, bias: 0.1}"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (f"{CONV}, init: kamming", "39 bad-value: unknown init 'kamming' | write kaiming"),
        (f"{CONV}, init: he", "39 bad-value: unknown init 'he' | write kaiming"),
        (f"{CONV}, init: glorot_uniform_", "39 bad-value: unknown init 'glorot_uniform_' | write xavier"),
        (f"{CONV}, init: normal", "39 bad-value: unknown init 'normal' | write {normal: 0.01}"),
        (f"{CONV}, init: normall", "39 bad-value: unknown init 'normall' | write {normal: 0.01}"),
        (
            f"{CONV}, init: quux",
            "39 bad-value: unknown init 'quux' | use torch, kaiming, xavier, orthogonal, trunc_normal, zeros, ones, a number, or {normal: 0.01}",
        ),
        (
            f"{CONV}, init: zero_residual",
            "39 bad-value: unknown init 'zero_residual' | zero_residual is for whole networks, with --init; here write init: zeros beside the last normalisation",
        ),
        (f"{CONV}, init: [1]", f"39 bad-value: init must be a word, a number, or a mapping, got the list [1]{FORMS}"),
        (f"{CONV}, init: true", f"39 bad-value: init must be a word, a number, or a mapping, got true{FORMS}"),
        (
            f"{CONV}, init: {{}}",
            f"39 bad-value: init must be a word, a number, or a mapping, got a mapping of nothing{FORMS}",
        ),
        (
            f"{CONV}, init: .inf",
            "39 bad-value: init must be a number of at most 9,007,199,254,740,992, got inf",
        ),
        (
            f"{CONV}, init: {{normal: 1, bias: 0}}",
            f"39 bad-value: init must be a word, a number, or a mapping, got a mapping of normal, bias{FORMS}",
        ),
        (
            f"{CONV}, init: {{bias: {{weight: 0}}}}",
            f"46 bad-value: init must be a word, a number, or a mapping, got a mapping of weight{FORMS}",
        ),
        (f"{CONV}, init: {{normal: 0}}", "48 bad-value: normal must be its deviation, a number above 0, got 0"),
        (
            f"{CONV}, init: {{uniform: x}}",
            "49 bad-value: uniform must be its bound, a number above 0, got the text 'x'",
        ),
        (f"{CONV}, init: {{wieght: 0}}", "40 unknown-option: conv has no weight 'wieght' | did you mean 'weight'?"),
        (f"{CONV}, init: {{gain: 0}}", "40 unknown-option: conv has no weight 'gain' | it has weight, bias"),
        (
            "batch_norm: , init: {running_var: 0}",
            "27 unknown-option: batch_norm has no weight 'running_var' | it is a buffer, which the layer begins itself",
        ),
        (
            "batch_norm: , init: kaiming",
            "26 cannot-initialise: kaiming counts connections, and weight of batch_norm is a vector, (3,) | write a number, zeros, ones or {normal: 0.01}",
        ),
        (
            "layer_scale: , init: {weight: xavier}",
            "36 cannot-initialise: xavier counts connections, and weight of layer_scale is a vector, (3,) | write a number, zeros, ones or {normal: 0.01}",
        ),
        (
            "relu: , init: 0",
            "20 cannot-initialise: this relu has no weights | write init beside layers that have weights",
        ),
        (
            "sequence: [relu], init: 0",
            "30 cannot-initialise: a sequence has no weights of its own | write init beside the layers in it",
        ),
        (
            "squeeze_excite: 2, init: 0",
            "31 cannot-initialise: block 'squeeze_excite' has no weights of its own | give the block an argument for it, and write that beside the layers in it: init: $init",
        ),
        (
            "add: {a: [], b: []}, init: 0",
            "33 cannot-initialise: this add has no weights | write init beside layers that have weights",
        ),
        (f"{CONV}, init: ", "33 bad-item: init is empty | write how the weights begin, or leave init out"),
        (f"{CONV}, init: $q", "39 unknown-name: nothing here is called 'q' | the names here are $prev"),
    ],
)
def test_what_cannot_be_meant(item: str, expected: str) -> None:
    """What is wrong is told where it stands, with what may have been meant."""
    assert findings(model(item)) == [f"3:{expected}"]


def test_an_expression_stands_for_all_of_it() -> None:
    """A mistake inside the value of a param is told where the param is used."""
    text = (
        "input: [3, 8, 8]\nparams: {law: {wieght: 0, bias: hi}}\nlayers:\n  - {conv: {out: 4, kernel: 3}, init: $law}\n"
    )
    assert findings(text) == [
        "4:39 unknown-option: conv has no weight 'wieght' | did you mean 'weight'?",
        "4:39 bad-value: unknown init 'hi' | use torch, kaiming, xavier, orthogonal, trunc_normal, zeros, ones, a number, or {normal: 0.01}",
    ]


def test_borrowed_weights_begin_as_they_do() -> None:
    """What uses the weights of another layer says nothing of how they begin; a sequence that is applied again neither."""
    text = (
        f"{HEAD}  - {{conv: {{out: 3, kernel: 1}}, name: c}}\n  - {{conv: {{out: 3, kernel: 1}}, share: c, init: 0}}\n"
    )
    text += "  - {share: c, init: 0}\n"
    assert findings(text) == [
        "4:49 cannot-initialise: the weights are those of 'c', and begin as they do | write init beside that layer",
        "5:22 cannot-initialise: what is applied again has no weights of its own | write init beside the layer that has the weights",
    ]
    again = "  - {sequence: [{conv: {out: 3, kernel: 1}, init: ones}], name: s}\n  - {share: s, name: t}\n"
    graph = api.read("m.yaml", text=HEAD + again).graph
    assert graph is not None
    assert [node.init for node in graph.nodes] == [
        (Start("weight", "constant", 1.0), Start("bias", "constant", 0.0)),
        (),
    ]


def test_a_block_called_init() -> None:
    """A block cannot have the name of a word that stands beside layers: nobody could call it."""
    said = "already has a meaning in a layer list | give the block another name"
    assert findings("input: [3, 8, 8]\nblocks: {init: [relu]}\nlayers: [relu]\n") == [f"2:10 bad-name: 'init' {said}"]


def test_the_ir_refuses_what_does_not_exist() -> None:
    """A node that begins a weight which its layer does not have breaks the rules of the IR."""
    graph = api.load("lenet5")
    broken = graph._replace(nodes=(graph.nodes[0]._replace(init=(Start("scale", "torch"),)), *graph.nodes[1:]))
    assert "C1 begins weights that it does not have" in [*violations(broken)]


def test_words_are_those_of_the_schema() -> None:
    """What editors offer is what the language takes."""
    from cnninspect.reports import schema

    assert {*schema.BEGINNINGS} == {*WORDS}
    assert {*schema.DRAWN} == {*NUMBERED}
    assert {*FANS} < {*WORDS}
