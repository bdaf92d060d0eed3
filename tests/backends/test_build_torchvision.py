"""Built networks against torchvision's own, on the same weights: the same to the last bit, in both modes.

A check for development environments, as ``tests/zoo/test_torchvision.py`` is: skipped where torchvision is missing.
``CNNINSPECT_LARGEST=1_000_000_000`` takes the networks of more than 150 million parameters, too.
Detectors are left out: theirs need torchvision's compiled operators, and their heads give boxes.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from tests.support import torchvision_models

pytest.importorskip("torchvision")

from cnninspect import api
from cnninspect.backends.build import build_graph

if TYPE_CHECKING:
    from cnninspect.ir import Graph

ZOO = Path(__file__).parent.parent / "zoo" / "figures.csv"
DETECTORS = ("rcnn", "retinanet", "fcos", "ssd")
NAMES = sorted(
    row["name"]
    for row in csv.DictReader(ZOO.read_text("utf-8").splitlines())
    if row["source"].startswith("torchvision")
    and not any(word in row["name"] for word in DETECTORS)
    and int(row["parameters"])
    < int(os.environ.get("CNNINSPECT_LARGEST", "150_000_000"))  # copies of more are gigabytes
)
SIZES = {"inception_v3": (3, 299, 299), "s3d": (3, 16, 224, 224)}
"""What small maps would not pass through."""


def small(name: str) -> tuple[int, ...]:
    """An input that is quick to run: 64 pixels, or 8 frames of 32."""
    (given,) = api.load(name).inputs
    return SIZES.get(name, (3, 64, 64) if len(given.shape) == 3 else (3, 8, 32, 32))


def unlike_at_first(model: torch.nn.Module) -> None:
    """Statistics and factors that are all 0 or 1 in a new network would hide mistakes."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if key.endswith("running_mean"):
                tensor.normal_(0, 0.1, generator=generator)
            elif key.endswith("running_var"):
                tensor.uniform_(0.5, 1.5, generator=generator)
            elif "layer_scale" in key or (tensor.dim() == 1 and key.endswith("weight")):
                tensor.uniform_(0.8, 1.2, generator=generator)


def parts(made: Any) -> list[torch.Tensor]:
    """Every output, in the order of torchvision, whose GoogLeNet has its second helper before the first."""
    if isinstance(made, torch.Tensor):
        return [made]
    if isinstance(made, dict):
        return [made[key] for key in (["logits", "aux2", "aux1"] if "aux2" in made else made)]
    return [*made]


def written(graph: Graph) -> torch.nn.Module:
    """The module of the Python file that is exported of a network."""
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(api.export_python(graph), f"{graph.name}.py", "exec"), space)
    with torch.device("meta"):
        made: torch.nn.Module = next(
            one for one in space.values() if "Make the network" in (getattr(one, "__doc__", None) or "")
        )()
    return made


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_bit_identical(name: str) -> None:
    """Torchvision's state_dict loads strictly, and outputs and statistics are its own, in eval and in training.

    So it is with the built network, and with the one of the exported Python file.
    """
    torch.manual_seed(0)
    theirs = torchvision_models.network(name)
    unlike_at_first(theirs)
    given = {key: tensor.clone() for key, tensor in theirs.state_dict().items()}
    graph = api.load(name, input=small(name))
    x = torch.randn(2, *small(name))
    expected = run(theirs, x)
    for ours in (build_graph(graph, device="meta"), written(graph)):
        ours.load_state_dict({key: tensor.clone() for key, tensor in given.items()}, assign=True)
        assert [*ours.state_dict()] == [*theirs.state_dict()]
        for one, other in zip(run(ours, x), expected, strict=True):
            assert torch.equal(one, other)
            assert one.isfinite().all()
        assert all(torch.equal(mine, its) for mine, its in zip(ours.buffers(), theirs.buffers(), strict=True))


def run(model: torch.nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    """What a network gives in eval mode, then in training."""
    found = []
    for training in (False, True):
        torch.manual_seed(5)
        with torch.no_grad():
            found += parts(model.train(training)(x))
    return found
