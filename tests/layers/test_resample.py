"""Layers that change the resolution: sizes, operations and windows by hand."""

from __future__ import annotations

import pytest

from cnninspect.layers.resample import Factor, Upsample
from cnninspect.values import Call, Problem, Problems, Shape, Window
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (8, 3, 5)


def row(name: str, options: dict[str, object], x: Shape, y: Shape, operations: int = 0, why: str = "") -> Row:
    """A row of a layer that learns nothing and has no MACs."""
    return Row(name, options, (x,), (y,), {}, 0, operations, {}, why)


ROWS = [
    row("upsample", {"factor": 2}, MAP, (8, 6, 10)),
    row("upsample", {"factor": [1, 3]}, MAP, (8, 3, 15)),
    row("upsample", {"factor": 1.5}, MAP, (8, 4, 7), 0, "4.5 and 7.5 rounded down"),
    row("upsample", {"factor": 0.4}, MAP, (8, 1, 2), 0, "1.2 and 2.0"),
    row("upsample", {"size": 7}, MAP, (8, 7, 7)),
    row("upsample", {"size": [6, 2], "mode": "nearest-exact"}, MAP, (8, 6, 2)),
    row("upsample", {"factor": 2, "mode": "bilinear"}, MAP, (8, 6, 10), 3360, "480 outputs, 4 + 3 each"),
    row("upsample", {"factor": 2, "mode": "linear", "align_corners": True}, MAP, (8, 6, 10), 3360),
    row("upsample", {"factor": 2, "mode": "bilinear"}, (8, 5), (8, 10), 240, "80 outputs, 2 + 1 each"),
    row("upsample", {"factor": 2, "mode": "bilinear"}, (2, 1, 1, 1), (2, 2, 2, 2), 240, "16 outputs, 8 + 7 each"),
    row("upsample", {"factor": 2, "mode": "trilinear"}, (2, 1, 1, 1), (2, 2, 2, 2), 240),
    row("upsample", {"factor": 2, "mode": "bicubic"}, MAP, (8, 6, 10), 14880, "480 outputs, 16 + 15 each"),
    row("upsample", {"factor": 2, "mode": "area"}, MAP, (8, 6, 10), 480, "windows of one element"),
    row("upsample", {"size": 2, "mode": "area"}, (1, 5), (1, 2), 6, "0-2 and 2-4"),
    row("upsample", {"size": 3, "mode": "area"}, (1, 5), (1, 3), 7, "0-1, 1-3 and 3-4: 2 + 3 + 2"),
    row("upsample", {"size": [3, 1], "mode": "area"}, (2, 5, 4), (2, 3, 1), 56, "2 channels, 7 rows, 4 columns"),
    row("pixel_shuffle", {"factor": 2}, (12, 3, 5), (3, 6, 10)),
    row("pixel_shuffle", {"factor": 1}, MAP, MAP),
    row("pixel_unshuffle", {"factor": 2}, (3, 6, 10), (12, 3, 5)),
    row("pixel_unshuffle", {"factor": 3}, (1, 3, 6), (9, 1, 2)),
    row("channel_shuffle", {"groups": 4}, MAP, MAP),
    row("channel_shuffle", {"groups": 2}, (8, 5), (8, 5)),
    row("channel_shuffle", {"groups": 8}, (8, 2, 3, 4), (8, 2, 3, 4)),
]
REFUSED = [
    Refused("upsample", {}, (MAP,), "missing-option", "upsample needs 'factor' or 'size' | write upsample: 2"),
    Refused("upsample", {"factor": 2, "size": 4}, (MAP,), "bad-value", "takes a factor or a size, not both"),
    Refused("upsample", {"factor": 2}, ((8,),), "wrong-rank", "upsample works on (channels, length) or"),
    Refused("upsample", {"factor": [2, 2, 2]}, (MAP,), "bad-value", "factor must be one number or a list of 2"),
    Refused("upsample", {"factor": 0}, (MAP,), "bad-value", "factor must be a number above 0, or a list"),
    Refused("upsample", {"factor": True}, (MAP,), "bad-value", "got true"),
    Refused("upsample", {"factor": "2x"}, (MAP,), "bad-value", "got the text '2x'"),
    Refused("upsample", {"factor": float("nan")}, (MAP,), "bad-value", "factor must be a number above 0"),
    Refused("upsample", {"factor": float("inf")}, (MAP,), "bad-value", "factor must be a number above 0"),
    Refused("upsample", {"factor": 1e-320}, (MAP,), "bad-value", "factor must be large enough to leave something"),
    Refused(
        "upsample",
        {"factor": [0.3, 1]},
        (MAP,),
        "size-reached-zero",
        "height 3 becomes 0 at factor 0.3 | the smallest height that passes is 4",
    ),
    Refused(
        "upsample",
        {"factor": 0.2},
        ((8, 4),),
        "size-reached-zero",
        "length 4 becomes 0 at factor 0.2 | the smallest length that passes is 5",
    ),
    Refused(
        "upsample",
        {"factor": 2, "mode": "bicubic"},
        ((8, 5),),
        "wrong-rank",
        "mode bicubic needs 2 spatial axes, and the input is (8, 5) | use mode: linear",
    ),
    Refused("upsample", {"factor": 2, "mode": "trilinear"}, (MAP,), "wrong-rank", "mode trilinear needs 3 spatial"),
    Refused("upsample", {"factor": 2, "mode": "cubic"}, (MAP,), "bad-value", "mode must be nearest, nearest-exact,"),
    Refused(
        "upsample",
        {"factor": 2, "align_corners": True},
        (MAP,),
        "bad-value",
        "align_corners has no meaning for mode nearest | leave it out, or use mode: bilinear",
    ),
    Refused(
        "pixel_shuffle",
        {"factor": 2},
        ((6, 4, 4),),
        "does-not-divide",
        "6 input channels do not split into groups of 4 (2 x 2) | make 4 or 8 channels above",
    ),
    Refused("pixel_shuffle", {"factor": 3}, (MAP,), "does-not-divide", "groups of 9 (3 x 3) | make 9 channels above"),
    Refused("pixel_shuffle", {"factor": 2}, ((8, 4),), "wrong-rank", "works on (channels, height, width)"),
    Refused(
        "pixel_unshuffle",
        {"factor": 2},
        ((3, 6, 7),),
        "does-not-divide",
        "width 7 does not split into blocks of 2 | crop it to 6 or pad it to 8 first",
    ),
    Refused("pixel_unshuffle", {"factor": 4}, ((3, 3, 8),), "does-not-divide", "blocks of 4 | pad it to 4 first"),
    Refused(
        "channel_shuffle",
        {"groups": 4},
        ((6, 4, 4),),
        "does-not-divide",
        "6 input channels do not split into 4 equal groups | use a divisor of 6: 1, 2, 3 or 6",
    ),
    Refused("channel_shuffle", {"groups": 2}, ((8,),), "wrong-rank", "channel_shuffle works on"),
]
INTERPOLATE = "torch.nn.functional:interpolate"
CALLS = [
    ("upsample", {"factor": 2}, MAP, Call(INTERPOLATE, {"scale_factor": (2.0, 2.0), "mode": "nearest"})),
    (
        "upsample",
        {"size": 4, "mode": "bilinear"},
        (8, 2, 3, 5),
        Call(INTERPOLATE, {"size": (4, 4, 4), "mode": "trilinear", "align_corners": False}),
    ),
    ("pixel_shuffle", {"factor": 2}, MAP, Call("torch.nn.functional:pixel_shuffle", {"upscale_factor": 2})),
    ("pixel_unshuffle", {"factor": 2}, MAP, Call("torch.nn.functional:pixel_unshuffle", {"downscale_factor": 2})),
    ("channel_shuffle", {"groups": 2}, MAP, Call("torch.nn.functional:channel_shuffle", {"groups": 2})),
]


def stretch(kernel: tuple[int, ...], stride: tuple[int, ...], pads: tuple[int, ...]) -> Window:
    """A transposed window with equal pads on both sides."""
    return Window(kernel, stride, (1,) * len(kernel), tuple((pad, pad) for pad in pads), transposed=True)


WINDOWS = [
    ("upsample", {"factor": 2}, stretch((2, 2), (2, 2), (0, 0))),
    ("upsample", {"size": [6, 5], "mode": "area"}, stretch((2, 1), (2, 1), (0, 0))),
    ("upsample", {"factor": [2, 3], "mode": "bilinear"}, stretch((4, 5), (2, 3), (1, 1))),
    ("upsample", {"factor": [2, 3], "mode": "bicubic"}, stretch((8, 11), (2, 3), (3, 4))),
    ("upsample", {"factor": 1, "mode": "bicubic"}, stretch((1, 1), (1, 1), (0, 0))),
    ("upsample", {"factor": 2, "mode": "bilinear", "align_corners": True}, None),
    ("upsample", {"factor": 1.2}, None),
    ("upsample", {"size": 7}, None),
    ("pixel_shuffle", {"factor": 2}, stretch((2, 2), (2, 2), (0, 0))),
    ("pixel_unshuffle", {"factor": 1}, Window((1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)))),
    ("channel_shuffle", {"groups": 2}, None),
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.name}-{case.options}-{case.inputs}")
def test_row(case: Row) -> None:
    """A resampling layer has the shape and the operations worked out by hand."""
    check(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name}-{case.options}-{case.inputs}")
def test_refused(case: Refused) -> None:
    """What cannot be resampled is refused with its numbers and the nearest that can."""
    check_refused(case)


@pytest.mark.parametrize(("name", "options", "x", "call"), CALLS, ids=lambda value: str(value)[:40])
def test_call(name: str, options: dict[str, object], x: Shape, call: Call) -> None:
    """Linear interpolation is called by torch's name for the rank of the input."""
    assert make(name, options, (x,)).call((x,)) == call


@pytest.mark.parametrize(("name", "options", "window"), WINDOWS, ids=lambda value: str(value)[:60])
def test_window(name: str, options: dict[str, object], window: Window | None) -> None:
    """Whole factors are transposed windows; what has no constant step states none."""
    x = (8, 3, 5)
    assert make(name, options, (x,)).facts((x,)).window == window


def test_every_axis_that_vanishes_is_told() -> None:
    """Each axis of which nothing is left is a problem of its own."""
    with pytest.raises(Problems) as raised:
        make("upsample", {"factor": 0.1}, (MAP,)).facts((MAP,))
    assert [problem.message for problem in raised.value.problems] == [
        "height 3 becomes 0 at factor 0.1",
        "width 5 becomes 0 at factor 0.1",
    ]


def test_smallest_size_allows_for_rounding() -> None:
    """The smallest size named passes, also where 1 / factor is rounded down."""
    factor = 1 / 49  # 49 · (1 / 49) is below 1 in floating point
    with pytest.raises(Problems) as raised:
        make("upsample", {"factor": factor}, ((8, 2),)).facts(((8, 2),))
    assert raised.value.problems[0].help == "the smallest length that passes is 50"
    assert make("upsample", {"factor": factor}, ((8, 50),)).facts(((8, 50),)).outputs == ((8, 1),)


def test_factor_schema() -> None:
    """The schema of a factor takes a number above 0 or one for each axis."""
    item = {"type": "number", "exclusiveMinimum": 0}
    want = [item, {"type": "array", "items": item, "minItems": 1, "maxItems": 3}, {"type": "null"}]
    assert Upsample.schema_options["factor"].schema() == {"anyOf": want}


def test_unknown_rank_lets_lists_pass() -> None:
    """Where the rank is unknown a factor may have any number of axes, and still no wrong ones."""
    assert Factor(help="").parse([2, 3, 4], -1) == (2.0, 3.0, 4.0)
    with pytest.raises(Problem, match="a number above 0"):
        Factor(help="").parse([2, -3], -1)
