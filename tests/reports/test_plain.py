"""The table of pipes and files."""

from __future__ import annotations

from cnninspect.reports.columns import NAMES, PLAIN, ordered
from cnninspect.reports.lines import flat
from cnninspect.reports.plain import render
from tests.reports import BROKEN, SMALL, summary_of

GOLDEN = """\
small  small.yaml  Three stages and a head | for tests.

name         type             output   parameters   macs  flops
stem         conv             4x4x4           112  1,728  3,520
body.0.conv  conv             4x4x4           144  2,304  4,608
body.0.bn    batch_norm       4x4x4             8      0    128
body.1.conv  conv             4x4x4           144  2,304  4,608
body.1.bn    batch_norm       4x4x4             8      0    128
body.2.conv  conv             4x4x4           144  2,304  4,608
body.2.bn    batch_norm       4x4x4             8      0    128
halves       chunk            2*2x4x4           0      0      0
sum          add              2x4x4             0      0     32
4            global_avg_pool  2x1x1             0      0     32
5            flatten          2                 0      0      0
aux †        linear           5                15     10     25
fc           linear           10               30     20     50

input                3x8x8
output                  10  main
output                   5  aux †
layers                  13  5 with weights
parameters             613  613 trainable, 0 frozen
buffers                 27
MACs                 8,660
FLOPs               17,842
weight bytes         2,452  2.39 KiB
activation bytes     2,232  2.18 KiB, all outputs at batch 1
peak activations     1,024  1.00 KiB, at inference, in stem
saved for backward   2,408  2.35 KiB, in training

MAC: one multiply and one add of conv, linear and matmul, bias not counted.
FLOPs: 2 × MACs + one for each other elementary operation.
Parameters: learned tensors, trainable or frozen, shared ones once; running statistics are buffers.
Peak: the most bytes of activations alive at once at inference.
Saved: what torch keeps for backward in training, each storage once.
Batch 1, float32.
†: exists only while the network learns; counted in parameters, not in MACs and FLOPs.
"""


def test_golden() -> None:
    """One line a layer in the order in which they run, full names, every digit, no trailing blanks."""
    summary = summary_of(SMALL)
    assert render(summary, flat(summary), PLAIN) == GOLDEN


def test_depth_folds_scopes_and_repeats() -> None:
    """Names of more parts than the depth become one line a scope; alike neighbours share one."""
    summary = summary_of(SMALL)
    assert [(line.name, line.times, line.number("parameters"), line.number("macs")) for line in flat(summary, 2)][
        :3
    ] == [
        ("stem", 1, 112, 1728),
        ("body.0 … body.2", 3, 456, 6912),
        ("halves", 1, 0, 0),
    ]
    assert [line.name for line in flat(summary, 1)] == ["stem", "body", "halves", "sum", "4", "5", "aux", "fc"]
    assert [line.name for line in flat(summary, 3)] == [row.node.name for row in summary.rows]


def test_unlike_scopes_stay_apart() -> None:
    """Scopes whose layers differ in an option that changes no number do not share a line."""
    layers = ["{sequence: [{max_pool: {kernel: 1, stride: 1}}]}", "{sequence: [{avg_pool: {kernel: 1, stride: 1}}]}"]
    summary = summary_of(f"input: [3, 8, 8]\nlayers: [{', '.join([*layers, layers[1]])}]")
    assert [(line.name, line.times) for line in flat(summary, 1)] == [("0", 1), ("1 … 2", 2)]


def test_training_layers_cost_nothing_at_inference() -> None:
    """A scope counts the parameters of layers that exist only in training, not their MACs."""
    text = """
input: [4]
layers:
  - {sequence: [linear: 3, {linear: 2, name: aux}], name: head}
outputs: {main: head.0, aux: {from: head.aux, training: true}}
"""
    summary = summary_of(text)
    (line,) = flat(summary, 1)
    assert (line.number("parameters"), line.number("macs"), line.runs) == (15 + 8, 12, True)


def test_units_change_only_how_numbers_are_written() -> None:
    """--units auto writes three digits and a letter, in the table as in the totals."""
    summary = summary_of(SMALL)
    lines = render(summary, flat(summary), PLAIN, units="auto").split("\n")
    assert lines[3].split() == ["stem", "conv", "4x4x4", "112", "1.73K", "3.52K"]
    assert ["MACs", "8.66K"] in [line.split() for line in lines]


def test_order() -> None:
    """Sorting puts the largest number first, text in its order, and what is unknown last."""
    summary = summary_of(SMALL)
    lines = flat(summary)
    assert [line.name for line in ordered(lines, summary, "parameters")][:3] == [
        "body.0.conv",
        "body.1.conv",
        "body.2.conv",
    ]
    assert [line.name for line in ordered(lines, summary, "macs_share")][-1] == "aux"
    assert [line.name for line in ordered(lines, summary, "name")][:3] == ["4", "5", "aux"]
    assert ordered(lines, summary, "output")[0].name == "stem"
    broken = summary_of(BROKEN)
    assert [line.name for line in ordered(flat(broken), broken, "macs")] == ["stem", "mid", "2"]


def test_every_column_answers_every_line() -> None:
    """Each column has something to say of layers, scopes, broken layers and layers of training."""
    for text in (SMALL, BROKEN):
        for depth in (None, 1):
            summary = summary_of(text)
            drawn = render(summary, flat(summary, depth), NAMES).split("\n\n")[1].split("\n")
            assert drawn[0].split() == list(NAMES)
            assert len(drawn) == len(flat(summary, depth)) + 1


def test_options_are_short() -> None:
    """The options column tells a window in short, other options in words, whose weights a layer uses and how often it runs."""
    text = """
input: [4, 9, 9]
layers:
  - {conv: {out: 4, kernel: [3, 1], stride: 2, padding: [1, 0], dilation: 2, groups: 2}, name: a}
  - {conv: {out: 4, kernel: [3, 1], stride: 2, padding: [1, 0], dilation: 2, groups: 2}, share: a, from: input}
  - {pad: [[1, 2], [0, 0]]}
  - {conv_transpose: {out: 2, kernel: 2, stride: 2, bias: false}}
  - {roi_align: {size: 1, regions: 5}}
  - {dropout: 0.5}
"""
    summary = summary_of(text)
    rows = render(summary, flat(summary), ("options",)).split("\n\n")[1].split("\n")[1:]
    del rows[4]  # the region layer itself
    assert rows == [
        "3×1 /2 p1×0 d2 groups 2",
        "3×1 /2 p1×0 d2 groups 2 weights of a",
        "1×1 p1:2×0",
        "2×2 ↑2 no bias",
        "rate 0.5 ×5 a sample",
    ]
