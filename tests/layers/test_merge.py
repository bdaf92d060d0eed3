"""Layers that join tensors: shapes, operations and MACs by hand, and what disagreeing inputs are told."""

from __future__ import annotations

import pytest

from cnninspect.layers.merge import Disagree
from cnninspect.values import Call, Shape
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (8, 3, 5)  # 120 elements
GATE = (8, 1, 1)


def row(
    name: str,
    inputs: tuple[Shape, ...],
    y: Shape,
    operations: int = 0,
    macs: int = 0,
    options: dict[str, object] | None = None,
    why: str = "",
) -> Row:
    """A row of a layer that learns nothing."""
    return Row(name, options or {}, inputs, (y,), {}, macs, operations, {}, why)


ROWS = [
    row("add", (MAP, MAP), MAP, 120),
    row("add", (MAP, MAP, MAP), MAP, 240, why="two additions an element"),
    row("add", ((10,), (10,)), (10,), 10),
    row("add", ((), ()), (), 1, why="one number a sample"),
    row("subtract", (MAP, MAP), MAP, 120),
    row("mul", (GATE, MAP), MAP, 120, why="squeeze and excite"),
    row("mul", ((8, 1, 5), (1, 3, 1), MAP), MAP, 240, why="each stretched to the others"),
    row("divide", (MAP, (1, 3, 5)), MAP, 120),
    row("maximum", (MAP, MAP, MAP, MAP), MAP, 360),
    row("minimum", (MAP, MAP), MAP, 120),
    row("average", (MAP, MAP), MAP, 240, why="an addition and a division an element"),
    row("average", (MAP, MAP, MAP), MAP, 360),
    row("concat", (MAP, (2, 3, 5)), (10, 3, 5)),
    row("concat", ((4,), (5,), (6,)), (15,)),
    row("concat", (MAP, (8, 1, 5)), (8, 4, 5), options={"axis": "height"}),
    row("concat", (MAP, MAP), (8, 3, 10), options={"axis": -1}),
    row("matmul", ((4, 6), (6, 5)), (4, 5), macs=120, why="4 · 6 · 5"),
    row("matmul", ((2, 4, 6), (2, 6, 5)), (2, 4, 5), macs=240),
    row("matmul", ((2, 4, 6), (1, 6, 5)), (2, 4, 5), macs=240, why="one matrix for both"),
    row("matmul", ((4, 6), (5, 6)), (4, 5), macs=120, options={"transpose_b": True}),
    row("matmul", ((6, 4), (6, 5)), (4, 5), macs=120, options={"transpose_a": True}),
    row("matmul", ((3, 6, 4), (3, 5, 6)), (3, 4, 5), macs=360, options={"transpose_a": True, "transpose_b": True}),
]
DISAGREE = "shapes-disagree"
REFUSED = [
    Refused(
        "add",
        {},
        ((64, 56, 56), (256, 56, 56)),
        DISAGREE,
        "add joins equal shapes, got (64, 56, 56) and (256, 56, 56) | "
        "channels 64 and 256: end the smaller branch with a conv {out: 256, kernel: 1}",
    ),
    Refused(
        "add",
        {},
        ((64, 56, 56), (64, 28, 28)),
        DISAGREE,
        "| height and width 56, 56 and 28, 28: give both branches the same strides and paddings",
    ),
    Refused("mul", {}, ((64, 28), (64, 27)), DISAGREE, "| length 28 and 27: pad or crop one branch"),
    Refused(
        "maximum",
        {},
        ((64, 56, 56), (128, 28, 56)),
        DISAGREE,
        "| channels 64 and 128: end the smaller branch with a conv {out: 128, kernel: 1}; height 56 and 28: give both",
    ),
    Refused(
        "average",
        {},
        ((10,), (12,)),
        DISAGREE,
        "average joins equal shapes, got (10,) and (12,) | features 10 and 12: end the smaller branch with linear: 12",
    ),
    Refused(
        "mul",
        {},
        ((64,), (64, 56, 56)),
        DISAGREE,
        "mul joins equal shapes, got (64,) and (64, 56, 56) | reshape (64,) to [64, 1, 1]",
    ),
    Refused("mul", {}, ((8, 8), (64, 8, 8)), DISAGREE, "| reshape (8, 8) to [1, 8, 8]"),
    Refused("add", {}, ((4096,), (64, 8, 8)), DISAGREE, "| reshape (4096,) to [64, 8, 8]"),
    Refused(
        "mul", {}, ((16,), (64, 8, 8)), DISAGREE, "| end the branch of (16,) with linear: 64 and reshape: [64, 1, 1]"
    ),
    Refused(
        "mul", {}, ((7, 9), (64, 8, 8)), DISAGREE, "| each axis needs the same size on both sides, or size 1 on one"
    ),
    Refused("mul", {}, ((), (64, 8, 8)), DISAGREE, "| () has no axis left: keep them above, keep: true"),
    Refused("concat", {}, ((8, 5), (8, 3, 5)), DISAGREE, "| flatten both"),
    Refused("subtract", {}, (MAP, MAP, MAP), "wrong-arity", "subtract joins 2 tensors, got 3"),
    Refused("divide", {}, (MAP,), "wrong-arity", "divide joins 2 tensors, got 1"),
    Refused("add", {}, (MAP,), "wrong-arity", "add joins at least 2 tensors, got 1"),
    Refused(
        "concat",
        {},
        ((64, 28, 28), (64, 27, 27)),
        DISAGREE,
        "concat along channels needs equal height and width, got (64, 28, 28) and (64, 27, 27) | "
        "height and width 28, 28 and 27, 27: pad or crop one branch",
    ),
    Refused("concat", {}, ((64, 28), (64, 1)), DISAGREE, "concat along channels needs equal length, got (64, 28)"),
    Refused(
        "concat",
        {"axis": "height"},
        ((2, 3, 4, 5), (3, 3, 4, 5)),
        DISAGREE,
        "concat along height needs equal channels, depth and width, got (2, 3, 4, 5) and (3, 3, 4, 5)",
    ),
    Refused(
        "concat",
        {},
        (MAP, (8,)),
        DISAGREE,
        "concat along channels needs equal numbers of axes, got (8, 3, 5) and (8,) | flatten the longer one",
    ),
    Refused("concat", {}, ((), ()), "wrong-rank", "its inputs have none besides the batch"),
    Refused("concat", {"axis": 0}, (MAP, MAP), "bad-value", "axis must be an axis other than 0"),
    Refused("matmul", {}, ((8,), (8,)), "wrong-rank", "(…, rows, columns), and an input is (8,) | unsqueeze it"),
    Refused("matmul", {}, ((2, 4, 6), (6, 5)), DISAGREE, "matmul needs as many axes on both sides, got (2, 4, 6) and"),
    Refused(
        "matmul",
        {},
        ((4, 6), (5, 6)),
        DISAGREE,
        "matmul multiplies (…, m, k) by (…, k, n), got (4, 6) and (5, 6) | "
        "the inner sizes 6 and 5 must be equal: write transpose_b: true",
    ),
    Refused(
        "matmul",
        {"transpose_a": True},
        ((4, 6), (6, 5)),
        DISAGREE,
        "got (6, 4) and (6, 5) | the inner sizes 4 and 6 must be equal: write transpose_a: false",
    ),
    Refused("matmul", {}, ((4, 6), (7, 5)), DISAGREE, "the inner sizes 6 and 7 must be equal"),
    Refused(
        "matmul",
        {},
        ((2, 4, 6), (3, 6, 5)),
        DISAGREE,
        "matmul needs equal axes before the matrices, got (2, 4, 6) and (3, 6, 5) | reshape one of them",
    ),
]
OWN = "cnninspect.backends.torch_layers3:"
CALLS = [
    ("add", {}, 2, Call("torch:add", {})),
    ("add", {}, 3, Call(OWN + "add", {})),
    ("subtract", {}, 2, Call("torch:sub", {})),
    ("mul", {}, 2, Call("torch:mul", {})),
    ("mul", {}, 4, Call(OWN + "multiply", {})),
    ("divide", {}, 2, Call("torch:div", {})),
    ("maximum", {}, 3, Call(OWN + "maximum", {})),
    ("minimum", {}, 3, Call(OWN + "minimum", {})),
    ("average", {}, 2, Call(OWN + "average", {})),
    ("concat", {"axis": "width"}, 3, Call("torch:cat", {"dim": 3}, listed=True)),
    ("matmul", {}, 2, Call("torch:matmul", {})),
    ("matmul", {"transpose_b": True}, 2, Call(OWN + "matmul", {"transpose_a": False, "transpose_b": True})),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}-{case.inputs}")
def test_row(case: Row) -> None:
    """A merge has the shape and the cost worked out by hand."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}-{case.inputs}")
def test_refused(case: Refused) -> None:
    """Shapes that disagree are shown, with the axis that differs and what usually fixes it."""
    check_refused(case)


@pytest.mark.parametrize(("name", "options", "count", "call"), CALLS, ids=lambda value: str(value)[:40])
def test_call(name: str, options: dict[str, object], count: int, call: Call) -> None:
    """Two tensors go to torch's own function, more to one of ours."""
    inputs = (MAP,) * count
    assert make(name, options, inputs).call(inputs) == call


@pytest.mark.parametrize(
    ("name", "inputs", "pair"),
    [
        ("add", (MAP, MAP, (8, 4, 5)), (0, 2)),
        ("add", (GATE, MAP, (8, 4, 5)), (1, 2)),
        ("mul", (MAP, MAP, (8,), (8,)), (0, 2)),
        ("concat", (MAP, MAP, MAP, (8, 4, 5)), (0, 3)),
        ("matmul", ((4, 6), (5, 6)), (0, 1)),
    ],
)
def test_problem_names_its_inputs(name: str, inputs: tuple[Shape, ...], pair: tuple[int, int]) -> None:
    """The problem carries which two inputs disagree; one that is stretched is not among them."""
    with pytest.raises(Disagree) as raised:
        make(name, {}, inputs).facts(inputs)
    assert raised.value.inputs == pair


def test_help_swaps_neither_where_neither_fits() -> None:
    """No transposition is advised where none makes the matrices fit."""
    with pytest.raises(Disagree) as raised:
        make("matmul", {}, ((4, 6), (7, 5))).facts(((4, 6), (7, 5)))
    assert raised.value.help == "the inner sizes 6 and 7 must be equal"
