"""Loss and accuracy, added up where the tensors are: nothing waits for the device until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from cnninspect.records import Record

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.training.world import World

MOST_CLASSES = 1000
"""A confusion matrix is kept for so many classes at most."""


class Scores(Record):
    """What some images scored."""

    loss: float
    accuracy: float
    images: int


class Sums:
    """The sums of one pass over images; float64 where the device has it, so that no image is lost in rounding."""

    def __init__(self, device: torch.device) -> None:
        kind = torch.float32 if device.type == "mps" else torch.float64
        self.loss = torch.zeros((), dtype=kind, device=device)
        self.right = torch.zeros((), dtype=torch.int64, device=device)
        self.images = 0

    def add(self, loss: Tensor, right: Tensor, weight: float, images: int) -> None:
        """Add a part of a batch: its loss, of which the batch as a whole has ``weight``, and its right answers."""
        self.loss.add_(loss, alpha=weight)
        self.right.add_(right)
        self.images += images

    def scores(self, world: World) -> Scores:
        """The means over all processes; this waits for the device."""
        if world.size > 1:
            right = world.total(self.right.clone())
            loss = world.total(self.loss.clone())
            images = int(world.total(torch.tensor(self.images, device=self.right.device)))
        else:
            right, loss, images = self.right, self.loss, self.images
        count = max(images, 1)
        return Scores(float(loss) / count, float(right) / count, images)

    def state(self, world: World) -> dict[str, Any]:
        """As a checkpoint holds it: over all processes."""
        loss, right = world.total(self.loss.clone()).cpu(), world.total(self.right.clone()).cpu()
        images = world.total(torch.tensor(self.images, device=self.right.device))
        return {"loss": loss, "right": right, "images": int(images)}

    def load(self, state: dict[str, Any]) -> None:
        """Take what a checkpoint holds."""
        self.loss.copy_(state["loss"])
        self.right.copy_(state["right"])
        self.images = int(state["images"])


class Confusion:
    """How often an image of each class (row) was taken for each class (column)."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self.classes = classes
        size = classes * classes if classes <= MOST_CLASSES else 0
        self.counts = torch.zeros(size, dtype=torch.int64, device=device)

    def add(self, labels: Tensor, answers: Tensor) -> None:
        """Count a batch."""
        if len(self.counts):
            places = labels * self.classes + answers
            self.counts.index_add_(0, places, torch.ones_like(places))

    def total(self, world: World) -> Tensor:
        """The counts of all processes, in one row."""
        return world.total(self.counts.clone())

    def rows(self, world: World) -> tuple[tuple[int, ...], ...]:
        """The counts of all processes, a row for each class; none where there are too many classes."""
        if not len(self.counts):
            return ()
        counts = self.total(world).view(self.classes, self.classes).tolist()
        return tuple([tuple(row) for row in counts])
