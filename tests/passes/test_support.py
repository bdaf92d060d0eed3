"""What positions see of the actual image, by hand."""

from __future__ import annotations

import pytest

from cnninspect.passes.support import padding, support
from tests.passes.test_field import net

PADS = {
    "zeros": [0b011, 0b111, 0b110],  # positions -1 and 3 are nothing
    "replicate": [0b011, 0b111, 0b110],  # -1 is 0, 3 is 2
    "reflect": [0b011, 0b111, 0b110],  # -1 is 1, 3 is 1
    "circular": [0b111, 0b111, 0b111],  # -1 is 2, 3 is 0
}


@pytest.mark.parametrize("mode", PADS)
def test_what_padding_stands_for(mode: str) -> None:
    """A window of 3 over 3 positions sees at the border what the padding holds."""
    graph = net([{"conv": {"out": 1, "kernel": 3, "padding": 1, "padding_mode": mode}}], [1, 3])
    found = support(graph)[0][0]
    assert found is not None
    assert found.masks(0) == PADS[mode]


def test_a_reflected_border_alone() -> None:
    """Padded by 2 on the left, 4 positions are 2, 1, 0, 1, 2, 3."""
    found = support(net([{"pad": {"padding": [[2, 0]], "mode": "reflect"}}], [1, 4]))[0][0]
    assert found is not None
    assert found.masks(0) == [0b100, 0b10, 0b1, 0b10, 0b100, 0b1000]


def test_one_unit_sees_a_box() -> None:
    """The unit in the corner of a 3x3 window with padding 1 sees 2x2, and all channels look the same."""
    found = support(net([{"conv": {"out": 2, "kernel": 3, "padding": 1}}], [1, 4, 5]))[0][0]
    assert found is not None
    assert found.at((0, 4)) == (0b0011, 0b11000)


def test_a_map_of_padding_alone_sees_nothing() -> None:
    """Cropped to its padding, a map depends on no position, on any axis."""
    layers = [{"pad": {"padding": [[0, 0], [2, 0]]}}, {"crop": {"cropping": [[0, 0], [0, 3]]}}]
    assert support(net(layers, [1, 4, 3]))[1] == {}


def test_how_much_is_padding() -> None:
    """A window of 3 over 4 positions: of 12 cells 2 are padding, one at each end, and none at the centre."""
    graph = net([{"conv": {"out": 1, "kernel": 3, "padding": 1}}], [1, 4])
    (share,) = padding(graph)
    assert share is not None
    assert (share.centre, round(share.mean, 12), share.cut) == (0.0, round(2 / 12, 12), ((1, 1),))
