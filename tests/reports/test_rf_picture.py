"""Pictures of a field in characters: what is drawn where, at any size and on any terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect.reports.picture import Extent, heat, picture


def extent(size: int, first: int, last: int, step: int = 1) -> Extent:
    """An axis of which every ``step``-th position of a window is seen."""
    return Extent(size, first, last, sum(1 << place for place in range(first, last + 1, step) if 0 <= place < size))


def shown(text: str) -> list[str]:
    """The lines of a picture as a test writes them."""
    return text.strip("\n").split("\n")


def test_a_small_field_in_a_corner() -> None:
    """A 3x3 window that begins one before a 4x4 input: four columns and two lines a position, padding outside."""
    corner = extent(4, -1, 1)
    assert picture(corner, corner, width=40, height=20) == shown("""
░░░░░░░░░░░░░
░░░░░░░░░░░░░
░░░░┌────────────────┐
░░░░│████████········│
░░░░│████████········│
░░░░│████████········│
░░░░│████████········│
    │················│
    │················│
    │················│
    │················│
    └────────────────┘
█ seen  · not seen  ░ beyond the border
""")


def test_ascii() -> None:
    """Where the terminal has no more than ASCII the same picture has ASCII characters."""
    lines = picture(extent(4, -1, 1), extent(4, 1, 2), width=14, height=10, unicode=False)
    assert lines == shown("""
   ::::
+--------+
|..####..|
|..####..|
|........|
|........|
+--------+
# seen  . not seen  : beyond the border
""")


def test_holes() -> None:
    """The positions between the taps of a dilated window are not seen, where they are large enough to be drawn."""
    holes = extent(5, 0, 4, 2)
    assert picture(holes, holes, width=12, height=9) == shown("""
┌──────────┐
│██··██··██│
│··········│
│██··██··██│
│··········│
│██··██··██│
└──────────┘
█ seen  · not seen
""")


def test_holes_that_are_too_small() -> None:
    """Blocks that are seen in part are drawn as such: here every second of 64 positions, 8 to a column."""
    assert picture(None, extent(64, 0, 63, 2), width=10, height=9) == shown("""
┌────────┐
│▓▓▓▓▓▓▓▓│
└────────┘
▓ in part
""")


def test_beyond_both_ends_of_a_line() -> None:
    """A line is one character high, with what lies beyond each of its ends."""
    assert picture(None, extent(10, -2, 11), width=30, height=9) == shown("""
░░░░┌────────────────────┐░░░░
░░░░│████████████████████│░░░░
░░░░└────────────────────┘░░░░
█ seen  ░ beyond the border
""")


def test_colour_halves() -> None:
    """In colour a character holds two blocks, one above the other, and a run of one colour is dyed once."""
    lines = picture(extent(4, 0, 2), extent(4, 0, 1), width=6, height=10, color=True)
    seen, unseen = "\x1b[38;5;45m", "\x1b[38;5;237m"
    assert lines[0] == "┌────┐"
    assert lines[1] == f"│{seen}██\x1b[0m{unseen}██\x1b[0m│"
    assert lines[2] == f"│\x1b[38;5;45;48;5;237m▀▀\x1b[0m{unseen}██\x1b[0m│"
    assert lines[4] == f"{seen}█\x1b[0m seen  {unseen}█\x1b[0m not seen"


def test_heat() -> None:
    """Shades go by the square root of a share of the greatest: a quarter of it is half the ramp, nothing a dot."""
    assert heat([[0.0, 0.25], [1.0, 0.0]], width=6, height=4) == shown("""
┌────┐
│··▒▒│
│██··│
└────┘
""")
    assert heat([[0.0, 1.0]], width=6, height=4, unicode=False) == ["+----+", "|..##|", "+----+"]


def test_no_heat() -> None:
    """Where nothing is there everything is drawn as nothing."""
    assert heat([[0.0, 0.0]], width=4, height=4) == ["┌────┐", "│····│", "└────┘"]


def test_heat_in_colour() -> None:
    """In colour two positions, one above the other, share a character."""
    energy = [[1.0] * 4, [0.0] * 4, [0.0] * 4, [0.0] * 4]
    assert heat(energy, width=9, height=4, color=True) == [
        "┌────┐",
        "│\x1b[38;5;228;48;5;235m▀▀▀▀\x1b[0m│",
        "│\x1b[38;5;235m████\x1b[0m│",
        "└────┘",
    ]


@given(
    rows=st.tuples(st.integers(1, 3000), st.integers(-3000, 3000), st.integers(0, 3000)),
    columns=st.tuples(st.integers(1, 3000), st.integers(-3000, 3000), st.integers(0, 3000)),
    width=st.integers(8, 160),
    height=st.integers(4, 60),
    line=st.booleans(),
    color=st.booleans(),
)
def test_fits(
    rows: tuple[int, int, int],
    columns: tuple[int, int, int],
    width: int,
    height: int,
    *,
    line: bool,
    color: bool,
) -> None:
    """A picture never is wider than the terminal nor higher than asked for, whatever lies where."""
    tall, wide = [extent(size, first, first + more) for size, first, more in (rows, columns)]
    lines = picture(None if line else tall, wide, width=width, height=height, color=color)
    plain = [_plain(text) for text in lines[:-1]]
    spare = 2  # what lies beyond has a character of its own on either side, however little it is
    assert max(map(len, plain)) <= width + spare
    assert line or len(plain) <= height + spare
    frames = [text for text in plain if "┌" in text or "└" in text]
    assert len(frames) == 2
    assert frames[0].index("┌") == frames[1].index("└")


def _plain(text: str) -> str:
    pieces = text.split("\x1b[")
    return "".join([pieces[0], *[piece.partition("m")[2] for piece in pieces[1:]]])


@pytest.mark.parametrize("size", [1, 2, 7, 100, 224, 10_000])
def test_a_square_is_drawn_square(size: int) -> None:
    """A square input has twice as many columns as lines, give or take one line."""
    lines = picture(extent(size, 0, 0), extent(size, 0, 0), width=80, height=24)
    columns, rows = len(lines[0]) - 2, len(lines) - 3
    assert abs(columns - 2 * rows) <= 2
