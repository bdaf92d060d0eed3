"""Layers with several outputs, and slices: sizes by hand, refusals with the fix."""

from __future__ import annotations

import pytest

from cnninspect.values import Call, Shape, Window
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (8, 4, 6)


def free(name: str, options: dict[str, object], x: Shape, *outputs: Shape, why: str = "") -> Row:
    """A row of a layer that learns and computes nothing."""
    return Row(name, options, (x,), outputs, {}, 0, 0, {}, why)


ROWS = [
    free("split", {"sizes": [3, 5]}, MAP, (3, 4, 6), (5, 4, 6)),
    free("split", {"sizes": 8}, MAP, MAP, why="one piece is all"),
    free("split", {"parts": 2}, MAP, (4, 4, 6), (4, 4, 6)),
    free("split", {"parts": 3, "axis": "width"}, MAP, (8, 4, 2), (8, 4, 2), (8, 4, 2)),
    free("split", {"sizes": [1, 1, 6]}, (8,), (1,), (1,), (6,)),
    free("chunk", {"parts": 2}, MAP, (4, 4, 6), (4, 4, 6)),
    free("chunk", {"parts": 3}, MAP, (3, 4, 6), (3, 4, 6), (2, 4, 6), why="⌈8 / 3⌉ = 3, the last one is smaller"),
    free("chunk", {"parts": 4}, (6,), (2,), (2,), (2,), why="⌈6 / 4⌉ = 2, so only three"),
    free("chunk", {"parts": 99, "axis": 2}, (3, 2), (3, 1), (3, 1)),
    free("slice", {}, MAP, MAP),
    free("slice", {"start": 3}, MAP, (5, 4, 6)),
    free("slice", {"start": 1, "stop": -1, "step": 2}, MAP, (3, 4, 6), why="1, 3, 5"),
    free("slice", {"start": -2, "axis": "height"}, MAP, (8, 2, 6)),
    free("slice", {"stop": 99, "axis": -1}, MAP, MAP, why="beyond the end is the end"),
    free("slice", {"stop": 1}, (8,), (1,)),
]
REFUSED = [
    Refused("split", {}, (MAP,), "missing-option", "split needs 'sizes' or 'parts' | write split: [64, 64]"),
    Refused("split", {"sizes": [4, 4], "parts": 2}, (MAP,), "bad-value", "split takes sizes or parts, not both"),
    Refused(
        "split",
        {"sizes": [3, 4]},
        (MAP,),
        "size-mismatch",
        "the sizes [3, 4] add up to 7, not to the 8 channels | with the others as they are the last one is 5",
    ),
    Refused(
        "split",
        {"sizes": [9, 4], "axis": "height"},
        (MAP,),
        "size-mismatch",
        "the sizes [9, 4] add up to 13, not to the 4 height | make them add up to 4",
    ),
    Refused(
        "split",
        {"sizes": 2},
        (MAP,),
        "size-mismatch",
        "one piece of 2 is not all of 8 channels | for 2 equal pieces write parts: 2",
    ),
    Refused(
        "split",
        {"parts": 3},
        (MAP,),
        "does-not-divide",
        "8 channels do not split into 3 equal parts | use a divisor of 8: 1, 2, 4 or 8; chunk lets the last part be",
    ),
    Refused("split", {"sizes": [0, 8]}, (MAP,), "bad-value", "sizes must be a list of whole numbers of at least 1"),
    Refused("split", {"parts": 2, "axis": 0}, (MAP,), "bad-value", "axis must be an axis other than 0"),
    Refused("split", {"sizes": [1, 1]}, ((),), "wrong-rank", "split works on 1 to 32 axes besides the batch"),
    Refused("chunk", {"parts": 0}, (MAP,), "bad-value", "parts must be at least 1, got 0"),
    Refused("chunk", {"parts": 5000}, (MAP,), "bad-value", "parts must be at most 4096, got 5000"),
    Refused(
        "slice",
        {"start": 8},
        (MAP,),
        "size-reached-zero",
        "slice 8: takes nothing of the 8 channels of (8, 4, 6) | positions run from 0 to 7, or from -8 to -1",
    ),
    Refused("slice", {"start": 2, "stop": 2, "axis": 2}, (MAP,), "size-reached-zero", "slice 2:2 takes nothing of"),
    Refused("slice", {"step": 0}, (MAP,), "bad-value", "step must be at least 1, got 0"),
]
OWN = "cnninspect.backends.torch_layers3:Slice"
CALLS = [
    ("split", {"sizes": [3, 5]}, Call("torch:split", {"split_size_or_sections": [3, 5], "dim": 1})),
    ("split", {"parts": 2, "axis": 3}, Call("torch:split", {"split_size_or_sections": [3, 3], "dim": 3})),
    ("chunk", {"parts": 3}, Call("torch:chunk", {"chunks": 3, "dim": 1})),
    ("slice", {"stop": -1, "axis": -1}, Call(OWN, {"dim": 3, "start": 0, "stop": -1, "step": 1})),
]
WINDOWS = [
    ({"start": 1}, None),
    ({"start": 1, "stop": 6, "step": 2, "axis": "width"}, Window((1, 1), (1, 2), (1, 1), ((0, 0), (-1, 0)))),
    ({"stop": 5, "step": 2, "axis": "width"}, Window((1, 1), (1, 2), (1, 1), ((0, 0), (0, -1)))),
    ({"start": -3, "stop": -1, "axis": "height"}, Window((1, 1), (1, 1), (1, 1), ((-1, -1), (0, 0)))),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
def test_row(row: Row) -> None:
    """The pieces have the sizes worked out by hand and cost nothing."""
    check(row)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
def test_refused(row: Refused) -> None:
    """Pieces that are not all of an axis, or nothing of it, are refused with the numbers."""
    check_refused(row)


@pytest.mark.parametrize(("name", "options", "call"), CALLS, ids=lambda value: str(value)[:40])
def test_call(name: str, options: dict[str, object], call: Call) -> None:
    """Torch counts the axis with the batch as 0."""
    assert make(name, options, (MAP,)).call((MAP,)) == call


@pytest.mark.parametrize(("options", "window"), WINDOWS, ids=lambda value: str(value)[:60])
def test_window_of_slice(options: dict[str, object], window: Window | None) -> None:
    """A slice of a spatial axis is a window of one tap with the slice's step and negative padding."""
    assert make("slice", options, (MAP,)).facts((MAP,)).window == window
