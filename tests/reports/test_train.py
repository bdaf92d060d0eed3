"""What ``train`` prints while it runs and at its end."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from cnninspect.reports import train as report
from cnninspect.training.metrics import Scores


def test_the_bar_fits_its_terminal() -> None:
    """Whatever the width, the line that moves tells the time left, and is no wider."""
    scores = Scores(0.7933, 0.9271, 480)
    wide = report.bar(2, 30, 1 / 3, scores, 12414, 7.04, 140)
    assert wide == "  2/30 [#######.............]  33%  loss 0.7933  accuracy 92.71%  12,414 images/s  7.0 s left"
    narrow = report.bar(2, 30, 1 / 3, scores, 12414, 7.04, 79)
    assert narrow == "  2/30 [##....]  33%  loss 0.7933  accuracy 92.71%  12,414 images/s  7.0 s left"
    assert len(report.bar(2, 30, 1 / 3, scores, 12414, 7.04, 40)) == 40
    assert report.bar(1, 3, 0, None, 0, None, 80) == "  1/3 [....................]   0%"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (245, "4 min 05 s"), (7830, "2 h 10 min")]
)
def test_times_are_told_as_people_say_them(seconds: float, told: str) -> None:
    """Seconds, minutes and hours."""
    assert report.duration(seconds) == told


def test_sizes_have_the_unit_that_fits() -> None:
    """Bytes are counted in powers of 1,024."""
    assert [report.size(count) for count in (12, 2048, 5 * 2**20, 3 * 2**40)] == ["12 B", "2.0 KiB", "5.0 MiB", "3,072.0 GiB"]  # fmt: skip


def test_of_many_classes_the_worst_pairs_are_told() -> None:
    """A matrix of 30 classes fits no screen: the pairs that are confused most stand for it."""
    names = [f"kind {number}" for number in range(30)]
    rows = [[5 if row == column else 0 for column in range(30)] for row in range(30)]
    assert report.confusion(names, rows) == ["no class was taken for another"]
    rows[3][7], rows[9][2] = 4, 11
    assert report.confusion(names, rows) == [
        "what was confused most often:",
        "      11  kind 9 taken for kind 2",
        "       4  kind 3 taken for kind 7",
    ]


def test_a_matrix_fits_the_terminal() -> None:
    """Where names are too long for columns these are numbered as the rows are; where that is too wide, pairs stand."""
    names = ("airplane", "automobile", "bird")
    rows = ((5, 0, 1), (0, 6, 0), (2, 0, 4))
    assert report.confusion(names, rows, 45)[1] == "               airplane automobile       bird"
    assert report.confusion(names, rows, 40) == [
        "what it is (rows) and what it was taken\nfor (columns):",
        "                0 1 2",
        "    airplane  0 5 . 1",
        "  automobile  1 . 6 .",
        "        bird  2 2 . 4",
    ]
    assert report.confusion(names, rows, 20) == [
        "what was confused most often:",
        "       2  bird taken for airplane",
        "       1  airplane taken for bird",
    ]


def test_a_small_matrix_is_written_out() -> None:
    """Rows are what an image is, columns what it was taken for; nothing is a point off the diagonal."""
    assert report.confusion(("cat", "dog"), ((5, 0), (12, 0))) == [
        "what it is (rows) and what it was taken for (columns):",
        "      cat dog",
        "  cat   5   .",
        "  dog  12   0",
    ]
