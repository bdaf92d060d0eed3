"""What each layer is for, which layers add up and which centre: the facts that design rules ask for."""

from __future__ import annotations

import pytest

from cnninspect.layers import load_all
from cnninspect.layers.base import ROLES

ROLE = {
    "weights": "conv depthwise_conv separable_conv conv_transpose sparse_conv linear rbf",
    "norm": "batch_norm instance_norm group_norm layer_norm rms_norm local_response_norm",
    "noise": "dropout dropout_channels alpha_dropout feature_alpha_dropout gaussian_dropout gaussian_noise drop_path",
    "pool": "max_pool avg_pool lp_pool subsample adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool "
    "mean sum max min",
    "merge": "add subtract mul divide maximum minimum average concat matmul",
    "view": "flatten reshape permute squeeze unsqueeze repeat_vector identity split chunk slice pixel_shuffle "
    "pixel_unshuffle channel_shuffle",
    "resize": "pad crop upsample",
    "": "layer_scale scale_shift normalize roi_align",
}
"""Every layer but the activations by what it is for."""
BENT = """rbf lp_pool max_pool adaptive_max_pool global_max_pool max min mul divide maximum minimum matmul
instance_norm group_norm layer_norm rms_norm local_response_norm roi_align"""
"""Of these the layers that do more than weigh and add."""


def test_every_layer_has_its_role() -> None:
    """The roles of all layers; whatever is not in the table bends values."""
    told = {name: role for role, names in ROLE.items() for name in names.split()}
    assert {name: layer.role for name, layer in load_all().items()} == {
        name: told.get(name, "activation") for name in load_all()
    }
    assert set(ROLES) == {*ROLE, "activation"}


@pytest.mark.parametrize("name", sorted(load_all()))
def test_linear(name: str) -> None:
    """An activation is no weighted sum; of the other layers those of the table are none."""
    layer = load_all()[name]
    assert layer.linear is not (layer.role == "activation" or name in BENT.split())


@pytest.mark.parametrize(
    ("name", "options", "centres"),
    [
        ("batch_norm", {}, True),
        ("batch_norm", {"affine": False}, True),
        ("batch_norm", {"frozen": True}, False),
        ("instance_norm", {}, True),
        ("group_norm", {"groups": 2}, False),
        ("layer_norm", {}, False),
        ("rms_norm", {}, False),
        ("conv", {"out": 1, "kernel": 1}, False),
    ],
)
def test_centres(name: str, options: dict[str, object], centres: object) -> None:
    """Batch and instance norm take the mean of each channel away; frozen statistics are a constant, not the mean."""
    assert load_all()[name](options, 2).centres() is centres


@pytest.mark.parametrize(
    ("name", "options", "among"),
    [
        ("softmax", {}, 4),
        ("softmax", {"axis": "height"}, 6),
        ("log_softmax", {}, 4),
        ("softmin", {"axis": "width"}, 7),
        ("sparsemax", {}, 4),
        ("softmax2d", {}, 4),
        ("glu", {}, None),
        ("relu", {}, None),
        ("conv", {"out": 1, "kernel": 1}, None),
    ],
)
def test_shared_among(name: str, options: dict[str, object], among: int | None) -> None:
    """Shares that sum to 1 are taken along one axis; a gate takes none."""
    assert load_all()[name](options, 2).shared_among((4, 6, 7)) == among
