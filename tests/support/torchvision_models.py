"""torchvision itself, where a development environment has it: its wheel alone, without its compiled operators."""

from __future__ import annotations

import sys

import torch

FAKED = ("nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d")
"""Operators that torchvision gives fake kernels at import: they have to be declared, not to work."""

try:
    import torchvision  # type: ignore[import-not-found, import-untyped, unused-ignore] # noqa: F401
except ImportError:  # the tests are skipped then
    pass
except RuntimeError:  # its compiled operators are for another torch
    for _name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[_name]
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for _name in FAKED:
        for _operator in (_name, f"_{_name}_backward"):
            library.define(f"{_operator}(Tensor x) -> Tensor")  # type: ignore[no-untyped-call]


def network(name: str) -> torch.nn.Module:
    """Torchvision's own network, with weights as it begins them."""
    from torchvision.models import get_model  # type: ignore[import-not-found, import-untyped, unused-ignore]

    options: dict[str, object] = {}
    if any(part in name for part in ("fcn_", "deeplab", "rcnn", "retina", "fcos", "lraspp", "ssd")):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    made: torch.nn.Module = get_model(name, weights=None, **options)
    return made


def state_dict(name: str) -> list[tuple[str, tuple[int, ...]]]:
    """The keys and shapes of torchvision's own network, in its order."""
    device = "cpu" if "regnet" in name else "meta"  # regnet's initialisation reads what it wrote
    with torch.device(device):
        model = network(name)
    return [(key, tuple(tensor.shape)) for key, tensor in model.state_dict().items()]
