"""The linear layer: shapes, weights and cost by hand, and what it refuses."""

from __future__ import annotations

import pytest

from tests.support.rows import Refused, Row, check, check_refused

ROWS = [
    Row(
        "linear",
        {"out": 84},
        ((120,),),
        ((84,),),
        {"weight": (84, 120), "bias": (84,)},
        10_080,
        84,
        why="LeNet-5's F6: 84·120, and 10,164 parameters",
    ),
    Row("linear", {"out": 5, "bias": False}, ((3, 4),), ((3, 5),), {"weight": (5, 4)}, 60, 0, why="3·5 outputs x 4"),
    Row(
        "linear",
        {"out": 5, "axis": "channels"},
        ((3, 4, 2),),
        ((5, 4, 2),),
        {"weight": (5, 3), "bias": (5,)},
        120,
        40,
        why="5·8 outputs x 3",
    ),
    Row("linear", {"out": 2, "axis": "channels"}, ((3,),), ((2,),), {"weight": (2, 3), "bias": (2,)}, 6, 2),
    Row("linear", {"out": 1}, ((2, 2, 2, 3),), ((2, 2, 2, 1),), {"weight": (1, 3), "bias": (1,)}, 24, 8, why="8 x 3"),
]
REFUSED = [
    Refused("linear", {}, ((3,),), "missing-option", "linear needs 'out': features produced"),
    Refused("linear", {"out": "ten"}, ((3,),), "bad-value", "out must be a whole number, got the text 'ten'"),
    Refused("linear", {"out": 1, "axis": 2}, ((3,),), "bad-value", "axis must be last or channels, got 2"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.options}-{row.inputs}")
def test_linear_states_what_was_derived_by_hand(row: Row) -> None:
    """Shape, weights, MACs and operations of a linear layer are the formula's."""
    check(row)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.says)
def test_linear_refuses_what_it_cannot_read(row: Refused) -> None:
    """A missing or wrong option is named."""
    check_refused(row)
