"""Networks that torchvision has too carry its names: its checkpoints fit, and each layer costs the same."""

from __future__ import annotations

import pytest

from cnninspect import api
from tests.zoo import DATA, recorded, state_dict

NAMES = sorted(path.name.removesuffix(".txt.gz") for path in DATA.iterdir())


def test_records_are_read() -> None:
    """The records name the networks that are compared, so that an empty folder cannot pass."""
    assert {"alexnet", "densenet121", "googlenet", "mobilenet_v2", "resnet18", "resnet50", "vgg16_bn"} <= {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_state_dict(name: str) -> None:
    """Keys, shapes and their order are those of torchvision's ``state_dict``."""
    assert state_dict(api.load(name)) == recorded(name).state_dict


@pytest.mark.parametrize("name", NAMES)
def test_calls(name: str) -> None:
    """Every module of torchvision's that has a layer of the same name makes the same shape with as many MACs."""
    summary = api.summarize(api.load(name))
    own = {row.node.name: (row.node.outputs[0], row.cost.macs) for row in summary.rows}
    calls = recorded(name).calls
    same_name = {called: facts for called, facts in calls.items() if called in own}
    assert {called: own[called] for called in same_name} == same_name
    assert [called for called, (_, macs) in calls.items() if macs and called not in same_name] == []
