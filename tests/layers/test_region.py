"""Region layers: the shape of one region, the operations of all."""

from __future__ import annotations

import pytest

from cnninspect.layers.region import RoiAlign
from cnninspect.values import Call
from tests.support.rows import Refused, Row, check, check_refused, make

MAP = (256, 50, 68)
ROWS = [
    Row("roi_align", {"size": 7}, (MAP,), ((256, 7, 7),), {}, 0, 401_408, {}, "256 · 49 outputs, 4 · 7 + 4 each"),
    Row(
        "roi_align",
        {"size": [7, 14], "scale": 0.0625, "ratio": 1, "regions": 1000, "aligned": True},
        (MAP,),
        ((256, 7, 14),),
        {},
        0,
        200_704,
        {},
        "256 · 98 outputs, one sample and its average each: 8; the 1000 regions multiply what follows",
    ),
]
REFUSED = [
    Refused("roi_align", {}, (MAP,), "missing-option", "roi_align needs 'size'"),
    Refused("roi_align", {"size": 0}, (MAP,), "bad-value", "size must be at least 1, got 0"),
    Refused("roi_align", {"size": 7, "scale": 0}, (MAP,), "bad-value", "scale must be at least"),
    Refused("roi_align", {"size": 7, "regions": 0}, (MAP,), "bad-value", "regions must be at least 1, got 0"),
    Refused("roi_align", {"size": 7}, ((256,),), "wrong-rank", "works on (channels, height, width)"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.options))
def test_row(row: Row) -> None:
    """The shape is that of one region; so are the operations, which the graph multiplies by the regions."""
    check(row)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: str(row.options))
def test_refused(row: Refused) -> None:
    """Options out of bounds and inputs that are no map are refused."""
    check_refused(row)


def test_multiplies() -> None:
    """What follows runs once for each region of an image."""
    layer = make("roi_align", {"size": 7, "regions": 512}, (MAP,))
    assert isinstance(layer, RoiAlign)
    assert layer.multiplies == 512


def test_call() -> None:
    """The torch module takes every option."""
    layer = make("roi_align", {"size": 7, "scale": 0.25, "regions": 3}, (MAP,))
    arguments = {"size": (7, 7), "scale": 0.25, "ratio": 2, "regions": 3, "aligned": False}
    assert layer.call((MAP,)) == Call("cnninspect.backends.torch_layers3:RoiAlign", arguments)
