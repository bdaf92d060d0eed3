"""Convolutions: shapes, weights and cost by hand, and what each refuses."""

from __future__ import annotations

import pytest

from cnninspect.layers.divisors import choose_divisor, divisors
from cnninspect.values import Call, Problem, Problems, Window
from tests.support.rows import Refused, Row, check, check_refused, make

ROWS = [
    Row(
        "conv",
        {"out": 64, "kernel": 7, "stride": 2, "padding": 3, "bias": False},
        ((3, 224, 224),),
        ((64, 112, 112),),
        {"weight": (64, 3, 7, 7)},
        118_013_952,
        0,
        why="ResNet's stem: (224 + 6 - 7) // 2 + 1 = 112; 64·112·112 outputs x 3·7·7",
    ),
    Row(
        "conv",
        {"out": 6, "kernel": 5},
        ((1, 32, 32),),
        ((6, 28, 28),),
        {"weight": (6, 1, 5, 5), "bias": (6,)},
        117_600,
        4_704,
        why="LeNet-5's C1: 32 - 5 + 1 = 28; 156 parameters; 4,704 outputs x 25",
    ),
    Row(
        "conv",
        {"out": 256, "kernel": 5, "padding": 2, "groups": 2},
        ((96, 27, 27),),
        ((256, 27, 27),),
        {"weight": (256, 48, 5, 5), "bias": (256,)},
        223_948_800,
        186_624,
        why="AlexNet's second: 27 + 4 - 5 + 1; 256·729 outputs x 48·25",
    ),
    Row("conv", {"out": 4, "kernel": 3}, ((2, 9),), ((4, 7),), {"weight": (4, 2, 3), "bias": (4,)}, 168, 28),
    Row(
        "conv",
        {"out": 2, "kernel": [3, 1, 2], "stride": [1, 2, 1], "padding": [1, 0, 0], "dilation": [1, 1, 3]},
        ((3, 4, 5, 6),),
        ((2, 4, 3, 3),),
        {"weight": (2, 3, 3, 1, 2), "bias": (2,)},
        1_296,
        72,
        why="4+2-3+1 = 4; (5-1)//2+1 = 3; ke = 3·1+1 = 4, 6-4+1 = 3; 72 outputs x 3·6",
    ),
    Row(
        "conv",
        {"out": 1, "kernel": 4, "stride": 2, "padding": "same"},
        ((1, 5, 8),),
        ((1, 3, 4),),
        {"weight": (1, 1, 4, 4), "bias": (1,)},
        192,
        12,
        why="⌈5/2⌉ = 3, ⌈8/2⌉ = 4; 12 outputs x 16",
    ),
    Row(
        "conv",
        {"out": 1, "kernel": 3, "padding": [[2, 0], [0, 1]], "padding_mode": "reflect", "bias": False},
        ((1, 3, 2),),
        ((1, 3, 1),),
        {"weight": (1, 1, 3, 3)},
        27,
        0,
        why="3+2-3+1 = 3; 2+1-3+1 = 1; 3 outputs x 9",
    ),
    Row(
        "depthwise_conv",
        {"kernel": 3, "padding": "half", "multiplier": 2},
        ((8, 4, 4),),
        ((16, 4, 4),),
        {"weight": (16, 1, 3, 3), "bias": (16,)},
        2_304,
        256,
        why="16·16 outputs x 9",
    ),
    Row(
        "separable_conv",
        {"out": 10, "kernel": 3, "multiplier": 2},
        ((4, 6, 6),),
        ((10, 4, 4),),
        {"depthwise.weight": (8, 1, 3, 3), "pointwise.weight": (10, 8, 1, 1), "pointwise.bias": (10,)},
        2_432,
        160,
        why="16 positions x (8·9 + 8·10)",
    ),
    Row(
        "separable_conv",
        {"out": 3, "kernel": 2, "stride": 2, "bias": False},
        ((2, 5),),
        ((3, 2),),
        {"depthwise.weight": (2, 1, 2), "pointwise.weight": (3, 2, 1)},
        20,
        0,
        why="(5-2)//2+1 = 2 positions x (2·2 + 2·3)",
    ),
    Row(
        "conv_transpose",
        {"out": 8, "kernel": 4, "stride": 2, "padding": 1},
        ((16, 7, 7),),
        ((8, 14, 14),),
        {"weight": (16, 8, 4, 4), "bias": (8,)},
        100_352,
        1_568,
        why="6·2 - 2 + 4 = 14; 16·49 inputs x 8·16",
    ),
    Row(
        "conv_transpose",
        {"out": 4, "kernel": 3, "stride": 2, "padding": "same", "groups": 2, "bias": False},
        ((6, 5),),
        ((4, 10),),
        {"weight": (6, 2, 3)},
        180,
        0,
        why="Keras: 5·2 = 10; 6·5 inputs x 2·3",
    ),
    Row(
        "conv_transpose",
        {"out": 1, "kernel": 2, "stride": 3, "padding": "same"},
        ((1, 4),),
        ((1, 12),),
        {"weight": (1, 1, 2), "bias": (1,)},
        8,
        12,
        why="Keras: 4·3 = 12, one more than 3·3 + 2; 4 inputs x 2",
    ),
    Row(
        "conv_transpose",
        {"out": 1, "kernel": 3, "stride": 2, "padding": [[0, 1], [1, 1]], "output_padding": 1, "dilation": 2},
        ((1, 3, 3),),
        ((1, 9, 8),),
        {"weight": (1, 1, 3, 3), "bias": (1,)},
        81,
        72,
        why="ke = 5: 2·2 - 1 + 5 + 1 = 9 and 2·2 - 2 + 5 + 1 = 8; 9 inputs x 9",
    ),
    Row(
        "conv_transpose",
        {"out": 1, "kernel": 2, "padding": "valid", "bias": False},
        ((1, 2, 2),),
        ((1, 3, 3),),
        {"weight": (1, 1, 2, 2)},
        16,
        0,
        why="1 + 2 = 3; 4 inputs x 4",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}")
def test_convs_state_what_was_derived_by_hand(row: Row) -> None:
    """Shape, weights, MACs and operations of a conv are the formula's."""
    check(row)


MAP = ((6, 32, 32),)
REFUSED = [
    Refused(
        "conv",
        {"out": 8, "kernel": 3, "groups": 4},
        MAP,
        "groups-do-not-divide",
        "6 input channels do not split into 4 equal groups | use a divisor of both 6 and 8: 1 or 2",
    ),
    Refused(
        "conv",
        {"out": 10, "kernel": 3, "groups": 3},
        MAP,
        "groups-do-not-divide",
        "10 output channels do not split into 3 equal groups | use a divisor of both 6 and 10: 1 or 2",
    ),
    Refused(
        "conv_transpose",
        {"out": 2, "kernel": 3, "groups": 2},
        ((1, 8),),
        "groups-do-not-divide",
        "1 input channel does not split into 2 equal groups | use a divisor of 1: 1",
    ),
    Refused(
        "conv",
        {"out": 1, "kernel": 3},
        ((1, 2, 2),),
        "size-reached-zero",
        "a 3x3 window does not fit on a 2x2 map | the smallest input that fits here is 3x3",
    ),
    Refused(
        "conv",
        {"out": 1, "kernel": 3, "dilation": 3, "padding": 1},
        ((1, 4, 9),),
        "size-reached-zero",
        "a 7x7 window (kernel 3x3, dilation 3x3) does not fit on a 4x9 map padded to 6x11 | "
        "the smallest input that fits here is 5x5",
    ),
    Refused(
        "conv",
        {"out": 1, "kernel": 5},
        ((1, 4),),
        "size-reached-zero",
        "a window of 5 does not fit on a length of 4 | the smallest input that fits here is 5",
    ),
    Refused(
        "conv",
        {"out": 1, "kernel": 7, "padding": 3, "padding_mode": "reflect"},
        ((1, 3, 8),),
        "padding-too-large",
        "reflect padding 3x3 is too much for a map of 3x8: it must be less than the axis | "
        "use at most 2x7; the smallest input that fits here is 4x4",
    ),
    Refused(
        "conv",
        {"out": 1, "kernel": 3, "padding": [[0, 4]], "padding_mode": "circular"},
        ((1, 3),),
        "padding-too-large",
        "circular padding 4 is too much for a map of 3: it must be at most the axis | "
        "use at most 3; the smallest input that fits here is 4",
    ),
    Refused("conv", {"kernel": 3}, MAP, "missing-option", "conv needs 'out': channels produced"),
    Refused("conv", {"out": 3}, MAP, "missing-option", "conv needs 'kernel'"),
    Refused("conv", {"out": 0, "kernel": 1}, MAP, "bad-value", "out must be at least 1, got 0"),
    Refused("conv", {"out": 1, "kernel": [3, 3, 3]}, MAP, "bad-value", "kernel must be one number, or a list of 2"),
    Refused("conv", {"out": 1, "kernel": 1, "padding": "full"}, MAP, "bad-value", "valid, half, same, same_lower"),
    Refused("conv", {"out": 1, "kernel": 1}, ((9,),), "wrong-rank", "conv works on (channels, length) or"),
    Refused(
        "conv_transpose",
        {"out": 1, "kernel": 3, "stride": 2, "output_padding": 2},
        MAP,
        "bad-value",
        "output_padding 2x2 must be smaller than the stride 2x2 or the dilation 1x1 | use at most 1x1",
    ),
    Refused(
        "conv_transpose",
        {"out": 1, "kernel": 3, "stride": 2, "padding": "same", "output_padding": 1},
        MAP,
        "bad-value",
        "output_padding 1x1 has no place beside padding same, which makes n x stride",
    ),
    Refused(
        "conv_transpose",
        {"out": 1, "kernel": 3, "stride": 2, "padding": 3},
        ((1, 2, 9),),
        "size-reached-zero",
        "padding crops 6x6 off an output of 5x19, and nothing is left of the 2x9 input | "
        "the smallest input that fits here is 3x3",
    ),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.says[:60])
def test_convs_refuse_with_the_numbers_that_collide(row: Refused) -> None:
    """A refusal says which numbers collide and which would do."""
    check_refused(row)


def problems_of(name: str, options: dict[str, object], x: tuple[int, ...]) -> list[Problem]:
    """All problems of one layer."""
    with pytest.raises(Problems) as refused:
        make(name, options, (x,)).facts((x,))
    return [*refused.value.problems]


def test_independent_problems_come_together() -> None:
    """Groups that divide neither side, padding that is too large and a window that does not fit are four problems."""
    options: dict[str, object] = {"out": 4, "kernel": 9, "groups": 3, "padding": [2, 0], "padding_mode": "reflect"}
    found = problems_of("conv", options, (4, 2, 2))
    assert [(problem.code, problem.option) for problem in found] == [
        ("groups-do-not-divide", "groups"),
        ("groups-do-not-divide", "groups"),
        ("padding-too-large", "padding"),
        ("size-reached-zero", "kernel"),
    ]


def test_the_advice_fits_both_sides() -> None:
    """The divisors that are advised divide the input and the output channels; one side is named where that suffices."""
    (problem,) = problems_of("conv", {"out": 8, "kernel": 1, "groups": 4}, (6, 1, 1))
    assert problem.help == "use a divisor of both 6 and 8: 1 or 2"
    (problem,) = problems_of("conv", {"out": 12, "kernel": 1, "groups": 4}, (6, 1, 1))
    assert problem.help == "use a divisor of 6: 1, 2, 3 or 6"


def test_divisors_are_listed_while_they_are_few() -> None:
    """Up to twelve divisors are all listed, of more the nearest, and of huge numbers none."""
    assert divisors(36) == [1, 2, 3, 4, 6, 9, 12, 18, 36]
    assert choose_divisor(7, 2) == "use a divisor of 7: 1 or 7"
    assert choose_divisor(5040, 32) == "use a divisor of 5040, such as 24, 28, 30, 35, 36 or 40"
    assert choose_divisor(2**53, 3) == "use a divisor of 9007199254740992"


def test_convs_tell_their_window() -> None:
    """The window of a conv has its padding resolved; a transposed one says so."""
    options: dict[str, object] = {"out": 1, "kernel": [3, 2], "stride": 2, "padding": "same"}
    conv = make("conv", {**options, "dilation": [1, 2]}, ((1, 5, 6),)).facts(((1, 5, 6),))
    assert conv.window == Window((3, 2), (2, 2), (1, 2), ((1, 1), (0, 1)))
    transposed = make("conv_transpose", options, ((1, 5, 6),)).facts(((1, 5, 6),))
    assert transposed.window == Window((3, 2), (2, 2), (1, 1), ((0, 1), (0, 0)), transposed=True)


def test_shape_is_the_shape_of_the_facts() -> None:
    """A windowed layer can be asked for its shape alone."""
    x = (2, 9, 9)
    for name in ("conv", "depthwise_conv", "separable_conv", "conv_transpose"):
        options: dict[str, object] = {"kernel": 3} if name == "depthwise_conv" else {"out": 5, "kernel": 3}
        layer = make(name, options, (x,))
        assert layer.facts((x,)).outputs == (layer.shape(x),)  # type: ignore[attr-defined]


def test_even_padding_is_torchs_own() -> None:
    """Padding that is the same on both sides is an argument, also where a rule made it."""
    x = ((4, 8, 8),)
    assert make("conv", {"out": 2, "kernel": 3, "padding": "same"}, x).call(x) == Call(
        "torch.nn:Conv2d",
        {
            "in_channels": 4,
            "out_channels": 2,
            "kernel_size": (3, 3),
            "stride": (1, 1),
            "padding": (1, 1),
            "dilation": (1, 1),
            "groups": 1,
            "bias": True,
            "padding_mode": "zeros",
        },
    )


def test_uneven_padding_stands_before_the_call() -> None:
    """Padding that differs from side to side is done before, in the mode that was asked for."""
    x = ((4, 8, 8),)
    options: dict[str, object] = {"out": 2, "kernel": 2, "padding": "same", "padding_mode": "circular"}
    call = make("conv", options, x).call(x)
    assert (call.pad, call.pad_mode) == ((0, 1, 0, 1), "circular")
    assert (call.arguments["padding"], call.arguments["padding_mode"]) == ((0, 0), "zeros")
