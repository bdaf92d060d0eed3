"""Built detectors against torchvision's own, on the same weights: every layer of them that learns, to the last bit.

Beside their layers torchvision's detectors choose boxes, which is no network; so what is compared is what each layer
makes of the same: backbone, pyramid and heads in one run of each, the heads of regions on the regions that ours took.
A check for development environments, as ``test_build_torchvision.py`` is: skipped where torchvision is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from tests.support import torchvision_models

pytest.importorskip("torchvision")

from cnninspect import api
from cnninspect.backends.build import build_graph
from tests.backends.test_build_torchvision import unlike_at_first, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.ir import Graph

RCNN = (
    *("fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2", "maskrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn_v2"),
    *("keypointrcnn_resnet50_fpn", "fasterrcnn_mobilenet_v3_large_fpn", "fasterrcnn_mobilenet_v3_large_320_fpn"),
)
ONE_STAGE = ("retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "fcos_resnet50_fpn")
SSD = {"ssd300_vgg16": 300, "ssdlite320_mobilenet_v3_large": 320}
NEARLY = {"ssd300_vgg16": 1e-6}
"""Networks with an operation whose order differs, and by how much its result may, relative to the largest value:
torchvision's functional.normalize divides by the root of a sum, ours by that of a mean and then by a constant."""
SUMMED = 10
"""So much more may differ once a convolution has added thousands of those values up."""


def learning(model: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """The layers that have weights: modules without others in them."""
    layers = {name: module for name, module in model.named_modules() if not [*module.children()]}
    return {name: module for name, module in layers.items() if [*module.parameters()]}


def watched(model: torch.nn.Module, run: Callable[[], object]) -> dict[str, list[tuple[torch.Tensor, torch.Tensor]]]:
    """What each module with weights was given and made, call by call."""
    found: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {}

    def told(name: str) -> Callable[..., None]:
        def hook(module: torch.nn.Module, given: tuple[Any, ...], made: torch.Tensor) -> None:
            del module
            if isinstance(made, torch.Tensor):
                found.setdefault(name, []).append((given[0].detach().clone(), made.detach().clone()))

        return hook

    hooks = [module.register_forward_hook(told(name)) for name, module in learning(model).items()]
    torch.manual_seed(5)
    with torch.no_grad():
        run()
    for hook in hooks:
        hook.remove()
    return found


def graph_of(name: str) -> Graph:
    """A detector, small: of 128 pixels, or as many as its maps need, and 8 regions."""
    side = SSD.get(name, 128)
    params: dict[str, Any] = {"regions": 8} if name in RCNN else {}
    return api.load(name, input=(3, side, side), **params)


def body(model: Any, x: torch.Tensor) -> None:
    """Backbone, pyramid, and the heads that read its levels."""
    features = [*model.backbone(x).values()]
    (model.rpn.head if hasattr(model, "rpn") else model.head)(features)


def regions(model: Any, given: dict[str, list[tuple[torch.Tensor, torch.Tensor]]]) -> None:
    """The heads of regions, on what the first layer of each was given."""
    heads = model.roi_heads
    for box, rest in (
        ("box_head", "box_predictor"),
        ("mask_head", "mask_predictor"),
        ("keypoint_head", "keypoint_predictor"),
    ):
        if getattr(heads, box, None) is not None:
            first = next(name for name in learning(model) if name.startswith(f"roi_heads.{box}."))
            getattr(heads, rest)(getattr(heads, box)(given[first][0][0]))


@pytest.mark.torch
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", [*RCNN, *ONE_STAGE, *SSD])
def test_layers_are_bit_identical(name: str, training: bool) -> None:  # noqa: FBT001 - a parameter
    """Torchvision's state_dict loads strictly, and every layer makes what torchvision's makes, in order."""
    torch.manual_seed(0)
    theirs: Any = torchvision_models.network(name)
    unlike_at_first(theirs)
    given = {key: tensor.clone() for key, tensor in theirs.state_dict().items()}
    graph = graph_of(name)
    (one,) = graph.inputs
    x = torch.randn(2, *one.shape)
    expected = watched(theirs.train(training), lambda: body(theirs, x))
    for ours in (build_graph(graph, device="meta"), written(graph)):
        ours.load_state_dict({key: tensor.clone() for key, tensor in given.items()}, assign=True)
        found = watched(ours.train(training), lambda ours=ours: ours(x))  # type: ignore[misc]
        wanted = dict(expected)
        if name in RCNN:
            theirs.load_state_dict(given)
            wanted |= watched(theirs, lambda found=found: regions(theirs, found))  # type: ignore[misc]
        assert set(wanted) == set(learning(theirs)) == set(found)  # nothing that learns is left out
        for layer, calls in wanted.items():
            assert len(calls) == len(found[layer]), layer
            assert all(any(same(name, call, one) for one in found[layer]) for call in calls), layer


def same(name: str, theirs: tuple[torch.Tensor, torch.Tensor], ours: tuple[torch.Tensor, torch.Tensor]) -> bool:
    """Whether a layer made the same, or as nearly the same as the one operation that differs leaves it."""
    if torch.equal(theirs[1], ours[1]):
        return True
    if name not in NEARLY or theirs[1].shape != ours[1].shape:
        return False
    unlike = [float((a - b).abs().max() / a.abs().max()) for a, b in zip(theirs, ours, strict=True)]
    return unlike[0] < NEARLY[name] and unlike[1] < SUMMED * NEARLY[name]
