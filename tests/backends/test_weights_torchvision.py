"""Checkpoints of torchvision's own networks, saved by torch: they load whole, to the last bit.

A check for development environments, as ``tests/zoo/test_torchvision.py`` is: skipped where torchvision is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from tests.support import torchvision_models  # noqa: E402

pytest.importorskip("torchvision")

from cnninspect import api  # noqa: E402
from cnninspect.frontends import checkpoints  # noqa: E402
from tests.support.checkpoints import table  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "alexnet",
    "densenet121",
    "efficientnet_b0",
    "mobilenet_v3_large",
    "resnet18",
    "shufflenet_v2_x1_0",
    "squeezenet1_0",
)


@pytest.mark.parametrize("name", NAMES)
def test_torchvision_checkpoints(name: str, tmp_path: Path) -> None:
    """What torch saves of a network of torchvision is the network's table, and loads without a difference."""
    given = torchvision_models.network(name).state_dict()
    path = str(tmp_path / "w.pth")
    for new in (True, False):
        torch.save(given, path, _use_new_zipfile_serialization=new)
        expected = [(key, str(tensor.dtype)[6:], tuple(tensor.shape)) for key, tensor in given.items()]
        assert table(checkpoints.read(path)) == expected
        assert api.weights(name, path).verdict == f"all {len(given)} tensors load"
        own = api.build(name, weights=path).state_dict()
        assert list(own) == list(given)
        assert all(torch.equal(own[key], given[key]) for key in given)
