"""Prose folds at the edge of a terminal, formulas and models do not."""

from __future__ import annotations

import pytest

from cnninspect.reports import explain
from cnninspect.reports.prose import beside, filled


def test_prose_fills_lines() -> None:
    """Lines of prose that follow each other are one paragraph, which a full stop at the end of a line ends."""
    text = "one two three\nfour five.\nSix seven eight\n\nnine"
    assert filled(text, 11) == "one two\nthree four\nfive.\nSix seven\neight\n\nnine"
    assert filled(text, None) == text


@pytest.mark.parametrize(
    "line",
    [
        "y[o, i] = bias[o] + sum over c of weight[o, c] x[c]",
        "y = (x - mean) / sqrt(variance + eps) and a word more",
        "https://example.org/a/page of some length",
        "  - conv: {out: 8, kernel: 3, groups: 4}",
    ],
)
def test_formulas_models_and_addresses_are_left_whole(line: str) -> None:
    """What is copied or read as one is not broken, and prose around it does not flow into it."""
    assert filled(f"some prose\n{line}\nand more of it", 20) == f"some prose\n{line}\nand more of it"


def test_prose_with_a_sign_of_equality_still_folds() -> None:
    """Only a line that begins with its result is a formula."""
    assert filled("here the sum = 4 is meant", 13) == "here the sum\n= 4 is meant"


def test_texts_stand_beside_their_heads() -> None:
    """A text wraps inside its column, in a pipe it is whole, and it stands below where the column is narrow."""
    heads, texts = ["  kernel  ", "          "], ["size of the window in cells of the map", "a number"]
    assert beside(heads, texts, 43) == [
        "  kernel  size of the window in cells of",
        "          the map",
        "          a number",
    ]
    assert beside(heads, texts, None) == ["  kernel  size of the window in cells of the map", "          a number"]
    assert beside(heads, texts, 30) == [
        "  kernel",
        "    size of the window in",
        "    cells of the map",
        "    a number",
    ]


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("name", explain.names())
def test_folding_changes_only_the_breaks(name: str, width: int) -> None:
    """Every page has the same words at every width, and no line of several words of prose is longer than it."""
    whole, folded = explain.explain(name), explain.explain(name, width=width)
    assert whole is not None
    assert folded is not None
    assert folded.split() == whole.split()
    for line in folded.splitlines():
        kept = line.startswith(("  ", "http")) or " = " in line or len(line.split()) == 1
        assert kept or len(line) <= width


@pytest.mark.parametrize("width", [60, 80])
def test_options_fit_the_width(width: int) -> None:
    """The table of a layer's options is no wider than the terminal."""
    text = explain.explain("conv", width=width)
    assert text is not None
    table = text[text.index("  option ") : text.index("  A bare value")]
    assert max(map(len, table.splitlines())) <= width
