"""What elaboration makes of a model: names as in a ``state_dict``, wires, places in the file, limits."""

from __future__ import annotations

from cnninspect import api
from tests.support.models import findings, graph_of, names, outline, parameters

INPUT = "input: [4, 8, 8]\n"

# --- names ---------------------------------------------------------------------------


def test_unnamed_layers_are_numbered() -> None:
    """An unnamed layer's number is how many children its scope has above it, named ones included."""
    text = """
    input: [4, 8, 8]
    layers:
      - relu
      - {relu: , name: x}
      - tanh
      - sequence: [relu, tanh]
      - relu
      - {name: q, sequence: [relu, {name: z, sequence: [relu]}, relu]}
    """
    assert names(text) == ["0", "x", "2", "3.0", "3.1", "4", "q.0", "q.z.0", "q.2"]


def test_branches_and_unnamed_blocks_open_no_scope() -> None:
    """Branches, and blocks called without a name, number on in the scope they stand in."""
    text = """
    input: [4, 8, 8]
    blocks: {unit: [relu, {tanh: , name: "t"}]}
    layers:
      - name: body
        sequence:
          - relu
          - add: {main: [unit, relu], skip: [tanh]}
          - relu
    """
    assert names(text) == ["body.0", "body.1", "body.t", "body.3", "body.4", "body.5", "body.6"]


def test_named_block_opens_a_scope() -> None:
    """A block called with a name has its layers below that name, numbered from 0."""
    text = INPUT + "blocks: {unit: [relu, {tanh: , name: t}, relu]}\nlayers: [relu, {unit: , name: one}, unit]"
    assert names(text) == ["0", "one.0", "one.t", "one.2", "2", "t", "4"]


def test_named_merge_opens_a_scope() -> None:
    """A joining layer with a name has its branches below that name, and is called so itself."""
    text = (
        INPUT
        + "layers: [{add: {main: [relu, {tanh: , name: t}], skip: []}, name: res}, {mul: [res, res.t], name: gate}]"
    )
    assert outline(text) == [
        "res.0 relu 4x8x8 < input",
        "res.t tanh 4x8x8 < res.0",
        "res add 4x8x8 < res.t input",
        "gate mul 4x8x8 < res res.t",
    ]


def test_dots_in_names() -> None:
    """A name may be a path; it says where the weights lie and opens no more than that."""
    text = (
        INPUT
        + "layers: [{conv: {out: 4, kernel: 1}, name: branch.0}, {conv: {out: 4, kernel: 1}, name: branch.1}, relu]"
    )
    assert names(text) == ["branch.0", "branch.1", "2"]


def test_repeat_with_a_name() -> None:
    """A repeat with a name is a sequence of that name: its rounds are NAME.0, NAME.1 …, whatever is repeated."""
    text = """
    input: [4, 8, 8]
    params: {act: relu}
    blocks: {unit: [{conv: {out: 4, kernel: 1}, name: conv}, relu]}
    layers:
      - {unit: , repeat: 2, name: layer1}
      - {tanh: , repeat: 2, name: plain}
      - {sequence: [relu, tanh], repeat: 2, name: seq}
      - {add: {main: [relu], skip: []}, repeat: 2, name: res}
      - {$act: , repeat: 2, name: picked}
      - {add: [layer1, plain.0], name: end}
    """
    assert outline(text) == [
        "layer1.0.conv conv 4x8x8 < input",
        "layer1.0.1 relu 4x8x8 < layer1.0.conv",
        "layer1.1.conv conv 4x8x8 < layer1.0.1",
        "layer1.1.1 relu 4x8x8 < layer1.1.conv",
        "plain.0 tanh 4x8x8 < layer1.1.1",
        "plain.1 tanh 4x8x8 < plain.0",
        "seq.0.0 relu 4x8x8 < plain.1",
        "seq.0.1 tanh 4x8x8 < seq.0.0",
        "seq.1.0 relu 4x8x8 < seq.0.1",
        "seq.1.1 tanh 4x8x8 < seq.1.0",
        "res.0.0 relu 4x8x8 < seq.1.1",
        "res.0 add 4x8x8 < res.0.0 seq.1.1",
        "res.1.0 relu 4x8x8 < res.0",
        "res.1 add 4x8x8 < res.1.0 res.0",
        "picked.0 relu 4x8x8 < res.1",
        "picked.1 relu 4x8x8 < picked.0",
        "end add 4x8x8 < layer1.1.1 plain.0",
    ]


def test_repeat_with_a_name_template() -> None:
    """A name with ``$i`` names each round by itself, beside the others of its scope."""
    text = (
        INPUT
        + "blocks: {unit: [relu]}\nlayers: [{unit: , repeat: 2, name: 'block${i + 1}'}, {tanh: , repeat: 2, name: t$i}, relu]"
    )
    assert names(text) == ["block1.0", "block2.0", "t0", "t1", "4"]


def test_repeat_without_a_name() -> None:
    """A repeat without a name is its rounds one after the other in the same scope."""
    text = (
        INPUT
        + "blocks: {unit: [relu, tanh]}\nlayers: [{unit: , repeat: 2}, {relu: , repeat: 2}, {sequence: [relu], repeat: 2}]"
    )
    assert names(text) == ["0", "1", "2", "3", "4", "5", "6.0", "7.0"]


def test_round_left_out_keeps_the_numbers() -> None:
    """A round whose condition fails leaves its number out, as a loop that appends by index does."""
    text = INPUT + "blocks: {unit: [relu]}\nlayers: [{unit: , repeat: 3, when: $i != 1, name: b}]"
    assert names(text) == ["b.0.0", "b.2.0"]


def test_names_from_arguments() -> None:
    """A name may be computed from arguments of the block."""
    text = (
        INPUT
        + "blocks: {unit: {args: {n}, layers: [{relu: , name: act$n}, {tanh: , name: 'tanh${n * 2}'}]}}\nlayers: [unit: 1, unit: 2]"
    )
    assert names(text) == ["act1", "tanh2", "act2", "tanh4"]


def test_names_are_unique() -> None:
    """The same name twice is refused with the first place; a block that is called twice is told to be named."""
    assert findings(INPUT + "layers: [{relu: , name: a}, {relu: , name: a}, {relu: , name: input}]") == [
        "2:44 duplicate-name: the name 'a' is taken | names of layers are unique; inside a repeat write it with its number: name: block${i}",
        "2:63 duplicate-name: the name 'input' is taken | names of layers are unique; inside a repeat write it with its number: name: block${i}",
    ]
    (found,) = findings(INPUT + "blocks: {unit: [{relu: , name: act}]}\nlayers: [unit, unit]")
    message, _, remedy = found.partition(" | ")
    assert message == "2:32 duplicate-name: the name 'act' is taken"
    assert remedy == "give each call of 'unit' a name, which opens a scope: name: unit1, or name: unit$i in a repeat"


def test_number_that_is_taken() -> None:
    """An unnamed layer takes the next free number where a name has taken its own."""
    assert names(INPUT + "layers: [{relu: , name: '1'}, tanh, relu]") == ["1", "2", "3"]


def test_bad_names() -> None:
    """A name that cannot be part of a ``state_dict`` key is refused."""
    text = INPUT + "layers: [{relu: , name: 'a b'}, {relu: , name: a..b}, {relu: , name: ''}]"
    assert findings(text) == [
        "2:25 bad-name: a name is made of letters, digits, '_', '-' and '.', got 'a b' | write a_b",
        "2:48 bad-name: a name's parts between dots cannot be empty, got 'a..b'",
        "2:70 bad-name: a name cannot be empty, got ''",
    ]


# --- the block library ---------------------------------------------------------------


def test_squeeze_excite() -> None:
    """``squeeze_excite`` scales channels by a gate computed from their means; it takes the squeezed width bare."""
    text = "input: [32, 4, 4]\nlayers: [{squeeze_excite: , name: a}, {squeeze_excite: {squeeze: 4, gate: hard_sigmoid}, name: b}, {squeeze_excite: 8, name: c}]"
    assert outline(text) == [
        "a.avgpool global_avg_pool 32x1x1 < input",
        "a.fc1 conv 2x1x1 < a.avgpool",
        "a.activation relu 2x1x1 < a.fc1",
        "a.fc2 conv 32x1x1 < a.activation",
        "a.scale_activation sigmoid 32x1x1 < a.fc2",
        "a.5 mul 32x4x4 < input a.scale_activation",
        "b.avgpool global_avg_pool 32x1x1 < a.5",
        "b.fc1 conv 4x1x1 < b.avgpool",
        "b.activation relu 4x1x1 < b.fc1",
        "b.fc2 conv 32x1x1 < b.activation",
        "b.scale_activation hard_sigmoid 32x1x1 < b.fc2",
        "b.5 mul 32x4x4 < a.5 b.scale_activation",
        "c.avgpool global_avg_pool 32x1x1 < b.5",
        "c.fc1 conv 8x1x1 < c.avgpool",
        "c.activation relu 8x1x1 < c.fc1",
        "c.fc2 conv 32x1x1 < c.activation",
        "c.scale_activation sigmoid 32x1x1 < c.fc2",
        "c.5 mul 32x4x4 < b.5 c.scale_activation",
    ]
    assert parameters(text) == sum(32 * w + w + w * 32 + 32 for w in (2, 4, 8))


def test_own_block_before_the_library() -> None:
    """A model's own block of a library block's name is the one that is called."""
    assert names(INPUT + "blocks: {squeeze_excite: [relu]}\nlayers: [{squeeze_excite: , name: se}]") == ["se.0"]


# --- places in the file, and what follows from a mistake -------------------------------


def test_nodes_know_where_they_come_from() -> None:
    """A node has the place of its layer's name, and the calls of blocks above it, outermost first."""
    text = """\
    input: [4, 8, 8]
    blocks:
      inner: [relu]
      outer: [inner]
    layers:
      - outer
      - tanh
    """
    first, second = graph_of(text).nodes
    assert (first.span.file, first.span.line, first.span.column) == ("model.yaml", 3, 11)
    assert [(call.block, call.span.line, call.span.column) for call in first.calls] == [
        ("outer", 6, 5),
        ("inner", 4, 11),
    ]
    assert (second.span.line, second.span.column, second.calls) == (7, 5, ())


def test_one_mistake_is_reported_once() -> None:
    """Each mistake is reported once, in file order; nothing that follows from one is."""
    text = """\
    input: [4, 8, 8]
    blocks:
      unit: {args: {out}, layers: [conv: {out: $out, kernel: 9}, batch_norm]}
    layers:
      - {unit: $prev.channels, repeat: 3}
      - {conv: {out: $prev.channels, kernel: 3}, name: a}
      - add: [a, prev]
      - {linear: 3, name: head}
      - convv: 3
    outputs: [head]
    """
    codes = [line.partition(":")[2].split()[:2] for line in findings(text)]
    assert codes == [["58", "size-reached-zero:"], ["5", "unknown-layer:"]]


def test_notes_say_where_the_input_comes_from() -> None:
    """A finding about shapes tells what made the input, and which calls led there."""
    text = "input: [6, 8, 8]\nblocks: {unit: [{conv: {out: 8, kernel: 1, groups: 4}}]}\nlayers: [{relu: , name: stem}, {unit: , name: u}]"
    (found,) = api.read("model.yaml", text=text).findings
    assert (found.code, found.layer) == ("groups-do-not-divide", "u.0")
    assert found.notes[-2:] == (
        "the input is (6, 8, 8), made by 'stem' at model.yaml:3",
        "in block 'unit', called at model.yaml:3",
    )


def test_limits_are_checked_before_anything_grows() -> None:
    """A repeat of repeats that passes the limit is refused by multiplication, at once."""
    text = INPUT + "layers: [{repeat: 1000, sequence: [{repeat: 1000, sequence: [{repeat: 1000, sequence: [relu]}]}]}]"
    loaded = api.read("model.yaml", text=text)
    assert [found.code for found in loaded.findings] == ["too-many-layers"]
    assert loaded.graph is None
    assert findings(INPUT + "layers: [{relu: , repeat: 1000001}]") == [
        "2:27 too-many-layers: this makes 1,000,001 layers, and a network has at most 1,000,000 | is a repeat too large?",
    ]


def test_deep_nesting_is_refused() -> None:
    """Sequences nest no deeper than the limit."""
    deep = "sequence: [{" * 90 + "sequence: [relu]" + "}]" * 90
    loaded = api.read("model.yaml", text=INPUT + "layers: [{" + deep + "}]")
    assert [found.code for found in loaded.findings] == ["nesting-too-deep"]
