"""Every shipped network is what is stated of it: built by torch, held figure by figure."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.frontends.locate import shipped_names

pytest.importorskip("torch")

import torch

NAMES = shipped_names()
COMPUTED = {
    "densenet_bc_cifar": None,
    "efficientnet_b0": (3, 32, 32),
    "googlenet": (3, 64, 64),
    "lenet5_modern": None,
    "lraspp_mobilenet_v3_large": (3, 32, 32),
    "mnasnet1_0": (3, 32, 32),
    "mobilenet_v2": (3, 32, 32),
    "mobilenet_v3_small": (3, 32, 32),
    "nin": (3, 96, 96),
    "regnet_x_400mf": (3, 32, 32),
    "resnet18": (3, 64, 64),
    "resnet20_cifar": None,
    "shufflenet_v2_x1_0": (3, 32, 32),
    "squeezenet1_0": (3, 64, 64),
}
"""Networks that are quickly computed, with an input that is; None: its own."""
WITHOUT_VALUES = ["peak activations", "receptive field", "determinism"]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_shapes_weights_and_macs(name: str) -> None:
    """Torch has the shapes, the state_dict and the MACs that are stated, nothing being computed."""
    found = api.verify(api.load(name), meta=True, training=False)
    unknown = [figure.name for figure in found.figures if figure.verdict != "agreed"]
    counted = ["MACs"] if name == "lenet5" else []  # of its radial layer torch's counter sees nothing
    assert unknown == [*counted, "saved for backward", "gradients", *WITHOUT_VALUES]
    assert found.unused == ()


@pytest.mark.torch
@pytest.mark.parametrize("name", COMPUTED)
def test_values(name: str) -> None:
    """Computed, nothing differs either: what backward keeps, the peak, receptive fields, gradients, two runs."""
    found = api.verify(api.load(name, input=COMPUTED[name]))
    assert [(figure.name, figure.note) for figure in found.figures if figure.verdict != "agreed"] == []
