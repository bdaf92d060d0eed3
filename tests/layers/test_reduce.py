"""Reductions over whole axes: shapes, operations and windows by hand."""

from __future__ import annotations

import pytest

from cnninspect.values import Call, Shape, Window
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (8, 3, 5)  # 120 elements


def row(name: str, options: dict[str, object], x: Shape, y: Shape, operations: int, why: str = "") -> Row:
    """A row of a reduction: it learns nothing and has no MACs."""
    return Row(name, options, (x,), (y,), {}, 0, operations, {}, why)


ROWS = [
    row("mean", {"axes": [2, 3]}, MAP, (8,), 120, "14 additions and a division for each of 8"),
    row("mean", {"axes": [2, 3], "keep": True}, MAP, (8, 1, 1), 120),
    row("mean", {"axes": "channels"}, MAP, (3, 5), 120),
    row("mean", {"axes": -1}, MAP, (8, 3), 120),
    row("mean", {"axes": [1, 2, 3]}, MAP, (), 120, "one number a sample"),
    row("mean", {"axes": [2, 3, 4]}, (2, 3, 4, 5), (2,), 120),
    row("sum", {"axes": [2, 3]}, MAP, (8,), 112, "14 additions for each of 8"),
    row("sum", {"axes": 1}, (8,), (), 7),
    row("max", {"axes": "height"}, MAP, (8, 5), 80, "2 comparisons for each of 40"),
    row("min", {"axes": "width", "keep": True}, MAP, (8, 3, 1), 96, "4 comparisons for each of 24"),
]
REFUSED = [
    Refused("mean", {}, (MAP,), "missing-option", "mean needs 'axes'"),
    Refused("mean", {"axes": [2, "height"]}, (MAP,), "bad-value", "axes must be a list of one or more axes, each once"),
    Refused("mean", {"axes": 0}, (MAP,), "bad-value", "axes must be an axis other than 0, which is the batch"),
    Refused("mean", {"axes": 4}, (MAP,), "bad-value", "axes must be one of the input's 3 axes, got 4"),
    Refused("sum", {"axes": 1}, ((),), "wrong-rank", "sum works on 1 to 32 axes besides the batch"),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}")
def test_row(case: Row) -> None:
    """A reduction has the shape and the operations worked out by hand."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}")
def test_refused(case: Refused) -> None:
    """Axes that are not there are refused."""
    check_refused(case)


def test_window_is_as_long_as_the_folded_axes() -> None:
    """A folded spatial axis is seen whole, the others position by position."""
    facts = make("mean", {"axes": ["channels", "height"]}, (MAP,)).facts((MAP,))
    assert facts.window == Window((3, 1), (1, 1), (1, 1), ((0, 0), (0, 0)))


def test_folded_channels_are_no_window() -> None:
    """Folding the channels alone looks at one position only."""
    assert make("max", {"axes": 1}, (MAP,)).facts((MAP,)).window is None


@pytest.mark.parametrize(
    ("name", "target"),
    [("mean", "torch:mean"), ("sum", "torch:sum"), ("max", "torch:amax"), ("min", "torch:amin")],
)
def test_call(name: str, target: str) -> None:
    """Torch counts the axes with the batch as 0."""
    layer = make(name, {"axes": [2, 3]}, (MAP,))
    assert layer.call((MAP,)) == Call(target, {"dim": (2, 3), "keepdim": False})
