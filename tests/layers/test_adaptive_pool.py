"""Adaptive and global pools: shapes and cost by hand, and what each refuses."""

from __future__ import annotations

import pytest

from cnninspect.layers.adaptive_pool import cells
from cnninspect.values import Call, Window
from tests.support.rows import Refused, Row, check, check_refused, make

IN = (4, 6, 10)


def pool(name: str, options: dict[str, object], y: tuple[int, ...], operations: int, why: str = "") -> Row:
    """A pool on (4, 6, 10): it has no weights and no MACs."""
    return Row(name, options, (IN,), (y,), {}, 0, operations, why=why)


ROWS = [
    pool("adaptive_avg_pool", {"size": 1}, (4, 1, 1), 240, "4·60 cells"),
    pool("adaptive_avg_pool", {"size": [3, 4]}, (4, 3, 4), 288, "6 in 3 is 6 cells, 10 in 4 is 3+3+3+3 = 12; 4·6·12"),
    pool("adaptive_max_pool", {"size": [3, 4]}, (4, 3, 4), 240, "288 cells less 48 outputs"),
    pool("adaptive_avg_pool", {"size": 7}, (4, 7, 7), 4 * 12 * 16, "6 + 7 - 1 and 10 + 7 - 1 cells"),
    pool("global_avg_pool", {}, (4, 1, 1), 240, "4·60 cells"),
    pool("global_avg_pool", {"keep": False}, (4,), 240, "4·60 cells"),
    pool("global_max_pool", {}, (4, 1, 1), 236, "4·59 comparisons"),
    pool("global_max_pool", {"keep": False}, (4,), 236, "4·59 comparisons"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}")
def test_pools_to_a_size_state_what_was_derived_by_hand(row: Row) -> None:
    """Shape and operations are counted window by window."""
    check(row)


REFUSED = [
    Refused("adaptive_avg_pool", {}, (IN,), "missing-option", "adaptive_avg_pool needs 'size': size of the output"),
    Refused("adaptive_max_pool", {"size": 0}, (IN,), "bad-value", "size must be at least 1, got 0"),
    Refused("global_avg_pool", {}, ((4,),), "wrong-rank", "global_avg_pool works on (channels, length) or"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.says)
def test_pools_to_a_size_refuse(row: Refused) -> None:
    """A missing or impossible size, or a map without axes, is refused."""
    check_refused(row)


def test_cells_are_counted_as_torch_places_its_windows() -> None:
    """The short formula is the sum over windows from ⌊i·n/out⌋ to ⌈(i+1)·n/out⌉, for every small pair."""
    for n in range(1, 30):
        for out in range(1, 30):
            assert cells(n, out) == sum(-(-(i + 1) * n // out) - i * n // out for i in range(out))


def test_the_window_covers_what_is_read() -> None:
    """Every cell that an output reads lies in its regular window, which is exact where the sizes divide."""
    for n in range(1, 20):
        for out in range(1, 20):
            x = ((1, n),)
            window = make("adaptive_avg_pool", {"size": out}, x).facts(x).window
            assert window is not None
            (kernel,), (stride,) = window.kernel, window.stride
            for i in range(out):
                assert i * stride <= i * n // out
                assert -(-(i + 1) * n // out) <= i * stride + kernel
            if n % out == 0:
                assert window == Window((n // out,), (n // out,), (1,), ((0, 0),))


def test_a_global_pool_is_one_window() -> None:
    """A global pool sees the whole map through one window."""
    facts = make("global_max_pool", {}, (IN,)).facts((IN,))
    assert facts.window == Window((6, 10), (1, 1), (1, 1), ((0, 0), (0, 0)))


def test_torch_spells_global_pools() -> None:
    """With its axes a global pool is torch's adaptive pool to 1, without them a reduction."""
    assert make("global_avg_pool", {}, (IN,)).call((IN,)) == Call("torch.nn:AdaptiveAvgPool2d", {"output_size": 1})
    assert make("global_max_pool", {"keep": False}, (IN,)).call((IN,)) == Call("torch:amax", {"dim": (2, 3)})
    size = make("adaptive_max_pool", {"size": [3, 4]}, (IN,)).call((IN,))
    assert size == Call("torch.nn:AdaptiveMaxPool2d", {"output_size": (3, 4)})
