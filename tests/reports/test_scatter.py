"""Plots in characters: where points stand, what is written beside them, and how wide it all is."""

from __future__ import annotations

import pytest

from cnninspect.reports.scatter import UNICODE, Axis, Point, draw

POINTS = [Point(1e6, 1e5, "small"), Point(1e9, 1e8, "large")]


def test_a_whole_plot() -> None:
    """Points stand by the logarithms of their numbers, each with its name beside it, between labelled axes."""
    drawing = draw(POINTS, ("MACs", "parameters"), width=44, height=14)
    assert drawing.lines == [
        "parameters",
        "100M +                              large o",
        "     |",
        "     |",
        " 10M +",
        "     |",
        "     |",
        "  1M +",
        "     |",
        "     |",
        "100K + o small",
        "     +-+-----------+----------+-----------+-",
        "      1M          10M       100M         1G",
        "                                        MACs",
    ]
    assert (drawing.named, drawing.crowded) == (2, False)


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("height", [12, 30])
def test_size(width: int, height: int) -> None:
    """A plot is as wide and as high as was asked for, wherever its points stand."""
    points = [Point(10.0**power, 3.0**power, f"network_{power}") for power in range(1, 10)]
    lines = draw(points, ("x", "y"), width=width, height=height).lines
    assert (max(map(len, lines)), len(lines)) == (width, height)


def test_several_in_one_place() -> None:
    """Points in one cell are counted by a digit, more than nine by a star; the first gives its name."""
    crowd = [Point(1e6, 1e6, f"n{index}") for index in range(9)]
    nine = "\n".join(draw(crowd, ("x", "y"), width=40, height=12).lines)
    ten = "\n".join(draw([*crowd, Point(1e6, 1e6, "n9")], ("x", "y"), width=40, height=12).lines)
    assert draw(crowd, ("x", "y"), width=40, height=12).crowded
    assert "9 n0" in nine
    assert "* n0" in ten
    assert "n1" not in ten


def test_names_have_room() -> None:
    """A name stands on the right, else on the left, else it is left out; it never touches another or a point."""
    close = [Point(1e6, 1.0, "aaaa"), Point(1.32e6, 1.0, "bbbb"), Point(1.15e6, 1.0, "cccc"), Point(1e9, 1.0, "dddd")]
    drawing = draw(close, ("x", "y"), width=60, height=9)
    (line,) = [line for line in drawing.lines if "o" in line]
    assert line.split("+" if "+" in line else "|")[1].split() == ["ooo", "bbbb", "dddd", "o"]
    assert drawing.named == 2


def test_strokes_and_colour() -> None:
    """A terminal gets its own characters and colours; without colours the text is the same."""
    options = {"width": 44, "height": 14, "strokes": UNICODE}
    plain = draw(POINTS, ("MACs", "parameters"), **options).lines  # type: ignore[arg-type]
    colored = draw(POINTS, ("MACs", "parameters"), color=True, **options).lines  # type: ignore[arg-type]
    assert plain[10] == "100K ┤ ● small"
    assert colored[10] == "\x1b[2m100K ┤\x1b[0m \x1b[1;36m●\x1b[0m small"
    assert plain[11] == "     └─┬───────────┬──────────┬───────────┬─"


@pytest.mark.parametrize(
    ("values", "log", "marks"),
    [
        ((1e6, 1e9), True, ["1M", "10M", "100M", "1G"]),
        ((1e6, 1e7), True, ["1M", "2M", "5M", "10M"]),
        ((3e6,), True, ["2M", "3M", "4M", "5M"]),  # a quarter of a power on either side: 1.7M to 5.3M
        ((58.0, 84.2), False, ["60", "65", "70", "75", "80"]),
        ((76.1, 76.35), False, [f"{value / 100:g}" for value in range(7600, 7650, 5)]),
    ],
    ids=str,
)
def test_marks(values: tuple[float, ...], log: bool, marks: list[str]) -> None:  # noqa: FBT001
    """Axes are marked at round numbers, more of them the less the axis spans."""
    assert [text for _, text in Axis(values, 60, log=log).marks(5)] == marks


def test_ends_of_an_axis() -> None:
    """The least and the largest number are inside, the smallest one in a lower cell."""
    axis = Axis([1.0, 1000.0], 50, log=True)
    # 3 % of three powers on either side: 0.09 of 3.18 is cell 1.39, 3.09 of it 47.6
    assert (axis.cell(1.0), axis.cell(1000.0)) == (1, 48)
