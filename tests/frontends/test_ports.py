"""Inputs and outputs: how they are declared, and what is said of those that are none."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.frontends.yaml.ports import likely_misread
from tests.support.models import findings, graph_of, shapes

RELU = "layers: [{relu: , name: r}]\n"


def test_input_or_inputs() -> None:
    """A model has one of the two sections."""
    assert findings("input: [3, 8, 8]\ninputs: {a: [3, 8, 8]}\n" + RELU) == [
        "2:1 bad-section: a model has either input or inputs, not both",
    ]


def test_input_as_a_mapping() -> None:
    """``input`` may be a mapping with a shape, and nothing without one."""
    assert graph_of("input: {shape: [3, 8, 8]}\n" + RELU).inputs[0].shape == (3, 8, 8)
    assert findings("input: {size: [3, 8, 8]}\n" + RELU) == [
        "1:8 bad-shape: input needs a shape | write shape in place of size"
    ]


def test_an_input_that_is_an_empty_mapping() -> None:
    """Of an empty mapping nothing can be guessed: the help is an example."""
    assert findings("input: {}\n" + RELU) == ["1:8 bad-shape: input needs a shape | input: [3, 224, 224]"]


def test_a_model_that_says_nothing() -> None:
    """Without layers there is one thing to say first, not that an input is missing too."""
    assert findings("name: empty") == [
        "1:1 missing-layers: the model has no layers | write layers: with one item for each layer"
    ]


def test_names_of_inputs() -> None:
    """An input's name follows the rules of every name; the others are still read."""
    assert findings("inputs: {a b: [3, 8, 8], c: [3]}\nlayers: [{relu: , from: c}]") == [
        "1:10 bad-name: a name is made of letters, digits, '_', '-' and '.', got 'a b'",
    ]


@pytest.mark.parametrize(
    ("shape", "finding"),
    [
        ("[$q, 8]", "2:14 unknown-name: nothing here is called 'q' | the names here are $size"),
        ("$size", "2:13 bad-shape: a shape is a list of sizes, got 3 | write a: [3, 224, 224]"),
        ("[3, $size, 0]", "2:24 bad-shape: a size must be a whole number of at least 1, got 0"),
        (
            "[]",
            "2:13 bad-shape: a shape has channels and up to three spatial axes, got 0 sizes | the batch is not part of it: use --batch",
        ),
    ],
)
def test_shapes_of_inputs(shape: str, finding: str) -> None:
    """A shape is a list of one to four sizes of at least 1, each known before any layer."""
    assert findings("params: {size: 3}\n" + f"inputs: {{a: {shape}, b: [$size]}}\nlayers: [{{relu: , from: b}}]") == [
        finding
    ]


def test_a_shape_from_a_list_of_the_params() -> None:
    """A shape may be a param; a size in it that is none is told where the shape is read."""
    text = "params: {s: [3, 8]}\ninput: {shape: $s}\nlayers: [relu]"
    assert graph_of(text).inputs[0].shape == (3, 8)
    assert findings(text, sets={"s": "[3, x]"}) == [
        "2:16 bad-shape: a size must be a whole number of at least 1, got the text 'x'"
    ]


def test_layout_is_one_of_two() -> None:
    """``layout`` is channels_first or channels_last."""
    assert findings("layout: nchw\ninput: [3, 8, 8]\n" + RELU) == [
        "1:9 bad-value: layout must be channels_first or channels_last, got the text 'nchw'",
    ]


def test_outputs_have_names_of_their_own() -> None:
    """The same output twice would be one name for two heads."""
    assert findings("input: [3, 8, 8]\n" + RELU + "outputs: [r, r]") == [
        "3:14 duplicate-name: two outputs are called 'r'"
    ]


def test_training_without_a_value() -> None:
    """Whether a head exists only in training may be computed from params, from nothing else."""
    text = (
        "input: [3, 8, 8]\n"
        + RELU
        + "params: {learns: true}\noutputs: {a: {from: r, training: $learns}, b: r, c: {from: r, training: $q}}"
    )
    assert findings(text) == ["4:73 unknown-name: nothing here is called 'q' | the names here are $learns"]


def test_an_input_as_an_output() -> None:
    """A network may hand on what it is given; the output then has the input's name."""
    graph = graph_of("input: [3, 8, 8]\n" + RELU + "outputs: [input, r]")
    assert [(head.name, graph.shape(head.tensor)) for head in graph.outputs] == [("input", (3, 8, 8)), ("r", (3, 8, 8))]


def test_outputs_that_are_empty() -> None:
    """A list of outputs names at least one; every name can be printed."""
    text = "input: [3, 8, 8]\n" + RELU
    assert findings(text + "outputs: []") == [
        "3:10 bad-section: outputs is empty | leave it out: the last layer is the output"
    ]
    assert findings(text + "outputs: {' ': r}") == [
        "3:11 bad-name: an output needs a name that can be printed, got ' '"
    ]


def test_an_input_that_was_meant() -> None:
    """Where a section that was meant as the input is wrong, that is told and not that the input is missing."""
    assert findings("inputs: 3\n" + RELU) == ["1:9 bad-section: inputs must be a mapping of names to shapes, got 3"]


BATCHED = "input: [3, 32, 32]\nlayers: [{conv: {out: 8, kernel: 1}}]\n"


@pytest.mark.parametrize(
    ("text", "given", "help"),
    [
        (BATCHED, (1, 3, 16, 16), "--input 3x16x16 --batch 1"),
        (BATCHED, (8, 3, 16, 16), "--input 3x16x16 --batch 8"),
        (
            "layout: channels_last\n" + BATCHED.replace("3, 32, 32", "32, 32, 3"),
            (1, 16, 16, 3),
            "--input 16x16x3 --batch 1",
        ),
        ("params: {c: 3}\n" + BATCHED.replace("3, 32", "$c, 32"), (1, 9, 16, 16), "--input 9x16x16 --batch 1"),
    ],
)
def test_a_batch_among_given_sizes(text: str, given: tuple[int, ...], help: str) -> None:
    """A shape from outside that has one size more than the file's, as a batch has, is warned of."""
    (found,) = api.read("model.yaml", text=text, inputs={None: given}).findings
    message = f"--input {'x'.join(map(str, given))} has 4 sizes, and the input has 3 in the file"
    expected = ("warning", "batch-in-shape", message, f"the batch is not part of a shape: write {help}")
    assert (found.severity, found.code, found.message, found.help) == expected


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (BATCHED, (3, 16, 16)),
        (BATCHED, (3, 16)),
        (BATCHED, (3, 8, 16, 16)),
        (BATCHED.replace("[3, 32, 32]", "{shape: $s}\nparams: {s: [3, 32, 32]}"), (1, 3, 16, 16)),
        ("layout: channels_last\n" + BATCHED.replace("3, 32, 32", "32, 32, 3"), (8, 16, 16, 3)),
    ],
)
def test_another_rank_without_a_batch(text: str, given: tuple[int, ...]) -> None:
    """A network may be asked for on fewer or more axes."""
    assert shapes(text, inputs={None: given})[0] is not None


def test_the_batch_of_one_of_several_inputs() -> None:
    """The remedy names the input where there are several."""
    text = "inputs: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [{add: [a, b]}]\n"
    loaded = api.read("model.yaml", text=text, inputs={"a": (1, 3, 8, 8)})
    warnings = [found.help for found in loaded.findings if found.severity == "warning"]
    assert warnings == ["the batch is not part of a shape: write --input a=3x8x8 --batch 1"]


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        ("input: [1, 3, 32, 32]", "batch-in-shape", "the batch is not part of a shape: write [3, 32, 32]"),
        (
            "inputs: {a: [1, 1, 28, 28]}",
            "batch-in-shape",
            "the batch is not part of a shape: write [1, 28, 28]",
        ),
        (
            "{layout: channels_last, input: [1, 32, 32, 3]",
            "batch-in-shape",
            "the batch is not part of a shape: write [32, 32, 3]",
        ),
        (
            "input: [224, 224, 3]",
            "channels-in-shape",
            "write layout: channels_last, or [3, 224, 224]",
        ),
    ],
)
def test_an_order_of_sizes_that_others_use(text: str, code: str, help: str) -> None:
    """What fits and was probably meant otherwise is a warning at its first size."""
    own = "\nlayers: [{conv: {out: 8, kernel: 3, padding: same}}]\n"
    flow = ", layers: [{conv: {out: 8, kernel: 3, padding: same}}]}\n"
    (found,) = api.read("model.yaml", text=text + (flow if text.startswith("{") else own)).findings
    assert (found.severity, found.code, found.help) == ("warning", code, help)
    assert found.span.column == text.index("[") + 2


@pytest.mark.parametrize(
    "shape",
    [
        "[1, 16, 112, 112]",
        "[3, 3, 64, 64]",
        "[1, 3, 8, 8]",
        "[1, 3, 64, 32]",
        "[64, 32, 3]",
        "[8, 8, 3]",
        "[1, 3, 64]",
        "[3, 64, 64]",
        "[64, 3]",
    ],
)
def test_sizes_that_others_would_write_too(shape: str) -> None:
    """Volumes, clips, sequences and small maps are what they are."""
    assert api.read("model.yaml", text=f"input: {shape}\nlayers: [relu]\n").findings == ()


def test_sizes_that_are_computed_are_meant() -> None:
    text = "params: {s: [64, 64, 3]}\ninput: {shape: $s}\nlayers: [relu]\n"
    assert api.read("model.yaml", text=text).findings == ()
    text = "layout: channels_last\ninput: [64, 64, 3]\nlayers: [relu]\n"
    assert api.read("model.yaml", text=text).findings == ()
    text = "input: [64, 64, 3]\nlayers: [relu]\n"
    assert api.read("model.yaml", text=text, inputs={None: (3, 64, 64)}).findings == ()
    assert api.read("model.yaml", text=text, inputs={"input": (3, 64, 64)}).findings == ()


@pytest.mark.parametrize("first", ["null", "None", "-1", "batch", "N", '"?"'])
def test_a_size_for_the_batch(first: str) -> None:
    """Whatever stands for a batch of any size is told to be left out."""
    (found,) = findings(f"input: [{first}, 3, 32, 32]\nlayers: [relu]\n")
    assert found.endswith(" | the batch is not part of a shape: write [3, 32, 32]")


def test_inputs_that_may_be_misread() -> None:
    """An input is asked about where a window does not fit and its sizes look like those of another order."""
    images = [likely_misread((224, 224, 3)), likely_misread((1, 3, 64, 64))]
    assert images == [
        "the input [224, 224, 3] is read as 224 channels: if they come last, write layout: channels_last",
        "the input [1, 3, 64, 64] is read as 1 channel and three axes: if its first size is the batch, leave that out",
    ]
    others = [(3, 224, 224), (1, 28, 28), (3, 64, 3), (64, 3), (1, 16, 64, 64), (3, 16, 112, 112)]
    assert [likely_misread(shape) for shape in others] == [""] * 6
