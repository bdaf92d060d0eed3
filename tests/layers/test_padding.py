"""Layers at the borders of a map: sizes and windows by hand, limits as torch has them."""

from __future__ import annotations

import pytest

from cnninspect.values import Call, Problems, Shape, Window
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (8, 4, 6)


def free(name: str, options: dict[str, object], x: Shape, y: Shape, why: str = "") -> Row:
    """A row of a layer that learns and computes nothing."""
    return Row(name, options, (x,), (y,), {}, 0, 0, {}, why)


ROWS = [
    free("pad", {}, MAP, MAP, "nothing is added unless asked for"),
    free("pad", {"padding": 1}, MAP, (8, 6, 8)),
    free("pad", {"padding": [1, 2]}, MAP, (8, 6, 10)),
    free("pad", {"padding": [[0, 1], [2, 3]]}, MAP, (8, 5, 11)),
    free("pad", {"padding": 9, "value": -1.5}, (8, 4), (8, 22)),
    free("pad", {"padding": 3, "mode": "reflect"}, (8, 4), (8, 10), "at most 4 - 1"),
    free("pad", {"padding": 4, "mode": "circular"}, (8, 4), (8, 12), "at most 4"),
    free("pad", {"padding": 9, "mode": "replicate"}, (1, 2, 2, 2), (1, 20, 20, 20)),
    free("crop", {"cropping": 1}, MAP, (8, 2, 4)),
    free("crop", {"cropping": [0, [1, 4]]}, MAP, (8, 4, 1)),
    free("crop", {"to": 3}, MAP, (8, 3, 3)),
    free("crop", {"to": [4, 1]}, MAP, (8, 4, 1)),
]
REFUSED = [
    Refused("pad", {"padding": -1}, (MAP,), "bad-value", "padding must be at least 0, got -1"),
    Refused("pad", {"padding": "same"}, (MAP,), "bad-value", "padding must be a whole number, a list"),
    Refused("pad", {"padding": 1}, ((8,),), "wrong-rank", "pad works on (channels, length) or"),
    Refused(
        "pad",
        {"padding": [0, [6, 1]], "mode": "reflect"},
        (MAP,),
        "padding-too-large",
        "reflect padding of 6 reaches beyond the width 6 | at most 5 can be added to each side, or use mode: replicate",
    ),
    Refused(
        "pad",
        {"padding": [5, 0], "mode": "circular"},
        (MAP,),
        "padding-too-large",
        "circular padding of 5 reaches beyond the height 4 | at most 4",
    ),
    Refused(
        "pad",
        {"padding": 1, "mode": "reflect", "value": 3},
        (MAP,),
        "bad-value",
        "value 3 has no meaning for mode reflect | leave it out, or use mode: zeros",
    ),
    Refused("crop", {}, (MAP,), "missing-option", "crop needs 'cropping' or 'to' | write crop: 2, or crop: {to: 28}"),
    Refused("crop", {"cropping": 1, "to": 2}, (MAP,), "bad-value", "crop takes cropping or to, not both"),
    Refused(
        "crop",
        {"cropping": [2, 0]},
        (MAP,),
        "size-reached-zero",
        "crop takes 4 of height 4, which leaves 0 | the smallest height that passes is 5",
    ),
    Refused(
        "crop",
        {"to": [4, 9]},
        (MAP,),
        "size-mismatch",
        "crop cannot cut width 6 to 9 | give at most 6, or pad by 3 first",
    ),
    Refused("crop", {"to": 0}, (MAP,), "bad-value", "to must be at least 1, got 0"),
]
PAD = "torch.nn.functional:pad"
CALLS = [
    ("pad", {"padding": [[1, 2], [3, 4]]}, Call(PAD, {"pad": (3, 4, 1, 2), "mode": "constant"})),
    ("pad", {"padding": 1, "value": 2}, Call(PAD, {"pad": (1, 1, 1, 1), "mode": "constant", "value": 2.0})),
    ("pad", {"padding": 1, "mode": "reflect"}, Call(PAD, {"pad": (1, 1, 1, 1), "mode": "reflect"})),
    ("crop", {"cropping": [1, [0, 2]]}, Call(PAD, {"pad": (0, -2, -1, -1)})),
    ("crop", {"to": 3}, Call(PAD, {"pad": (-1, -2, 0, -1)})),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}")
def test_row(row: Row) -> None:
    """A border layer adds and cuts exactly what is written."""
    check(row)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.name}-{row.options}")
def test_refused(row: Refused) -> None:
    """A border that cannot be filled, or a map that is cut to nothing, is refused with its numbers."""
    check_refused(row)


@pytest.mark.parametrize(("name", "options", "call"), CALLS, ids=lambda value: str(value)[:40])
def test_call(name: str, options: dict[str, object], call: Call) -> None:
    """Torch takes the sides of the last axis first; what is cut is negative."""
    assert make(name, options, (MAP,)).call((MAP,)) == call


def test_window_of_pad() -> None:
    """Padding is a window of one tap with that padding."""
    facts = make("pad", {"padding": [[1, 2], 3]}, (MAP,)).facts((MAP,))
    assert facts.window == Window((1, 1), (1, 1), (1, 1), ((1, 2), (3, 3)))


def test_window_of_crop() -> None:
    """A crop is a window of one tap with negative padding, the odd position cut after."""
    facts = make("crop", {"to": [1, 6]}, (MAP,)).facts((MAP,))
    assert facts.window == Window((1, 1), (1, 1), (1, 1), ((-1, -2), (0, 0)))


def test_every_axis_is_told() -> None:
    """Each axis that does not fit is a problem of its own."""
    with pytest.raises(Problems) as raised:
        make("crop", {"cropping": 3}, (MAP,)).facts((MAP,))
    assert [problem.message for problem in raised.value.problems] == [
        "crop takes 6 of height 4, which leaves -2",
        "crop takes 6 of width 6, which leaves 0",
    ]
