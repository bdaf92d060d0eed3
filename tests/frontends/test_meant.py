"""What a text was meant to be: every remedy, followed to the letter, gives a model that works."""

from __future__ import annotations

import pytest

from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.meant import layer_text_help, odd_help, value_help
from tests.support.models import findings

FIRST = "input: [4, 8, 8]\nparams:\n  width: 4\nlayers:\n"

OWN = "blocks: {{own: {{args: {{out: 8}}, layers: [{{conv: {{out: $out, kernel: $width}}}}]}}}}\n"


@pytest.mark.parametrize(
    ("written", "help", "mended"),
    [
        ("8 * 2", "an expression has a $ in it: write 16", "16"),
        ("2 ** 3", "an expression has a $ in it, and no '**': write 8", "8"),
        ("width * 2", "an expression has a $ in it: write $width * 2", "$width * 2"),
        ("max(width, 2)", "an expression has a $ in it: write max($width, 2)", "max($width, 2)"),
        ("8#maps", "a '#' begins a comment only behind a space: write 8", "8"),
        ("“8”", "U+201C (left double quotation mark) is no sign of YAML: write 8", "8"),
    ],
)
def test_a_number_that_is_text(written: str, help: str, mended: str) -> None:
    """A number that is no number yet is written out; what help says to write is accepted in its place."""
    layer = FIRST + "  - conv:\n      kernel: 1\n      out: {}\n"
    assert findings(layer.format(written)) == [
        f"7:12 bad-value: out must be a whole number, got the text '{written}' | {help}"
    ]
    assert help.endswith(f"write {mended}")
    assert [line for line in findings(layer.format(mended)) if "unused" not in line] == []


@pytest.mark.parametrize(
    "written", ["eight", "8 * (", "1 / 0", "99**99", "2 ** width", "a-b", "#8", "x#8", "8 *" + " 2 * 2" * 40, "same"]
)
def test_a_text_that_nothing_is_known_of(written: str) -> None:
    """Where no remedy is sure none is given."""
    assert value_help(written) == ""


def test_a_word_where_no_number_belongs() -> None:
    """Where a word is expected it is not taken for arithmetic."""
    assert value_help("zeros/ones", number=False) == ""
    layer = FIRST + "  - conv: {out: 8, kernel: 1, padding_mode: a * b}\n"
    (found,) = findings(layer)
    assert " | " not in found


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("(3, 3)", "a list is written in square brackets: [3, 3]"),
        ("3x3", "a list is written in square brackets: [3, 3]"),
        ("3, 3", "a list is written in square brackets: [3, 3]"),
        ("3×3", "a list is written in square brackets: [3, 3]"),
        ("(3, 3,)", "a list is written in square brackets: [3, 3]"),
    ],
)
def test_a_list_that_is_text(written: str, help: str) -> None:
    """Several numbers in one text are written as the list that they are."""
    assert value_help(written) == help


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("conv(8, 1)", "conv: {out: 8, kernel: 1}"),
        ("conv(8, kernel_size=1, bias=False)", "conv: {out: 8, kernel: 1, bias: false}"),
        ("ReLU()", "relu"),
        ("relu()", "relu"),
        ("Flatten()", "flatten"),
        ("own()", "own"),
        ("own(3)", "own: 3"),
    ],
)
def test_a_layer_that_is_called(written: str, mended: str) -> None:
    """A layer written as a call is told how to write it."""
    model = FIRST + "  - {}\n" + OWN
    (found,) = [line for line in findings(model.format(written)) if "unknown-layer" in line]
    assert found == f"5:5 unknown-layer: there is no layer or block called '{written}' | write {mended}"
    assert [line for line in findings(model.format(mended)) if "unused" not in line] == []


def test_a_long_text_is_no_call() -> None:
    """A name of any length is answered at once."""
    assert layer_text_help("(" * 100_000, "", ["conv"], {}) == ""


def test_lookalikes_by_name() -> None:
    """A character that looks like one of YAML's is called by its name, one that cannot be seen too."""
    assert odd_help("out\uff1a 8") == "U+FF1A (fullwidth colon) is no sign of YAML: write ': '"
    assert odd_help("ou\u200bt") == "U+200B (zero width space) is invisible: delete it"
    assert odd_help("größe") == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("vgg61", "vgg16"),
        ("vgg6", "vgg16"),
        ("vgg166", "vgg16"),
        ("vg13", "vgg13"),
        ("VGG16", "vgg16"),
        ("resnet", None),
    ],
)
def test_one_slip_is_nearest(written: str, meant: str | None) -> None:
    """Of near names the one that is a single slip away is meant: two letters changed, one wrong, added or left out."""
    assert near(written, ["vgg11", "vgg13", "vgg16", "vgg19"]) == meant


def test_numbers_beyond_every_size() -> None:
    """A number that is too large is told its upper bound."""
    most = 2**53
    layer = FIRST + "  - {}\n"
    assert findings(layer.format(f"max_pool: {{kernel: 3, padding: {10**23}}}")) == [
        f"5:36 bad-value: padding must be at most {most}, got {10**23}"
    ]
    assert findings(layer.format(f"reshape: [{10**23}]")) == [
        f"5:14 bad-value: shape must be a list of whole numbers of at most {most}, got the list [{10**23}]"
    ]
    assert findings(layer.format(f"reshape: [-{10**23}]"))[0].startswith(
        "5:14 bad-value: shape must be a list of whole numbers of at least -"
    )


def test_a_text_of_any_length() -> None:
    """A text that nobody wrote by hand is answered without being repeated in the help."""
    (found,) = findings("input: " + "1x" * 100_000 + "1\nlayers: [relu]\n")
    assert len(found) < 300
    many = ", ".join([f"o{number}: (" for number in range(500)])
    assert len(findings(FIRST + f"  - conv: {{{many}}}\n")) == 200


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        ("[1, 2, 3]", "one number or a list of 2 (the input has 2 spatial axes), got the list [1, 2, 3]"),
        ("[[1, 2, 3], 0]", "a list of [before, after] pairs, got the list [[1, 2, 3], 0]"),
    ],
)
def test_padding_of_another_length(padding: str, expected: str) -> None:
    """A list of paddings has one entry for each axis, and an entry one or two numbers."""
    (found,) = findings(f"input: [3, 8, 8]\nlayers:\n  - max_pool: {{kernel: 2, padding: {padding}}}\n")
    assert found == f"3:36 bad-value: padding must be {expected}"
