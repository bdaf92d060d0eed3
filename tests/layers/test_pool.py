"""Pools: shapes and cost by hand, what each refuses, and how torch is asked for them."""

from __future__ import annotations

import pytest

from cnninspect.layers.base import REGISTRY
from cnninspect.values import Call, Window
from tests.support.rows import Refused, Row, check, check_refused, make

IN = (2, 7, 7)


def pool(name: str, options: dict[str, object], y: tuple[int, ...], operations: int, why: str) -> Row:
    """A pool on (2, 7, 7): it has no weights and no MACs."""
    return Row(name, options, (IN,), (y,), {}, 0, operations, why=why)


ROWS = [
    pool("max_pool", {"kernel": 2}, (2, 3, 3), 54, "7 // 2 = 3; 18 outputs x 3 comparisons"),
    pool("max_pool", {"kernel": 3, "stride": 2, "padding": 1}, (2, 4, 4), 256, "(7+2-3)//2+1 = 4; 32 x 8"),
    pool("max_pool", {"kernel": 2, "rounding": "ceil"}, (2, 4, 4), 96, "⌈5/2⌉ + 1 = 4; 32 x 3"),
    pool("max_pool", {"kernel": 1, "stride": 7, "rounding": "ceil"}, (2, 1, 1), 0, "the second would start at 7"),
    pool("max_pool", {"kernel": 1, "stride": 7, "rounding": "caffe"}, (2, 2, 2), 0, "⌈6/7⌉ + 1, not clipped"),
    pool("max_pool", {"kernel": [3, 2], "dilation": [2, 1], "stride": 1}, (2, 3, 6), 180, "7-5+1, 7-2+1; 36 x 5"),
    pool("max_pool", {"kernel": 3, "stride": 2, "padding": "same"}, (2, 4, 4), 256, "⌈7/2⌉ = 4; 32 x 8"),
    pool("max_pool", {"kernel": 3, "stride": 2, "padding": [[0, 2], [0, 0]]}, (2, 4, 3), 192, "(7+2-3)//2+1; 24 x 8"),
    pool("avg_pool", {"kernel": 7}, (2, 1, 1), 98, "2 outputs x 49"),
    pool("avg_pool", {"kernel": 3, "padding": "half", "stride": 1}, (2, 7, 7), 882, "98 outputs x 9"),
    pool("avg_pool", {"kernel": 2, "count_include_pad": False}, (2, 3, 3), 72, "18 outputs x 4"),
    pool("lp_pool", {"kernel": 2}, (2, 3, 3), 162, "18 outputs x (2·4 + 1)"),
    pool("lp_pool", {"kernel": 2, "norm": 1, "rounding": "ceil"}, (2, 4, 4), 288, "32 outputs x 9"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}")
def test_pools_state_what_was_derived_by_hand(row: Row) -> None:
    """Shape and operations of a pool are the formula's."""
    check(row)


REFUSED = [
    Refused(
        "max_pool",
        {"kernel": 3, "padding": 2, "dilation": 2},
        (IN,),
        "padding-too-large",
        "padding 2x2 is too much for a 3x3 kernel: it must be at most half the kernel | use at most 1x1",
    ),
    Refused("avg_pool", {"kernel": 3, "padding": [0, 2]}, (IN,), "padding-too-large", "padding 0x2 is too much"),
    Refused(
        "max_pool",
        {"kernel": 2, "padding": [[2, 0], [0, 1]], "dilation": [1, 3]},
        (IN,),
        "padding-too-large",
        "padding 2x1 is too much for a 2x2 kernel: it must be at most one less than the window spans | use at most 1x3",
    ),
    Refused("max_pool", {"kernel": 3, "padding": 3, "rounding": "caffe"}, (IN,), "padding-too-large", "at most 2x2"),
    Refused("lp_pool", {"kernel": 2, "padding": 2}, (IN,), "padding-too-large", "use at most 1x1"),
    Refused(
        "max_pool",
        {"kernel": 10, "stride": 2, "rounding": "ceil"},
        (IN,),
        "size-reached-zero",
        "a 10x10 window does not fit on a 7x7 map | the smallest input that fits here is 9x9",
    ),
    Refused("lp_pool", {"kernel": 2, "norm": 0}, (IN,), "bad-value", "norm must be more than 0, got 0"),
    Refused("avg_pool", {}, (IN,), "missing-option", "avg_pool needs 'kernel'"),
    Refused("max_pool", {"kernel": 2}, ((9,),), "wrong-rank", "max_pool works on (channels, length) or"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.says)
def test_pools_refuse_with_the_numbers_that_collide(row: Refused) -> None:
    """A refusal says which numbers collide and which would do."""
    check_refused(row)


def test_a_pool_takes_its_kernel_first() -> None:
    """The bare value of a pool is its kernel, and the stride is the kernel unless it is written."""
    for name in ("max_pool", "avg_pool", "lp_pool", "subsample"):
        assert next(iter(REGISTRY[name].schema_options)) == "kernel"
    facts = make("max_pool", {"kernel": [3, 2]}, (IN,)).facts((IN,))
    assert facts.window == Window((3, 2), (3, 2), (1, 1), ((0, 0), (0, 0)))


def test_torchs_pool_is_used_where_it_makes_the_size() -> None:
    """Even padding and torch's rounding need nothing around the call, Caffe's only where it differs."""
    plain = {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "ceil_mode": False}
    options: dict[str, object] = {"kernel": 3, "stride": 2, "padding": 1}
    max_pool = make("max_pool", options, (IN,)).call((IN,))
    assert max_pool == Call("torch.nn:MaxPool2d", {**plain, "dilation": (1, 1)})
    avg_pool = make("avg_pool", options, (IN,)).call((IN,))
    assert avg_pool == Call("torch.nn:AvgPool2d", {**plain, "count_include_pad": True})
    same = make("avg_pool", {**options, "padding": "same"}, (IN,)).call((IN,))
    assert same == Call("torch.nn:AvgPool2d", {**plain, "count_include_pad": False})
    caffe = make("max_pool", {**options, "rounding": "caffe"}, (IN,)).call((IN,))
    assert caffe == Call("torch.nn:MaxPool2d", {**plain, "ceil_mode": True, "dilation": (1, 1)})


def test_what_torch_cannot_pad_is_padded_before() -> None:
    """Uneven padding and Caffe's last window are padded before a max pool, with what never wins."""
    window = {"kernel_size": (1,), "stride": (4,), "dilation": (1,)}
    caffe = make("max_pool", {"kernel": 1, "stride": 4, "rounding": "caffe"}, ((2, 4),)).call(((2, 4),))
    assert caffe == Call("torch.nn:MaxPool1d", window, (0, 1), pad_value=-float("inf"))


def test_caffes_padding_may_exceed_half_the_kernel() -> None:
    """Caffe takes padding up to one less than the kernel; torch's layer is then not asked to pad."""
    call = make("max_pool", {"kernel": 4, "padding": 3, "rounding": "caffe"}, ((2, 4),)).call(((2, 4),))
    assert call.pad == (3, 3)  # ⌈6/4⌉ + 1 = 3, less 1 as 2·4 >= 4 + 3: two windows read 8 of the 10 cells


def test_a_small_volume_is_averaged_by_our_module() -> None:
    """Torch's 3-D average pool refuses a map smaller than the kernel, so `same` goes around it."""
    x = ((1, 2, 9, 9),)
    layer = make("avg_pool", {"kernel": 3, "stride": 1, "padding": "same"}, x)
    assert layer.facts(x).outputs == x
    assert layer.call(x).target == "cnninspect.backends.torch_layers:PaddedAvgPool"
    x = ((1, 3, 9, 9),)
    assert layer.call(x).target == "torch.nn:AvgPool3d"
