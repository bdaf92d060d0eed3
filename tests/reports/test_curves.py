"""Curves in characters, and the round numbers beside them."""

from __future__ import annotations

import pytest

from cnninspect.reports.curves import Pen, draw
from cnninspect.reports.runs_words import Curve, duration
from cnninspect.reports.scales import Scale
from cnninspect.reports.scatter import ASCII

DRAWN = """\
loss
3 +x
  | ...
  |    ...
2 +o..    x..
  |   o..    ..
1 +      ...   x
  |         .o.........o
  +-------+------------+
          2            4
                   epoch
o one   x other"""


def test_two_curves() -> None:
    """Each curve has its sign, dots lead from point to point, and the first lies on top."""
    one = Curve("one", ((1, 2.0), (1.5, 1.4), (2.5, 0.6), (4, 0.6)))
    other = Curve("other", ((1, 3.0), (2, 2.0), (2.8, 1.0)))
    lines = draw([one, other], ("epoch", "loss"), Pen(ASCII, unicode=False, color=False), width=24, height=11)
    assert "\n".join(lines) == DRAWN


def test_one_point_and_none() -> None:
    """A curve of one point is a point in the middle, a curve of none nothing, whatever the scale."""
    for log in (False, True):
        pen = Pen(ASCII, unicode=False, color=False)
        lines = draw(
            [Curve("one", ((3, 0.5),)), Curve("none", ())], ("epoch", "loss"), pen, width=40, height=12, log=log
        )
        assert sum(line.count("o") for line in lines[1:-3]) == 1
        assert lines[-1] == "o one   x none"


def test_more_curves_than_signs() -> None:
    """Curves that could not be told apart are counted instead."""
    curves = [Curve(f"run {number}", ((0, number), (1, number))) for number in range(11)]
    lines = draw(curves, ("epoch", "loss"), Pen(ASCII, unicode=False, color=False), width=60, height=14)
    assert lines[-1] == "and 3 more, which are not drawn: name fewer runs"


@pytest.mark.parametrize(
    ("values", "log", "most", "marks"),
    [
        ((0.0, 1.0), False, 6, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ((0.97, 0.99), False, 6, [0.97, 0.975, 0.98, 0.985, 0.99]),
        ((1, 30), False, 8, [0, 5, 10, 15, 20, 25, 30]),
        ((5, 5), False, 3, [4.5, 5.0, 5.5]),
        ((0.01, 2.5), True, 8, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
        ((1e-6, 1e3), True, 5, [1e-6, 1e-4, 1e-2, 1e0, 1e2]),
    ],
)
def test_round_numbers(values: tuple[float, float], log: bool, most: int, marks: list[float]) -> None:  # noqa: FBT001
    """Beside an axis stand round numbers, not more than there is room for."""
    assert Scale(values, log=log).marks(most) == pytest.approx(marks)


def test_durations() -> None:
    """Seconds with one decimal, then minutes and hours."""
    assert [duration(spent) for spent in (0.04, 59.94, 61, 3599.6, 36000)] == [
        "0.0 s",
        "59.9 s",
        "1:01",
        "1:00:00",
        "10:00:00",
    ]
