"""What is made small, and what counts as the answer.

What a network's last layer gives is a fact of that layer: scores, which a softmax makes shares of; shares or their
logarithms; or distances to a centre for each class, of which the smallest is the answer. All become logits: scores as they
are, distances with the opposite sign, shares by their logarithm, so that cross-entropy means the same for each.

The loss of a batch is the sum over its images divided once by what the whole batch weighs, so that a batch computed
in parts, or by several processes, has the same loss and the same gradients as in one piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from cnninspect.recipe import Recipe

TINY = 1e-12
"""A share is at least this before its logarithm is taken."""

LOGITS: dict[str, Callable[[Tensor], Tensor]] = {
    "scores": lambda made: made,
    "log_shares": lambda made: made,
    "distances": lambda made: -made,
    "shares": lambda made: made.clamp_min(TINY).log(),
}
"""From what a last layer gives to logits."""


class Heads(Record):
    """The heads of a network that are trained."""

    main: str
    gives: str
    """What its last layer gives, one of LOGITS."""
    weights: Mapping[str, float]
    """Of the heads for training, by name."""
    answers: Mapping[str, str] = {}
    """What those give."""


class Targets(Record):
    """The labels of a batch, made ready."""

    hard: Tensor
    soft: Tensor | None
    weight: Tensor | float
    """What the loss of the batch is divided by."""

    def part(self, first: int, last: int) -> Targets:
        """Those of some of its images."""
        return Targets(self.hard[first:last], None if self.soft is None else self.soft[first:last], self.weight)


class Objective:
    """The loss of a recipe for a network's heads."""

    def __init__(self, recipe: Recipe, heads: Heads, classes: int, class_weights: Tensor | None = None) -> None:
        self.recipe = recipe
        self.heads = heads
        self.classes = classes
        self.smoothing = recipe.label_smoothing
        self.class_weights = class_weights
        self.kind = recipe.loss
        self.one = {"cross_entropy": self._cross_entropy, "binary": self._binary, "mse": self._mse}[recipe.loss]

    def plain(self) -> Objective:
        """The same for images that are not learned from: every label counts once and as it is."""
        found = Objective(self.recipe, self.heads, self.classes)
        found.smoothing = 0.0
        return found

    def targets(self, hard: Tensor, soft: Tensor | None, images: float) -> Targets:
        """The labels of a batch; ``images`` is what its loss is divided by, its share where several processes have it."""
        if self.kind != "cross_entropy":
            return Targets(hard, self._one_hot(hard) if soft is None else soft, images)
        if self.class_weights is None or soft is not None:
            return Targets(hard, soft, images)
        return Targets(hard, None, self.class_weights[hard].sum())

    def _one_hot(self, hard: Tensor) -> Tensor:
        return functional.one_hot(hard, self.classes).float()

    def __call__(self, made: Any, targets: Targets) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - a tensor or some by name
        """The loss of what a network made, and the logits of its main head."""
        if isinstance(made, torch.Tensor):
            return self.one(made, targets, self.heads.gives) / targets.weight, self.logits(made)
        main = made[self.heads.main]
        loss = self.one(main, targets, self.heads.gives)
        for name, weight in self.heads.weights.items():
            if weight:
                loss = loss + weight * self.one(made[name], targets, self.heads.answers.get(name, "scores"))
        return loss / targets.weight, self.logits(main)

    def logits(self, made: Tensor) -> Tensor:
        """What the answer is read from: the largest of each image."""
        made = made.flatten(1) if made.dim() > 2 else made  # noqa: PLR2004 - maps of one cell
        return LOGITS[self.heads.gives](made)

    def _cross_entropy(self, made: Tensor, targets: Targets, gives: str) -> Tensor:
        logits = LOGITS[gives](made.flatten(1).float())
        wanted = targets.hard if targets.soft is None else targets.soft
        return functional.cross_entropy(
            logits, wanted, weight=self.class_weights, label_smoothing=self.smoothing, reduction="sum"
        )

    def _binary(self, made: Tensor, targets: Targets, gives: str) -> Tensor:
        made, wanted = self._matched(made, targets)
        if gives == "shares":
            return functional.binary_cross_entropy(made.clamp(0, 1), wanted, reduction="sum") / made.shape[1]
        logits = LOGITS[gives](made)
        return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / made.shape[1]

    def _mse(self, made: Tensor, targets: Targets, gives: str) -> Tensor:
        del gives
        made, wanted = self._matched(made, targets)
        return functional.mse_loss(made, wanted, reduction="sum") / made.shape[1]

    def _matched(self, made: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
        """Outputs and one target for each; a single output of two classes says how much it is the second."""
        made = made.flatten(1).float()
        assert targets.soft is not None
        return made, targets.soft[:, 1:] if made.shape[1] == 1 else targets.soft

    def answers(self, logits: Tensor) -> Tensor:
        """The class that each image is taken for."""
        if logits.shape[1] == 1:
            middle = 0.5 if self.kind == "mse" else 0.0
            return (logits[:, 0] > middle).long()
        return logits.argmax(1)
