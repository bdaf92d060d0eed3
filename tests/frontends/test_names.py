"""Names as they are written: what may be one, what a template makes, which tensor each stands for."""

from __future__ import annotations

import pytest

from tests.support.models import findings, outline

INPUT = "input: [3, 8, 8]\n"


def test_prev_is_never_a_name() -> None:
    """``prev`` means the tensor above wherever it is read, so no layer may take it."""
    assert findings(INPUT + "layers: [{relu: , name: prev}]") == [
        "2:25 bad-name: 'prev' always means the tensor above | give it another name",
    ]
    assert outline(INPUT + "layers: [{name: s, sequence: [{relu: , name: prev}]}]") == ["s.prev relu 3x8x8 < input"]


def test_a_number_that_is_taken() -> None:
    """A round of a named repeat leaves out a number that a layer has by name."""
    text = INPUT + "layers: [{relu: , name: body.0}, {name: body, sequence: [relu], repeat: 2}]"
    assert outline(text) == [
        "body.0 relu 3x8x8 < input",
        "body.1.0 relu 3x8x8 < body.0",
        "body.2.0 relu 3x8x8 < body.1.0",
    ]


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("''", "2:25 bad-name: a name cannot be empty, got ''"),
        ("x" * 101, f"2:25 bad-name: a name has at most 100 characters between its dots, got '{'x' * 39}…'"),
        ("a..b", "2:25 bad-name: a name's parts between dots cannot be empty, got 'a..b'"),
        ("a$", "2:26 expression-syntax: a '$' stands alone | write $name or ${expression}, and $$ for a dollar"),
        ("b$n", "2:26 unknown-name: nothing here is called 'n' | the names here are $prev"),
    ],
)
def test_what_cannot_be_a_name(name: str, finding: str) -> None:
    """A name that no ``state_dict`` could hold, or whose template has no value, is the only finding."""
    assert findings(INPUT + f"layers: [{{relu: , name: {name}}}, {{add: [prev, input], name: sum}}]") == [finding]


def test_the_longest_name() -> None:
    """A name may have 100 characters between its dots."""
    name = "x" * 100 + "." + "y" * 100
    assert outline(INPUT + f"layers: [{{relu: , name: {name}}}]") == [f"{name} relu 3x8x8 < input"]


def test_a_list_of_tensors_holds_names() -> None:
    """What is read is named: an empty list, a list or a mapping inside it stands for no tensor."""
    text = """\
    input: [3, 8, 8]
    layers:
      - {relu: , from: []}
      - add: [[relu], {skip: []}]
      - add: [a$q, prev]
      - {relu: , from: ''}
    """
    branches = "the name of a tensor is expected here | branches that hold layers are named: {main: [...], skip: []}"
    assert findings(text) == [
        "3:20 unknown-tensor: an empty list names no tensor",
        f"4:11 unknown-tensor: {branches}",
        f"4:19 unknown-tensor: {branches}",
        "5:12 unknown-name: nothing here is called 'q' | the names here are $prev",
        "6:20 bad-name: a name cannot be empty, got ''",
    ]


def test_a_part_of_something_broken() -> None:
    """That a broken layer has no such part is not known, so it is not said; of a whole one it is."""
    text = """\
    input: [3, 8, 8]
    layers:
      - {qqqqqq: 3, name: a}
      - add: [a.b.c, prev]
      - {relu: , from: input, name: r}
      - add: [r.b, prev]
    """
    assert findings(text) == [
        "3:6 unknown-layer: there is no layer or block called 'qqqqqq' | cnninspect layers lists them all",
        "6:11 unknown-tensor: no layer above is called 'r.b' | a layer is read by its name; names inside a block are private to it",
    ]


def test_capitals_are_only_a_hint() -> None:
    """A name with other capitals is another name; the one that was meant is told."""
    text = INPUT + "layers: [{relu: , name: Block_A}, {add: [BLOCK_A, prev]}, {conv: {OUT: 3, kernel: 1}}]"
    assert findings(text) == [
        "2:42 unknown-tensor: no layer above is called 'BLOCK_A' | did you mean 'Block_A'?",
        "2:67 unknown-option: conv has no option 'OUT' | did you mean 'out'?",
    ]


def test_prev_where_there_is_no_input() -> None:
    """A model without an input is told so, and nothing is said of what would read it."""
    missing = "1:1 missing-input: the model does not say what its input is | write input: [3, 224, 224]"
    assert findings("layers: [{relu: , from: prev}, {add: [prev, prev]}]\noutputs: [prev]") == [missing]
    assert findings("layers: []\noutputs: [prev]") == [
        missing,
        "1:9 missing-layers: the model has no layers | write one item for each layer",
    ]
