"""Shared weights: what may be applied again, and why something may not."""

from __future__ import annotations

from cnninspect import api
from tests.support.models import findings, outline, parameters

STEM = "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 3, kernel: 1}, name: c}\n  - {relu: , name: r}\n"


def test_prev_cannot_be_shared() -> None:
    """``prev`` is a tensor, whether it is written or computed, beside a layer or alone."""
    said = "cannot-share: prev is a tensor, not a layer | write the name of the layer"
    text = STEM + "  - {conv: {out: 3, kernel: 1}, share: prev}\n  - share: prev\n  - share: $p\nparams: {p: prev}"
    assert findings(text) == [f"5:40 {said}", f"6:12 {said}", f"7:12 {said}"]


def test_what_share_takes() -> None:
    """``share`` alone takes the name of what is applied again."""
    needs = "cannot-share: share needs the name of a layer, block or sequence | share: stem"
    text = STEM + "  - share: [c]\n  - share\n  - share: $q\n  - share: a b\n"
    assert findings(text) == [
        f"5:5 {needs}",
        f"6:5 {needs}",
        "7:12 unknown-name: nothing here is called 'q' | the names here are $prev",
        "8:12 bad-name: a name is made of letters, digits, '_', '-' and '.', got 'a b' | write a_b",
    ]


def test_weights_of_nothing() -> None:
    """A layer that learns shares with one that does; one that learns nothing may name another such."""
    text = STEM + "  - {conv: {out: 3, kernel: 1}, share: r}\n  - {conv: {out: 3, kernel: 1}, share: input}\n"
    text += "  - {conv: {out: 3, kernel: 1}, share: nobody}\n  - {relu: , share: r}\n"
    assert findings(text) == [
        "5:40 cannot-share: 'r' has no weights to share",
        "6:40 cannot-share: 'input' has no weights to share",
        "7:40 unknown-tensor: no layer above is called 'nobody' | a layer is read by its name; names inside a block are private to it",
    ]


def test_weights_that_one_side_lacks() -> None:
    """Shared weights are all of a layer's weights: one more on either side is told."""
    text = (
        STEM
        + """\
  - {conv: {out: 3, kernel: 1, bias: false}, share: c}
  - {conv: {out: 3, kernel: 1, bias: false}, name: d}
  - {conv: {out: 3, kernel: 1}, share: d}
  - {batch_norm: {affine: false}, name: b}
  - {batch_norm: , share: b}
  - {batch_norm: {affine: false}, share: b}
"""
    )
    assert findings(text) == [
        "5:53 cannot-share: 'c' has other weights than this layer needs",
        "7:40 cannot-share: 'd' cannot lend its weights here: it has no bias, this layer needs (3,)",
        "9:27 cannot-share: 'b' cannot lend its weights here: it has no weight, this layer needs (3,)",
    ]


def test_sharing_with_something_broken() -> None:
    """Nothing is said of the weights of what could not be made, under its own name or as a part."""
    text = """\
    input: [3, 8, 8]
    layers:
      - {conv: {out: 3, kernel: 99}, name: a}
      - {conv: {out: 3, kernel: 1}, share: a, from: input}
      - {share: a, from: input}
      - {linaer: 3, name: b}
      - {share: b, from: input}
      - {conv: {out: 3, kernel: 1}, from: input, name: c}
      - {share: c, from: a}
    """
    assert [line.partition(" | ")[0] for line in findings(text)] == [
        "3:29 size-reached-zero: a 99x99 window does not fit on a 8x8 map",
        "5:6 size-reached-zero: a 99x99 window does not fit on a 8x8 map",
        "6:6 unknown-layer: there is no layer or block called 'linaer'",
    ]


def test_shared_layer_reads_as_many_as_its_owner() -> None:
    """A layer that is applied again takes as many tensors as it takes the first time."""
    text = "inputs: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [{conv: {out: 3, kernel: 1}, name: c, from: a}, {share: c, from: [a, b]}]"
    assert findings(text) == ["2:65 wrong-arity: conv takes one input, got 2 | merge them first: add, mul or concat"]


def test_owner_of_what_is_shared_twice() -> None:
    """Sharing with something that shares itself is sharing with the owner: the weights count once."""
    text = (
        STEM + "  - {share: c, name: d}\n  - {share: d, name: e}\n  - {conv: {out: 3, kernel: 1}, share: e, name: f}\n"
    )
    assert outline(text)[2:] == [
        "d conv 3x8x8 < r = c",
        "e conv 3x8x8 < d = c",
        "f conv 3x8x8 < e = c",
    ]
    assert parameters(text) == 3 * 3 + 3


def test_a_sequence_that_would_have_other_layers() -> None:
    """A sequence is applied again as it was: a condition that turns out otherwise is refused."""
    text = """\
    input: [3, 8, 8]
    layers:
      - name: s
        sequence:
          - {conv: {out: 3, kernel: 1}, when: $prev.height > 5}
          - conv: {out: 3, kernel: 1}
      - max_pool: 2
      - share: s
    """
    assert findings(text) == ["8:5 cannot-share: '2' has other layers than what it shares: a condition differs"]


def test_a_sequence_that_fits_no_more() -> None:
    """Where a shared sequence breaks on a smaller map, that layer is told once and the rest is left alone."""
    text = "input: [3, 8, 8]\nlayers: [{name: s, sequence: [{conv: {out: 3, kernel: 3}}, relu]}, max_pool: 3, share: s]"
    (found,) = api.read("model.yaml", text=text).findings
    assert (found.code, found.message, found.layer) == (
        "size-reached-zero",
        "a 3x3 window does not fit on a 2x2 map",
        "2.0",
    )
