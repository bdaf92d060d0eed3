"""What receptive fields tell about a network."""

from __future__ import annotations

from cnninspect import api
from cnninspect.ir import Tensor
from cnninspect.passes.field_checks import Misaligned, misaligned, resolutions, unproductive
from tests.passes.test_field import net


def test_branches_whose_centres_differ() -> None:
    """A window of 3 padded on one side looks one position ahead of its shortcut: centre 1 against 0."""
    layers = [{"add": {"a": [{"conv": {"out": 1, "kernel": 3, "padding": [[0, 2]]}}], "b": []}}]
    assert misaligned(net(layers)) == [Misaligned(1, 0, 0, (Tensor(0), Tensor(-1)), (1.0, 0.0), (1.0, 1.0), (2.0, 0.0))]


def test_branches_whose_jumps_differ() -> None:
    """Of 8 positions a stride of 2 and a crop of 4 leave 4 each: they meet, and move unlike."""
    layers = [{"add": {"a": [{"max_pool": 2}], "b": [{"crop": {"cropping": [[0, 4]]}}]}}]
    found = Misaligned(2, 0, 0, (Tensor(0), Tensor(1)), (0.5, 0.0), (2.0, 1.0), (1.0, 0.0))
    assert misaligned(net(layers, [1, 8])) == [found]


def test_what_lines_up() -> None:
    """Upsampling after pooling is centred on what was pooled; gates, stretched inputs and appended maps are no branches."""
    up = {"add": {"a": ["relu"], "b": [{"max_pool": 2}, {"upsample": 2}]}}
    gate = {"mul": {"a": [], "gate": ["global_avg_pool"]}}
    assert misaligned(net([up, gate, {"concat": {"axis": 2}, "from": ["prev", "prev"]}])) == []


def test_every_shipped_residual_network_lines_up() -> None:
    """In ResNet, DenseNet and the U-Net branches are centred alike."""
    for name in ("resnet50", "densenet121", "unet", "shufflenet_v2_x1_0"):
        assert misaligned(api.load(name), through_gates=True) == []


def test_layers_that_add_no_context() -> None:
    """Fields of 3, 5, 7 and 9 over 7 positions: what the fourth reads sees all already."""
    layers = [{"conv": {"out": 1, "kernel": 3, "padding": 1}}] * 4
    graph = net([*layers, {"conv": {"out": 1, "kernel": 1}}, "global_avg_pool"], [1, 7])
    assert unproductive(graph) == [3]
    assert resolutions(graph) == ((7, 9),)


def test_resolutions_that_cannot_be_told() -> None:
    """An unknown field leaves the range unknown; a vector has none; without a window all sizes suit."""
    assert resolutions(net([{"reshape": [1, 4, 16]}])) is None
    assert resolutions(net([{"linear": 4}], [8])) is None
    assert resolutions(net(["relu"])) == ((1, 1),)
