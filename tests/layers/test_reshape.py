"""Layers that rename positions: shapes by hand, every refusal, and torch's spelling."""

from __future__ import annotations

import pytest

from cnninspect.layers.base import REGISTRY
from cnninspect.layers.reshape import Axes, AxisOrder, NewAxis, NewShape, Squeeze, axis_name
from cnninspect.values import Call, Problem, Problems, Shape
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (512, 7, 7)  # 25,088 elements
TOO_DEEP = (1,) * 33


def free(name: str, options: dict[str, object], x: Shape, y: Shape, why: str = "") -> Row:
    """A row of a layer that learns and computes nothing."""
    return Row(name, options, (x,), (y,), {}, 0, 0, {}, why)


ROWS = [
    free("flatten", {}, MAP, (25088,), "512 · 7 · 7"),
    free("flatten", {}, (10,), (10,), "a vector stays"),
    free("flatten", {"start": 2}, MAP, (512, 49), "7 · 7"),
    free("flatten", {"end": 2}, MAP, (3584, 7), "512 · 7"),
    free("flatten", {"start": -1}, MAP, MAP, "one axis alone"),
    free("flatten", {"start": "height", "end": "width"}, (2, 3, 4, 5), (2, 3, 20)),
    free("flatten", {}, (2, 3, 4, 5, 6), (720,), "more axes than a volume"),
    free("reshape", {"shape": [25088]}, MAP, (25088,)),
    free("reshape", {"shape": 25088}, MAP, (25088,), "a bare number is one size"),
    free("reshape", {"shape": [49, 512]}, MAP, (49, 512)),
    free("reshape", {"shape": [-1, 7]}, MAP, (3584, 7), "25,088 / 7"),
    free("reshape", {"shape": [-1]}, MAP, (25088,)),
    free("reshape", {"shape": [2, 58, 28, 28]}, (116, 28, 28), (2, 58, 28, 28), "a channel shuffle's first step"),
    free("permute", {"axes": [2, 3, 1]}, (3, 4, 5), (4, 5, 3), "Keras's form"),
    free("permute", {"axes": [0, 2, 3, 1]}, (3, 4, 5), (4, 5, 3), "torch's form"),
    free("permute", {"axes": [0, -1, 1, 2]}, (3, 4, 5), (5, 3, 4), "-1 is the last"),
    free("permute", {"axes": [1]}, (3,), (3,)),
    free("permute", {"axes": [2, 1, 3, 4, 5]}, (2, 3, 4, 5, 6), (3, 2, 4, 5, 6)),
    free("squeeze", {}, (2048, 1, 1), (2048,)),
    free("squeeze", {}, (1, 1, 1), (1,), "the channels stay"),
    free("squeeze", {}, (1,), (1,)),
    free("squeeze", {"axis": 3}, (8, 1, 1), (8, 1)),
    free("squeeze", {"axis": [2, 3]}, (8, 1, 4), (8, 4), "another size stays"),
    free("squeeze", {"axis": "channels"}, (1, 4, 5), (4, 5)),
    free("squeeze", {"axis": 1}, (1,), (), "a number a sample"),
    free("unsqueeze", {"axis": 1}, (5,), (1, 5)),
    free("unsqueeze", {"axis": 2}, (5,), (5, 1)),
    free("unsqueeze", {"axis": -1}, (5, 4), (5, 4, 1)),
    free("unsqueeze", {"axis": 5}, (2, 3, 4, 5), (2, 3, 4, 5, 1)),
    free("repeat_vector", {"times": 3}, (5,), (5, 3)),
]
REFUSED = [
    Refused(
        "flatten",
        {"start": 3, "end": 2},
        (MAP,),
        "bad-value",
        "flatten ends at height, before it starts at width | swap them: start: 2, end: 3",
    ),
    Refused("flatten", {"start": 0}, (MAP,), "bad-value", "start must be an axis other than 0, which is the batch"),
    Refused("flatten", {"end": 4}, (MAP,), "bad-value", "end must be one of the input's 3 axes, got 4"),
    Refused("flatten", {}, ((),), "wrong-rank", "its input is () | keep an axis above: keep: true"),
    Refused("flatten", {}, (TOO_DEEP,), "wrong-rank", "flatten works on 1 to 32 axes besides the batch"),
    Refused(
        "reshape",
        {"shape": [25000]},
        (MAP,),
        "size-mismatch",
        "(512, 7, 7) has 25,088 elements, not 25,000 | write 25088, or -1 to let it follow the input",
    ),
    Refused(
        "reshape",
        {"shape": [512, 48]},
        (MAP,),
        "size-mismatch",
        "25,088 elements, not 24,576 | choose sizes that multiply to 25,088, or put -1 for one of them",
    ),
    Refused(
        "reshape",
        {"shape": [-1, 500]},
        (MAP,),
        "size-mismatch",
        "25,088 elements, not a number that 500 divides | choose sizes whose product divides 25,088",
    ),
    Refused("reshape", {"shape": [-1, -1]}, (MAP,), "bad-value", "of which one may be -1, got the list [-1, -1]"),
    Refused("reshape", {"shape": [0, 3]}, (MAP,), "bad-value", "got the list [0, 3]"),
    Refused("reshape", {"shape": [-2]}, (MAP,), "bad-value", "got the list [-2]"),
    Refused("reshape", {"shape": []}, (MAP,), "bad-value", "got the list []"),
    Refused("permute", {"axes": [1, 2]}, (MAP,), "bad-value", "axes must be each of the axes 1, 2, 3 once, got"),
    Refused("permute", {"axes": [1, 0, 2, 3]}, (MAP,), "bad-value", "the batch stays in front"),
    Refused("permute", {"axes": [0, 1, 1, 2]}, (MAP,), "bad-value", "each of the axes 1, 2, 3 once"),
    Refused("squeeze", {"axis": [2, -2]}, (MAP,), "bad-value", "axis must be a list of one or more axes, each once"),
    Refused("squeeze", {"axis": []}, (MAP,), "bad-value", "axis must be a list of one or more axes"),
    Refused("squeeze", {"axis": "batch"}, (MAP,), "bad-value", "axis must be channels, depth, height, width"),
    Refused("unsqueeze", {"axis": 0}, (MAP,), "bad-value", "axis must be an axis other than 0"),
    Refused("unsqueeze", {"axis": 5}, (MAP,), "bad-value", "axis must be one of the input's 4 axes"),
    Refused("repeat_vector", {"times": 2}, (MAP,), "wrong-rank", "repeat_vector works on a vector"),
    Refused("repeat_vector", {"times": 0}, ((5,),), "bad-value", "times must be at least 1"),
]
CALLS = [
    ("flatten", {"end": 2}, MAP, Call("torch:flatten", {"start_dim": 1, "end_dim": 2})),
    ("reshape", {"shape": [-1]}, MAP, Call("cnninspect.backends.torch_layers3:reshape", {"shape": (-1,)})),
    ("permute", {"axes": [2, 3, 1]}, MAP, Call("torch:permute", {"dims": (0, 2, 3, 1)})),
    ("squeeze", {}, (8, 1, 1), Call("torch:squeeze", {"dim": (2, 3)})),
    ("squeeze", {"axis": 2}, MAP, Call("torch:squeeze", {"dim": (2,)})),
    ("unsqueeze", {"axis": -1}, (5,), Call("torch:unsqueeze", {"dim": 2})),
    ("repeat_vector", {"times": 3}, (5,), Call("cnninspect.backends.torch_layers3:repeat_vector", {"times": 3})),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
def test_row(row: Row) -> None:
    """A reshaping layer has the shape worked out by hand, no weights and no cost."""
    check(row)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.name}-{row.options}-{len(row.inputs[0])}")
def test_refused(row: Refused) -> None:
    """A shape that does not fit is refused with its numbers."""
    check_refused(row)


@pytest.mark.parametrize(("name", "options", "x", "call"), CALLS, ids=lambda value: str(value)[:40])
def test_call(name: str, options: dict[str, object], x: Shape, call: Call) -> None:
    """Torch's spelling counts axes with the batch as 0 and never names the batch's size."""
    assert make(name, options, (x,)).call((x,)) == call


@pytest.mark.parametrize(
    ("index", "rank", "name"),
    [
        (0, 0, "features"),
        (0, 2, "channels"),
        (1, 1, "length"),
        (2, 2, "width"),
        (1, 3, "depth"),
        (4, 4, "axis 5"),
    ],
)
def test_axis_name(index: int, rank: int, name: str) -> None:
    """Axes are called what people call them, and by torch's number beyond volumes."""
    assert axis_name(index, rank) == name


def test_unknown_rank_lets_options_pass() -> None:
    """Where the rank of the input is unknown, only what is wrong for every rank is refused."""
    assert Axes(help="").parse([2, 3], -1) == (0, 0)
    assert NewAxis(help="").parse(4, -1) == 0
    assert AxisOrder(help="").parse([0, 3, 1, 2], -1) == (0, 3, 1, 2)
    with pytest.raises(Problem, match="must be a list of sizes"):
        NewShape(help="").parse([-1, -1], -1)


def test_repr_and_equality_use_the_parsed_options() -> None:
    """Two spellings of one layer are equal."""
    kind = REGISTRY["permute"]
    assert kind({"axes": [2, 1]}, 1) == kind({"axes": [0, 2, 1]}, 1)
    assert kind({"axes": [2, 1]}, 1) != kind({"axes": [1, 2]}, 1)


def test_axes_schema() -> None:
    """The schema of axes takes one axis or a list of them."""
    item = {"anyOf": [{"enum": ["channels", "depth", "height", "width"]}, {"type": "integer"}]}
    want = {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}
    assert Axes(help="").schema() == want
    schema = Squeeze.schema_options["axis"].schema()
    assert schema == {"anyOf": [*want["anyOf"], {"type": "null"}]}


def test_two_mistakes_are_told_together() -> None:
    """Independent mistakes in the options of one layer are reported at once."""
    with pytest.raises(Problems) as raised:
        make("flatten", {"start": 0, "end": "top"}, (MAP,))
    assert [problem.option for problem in raised.value.problems] == ["start", "end"]
