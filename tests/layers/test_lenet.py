"""The layers of LeNet-5: its published figures, its connection table, and what each layer refuses."""

from __future__ import annotations

import jsonschema
import pytest

from cnninspect.layers.base import REGISTRY
from cnninspect.layers.lenet import LENET5, Table
from cnninspect.values import Problem, product
from tests.support.rows import Refused, Row, check, check_refused, make

ROWS = [
    Row("subsample", {}, ((6, 28, 28),), ((6, 14, 14),), {"weight": (6,), "bias": (6,)}, 0, 7_056, why="S2: 1,176 x 6"),
    Row("subsample", {"mode": "sum", "bias": False}, ((6, 5),), ((6, 2),), {"weight": (6,)}, 0, 24, why="12 x (1 + 1)"),
    Row(
        "subsample",
        {"kernel": 3, "stride": 2, "mode": "sum"},
        ((1, 7, 7, 7),),
        ((1, 3, 3, 3),),
        {"weight": (1,), "bias": (1,)},
        0,
        756,
        why="27 outputs x (26 + 1 + 1)",
    ),
    Row(
        "sparse_conv",
        {"table": "lenet5", "kernel": 5},
        ((6, 14, 14),),
        ((16, 10, 10),),
        {"weight": (60, 5, 5), "bias": (16,)},
        150_000,
        1_600,
        why="C3: 100 positions x 60 connections x 25; 1,500 + 16 parameters",
    ),
    Row(
        "sparse_conv",
        {"table": [[0], [0, 2.0]], "kernel": 3, "stride": 2, "padding": "same", "bias": False},
        ((3, 5),),
        ((2, 3),),
        {"weight": (3, 3)},
        27,
        0,
        why="3 positions x 3 connections x 3",
    ),
    Row("rbf", {"out": 10}, ((84,),), ((10,),), {"weight": (10, 84)}, 840, 840, why="10·84 squares, 10·84 differences"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}")
def test_lenets_layers_state_what_was_derived_by_hand(row: Row) -> None:
    """Shape, weights, MACs and operations are those of the paper's layers."""
    check(row)


REFUSED = [
    Refused(
        "sparse_conv",
        {"table": "lenet5", "kernel": 5},
        ((5, 14, 14),),
        "bad-connection-table",
        "output map 3 sees input map 5, and the input has 5 (0 to 4) | input maps are counted from 0",
    ),
    Refused(
        "sparse_conv",
        {"table": [[0], []], "kernel": 1},
        ((1, 4),),
        "bad-connection-table",
        "output map 1 sees no input map | list at least one input map for it",
    ),
    Refused(
        "sparse_conv",
        {"table": [[2, 0, 2]], "kernel": 1},
        ((3, 4),),
        "bad-connection-table",
        "output map 0 lists input map 2 twice | list each input map once",
    ),
    Refused("sparse_conv", {"table": [], "kernel": 1}, ((3, 4),), "bad-value", "table must be a list with, for each"),
    Refused("sparse_conv", {"table": [0, 1], "kernel": 1}, ((3, 4),), "bad-value", "got the list [0, 1]"),
    Refused("sparse_conv", {"table": [[-1]], "kernel": 1}, ((3, 4),), "bad-value", "counted from 0), or lenet5"),
    Refused("sparse_conv", {"table": "lenet", "kernel": 1}, ((3, 4),), "bad-value", "got the text 'lenet'"),
    Refused("subsample", {"kernel": 3}, ((3, 2, 4),), "size-reached-zero", "a 3x3 window does not fit on a 2x4 map"),
    Refused("rbf", {"out": 10}, ((84, 1, 1),), "wrong-rank", "rbf works on a vector (features,)"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.says)
def test_lenets_layers_refuse_with_the_numbers_that_collide(row: Refused) -> None:
    """A refusal says what is wrong with the table or the map."""
    check_refused(row)


def test_lenet5_has_its_sixty_thousand_parameters() -> None:
    """C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164: 60,000 trained, and 840 fixed in the output."""
    layers: list[tuple[str, dict[str, object]]] = [
        ("conv", {"out": 6, "kernel": 5}),
        ("subsample", {}),
        ("sparse_conv", {"table": "lenet5", "kernel": 5}),
        ("subsample", {}),
        ("conv", {"out": 120, "kernel": 5}),
        ("linear", {"out": 84}),
        ("rbf", {"out": 10}),
    ]
    x: tuple[int, ...] = (1, 32, 32)
    counts = []
    frozen = []
    for name, options in layers:
        layer = make(name, options, (x,))
        facts = layer.facts((x,))
        counts.append(sum(map(product, facts.weights.values())))
        frozen.append(not layer.trainable)  # type: ignore[attr-defined]
        x = facts.outputs[0] if facts.outputs[0][1:] != (1, 1) else facts.outputs[0][:1]
    assert counts == [156, 12, 1_516, 32, 48_120, 10_164, 840]
    assert sum(counts[:-1]) == 60_000
    assert frozen == [False] * 6 + [True]


def test_the_table_of_the_paper() -> None:
    """Table I: six maps on three neighbours, six on four, three on two pairs, one on all."""
    columns = ["012", "123", "234", "345", "045", "015"]
    columns += ["0123", "1234", "2345", "0345", "0145", "0125", "0134", "1245", "0235", "012345"]
    assert tuple(tuple(map(int, column)) for column in columns) == LENET5


@pytest.mark.parametrize("value", ["lenet5", "lenet", [[0, 1], [2]], [[0, 0]], [[]], [], [[-1]], 3, [1]])
def test_the_schema_of_a_table_accepts_what_is_read(value: object) -> None:
    """The schema takes a table exactly where the reader takes it."""
    table = REGISTRY["sparse_conv"].schema_options["table"]
    assert isinstance(table, Table)
    try:
        table.parse(value, 2)
        read = True
    except Problem:
        read = False
    assert jsonschema.Draft202012Validator(table.schema()).is_valid(value) is read
