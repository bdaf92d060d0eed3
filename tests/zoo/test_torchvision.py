"""Every network that torchvision has too, against torchvision itself: a check for development environments.

Runs with ``pytest tests/zoo/test_torchvision.py`` where torchvision can be imported (``pip install --no-deps
torchvision`` beside torch is enough); skipped elsewhere.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

pytest.importorskip("torch")
from tests.support import torchvision_models

pytest.importorskip("torchvision")

from cnninspect import api
from tests.zoo import state_dict

ROWS = csv.DictReader((Path(__file__).parent / "figures.csv").read_text("utf-8").splitlines())
NAMES = sorted(row["name"] for row in ROWS if row["source"].startswith("torchvision"))


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_keys_and_shapes_in_order(name: str) -> None:
    """The ``state_dict`` has torchvision's keys and shapes in torchvision's order."""
    assert state_dict(api.load(name)) == torchvision_models.state_dict(name)
