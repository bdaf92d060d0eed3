"""Items of a layer list: their siblings, their options, and what is said of those that cannot be understood."""

from __future__ import annotations

from tests.support.models import findings

INPUT = "input: [3, 8, 8]\n"


def test_siblings_have_their_shape() -> None:
    """Each word beside a layer takes one kind of value; every mistake of an item is told."""
    text = """\
    input: [3, 8, 8]
    layers:
      - relu:
        name: [a]
        repeat: {a: 1}
        let: 3
        else: relu
      - relu:
        let: [a]
      - conv: {out: 4, kernel: 1}
        when: [a]
        share: {b: 1}
    """
    let = "bad-item: let must be a mapping of names to values | let: {width: $out * 4}"
    assert findings(text) == [
        "4:11 bad-item: name must be a name, got a list",
        "5:13 bad-item: repeat must be a number or a list, got a mapping",
        f"6:10 {let}",
        "7:11 bad-item: else needs a when beside it",
        f"9:10 {let}",
        "11:11 bad-item: when must be a condition, got a list",
        "12:12 bad-item: share must be the name of a layer, got a mapping",
    ]


def test_an_op_that_is_computed() -> None:
    """A key that is an expression must have the name of a layer or block as its value."""
    text = INPUT + "params: {n: 3, layer: maxout}\nlayers: [{$n: 3}, $q, {$layer: 3}]"
    assert findings(text) == [
        "3:11 bad-value: $n must be the name of a layer or block, got 3",
        "3:19 unknown-name: nothing here is called 'q' | the names here are $layer, $n, $prev",
        "3:24 unknown-layer: there is no layer or block called 'maxout' | did you mean 'max'?",
    ]


def test_a_let_that_has_no_value() -> None:
    """A name without a value is told where it is given one, not where it is used."""
    text = INPUT + "layers: [{conv: {out: $w, kernel: $k}, let: {w: $q, k: $w}}]"
    assert findings(text) == ["2:49 unknown-name: nothing here is called 'q' | the names here are $prev"]


def test_a_condition_that_has_no_value() -> None:
    """A condition that cannot be found out leaves the layer unknown, and says so once."""
    text = INPUT + "layers: [{relu: , when: $q, else: tanh}, {linear: 3, when: $prev.width > 2}]"
    assert findings(text) == ["2:25 unknown-name: nothing here is called 'q' | the names here are $prev"]


def test_a_bare_value_for_a_layer_without_options() -> None:
    """A layer that has no options takes no value; the way to write it is told."""
    assert findings(INPUT + "layers: [relu: 3, {add: 3}]") == [
        "2:16 unknown-option: relu takes no options | write - relu",
        "2:25 unknown-option: add takes no options | name tensors: add: [one, other], or branches: add: {main: [...], skip: []}",
    ]


def test_layers_that_are_none() -> None:
    """A model with an empty list of layers is told to write one."""
    assert findings(INPUT + "layers: []") == [
        "2:9 missing-layers: the model has no layers | write one item for each layer"
    ]


def test_a_block_that_is_called_layer() -> None:
    """A block may have a name under which others write what a layer is; a text beside it is still taken for theirs."""
    text = INPUT + "blocks: {layer: {args: {out: 3}, layers: [conv: {out: $out, kernel: 1}]}}\nlayers:\n"
    assert findings(text + "  - layer:\n    repeat: 2\n  - layer: 4\n  - layer: {out: 5}\n") == []
    assert findings(text + "  - layer: Conv2d\n") == [
        "4:5 bad-item: 'layer' is not a layer | write conv, or conv: {…} with its options"
    ]
