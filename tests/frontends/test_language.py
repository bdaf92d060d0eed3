"""The language, rule by rule: how layers are written, what expressions see, how files build on each other."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.api import ModelError
from tests.support.models import findings, graph_of, names, outline, parameters, shapes

if TYPE_CHECKING:
    from pathlib import Path

INPUT = "input: [4, 8, 8]\n"

# --- 1. items ------------------------------------------------------------------------


def test_forms_of_an_item() -> None:
    """A layer is its name, its name with the first option's value, or its name with options."""
    text = INPUT + "layers: [relu, max_pool: 2, {conv: {out: 6, kernel: 3}}, {tanh: }, {dropout: 0.25, name: drop}]"
    assert outline(text) == [
        "0 relu 4x8x8 < input",
        "1 max_pool 4x4x4 < 0",
        "2 conv 6x2x2 < 1",
        "3 tanh 6x2x2 < 2",
        "drop dropout 6x2x2 < 3",
    ]
    assert graph_of(text).nodes[4].layer.settings() == {"rate": 0.25}  # type: ignore[union-attr]


def test_block_style_and_flow_style() -> None:
    """Siblings may stand before or after the layer, in block style or in braces."""
    text = """
    input: [4, 8, 8]
    layers:
      - conv:
          out: 6
          kernel: 1
        name: one
      - name: two
        from: input
        conv: {out: 5, kernel: 1}
      - {name: three, from: one, conv: {out: 3, kernel: 1}}
    """
    assert outline(text) == ["one conv 6x8x8 < input", "two conv 5x8x8 < input", "three conv 3x8x8 < one"]


def test_block_is_called_like_a_layer() -> None:
    """A block takes its first argument bare, others by name, and defaults where nothing is said."""
    text = """
    input: [4, 8, 8]
    blocks:
      unit:
        args: {out, kernel: 1, wide: $out * 2}
        let: {wider: $wide + $kernel}
        layers:
          - conv: {out: $wide, kernel: $kernel}
          - conv: {out: $wider, kernel: 1}
      bare: [relu]
    layers: [unit: 2, unit: {out: 3, wide: 5}, bare, {unit: {kernel: 3, out: 2}}]
    """
    assert shapes(text) == [(4, 8, 8), (5, 8, 8), (5, 8, 8), (6, 8, 8), (6, 8, 8), (4, 6, 6), (7, 6, 6)]


def test_block_without_what_it_needs() -> None:
    """A call that leaves out an argument, or gives one that the block does not have, is told which."""
    text = INPUT + "blocks: {b: {args: {out}, layers: [linear: $out]}, n: [relu]}\nlayers: [b, b: {outs: 2}, n: 3]"
    assert findings(text) == [
        "3:10 missing-option: block 'b' needs the argument 'out' | write b: {out: …}",
        "3:13 missing-option: block 'b' needs the argument 'out' | write b: {out: …}",
        "3:17 unknown-option: block 'b' has no argument 'outs' | did you mean 'out'?",
        "3:30 unknown-option: block 'n' takes no arguments",
    ]


def test_null_is_a_default() -> None:
    """``{act: null}`` is an argument whose default is null; ``{act}`` is one that must be given."""
    text = """
    input: [4, 8, 8]
    blocks:
      unit:
        args: {act: null}
        layers: [conv: {out: 4, kernel: 1}, {$act: , when: $act != null}]
    layers: [unit, unit: relu]
    """
    assert outline(text) == ["0 conv 4x8x8 < input", "1 conv 4x8x8 < 0", "2 relu 4x8x8 < 1"]


def test_param_picks_block_or_layer() -> None:
    """``$param:`` as a key, or alone, is the block or layer that the param names."""
    text = """
    input: [4, 8, 8]
    params: {unit: wide, act: tanh}
    variants: {small: {unit: narrow, act: relu}}
    blocks:
      wide: {args: {out}, layers: [conv: {out: $out * 2, kernel: 1}]}
      narrow: {args: {out}, layers: [conv: {out: $out, kernel: 1}]}
    layers: [$unit: 5, $act]
    """
    assert outline(text) == ["0 conv 10x8x8 < input", "1 tanh 10x8x8 < 0"]
    assert outline(text, variant="small") == ["0 conv 5x8x8 < input", "1 relu 5x8x8 < 0"]


def test_blocks_call_blocks() -> None:
    """A block may call another with what it was given; calling itself is refused."""
    text = (
        INPUT
        + "blocks: {a: {args: {w}, layers: [b: $w * 2]}, b: {args: {w}, layers: [{conv: {out: $w, kernel: 1}}]}}\n"
    )
    assert shapes(text + "layers: [a: 3]") == [(6, 8, 8)]
    loop = INPUT + "blocks: {a: [b], b: [a]}\nlayers: [a]"
    assert findings(loop) == [
        "2:22 recursive-block: block 'a' calls itself: a → b → a"
        " | a block is written out where it is called: use repeat, or call another block"
    ]


def test_argument_hides_param() -> None:
    """An argument hides the param of its name inside its block, and nowhere else."""
    text = """
    input: [4, 8, 8]
    params: {out: 7}
    blocks:
      unit: {args: {out}, layers: [conv: {out: $out, kernel: 1}]}
    layers: [unit: 3, unit: $out + 1, conv: {out: $out, kernel: 1}]
    """
    assert shapes(text) == [(3, 8, 8), (8, 8, 8), (7, 8, 8)]


# --- 2. expressions ------------------------------------------------------------------


def test_sizes_of_what_is_read() -> None:
    """``$prev`` has the sizes of the tensor that the layer reads, whatever its rank."""
    text = """
    input: [2, 3, 5, 7]
    layers:
      - reshape: [$prev.channels * $prev.depth, $prev.height, $prev.width]
      - conv: {out: $prev.height * 10 + $prev.width, kernel: 1}
      - flatten
      - linear: $prev.channels // 2
      - {conv: {out: $prev.depth, kernel: 1}, from: input}
    """
    assert shapes(text) == [(6, 5, 7), (57, 5, 7), (1995,), (997,), (3, 3, 5, 7)]


def test_round_of_a_repeat() -> None:
    """``$i`` counts the rounds of a repeat from 0, the nearest repeat hiding those around it."""
    text = """
    input: [4, 8, 8]
    layers:
      - repeat: 2
        name: stage${i + 1}
        sequence:
          - {conv: {out: 10 + $i, kernel: 1}, repeat: 2, name: "conv${i}"}
          - conv: {out: 20 + $i, kernel: 1}
    """
    assert outline(text) == [
        "stage1.conv0 conv 10x8x8 < input",
        "stage1.conv1 conv 11x8x8 < stage1.conv0",
        "stage1.2 conv 20x8x8 < stage1.conv1",
        "stage2.conv0 conv 10x8x8 < stage1.2",
        "stage2.conv1 conv 11x8x8 < stage2.conv0",
        "stage2.2 conv 21x8x8 < stage2.conv1",
    ]


def test_repeat_over_a_list() -> None:
    """A repeat over a list gives each of its entries as ``$item``, written out or from a param."""
    text = """
    input: [4, 8, 8]
    params: {widths: [5, 6]}
    layers:
      - {conv: {out: $item, kernel: 1}, repeat: $widths}
      - conv: {out: $item.0 + $i, kernel: $item.1}
        repeat: [[7, 1], [8, 3]]
    """
    assert shapes(text) == [(5, 8, 8), (6, 8, 8), (7, 8, 8), (9, 6, 6)]


def test_repeat_never_or_wrongly() -> None:
    """Repeating 0 times, or over nothing, leaves a layer out; a count that is none is refused."""
    assert outline(INPUT + "layers: [{tanh: , repeat: 0}, {tanh: , repeat: []}, relu]") == ["0 relu 4x8x8 < input"]
    assert findings(INPUT + "layers: [{relu: , repeat: -1}, {relu: , repeat: 1.5}, {relu: , repeat: {a: 1}}]") == [
        "2:27 bad-value: repeat must be a whole number of at least 0, or a list, got -1",
        "2:49 bad-value: repeat must be a whole number of at least 0, or a list, got 1.5",
        "2:72 bad-item: repeat must be a number or a list, got a mapping",
    ]


def test_let() -> None:
    """``let`` names values for one item and what is inside it, on entry, each seeing those before it."""
    text = """
    input: [4, 8, 8]
    layers:
      - let: {entry: $prev.channels, wide: $entry * 3}
        sequence:
          - conv: {out: $wide, kernel: 1}
          - {conv: {out: $wide + 1, kernel: 1}, let: {wide: $wide * 2}}
          - conv: {out: $wide + $entry, kernel: 1}
    """
    assert shapes(text) == [(12, 8, 8), (25, 8, 8), (16, 8, 8)]


def test_params_refer_to_params() -> None:
    """A param may be computed from others in any order, not in a circle."""
    text = INPUT + "params: {wide: $base * 2, base: 3}\nlayers: [{conv: {out: $wide, kernel: 1}}]"
    assert shapes(text) == [(6, 8, 8)]
    assert shapes(text, sets={"base": 5}) == [(10, 8, 8)]
    circle = INPUT + "params: {a: $b, b: $a}\nlayers: [{conv: {out: $a, kernel: 1}}]"
    assert findings(circle) == [
        "2:13 param-cycle: params refer to each other in a circle: a → b → a | give one of them a value of its own"
    ]


def test_when_and_else() -> None:
    """``when`` leaves an item out; ``else`` is what stands there instead, one item or several."""
    text = """
    input: [4, 8, 8]
    params: {wide: false}
    layers:
      - {relu: , when: $wide}
      - {conv: {out: 6, kernel: 1}, when: $prev.channels == 4, name: grow}
      - conv: {out: 9, kernel: 1}
        name: never
        when: $wide or $prev.channels < 6
        else: [tanh, {conv: {out: 5, kernel: 1}, name: other}]
      - {relu: , when: $wide, else: sigmoid}
    """
    assert outline(text) == [
        "grow conv 6x8x8 < input",
        "1 tanh 6x8x8 < grow",
        "other conv 5x8x8 < 1",
        "3 sigmoid 5x8x8 < other",
    ]
    assert names(text, sets={"wide": True}) == ["0", "grow", "never", "3"]


def test_condition_that_is_a_word() -> None:
    """A condition without its ``$`` is a mistake, not always true."""
    text = INPUT + "params: {wide: false}\nlayers: [{relu: , when: wide}, {relu: , when: $wide}]"
    assert findings(text) == [
        "3:25 bad-value: when must be a condition, got the text 'wide' | names in conditions are written with $, such as $wide"
    ]


# --- 3. joining and splitting --------------------------------------------------------


def test_branches() -> None:
    """Branches start from the same tensor and are joined in their order; [] is the identity."""
    text = """
    input: [4, 8, 8]
    layers:
      - concat:
          long: [{conv: {out: 2, kernel: 1}}, relu]
          same: []
          none: []
          short: [{conv: {out: 1, kernel: 1}}]
      - add: {main: [tanh], skip: []}
    """
    assert outline(text) == [
        "0 conv 2x8x8 < input",
        "1 relu 2x8x8 < 0",
        "2 conv 1x8x8 < input",
        "3 concat 11x8x8 < 1 input input 2",
        "4 tanh 11x8x8 < 3",
        "5 add 11x8x8 < 4 3",
    ]


def test_options_beside_branches() -> None:
    """Options of the joining layer stand beside its branches."""
    text = INPUT + "layers: [{concat: {a: [relu], b: [], axis: height}}]"
    assert shapes(text) == [(4, 8, 8), (4, 16, 8)]


def test_branch_that_is_no_list() -> None:
    """A branch that is not a list of layers is refused, with how to write it."""
    text = INPUT + "layers: [{add: {a: relu, b: }}]"
    assert findings(text) == [
        "2:20 bad-branch: branch 'a' must be a list of layers | put them in a list: a: [...]; [] passes the input on as it is",
        "2:26 bad-branch: branch 'b' is empty | write b: [] to pass the input on as it is",
    ]


def test_lists_of_tensors() -> None:
    """A joining layer takes names in a list, or from its sibling; ``prev`` is what stands above."""
    text = """
    input: [4, 8, 8]
    layers:
      - {relu: , name: a}
      - {tanh: , name: b}
      - sigmoid
      - add: [a, prev]
      - {concat: , from: [b, input, a]}
      - {mul: , from: [a, b], name: product}
    """
    assert outline(text) == [
        "a relu 4x8x8 < input",
        "b tanh 4x8x8 < a",
        "2 sigmoid 4x8x8 < b",
        "3 add 4x8x8 < a 2",
        "4 concat 12x8x8 < b input a",
        "product mul 4x8x8 < a b",
    ]


def test_from_and_unknown_names() -> None:
    """``from`` reads a tensor by its name; a name that is not above gets the nearest one."""
    text = (
        INPUT
        + "layers: [{relu: , name: stem}, tanh, {sigmoid: , from: stem}, {sigmoid: , from: later}, {relu: , name: later}]"
    )
    assert findings(text) == [
        "2:81 unknown-tensor: no layer above is called 'later' | a layer is read by its name; names inside a block are private to it",
    ]
    typing = INPUT + "layers: [{relu: , name: stem}, {tanh: , from: stm}]"
    assert findings(typing) == ["2:47 unknown-tensor: no layer above is called 'stm' | did you mean 'stem'?"]


def test_names_inside_a_block_are_private() -> None:
    """A block sees its own names and those of the top level; nobody sees into a block."""
    text = """
    input: [4, 8, 8]
    blocks:
      inner: [{tanh: , name: own}, {add: [own, top]}]
      outer: [{relu: , name: mine}, {inner: , name: inside}, {add: [mine, inside]}]
    layers: [{relu: , name: top}, {outer: , name: one}, {outer: , name: two}, {add: [one, two]}]
    """
    assert outline(text) == [
        "top relu 4x8x8 < input",
        "one.mine relu 4x8x8 < top",
        "one.inside.own tanh 4x8x8 < one.mine",
        "one.inside.1 add 4x8x8 < one.inside.own top",
        "one.2 add 4x8x8 < one.mine one.inside.1",
        "two.mine relu 4x8x8 < one.2",
        "two.inside.own tanh 4x8x8 < two.mine",
        "two.inside.1 add 4x8x8 < two.inside.own top",
        "two.2 add 4x8x8 < two.mine two.inside.1",
        "3 add 4x8x8 < one.2 two.2",
    ]
    blocks = "blocks: {b: [{relu: , name: own}, {add: [own, mine]}], o: [{relu: , name: mine}]}\n"
    assert findings(INPUT + blocks + "layers: [{o: , name: x}, {tanh: , from: x.mine}, {b: , from: x}]") == [
        "2:47 unknown-tensor: no layer above is called 'mine' | a layer is read by its name; names inside a block are private to it",
        "3:41 unknown-tensor: no layer above is called 'x.mine' | a layer is read by its name; names inside a block are private to it",
    ]


def test_names_inside_a_sequence() -> None:
    """A sequence is a scope of names, not a wall: what is inside can be read from outside, and the reverse."""
    text = """
    input: [4, 8, 8]
    layers:
      - {relu: , name: top}
      - name: stem
        sequence: [{tanh: , name: inner}, {add: [inner, top]}, {name: deep, sequence: [{add: [inner, prev]}]}]
      - add: [stem.inner, stem]
      - add: [stem.deep, stem.1]
    """
    assert outline(text) == [
        "top relu 4x8x8 < input",
        "stem.inner tanh 4x8x8 < top",
        "stem.1 add 4x8x8 < stem.inner top",
        "stem.deep.0 add 4x8x8 < stem.inner stem.1",
        "2 add 4x8x8 < stem.inner stem.deep.0",
        "3 add 4x8x8 < stem.deep.0 stem.1",
    ]


def test_pieces() -> None:
    """The pieces of a split are NAME.0, NAME.1 …; branches right below read each their own piece."""
    text = """
    input: [4, 8, 8]
    layers:
      - {split: [1, 3], name: halves}
      - concat: {left: [relu], right: []}
      - {conv: {out: 4, kernel: 1}, from: halves.1}
      - {chunk: 2, name: parts}
      - mul: [parts.1, parts.0]
      - chunk: 2
      - add
      - {slice: {start: 0, stop: 1}}
    """
    assert outline(text) == [
        "halves split 1x8x8 3x8x8 < input",
        "1 relu 1x8x8 < halves.0",
        "2 concat 4x8x8 < 1 halves.1",
        "3 conv 4x8x8 < halves.1",
        "parts chunk 2x8x8 2x8x8 < 3",
        "5 mul 2x8x8 < parts.1 parts.0",
        "6 chunk 1x8x8 1x8x8 < 5",
        "7 add 1x8x8 < 6.0 6.1",
        "8 slice 1x8x8 < 7",
    ]


def test_pieces_need_to_be_told_apart() -> None:
    """A layer that reads one tensor, after one that makes two, is asked which of them is meant."""
    assert findings(INPUT + "layers: [{split: [1, 3], name: halves}, relu]") == [
        "2:41 wrong-arity: relu takes one input, got 2 | 'halves' makes 2 tensors: say which one is meant with from: halves.0",
    ]


def test_shared_layer() -> None:
    """``share`` beside a layer, or alone, applies the same weights again: they are counted once."""
    text = """
    input: [4, 8, 8]
    layers:
      - {conv: {out: 4, kernel: 3, padding: 1}, name: first}
      - {conv: {out: 4, kernel: 3, padding: 2, dilation: 2}, share: first, name: wider}
      - share: first
      - {share: wider, from: input, repeat: 2, name: again}
    """
    assert outline(text) == [
        "first conv 4x8x8 < input",
        "wider conv 4x8x8 < first = first",
        "2 conv 4x8x8 < wider = first",
        "again.0 conv 4x8x8 < input = first",
        "again.1 conv 4x8x8 < again.0 = first",
    ]
    assert parameters(text) == 4 * 4 * 9 + 4


def test_shared_block_and_sequence() -> None:
    """``share`` applies a named block or sequence again with all of its weights, on another size of map."""
    text = """
    input: [4, 8, 8]
    blocks:
      unit: {args: {out}, layers: [{conv: {out: $out, kernel: 3, padding: 1}, name: conv}, batch_norm]}
    layers:
      - {unit: 4, name: one}
      - max_pool: 2
      - {share: one, name: two}
      - {sequence: [{conv: {out: 4, kernel: 1}}, {add: [prev, one]}], name: head, from: one}
      - {share: head, from: one}
      - {share: two, name: three}
    """
    assert outline(text) == [
        "one.conv conv 4x8x8 < input",
        "one.1 batch_norm 4x8x8 < one.conv",
        "1 max_pool 4x4x4 < one.1",
        "two.conv conv 4x4x4 < 1 = one.conv",
        "two.1 batch_norm 4x4x4 < two.conv = one.1",
        "head.0 conv 4x8x8 < one.1",
        "head.1 add 4x8x8 < head.0 one.1",
        "4.0 conv 4x8x8 < one.1 = head.0",
        "4.1 add 4x8x8 < 4.0 one.1",
        "three.conv conv 4x8x8 < 4.1 = one.conv",
        "three.1 batch_norm 4x8x8 < three.conv = one.1",
    ]
    assert parameters(text) == 4 * 4 * 9 + 4 + 2 * 4 + 4 * 4 + 4


def test_what_cannot_be_shared() -> None:
    """Weights of another shape, a group without a scope, an input and a missing name cannot be shared."""
    text = """\
    input: [4, 8, 8]
    layers:
      - {conv: {out: 5, kernel: 1}, name: a}
      - share: a
      - {add: {x: [relu], y: []}, from: a, name: m}
      - {share: m}
      - {share: input}
      - {share: b}
    """
    assert findings(text) == [
        "4:12 cannot-share: 'a' cannot lend its weights here: its weight is (5, 4, 1, 1), this layer needs (5, 5, 1, 1)",
        "6:13 cannot-share: 'm' is not one layer, block or sequence | to apply several items again, put them in a sequence called m",
        "7:13 cannot-share: 'input' is an input, not a layer",
        "8:13 unknown-tensor: no layer above is called 'b' | a layer is read by its name; names inside a block are private to it",
    ]


# --- 5. files, variants, values from outside -----------------------------------------

BASE = """
name: base
input: [4, 8, 8]
params: {width: 3, kernel: 1}
variants: {wide: {width: 6}, large: {kernel: 3}}
defaults: {conv: {bias: false, padding: half}, max_pool: {stride: 1}}
blocks:
  unit: {args: {out}, layers: [conv: {out: $out, kernel: $kernel}]}
  tail: [relu]
layers: [unit: $width, tail]
"""


def test_extends(tmp_path: Path) -> None:
    """A file replaces sections of the one it extends; params, blocks, defaults and variants merge one level deep."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    own = """
    extends: base.yaml
    input: [2, 6, 6]
    params: {width: 5}
    variants: {wide: {width: 7}, slim: {width: 1}}
    defaults: {conv: {bias: true}}
    blocks: {tail: [tanh, max_pool: 2]}
    """
    path = tmp_path / "own.yaml"
    path.write_text(dedent(own), encoding="utf-8")
    graph = api.load(str(path))
    assert (graph.name, graph.params) == ("base", {"width": 5, "kernel": 1})
    assert [(node.op, node.outputs) for node in graph.nodes] == [
        ("conv", ((5, 6, 6),)),
        ("tanh", ((5, 6, 6),)),
        ("max_pool", ((5, 5, 5),)),
    ]
    assert graph.nodes[0].facts.weights == {"weight": (5, 2, 1, 1), "bias": (5,)}  # type: ignore[union-attr]
    shapes_of = {
        variant: api.load(str(path), variant=variant).nodes[0].outputs[0] for variant in ("wide", "slim", "large")
    }
    assert shapes_of == {"wide": (7, 6, 6), "slim": (1, 6, 6), "large": (5, 4, 4)}


def test_extends_other_inputs(tmp_path: Path) -> None:
    """``inputs`` replaces an extended ``input``, and the reverse."""
    (tmp_path / "one.yaml").write_text("input: [4, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text(
        "extends: one.yaml\ninputs: {a: [1, 2, 2], b: [1, 2, 2]}\nlayers: [add]\n", encoding="utf-8"
    )
    (tmp_path / "three.yaml").write_text("extends: two.yaml\ninput: [3, 5, 5]\nlayers: [tanh]\n", encoding="utf-8")
    assert [(given.name, given.shape) for given in api.load(str(tmp_path / "two.yaml")).inputs] == [
        ("a", (1, 2, 2)),
        ("b", (1, 2, 2)),
    ]
    assert [(given.name, given.shape) for given in api.load(str(tmp_path / "three.yaml")).inputs] == [
        ("input", (3, 5, 5))
    ]


def test_extends_shipped_network(tmp_path: Path) -> None:
    """A shipped network is extended by its name."""
    path = tmp_path / "mine.yaml"
    path.write_text("extends: vgg16\nname: mine\nparams: {classes: 7}\n", encoding="utf-8")
    graph = api.load(str(path))
    assert (graph.name, graph.shape(graph.outputs[0].tensor)) == ("mine", (7,))


def test_extends_in_a_circle(tmp_path: Path) -> None:
    """Files that extend each other are refused with the circle."""
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    with pytest.raises(ModelError) as raised:
        api.load(str(tmp_path / "a.yaml"))
    assert [found.code for found in raised.value.findings] == ["extends-cycle"]


def test_weakest_first() -> None:
    """The variant goes over the file's params, the caller's values over both."""
    assert graph_of(BASE).params == {"width": 3, "kernel": 1}
    assert graph_of(BASE, variant="wide").params == {"width": 6, "kernel": 1}
    assert graph_of(BASE, variant="wide", sets={"width": "9", "kernel": 2}).params == {"width": 9, "kernel": 2}
    assert graph_of(BASE, variant="wide").name == "wide"
    assert graph_of(BASE, variant="wide").variant == "wide"


def test_values_from_outside_are_yaml() -> None:
    """A text given for a param is read as YAML: numbers, lists, words and expressions."""
    text = INPUT + "params: {widths: [1], act: relu}\nlayers: [{conv: {out: $item, kernel: 1}, repeat: $widths}, $act]"
    assert outline(text, sets={"widths": "[2, 3]", "act": "tanh"}) == [
        "0 conv 2x8x8 < input",
        "1 conv 3x8x8 < 0",
        "2 tanh 3x8x8 < 1",
    ]
    assert findings(text, sets={"acts": "tanh"}) == [
        "0:0 unknown-param: the model has no param 'acts' | did you mean 'act'?"
    ]
    assert findings(text, variant="big") == ["0:0 unknown-variant: the model has no variant 'big' | it has none"]


def test_variants_name_known_params() -> None:
    """A variant that changes a param that does not exist is refused."""
    text = INPUT + "params: {width: 3}\nvariants: {wide: {widht: 6}}\nlayers: [{conv: {out: $width, kernel: 1}}]"
    assert findings(text, variant="wide") == [
        "3:19 unknown-param: the model has no param 'widht' | did you mean 'width'?"
    ]


def test_defaults() -> None:
    """Defaults give a layer or a block options; what an item says itself is stronger."""
    text = """
    input: [4, 8, 8]
    defaults: {conv: {kernel: 3, padding: 1, bias: false}, unit: {out: 6}}
    blocks:
      unit: {args: {out, rounds: 1}, layers: [{conv: $out, repeat: $rounds}]}
    layers: [conv: 2, {conv: {out: 3, kernel: 1, padding: 0, bias: true}}, unit, unit: 5, unit: {rounds: 2}]
    """
    assert shapes(text) == [(2, 8, 8), (3, 8, 8), (6, 8, 8), (5, 8, 8), (6, 8, 8), (6, 8, 8)]
    assert parameters(text) == 2 * 4 * 9 + (3 * 2 + 3) + 6 * 3 * 9 + 5 * 6 * 9 + 6 * 5 * 9 + 6 * 6 * 9


# --- 6. inputs and outputs -----------------------------------------------------------


def test_several_inputs() -> None:
    """Inputs are read by name; the first layer reads all of them."""
    text = """
    inputs: {image: [2, 4, 4], mask: [1, 4, 4], code: [5]}
    layers: [{concat: , from: [image, mask]}, {linear: 3, from: code}, {conv: {out: 2, kernel: 1}, from: mask}]
    """
    assert outline(text) == ["0 concat 3x4x4 < image mask", "1 linear 3 < code", "2 conv 2x4x4 < mask"]
    assert outline("inputs: {a: [2, 4, 4], b: [2, 4, 4]}\nlayers: [mul]") == ["0 mul 2x4x4 < a b"]
    assert findings("inputs: {a: [2, 4, 4], b: [2, 4, 4]}\nlayers: [relu]") == [
        "2:10 wrong-arity: relu takes one input, got 2 | the network has the inputs a, b: say which one is meant with from: a",
    ]


def test_input_from_outside() -> None:
    """The caller's shape replaces that of the only input, or of the one it names."""
    assert shapes(INPUT + "layers: [relu]", inputs={None: (1, 2, 3)}) == [(1, 2, 3)]
    text = "inputs: {a: [2, 4, 4], b: [3, 4, 4]}\nlayers: [concat]"
    assert shapes(text, inputs={"b": (5, 4, 4)}) == [(7, 4, 4)]
    assert findings(text, inputs={"c": (5, 4, 4)}) == ["0:0 unknown-input: the model has no input 'c' | it has a, b"]


def test_input_of_params() -> None:
    """A shape may be computed from params."""
    text = "input: [3, $size, $size * 2]\nparams: {size: 8}\nlayers: [relu]"
    assert shapes(text) == [(3, 8, 16)]
    assert shapes(text, sets={"size": 5}) == [(3, 5, 10)]


def test_channels_last() -> None:
    """``layout: channels_last`` reads shapes with the channels behind, the caller's too."""
    text = "layout: channels_last\ninputs: {image: [8, 6, 3], code: [10]}\nlayers: [{relu: , from: image}, {relu: , from: code}]"
    assert shapes(text) == [(3, 8, 6), (10,)]
    assert shapes(text, inputs={"image": (5, 4, 2)}) == [(2, 5, 4), (10,)]


def heads(text: str) -> list[tuple[str, str, bool]]:
    """Every output: its name, what it is, whether it exists only in training."""
    graph = graph_of(text)
    return [(head.name, graph.tensor_name(head.tensor), head.training) for head in graph.outputs]


LAYERS = INPUT + "layers: [{split: [1, 3], name: s}, {relu: , from: s.0, name: r}, {tanh: , from: s.1, name: t}]\n"


def test_outputs() -> None:
    """Outputs are the last layer, or those listed, or those named, some of them for training only."""
    assert heads(LAYERS) == [("t", "t", False)]
    assert heads(LAYERS + "outputs: [s.1, r]") == [("s.1", "s.1", False), ("r", "r", False)]
    assert heads(LAYERS + "outputs: {main: prev, aux: {from: r, training: true}, low: {from: s.0}}") == [
        ("main", "t", False),
        ("aux", "r", True),
        ("low", "s.0", False),
    ]
    assert heads(INPUT + "layers: [{split: [1, 3], name: s}]") == [("s.0", "s.0", False), ("s.1", "s.1", False)]


def test_outputs_that_are_none() -> None:
    """An output is one tensor that exists; ``training`` is true or false."""
    text = LAYERS + "outputs: {x: s, y: {from: r, training: 3}, z: nope, w: {from: r, trainin: true}}"
    assert findings(text) == [
        "3:14 unknown-tensor: an output is one tensor, and this names several",
        "3:40 bad-value: training must be true or false, got 3",
        "3:47 unknown-tensor: no layer above is called 'nope' | a layer is read by its name; names inside a block are private to it",
        "3:66 unknown-option: an output has from and training, not 'trainin'",
    ]


def test_training_heads_cost_nothing_at_inference() -> None:
    """A head for training is counted in the parameters and not in the MACs."""
    text = INPUT + "layers: [flatten, {linear: 3, name: aux}, {linear: 5, from: '0', name: main}]\n"
    text += "outputs: {main: main, aux: {from: aux, training: true}}"
    totals = api.summarize(graph_of(text)).totals
    assert (totals.parameters, totals.macs) == (256 * 8 + 8, 256 * 5)


# --- 7. scalars, and what a model says of itself -------------------------------------


def test_scalars_mean_what_a_person_thinks() -> None:
    """``no`` and ``on`` are words, 010 is ten, 1:30 is a text, 1e-3 is a number."""
    text = "input: [1]\nlayers: [relu]\nparams: {a: no, b: on, c: 010, d: 1:30, e: 1e-3, f: true, g: ~, h: '1', i2: [1, 2.5]}"
    loaded = api.read("model.yaml", text=text)
    assert loaded.graph is not None
    assert loaded.graph.params == {
        "a": "no",
        "b": "on",
        "c": 10,
        "d": "1:30",
        "e": 0.001,
        "f": True,
        "g": None,
        "h": "1",
        "i2": [1, 2.5],
    }
    assert {finding.code for finding in loaded.findings} == {"unused-param"}


def test_about() -> None:
    """Name, description and reference are kept; a file without a name is called by its file."""
    text = "name: n\ndescription: Two words.\nreference: {title: T, year: 1998, authors: [A, B]}\ninput: [1]\nlayers: [relu]"
    graph = graph_of(text)
    assert (graph.name, graph.description) == ("n", "Two words.")
    assert graph.reference == {"title": "T", "year": 1998, "authors": ["A", "B"]}
    assert graph_of("input: [1]\nlayers: [relu]").name == "model"


def test_what_is_never_used() -> None:
    """Params, blocks and arguments that nothing refers to are warned about where they are declared."""
    text = INPUT + "params: {p: 1}\nblocks: {b: {args: {x: 1}, layers: [relu]}, c: [relu]}\nlayers: [b]"
    loaded = api.read("model.yaml", text=text)
    assert [(found.severity, found.code, found.span.line, found.span.column) for found in loaded.findings] == [
        ("warning", "unused-param", 2, 10),
        ("warning", "unused-argument", 3, 21),
        ("warning", "unused-block", 3, 45),
    ]
