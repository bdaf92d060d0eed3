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
    "": "layer_scale scale_shift normalize roi_align abs",
}
"""Every layer but the activations by what it is for."""
BENT = """rbf lp_pool max_pool adaptive_max_pool global_max_pool max min mul divide maximum minimum matmul
instance_norm group_norm layer_norm rms_norm local_response_norm roi_align abs"""
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


def test_which_merges_commute() -> None:
    """Of the layers that join tensors those that make the same of them in any order."""
    found = {name for name, layer in load_all().items() if layer.commutes}
    assert found == {"add", "mul", "maximum", "minimum", "average"}


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


CARRYING: list[tuple[str, dict[str, object]]] = [
    ("identity", {}),
    ("max_pool", {"kernel": 3, "stride": 2, "padding": 1}),
    ("max_pool", {"kernel": 2, "padding": "same"}),
    ("max_pool", {"kernel": 3, "stride": 2, "rounding": "ceil"}),
    ("avg_pool", {"kernel": 2}),
    ("avg_pool", {"kernel": 3, "stride": 2, "rounding": "ceil"}),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": 1, "count_include_pad": False}),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": "same"}),
    ("adaptive_avg_pool", {"size": 3}),
    ("adaptive_max_pool", {"size": 3}),
    ("global_avg_pool", {}),
    ("global_max_pool", {"keep": False}),
    ("mean", {"axes": ["height", "width"]}),
    ("max", {"axes": "height"}),
    ("min", {"axes": "width", "keep": True}),
    ("crop", {"cropping": 1}),
    ("upsample", {"factor": 2}),
    ("upsample", {"factor": 1.5, "mode": "bilinear"}),
    ("upsample", {"size": 11, "mode": "bicubic", "align_corners": True}),
    ("upsample", {"size": 5, "mode": "area"}),
]
"""Layers that pass a constant of a channel on."""
CHANGING: list[tuple[str, dict[str, object]]] = [
    ("avg_pool", {"kernel": 3, "padding": 1}),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": "same", "count_include_pad": True}),
    ("lp_pool", {"kernel": 2}),
    ("sum", {"axes": ["height", "width"]}),
    ("mean", {"axes": "channels"}),
    ("relu", {}),
    ("flatten", {}),
]
"""Layers that do not, or move it to other places."""


@pytest.mark.parametrize(("name", "options"), CARRYING)
def test_carries(name: str, options: dict[str, object]) -> None:
    """What is said to carry does so in torch: a constant added to a channel is added to that channel of the output."""
    torch = pytest.importorskip("torch")
    from tests.support.oracle import realize

    layer, shape = load_all()[name](options, 2), (4, 7, 7)
    assert layer.carries(shape)
    _, run = realize(layer.call((shape,)))
    x, constant = torch.randn(2, *shape), torch.tensor([3.0, -2.0, 0.5, 10.0])
    before, after = run(x), run(x + constant[:, None, None])
    assert isinstance(before, torch.Tensor)
    assert torch.allclose(after, before + constant.view(4, *[1] * (before.dim() - 2)), atol=1e-5)


@pytest.mark.parametrize(("name", "options"), CHANGING)
def test_does_not_carry(name: str, options: dict[str, object]) -> None:
    """Of these nothing is said."""
    assert not load_all()[name](options, 2).carries((4, 7, 7))
