"""The comparison with another tool, as text and for machines."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.reports.peers import as_json, difference, render, total_line

if TYPE_CHECKING:
    from cnninspect.passes.peers import Peer

TEXT = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3, padding: 1}}, batch_norm, {linear: 2}]\n"


def compared(tool: str, text: str = TEXT) -> Peer:
    graph = api.read("tiny", text=text).graph
    assert graph is not None
    return api.flops_as(graph, tool)


def test_in_a_pipe() -> None:
    """Full width: the reason beside each operation, the sums below, and what the tool prints in a sentence."""
    assert render(compared("fvcore"), "tiny") == dedent(
        """\
        tiny as fvcore 0.1.5.post20221221 counts it

        operation    calls  MACs here  fvcore  difference  why
        convolution      1      6,912   6,912           0  1 FLOP a MAC
        batch norm       1          0     512        +512  2 an element, 1 where no factor is learned
        linear           1        512     512           0  1 FLOP a MAC
        total                   7,424   7,936        +512

        7,424 MACs + 512 = 7,936, which fvcore prints as FLOPs.
        """
    )


def test_in_a_narrow_terminal() -> None:
    """Where reasons do not fit beside the figures they stand below, broken between words; no line is too long."""
    text = render(compared("fvcore"), "tiny", width=70)
    assert text.split("\n")[3:7] == [
        "convolution      1      6,912   6,912           0",
        "    1 FLOP a MAC",
        "batch norm       1          0     512        +512",
        "    2 an element, 1 where no factor is learned",
    ]
    assert max(map(len, text.split("\n"))) <= 70


def test_in_a_wide_terminal() -> None:
    """Where there is room a terminal shows what a pipe gets, with the head and the sums in bold and reasons dim."""
    plain = render(compared("fvcore"), "tiny")
    assert render(compared("fvcore"), "tiny", width=140) == plain
    colored = render(compared("fvcore"), "tiny", width=140, color=True)
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        assert code in colored
        colored = colored.replace(code, "")
    assert [line.rstrip() for line in colored.split("\n")] == plain.split("\n")


def test_less_than_ours_and_the_same() -> None:
    """A tool that leaves something out is reached by subtraction, one that agrees by nothing; papers are a habit."""
    assert render(compared("torch"), "tiny").split("\n")[-2] == (
        "15,680 FLOPs - 832 = 14,848, which torch's FlopCounterMode prints as FLOPs."
    )
    paper = render(compared("paper"), "tiny").split("\n")
    assert (paper[0], paper[-2]) == ("tiny as papers count it", "7,424 MACs, which papers write as FLOPs.")


def test_unknown() -> None:
    """What is unknown is a question mark, and so is everything that it is part of."""
    text = render(compared("thop", "input: [3, 8, 8]\nlayers: [squareplus]\n"), "tiny")
    assert text.split("\n")[3:] == [
        "other layers      1          0     ?           ?"
        "  not one of torch's own: what this tool makes of it is unknown",
        "total                        0     ?           ?",
        "",
        "The total is unknown, because of the operations with ?.",
        "",
    ]


def test_signs() -> None:
    """A difference has its sign, none is 0, and unknown is a question mark."""
    assert [difference(5, 2000), difference(2000, 5), difference(1, 1), difference(None, 1)] == [
        "+1,995",
        "-1,995",
        "0",
        "?",
    ]


def test_below_a_summary() -> None:
    """One line below the totals: the tool's word, its figure, ours, and how to learn more."""
    assert total_line(compared("torchinfo")) == (
        "torchinfo mult-adds",
        "7,194",
        "7,424 MACs here; --why-different torchinfo tells the difference",
    )


def test_for_machines() -> None:
    """JSON has whole numbers, null for unknown, and every operation with its difference."""
    document = as_json(compared("fvcore"), "tiny", 1)
    operations = document.pop("operations")
    assert document == {
        "schema": "cnninspect.why-different/1",
        "model": "tiny",
        "batch": 1,
        "tool": "fvcore",
        "version": "0.1.5.post20221221",
        "prints": "FLOPs",
        "starts": "MACs",
        "ours": 7424,
        "total": 7936,
    }
    assert isinstance(operations, list)
    assert operations[1] == {
        "operation": "batch norm",
        "calls": 1,
        "ours": 0,
        "theirs": 512,
        "reason": "2 an element, 1 where no factor is learned",
        "difference": 512,
    }
    unknown = as_json(compared("paper", "input: [3, 8, 8]\nlayers: [conv: {out: 4, kernel: 9}]\n"), "tiny", 1)
    assert (unknown["version"], unknown["ours"], unknown["total"]) == (None, None, None)
    assert unknown["operations"] == [
        {
            "operation": "?",
            "calls": 1,
            "ours": None,
            "theirs": None,
            "reason": "its shapes are unknown because of a mistake in the model",
            "difference": None,
        }
    ]
