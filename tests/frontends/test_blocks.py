"""Blocks and sequences: what is said of a declaration, of a call, and of how large either becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.frontends.yaml import growing
from tests.support.models import findings, outline, shapes

if TYPE_CHECKING:
    import pytest

INPUT = "input: [3, 8, 8]\n"


def test_a_sequence_is_a_list() -> None:
    """``sequence`` takes a list of layers and nothing else."""
    needs = "bad-item: sequence needs a list of layers | sequence: [...]"
    assert findings(INPUT + "layers: [{sequence: 3, name: a}, sequence]") == [f"2:21 {needs}", f"2:34 {needs}"]


def test_a_default_that_has_no_value() -> None:
    """An argument's default, and a name of the block's own, is told once where it has no value, and nothing after it."""
    text = """\
    input: [3, 8, 8]
    blocks:
      b:
        args: {out, kernel: $q}
        let: {wide: $kernel}
        layers: [conv: {out: $out, kernel: $wide}]
    layers: [b: 4, b: 5]
    """
    assert findings(text) == ["4:25 unknown-name: nothing here is called 'q' | the names here are $out, $prev"]


def test_a_mistake_in_a_block_is_one() -> None:
    """What is wrong inside a block is told once, however often the block is called."""
    assert findings(INPUT + "blocks: {b: [conv: {kernel: $q}]}\nlayers: [b, {b: , name: c}]") == [
        "2:29 unknown-name: nothing here is called 'q' | the names here are $prev",
    ]


def test_layers_of_a_call_are_counted_before_it() -> None:
    """A repeat over a list counts once for each entry, one over a param for nothing until it is known."""
    text = INPUT + "blocks: {b: [{relu: , repeat: [1, 2, 3]}, {tanh: , repeat: $n}]}\nparams: {n: 0}\n"
    assert shapes(text + "layers: [b]") == [(3, 8, 8)] * 3
    assert findings(text + "layers: [{b: , repeat: 400000}]") == [
        "4:24 too-many-layers: this makes 1,200,000 layers, and a network has at most 1,000,000 | is a repeat too large?",
    ]


def test_an_item_of_a_block_that_is_none() -> None:
    """An item that is no layer is told where it stands, and counts for nothing."""
    text = INPUT + "blocks: {b: [3, relu]}\nlayers: [{b: , repeat: 2}]"
    assert findings(text) == [
        "2:14 bad-item: a layer is expected here, got 3 | write a layer's name, or conv: {out: 64, kernel: 3}"
    ]


def chain(length: int, last: str) -> str:
    """A model whose blocks call each other, the last one holding ``last``."""
    calls = "".join(f"  b{i}: [b{i + 1}]\n" for i in range(length - 1))
    return f"{INPUT}blocks:\n{calls}  b{length - 1}: [{last}]\nlayers: [b0]\n"


def test_blocks_nest_only_so_deep() -> None:
    """Eighty calls may stand inside each other, not more."""
    assert outline(chain(80, "relu")) == ["0 relu 3x8x8 < input"]
    assert findings(chain(81, "relu")) == ["83:9 nesting-too-deep: blocks and sequences nest more than 80 deep here"]


def test_a_long_chain_of_calls_is_cut() -> None:
    """A finding names the three nearest calls that led there and counts the others."""
    (found,) = api.read("model.yaml", text=chain(5, "conv: {out: 4, kernel: 1, groups: 2}")).findings
    assert found.notes[-4:] == (
        "in block 'b4', called at model.yaml:6",
        "in block 'b3', called at model.yaml:5",
        "in block 'b2', called at model.yaml:4",
        "… 2 more blocks above",
    )


def test_a_limit_that_no_bound_foresaw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers under conditions are counted as they are added, and the first beyond the limit ends the work."""
    monkeypatch.setattr(growing, "MAX_LAYERS", 5)
    text = INPUT + "blocks: {b: [{relu: , when: true}, {tanh: , when: true}]}\nlayers: [{b: , repeat: 3}]"
    assert findings(text) == ["2:37 too-many-layers: the network has more than 5 layers | is a repeat too large?"]
    assert findings(text.replace("3}]", "2}]")) == []


def test_items_that_make_no_layers_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items whose condition fails cost time as well: there is a limit to them."""
    monkeypatch.setattr(growing, "MAX_STEPS", 5)
    text = INPUT + "blocks: {b: [{relu: , when: false}, {tanh: , when: false}]}\nlayers: [relu, {b: , repeat: 3}]"
    loaded = api.read("model.yaml", text=text)
    assert loaded.graph is None
    assert [(found.code, found.message) for found in loaded.findings] == [
        ("too-many-layers", "more than 5 items were expanded")
    ]
