"""Rules of the language that are easy to get wrong, each with the model that showed it."""

from __future__ import annotations

import pytest

from cnninspect import api
from tests.support.models import findings, outline, shapes


def test_prev_is_the_tensor_that_the_layer_reads() -> None:
    """In `let`, `when` and `repeat` too, $prev is what `from` names."""
    text = """
    input: [3, 8, 8]
    layers:
      - {conv: {out: 4, kernel: 1}, name: a}
      - {conv: {out: 8, kernel: 1}}
      - {conv: {out: $c, kernel: 1}, from: a, let: {c: $prev.channels}, name: b}
      - {conv: {out: 2, kernel: 1}, from: a, when: $prev.channels == 4, name: c}
      - {relu: , from: c, repeat: $prev.channels}
    """
    assert outline(text) == [
        "a conv 4x8x8 < input",
        "1 conv 8x8x8 < a",
        "b conv 4x8x8 < a",
        "c conv 2x8x8 < a",
        "4 relu 2x8x8 < c",
        "5 relu 2x8x8 < 4",
    ]


def test_a_repeat_reads_from_once() -> None:
    """Only the first round of a repeat reads `from`, unless it names another tensor each time."""
    text = """
    input: [4, 8, 8]
    layers:
      - {relu: , name: a0}
      - {tanh: , name: a1}
      - {conv: {out: 4, kernel: 1}, from: a0, repeat: 2, name: chain}
      - {sigmoid: , from: "a$i", repeat: 2, name: each}
    """
    assert outline(text)[2:] == [
        "chain.0 conv 4x8x8 < a0",
        "chain.1 conv 4x8x8 < chain.0",
        "each.0 sigmoid 4x8x8 < a0",
        "each.1 sigmoid 4x8x8 < a1",
    ]


def test_what_is_left_out_passes_its_input_on() -> None:
    """A layer that its condition leaves out can still be named: it stands for what it would have read."""
    text = """
    input: [4, 8, 8]
    layers:
      - {relu: , name: a}
      - {tanh: , name: b}
      - {conv: {out: 4, kernel: 1}, from: a, name: proj, when: $prev.channels != 4}
      - add: [b, proj]
    """
    assert outline(text)[-1] == "2 add 4x8x8 < b a"


def test_options_of_a_merge_see_what_its_branches_read() -> None:
    """$prev in the options of a merge is the tensor above it, not the last layer of its branches."""
    text = """
    input: [3, 8, 8]
    layers:
      - concat: {l: [{conv: {out: 9, kernel: 1}}], r: [{conv: {out: 9, kernel: 1}}], axis: "$a if $prev.channels == 3 else $b"}
        let: {a: height, b: width}
    """
    assert shapes(text)[-1] == (9, 16, 8)


@pytest.mark.parametrize(
    ("layers", "shape", "smallest"),
    [
        ("[{conv: {out: 3, kernel: 3, stride: 2}}, {upsample: 0.5}]", "[3, 6, 4]", "3x5x5"),
        ("[{conv: {out: 3, kernel: [1, 9]}}, {conv: {out: 3, kernel: [5, 1]}}]", "[3, 4, 40]", "3x5x9"),
        ("[{conv: {out: 8, kernel: 7, stride: 2}, repeat: 3}]", "[3, 32, 20]", "3x43x43"),
    ],
)
def test_smallest_input(layers: str, shape: str, smallest: str) -> None:
    """The smallest input that is told gets through every layer up to the one that complained."""
    loaded = api.read("model.yaml", text=f"input: {shape}\nlayers: {layers}\n")
    assert f"the smallest input of the network that passes here is {smallest}" in loaded.findings[0].notes


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        (
            "[{batch_norm: {affine: false}, name: b}, {conv: {out: 8, kernel: 1}}, {batch_norm: {affine: false}, share: b}]",
            "'b' cannot lend its weights here: its running_mean is (4,), this layer needs (8,)",
        ),
        (
            "[{batch_norm: , name: b}, {relu: , share: b}]",
            "'b' is a batch_norm and this is a relu: their weights mean different things",
        ),
        (
            "[{conv: {out: 4, kernel: 1}, name: c}, {conv_transpose: {out: 4, kernel: 1}, share: c}]",
            "'c' is a conv and this is a conv_transpose: their weights mean different things",
        ),
    ],
)
def test_weights_are_shared_by_layers_of_one_kind(layers: str, told: str) -> None:
    """Sharing needs the same type, the same weights and the same buffers."""
    (finding,) = api.read("model.yaml", text=f"input: [4, 8, 8]\nlayers: {layers}\n").findings
    assert (finding.code, finding.message) == ("cannot-share", told)


def test_names_of_a_block_are_private_to_share_too() -> None:
    """A sequence inside a block cannot be shared from outside, nor from another block inside."""
    private = "a layer is read by its name; names inside a block are private to it"
    text = """input: [4, 8, 8]
blocks: {inner: [{share: seq}], outer: [{name: seq, sequence: [relu]}, inner]}
layers: [{outer: , name: o}]
"""
    assert findings(text) == [f"2:26 unknown-tensor: no layer above is called 'seq' | {private}"]
    text = """input: [4, 8, 8]
blocks: {outer: [{name: seq, sequence: [relu]}]}
layers: [{outer: , name: o}, {share: o.seq}]
"""
    assert findings(text) == [f"3:38 unknown-tensor: no layer above is called 'o.seq' | {private}"]


def test_defaults_are_checked() -> None:
    """Defaults belong to a layer or block that exists and are a mapping."""
    text = "input: [4, 8, 8]\ndefaults: {convv: {padding: half}, linear: 4}\nlayers: [relu]\n"
    assert findings(text) == [
        "2:12 unknown-layer: there is no layer or block called 'convv' | did you mean 'conv'?",
        "2:44 bad-section: defaults of 'linear' must be a mapping of options to values | linear: {bias: false}",
    ]


def test_several_inputs_need_names_on_the_command_line() -> None:
    """A shape without a name is for a model with one input."""
    text = "inputs: {a: [3, 8, 8], b: [5]}\nlayers: [{relu: , from: a}]\n"
    (finding,) = api.read("model.yaml", text=text, inputs={None: (3, 9, 9)}).findings
    assert finding.message == "the model has several inputs (a, b): say which one is meant"
    assert finding.help == "write --input a=3x9x9"


def test_nothing_follows_from_a_bad_input() -> None:
    """An input with a mistake is unknown, not missing: layers that name it are not complained about."""
    bad = "a size must be a whole number of at least 1, got 0"
    assert findings("input: [3, 0, 8]\nlayers: [{add: [input, prev]}]\n") == [f"1:12 bad-shape: {bad}"]


@pytest.mark.parametrize(
    ("layers", "why"),
    [
        ("[{relu: , when: false}]", "every layer of the model is left out by its condition"),
        ("[{sequence: []}]", "the model has no layers: a sequence is empty"),
        ("[{relu: , repeat: 0}]", "the model has no layers: 'relu' is repeated 0 times"),
        ("[{relu: , repeat: []}]", "the model has no layers: 'relu' is repeated 0 times"),
        ("[{relu: , repeat: $n}]", "the model has no layers: 'relu' makes none"),
        ("[none]", "the model has no layers: block 'none' is empty"),
        ("[{none: , repeat: 3}]", "the model has no layers: block 'none' is empty"),
        ("[{sequence: [none]}]", "the model has no layers: block 'none' is empty"),
        (
            "[{relu: , when: false}, {sequence: []}]",
            "the model has no layers: a condition leaves a layer out, a sequence is empty",
        ),
    ],
)
def test_a_network_without_layers_is_refused(layers: str, why: str) -> None:
    """A model that has items and no layers is a mistake, and what leaves them out is told."""
    model = f"input: [3, 8, 8]\nlayers: {layers}\nblocks: {{none: []}}\nparams: {{n: 0}}\n"
    assert findings(model) == [f"2:9 missing-layers: {why}"]


def test_reserved_names() -> None:
    """Words of the language cannot be blocks, arguments or names of `let`."""
    text = "input: [3, 8, 8]\nblocks: {share: [relu], b: {args: {prev: 1}, layers: [relu]}}\nlayers: [b]\n"
    assert [finding.split(" | ")[0] for finding in findings(text)] == [
        "2:10 bad-name: 'share' already has a meaning in a layer list",
        "2:36 bad-name: 'prev' already has a meaning in expressions",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "input: [3, 8, 8]\nparams:\n"
        "  p0: [1, 1]\n"
        + "".join(f'  p{i}: ["$p{i - 1}", "$p{i - 1}"]\n' for i in range(1, 60))
        + "layers: [{relu: , when: $p59 == $p59}]\n",
        "input: [3, 8, 8]\nlayers: [{conv: {out: 3, kernel: $i + 9}, from: '${\"input\"}', repeat: 100000}]\n",
        "input: [3, 8, 8]\nblocks: {a: [rleu], b: [{a: , repeat: 10}], c: [{b: , repeat: 10}], d: [{c: , repeat: 100}]}\nlayers: [d]\n",
        "input: [3, 8, 8]\nlayers: ["
        + ", ".join(f"{{relu: , name: layer{i}, from: leyer{i}}}" for i in range(600))
        + "]\n",
        "input: [3, 8, 8, 8]\nlayers: [{conv: {out: 8, kernel: 2}, repeat: 4990}, {conv: {out: 8, kernel: 2}}]\n",
    ],
    ids=["doubling params", "a mistake a round", "one mistake often", "many misspelled names", "long and too small"],
)
def test_small_files_are_answered_soon(text: str) -> None:
    """Whatever a few lines claim, what is done stays in proportion to the lines: there is an answer, with findings."""
    found = api.read("model.yaml", text=text).findings
    assert 0 < len(found) <= 600
