"""The table of a terminal, at fixed widths and without colour."""

from __future__ import annotations

import pytest

from cnninspect.reports.lines import flat, nested
from cnninspect.reports.table import ASCII, bar, render
from tests.reports import BROKEN, SMALL, summary_of

NARROW = """\
small  small.yaml  Three stages and a head | for tests.

name         type             output          parameters  share   MACs  share
─────────────────────────────────────────────────────────────────────────────
stem         conv             4 × 4 × 4              112  18.3%  1,728  20.0%
body                          4 × 4 × 4              456  74.4%  6,912  79.8%
└─ 0 … 2 ×3                   4 × 4 × 4              456  74.4%  6,912  79.8%
halves       chunk            2 of 2 × 4 × 4           0             0
sum          add              2 × 4 × 4                0             0
4            global_avg_pool  2 × 1 × 1                0             0
5            flatten          2                        0             0
aux †        linear           5                       15   2.4%     10
fc           linear           10                      30   4.9%     20   0.2%

input               3 × 8 × 8
output                     10  main
output                      5  aux †
layers                     13  5 with weights
parameters                613  613 trainable, 0 frozen
buffers                    27
MACs                    8,660
FLOPs                  17,842
weight bytes            2,452  2.39 KiB
activation bytes        2,232  2.18 KiB, all outputs at batch 1
peak activations        1,024  1.00 KiB, at inference, in stem
saved for backward      2,408  2.35 KiB, in training

MAC: one multiply and one add of conv, linear and matmul, bias not counted.
FLOPs: 2 × MACs + one for each other elementary operation. Parameters: learned
tensors, trainable or frozen, shared ones once; running statistics are buffers.
Peak: the most bytes of activations alive at once at inference. Saved: what
torch keeps for backward in training, each storage once. Batch 1, float32. †:
exists only while the network learns; counted in parameters, not in MACs and
FLOPs.
"""
WIDE = """\
name         type             options    block  output          field   parameters            share   MACs            share
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
stem         conv             3×3 /2 p1         4 × 4 × 4       3×3            112  █▉        18.3%  1,728  ██        20.0%
body                                     unit   4 × 4 × 4       15×15          456  ███████▌  74.4%  6,912  ████████  79.8%
└─ 0 … 2 ×3                              unit   4 × 4 × 4       15×15          456  ███████▌  74.4%  6,912  ████████  79.8%
halves       chunk            parts 2           2 of 2 × 4 × 4  15×15            0                       0
sum          add                                2 × 4 × 4       15×15            0                       0
4            global_avg_pool  4×4               2 × 1 × 1       global           0                       0
5            flatten                            2               global           0                       0
aux †        linear                             5               global          15  ▎          2.4%     10
fc           linear                             10              global          30  ▌          4.9%     20  ▏          0.2%

input               3 × 8 × 8
output                     10  main
output                      5  aux †
layers                     13  5 with weights
parameters                613  613 trainable, 0 frozen
buffers                    27
MACs                    8,660
FLOPs                  17,842
weight bytes            2,452  2.39 KiB
activation bytes        2,232  2.18 KiB, all outputs at batch 1
peak activations        1,024  1.00 KiB, at inference, in stem
saved for backward      2,408  2.35 KiB, in training
"""


def test_narrow() -> None:
    """At 80 columns there are no bars; alike scopes at the depth share a line, and the footer is wrapped."""
    summary = summary_of(SMALL)
    assert render(summary, nested(summary, 2), width=80, color=False) == NARROW


def test_wide() -> None:
    """At 140 columns there are bars, options and blocks."""
    summary = summary_of(SMALL)
    assert render(summary, nested(summary, 2), width=140, color=False, notes=False) == WIDE


def test_tree() -> None:
    """Without a depth every layer hangs below its scopes, drawn with guides; scopes have the sums."""
    summary = summary_of(SMALL)
    drawn = render(summary, nested(summary), width=80, color=False, columns=("name", "parameters"))
    assert drawn.split("\n")[2:16] == [
        "name        parameters",
        "──────────────────────",
        "stem               112",
        "body               456",
        "├─ 0               152",
        "│  ├─ conv         144",
        "│  └─ bn             8",
        "├─ 1               152",
        "│  ├─ conv         144",
        "│  └─ bn             8",
        "└─ 2               152",
        "   ├─ conv         144",
        "   └─ bn             8",
        "halves               0",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 140, 200])
def test_nothing_is_cut(width: int) -> None:
    """However narrow the terminal is, no name and no number is cut: columns go instead."""
    summary = summary_of(SMALL)
    drawn = render(summary, flat(summary), width=width, color=False)
    body = drawn.split("\n\n")[1].split("\n")[2:]
    for line, row in zip(body, summary.rows, strict=True):
        words = line.split()
        assert words[0] == row.node.name
        assert f"{row.cost.parameters:,}" in words
        assert f"{row.cost.macs:,}" in words
    assert width < 80 or max(map(len, drawn.split("\n"))) <= width


def test_long_remarks_are_folded() -> None:
    """What stands beside a total goes on below where the terminal is too narrow for it."""
    summary = summary_of(SMALL.replace("name: stem", "name: a_stem_of_a_name_that_is_rather_long"))
    drawn = render(summary, flat(summary), width=70, color=False, table=False, notes=False).split("\n")
    at = next(number for number, line in enumerate(drawn) if line.startswith("peak activations"))
    assert drawn[at : at + 2] == [
        "peak activations        1,024  1.00 KiB, at inference, in",
        "                               a_stem_of_a_name_that_is_rather_long",
    ]
    assert max(map(len, drawn)) <= 70


def test_estimates_without_a_device_are_unknown() -> None:
    """A column that needs a device has a question mark in every line, whatever it would tell."""
    summary = summary_of(SMALL)
    drawn = render(summary, flat(summary), width=80, color=False, columns=("name", "bound", "time")).split("\n")
    assert [line.split()[1:] for line in drawn[4:7]] == [["?", "?"]] * 3


def test_colour_is_only_colour() -> None:
    """Without its escape sequences the coloured table is the plain one."""
    summary = summary_of(SMALL)
    colored = render(summary, nested(summary), width=100, color=True)
    for code in ("0", "1", "2", "1;31", "33", "34", "35", "36"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert [line.rstrip() for line in colored.split("\n")] == render(
        summary, nested(summary), width=100, color=False
    ).split("\n")


def test_unknown_is_a_question_mark() -> None:
    """A broken layer is marked, and what is unknown because of it is a question mark, never zero."""
    summary = summary_of(BROKEN)
    drawn = render(summary, nested(summary), width=80, color=False)
    assert drawn.split("\n")[2:7] == [
        "name   type  options            output     parameters  share   MACs  share",
        "──────────────────────────────────────────────────────────────────────────",
        "stem   conv  3×3                6 × 6 × 6         168      ?  5,832      ?",
        "mid ✗  conv  kernel 3 groups 4  ?                   ?      ?      ?      ?",
        "2      relu                     ?                   ?      ?      ?      ?",
    ]
    assert ["totals", "?", "unknown", "until", "the", "mistakes", "are", "mended"] in [
        line.split() for line in drawn.split("\n")
    ]
    assert drawn.endswith("mistake; ? is unknown because of it.\n")


def test_a_merge_belongs_to_the_scope_of_its_name() -> None:
    """The layer that joins the branches of a named item stands below that name, after the branches."""
    text = "input: [3, 8, 8]\nlayers: [{add: {main: [relu], skip: []}, name: block}, {relu: , name: block.1.x}]"
    summary = summary_of(text)
    assert [(line.guides, line.label) for line in nested(summary)] == [
        ("", "block"),
        ("├─ ", "0"),
        ("├─ ", "(add)"),
        ("└─ ", "1"),
        ("   └─ ", "x"),
    ]
    assert [(line.name, len(line.rows)) for line in flat(summary, 1)] == [("block", 3)]


def test_huge_numbers_are_whole() -> None:
    """A number of forty digits is printed with forty digits."""
    summary = summary_of(SMALL, batch=10**36)
    assert "8,660" + ",000" * 12 in render(summary, nested(summary), width=80, color=False)


@pytest.mark.parametrize(
    ("share", "blocks"),
    [
        (None, ""),
        ("", ""),
        (0.0, ""),
        (1e-9, "▏"),
        (0.0125, "▏"),
        (0.5, "█████"),
        (0.7434, "███████▍"),
        (1.0, "█" * 10),
    ],
)
def test_bar(share: float | str | None, blocks: str) -> None:
    """A bar is ten blocks for the whole, to an eighth of a block, and never nothing for something."""
    assert bar(share) == blocks


def test_ascii() -> None:
    """For a terminal without the signs there is a spelling in ASCII, as wide as the other."""
    assert WIDE.translate(ASCII).isascii()
    assert len(WIDE.translate(ASCII)) == len(WIDE)
