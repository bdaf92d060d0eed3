"""The trainings of the notes of 2021, and of the zoo's other networks, on files of the right form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from tests.support.training import trained

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.torch


def fashion(folder: Path, train: int, held: int) -> str:
    """Images of Fashion-MNIST's form in IDX files: each class has stripes of its own."""
    place = folder / "fashion-mnist"
    place.mkdir()
    random = torch.Generator().manual_seed(1)
    for prefix, count in (("train", train), ("t10k", held)):
        labels = torch.arange(count, dtype=torch.uint8) % 10
        rows = torch.arange(28).view(1, 28, 1)
        stripes = ((rows // (labels.view(-1, 1, 1) + 1)) % 2 * 150).expand(-1, -1, 28)
        images = (stripes + torch.randint(0, 60, (count, 28, 28), generator=random)).to(torch.uint8)
        for name, tensor in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
            head = bytes([0, 0, 8, tensor.dim()]) + b"".join(size.to_bytes(4, "big") for size in tensor.shape)
            (place / name).write_bytes(head + tensor.numpy().tobytes())
    return str(folder)


@pytest.mark.parametrize(
    ("recipe", "model", "rate"),
    [("alexnet_fashion_mnist", "alexnet_simplified", 0.01), ("nin_fashion_mnist", "nin", 0.1)],
)
def test_networks_of_the_notes_train_on_idx_files(recipe: str, model: str, rate: float, tmp_path: Path) -> None:
    """AlexNet and NiN take the recipe of the notes: Fashion-MNIST stretched to 224, batch 128, plain SGD."""
    wish = api.TrainWish(
        recipe=recipe,
        data_dir=fashion(tmp_path, 12, 4),
        run=str(tmp_path / "run"),
        options={"epochs": 1, "batch": 6},
    )
    plan = api.plan_training(wish)
    assert (plan.graph.name, plan.recipe.rate, plan.recipe.momentum, plan.recipe.weight_decay) == (model, rate, 0, 0)
    assert "images of 28x28 become 224x224, by stretch" in plan.preflight.notes
    found = api.train_planned(plan, wish)
    (epoch,) = found.outcome.epochs
    assert (epoch.step, epoch.train.images, epoch.validation.images) == (2, 12, 4)
    assert found.plan.published == {"alexnet": {"loss": 0.327, "accuracy": 0.885}, "nin": {"loss": 0.563, "accuracy": 0.772}}[model.partition("_")[0]]  # fmt: skip
    assert torch.load(tmp_path / "run" / "last.pt", weights_only=True)["transform"]["height"] == 224


def test_the_recipe_of_the_notes_learns(tmp_path: Path) -> None:
    """At a size that a test has time for, plain SGD on IDX files learns what can be learned."""
    wish = api.TrainWish(
        model="lenet5_modern",
        recipe="alexnet_fashion_mnist",
        data_dir=fashion(tmp_path, 400, 100),
        run=str(tmp_path / "run"),
        options={"epochs": 15, "batch": 20, "lr": 0.003, "momentum": 0.9, "optimizer": "adamw", "init": "torch"},
    )
    assert trained(wish).outcome.epochs[-1].validation.accuracy > 0.8


ZOO: dict[str, dict[str, Any]] = {
    "googlenet_paper": {"heads": 0.3},
    "resnet18": {"precision": "bf16", "channels_last": True},
    "squeezenet1_0": {"mixup": 0.2},
    "resnet110_cifar": {"ema": 0.99},
}


@pytest.mark.parametrize("name", ZOO)
def test_networks_of_the_zoo_take_a_step(name: str, tmp_path: Path) -> None:
    """Networks with heads for training, of 1,000 classes, and of other sizes are trained as they are."""
    wish = api.TrainWish(
        model=name,
        data_dir=str(tmp_path),
        run=str(tmp_path / "run"),
        options={"data": "synthetic:train=4,held=2,classes=3", "epochs": 1, "batch": 4, **ZOO[name]},
    )
    found = trained(wish)
    assert found.outcome.epochs[-1].step == 1
    assert found.outcome.reason == "done"
