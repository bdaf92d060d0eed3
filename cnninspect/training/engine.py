"""One step of training, and one pass of judging, with nothing around them.

A step waits for the device nowhere: what is learned about it is added up on the device. On the CPU, where looking is
free, a loss that is no number is seen before it reaches a weight.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.training.averaging import Average
from cnninspect.training.metrics import Confusion, Sums
from cnninspect.training.optimisers import optimizer_of
from cnninspect.training.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor

    from cnninspect.backends.build_network import Network
    from cnninspect.data.loading import Batch
    from cnninspect.recipe import Recipe
    from cnninspect.training.losses import Objective, Targets
    from cnninspect.training.schedules import Schedule

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class NotFinite(Exception):
    """A step has made a number that is none: its loss, before it changed anything, or weights.

    Without ``images`` it was found later, and nobody knows at which step.
    """

    def __init__(self, what: str = "the loss", images: Tensor | None = None, *, here: bool = True) -> None:
        """``here``: whether it was this process, and not another one that trains with it."""
        super().__init__(f"{what} is not finite")
        self.what = what
        self.images = images
        self.here = here


class Engine:
    """A network with all that a step needs."""

    def __init__(  # noqa: PLR0913 - what a step is made of
        self,
        network: Network,
        recipe: Recipe,
        objective: Objective,
        schedule: Schedule,
        device: torch.device,
        world: World | None = None,
    ) -> None:
        self.network = network
        self.recipe = recipe
        self.objective = objective
        self.judged = objective.plain()
        self.schedule = schedule
        self.device = device
        self.world = world or World()
        self.layout = torch.channels_last if recipe.channels_last else torch.preserve_format
        if recipe.channels_last:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.called = self._called()
        self.judging = self.world.judged(self.network, self.called)
        self.optimizer = optimizer_of(network, recipe)
        self.learned = [one for group in self.optimizer.param_groups for one in group["params"]]
        self.average = None if recipe.ema is None else Average(network, recipe.ema, self.world)
        self.half = HALVES.get(recipe.precision)
        self.scaler = torch.amp.GradScaler(device.type, enabled=recipe.precision == "fp16")
        self.looks = device.type == "cpu"
        """Whether each loss is looked at before it is used."""
        self.strict = False
        """Whether weights are looked at after each step, to find the one that spoils them."""

    def _called(self) -> Callable[..., Any]:
        unused = not all(self.objective.heads.weights.values())
        wrapped = self.world.wrap(self.network, unused=unused)
        return torch.compile(wrapped) if self.recipe.compile else wrapped

    # --- training ------------------------------------------------------------------------

    def step(self, batch: Batch, number: int, sums: Sums) -> None:
        """Learn from a batch; ``number`` counts the steps from 0. Raises NotFinite."""
        rate = self.schedule.rate(number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        world, objective, each = self.world, self.objective, batch.total / self.world.size
        targets = objective.targets(batch.labels, batch.soft, each)
        if world.size > 1 and isinstance(targets.weight, torch.Tensor):
            own = targets.weight.detach() * bool(batch.real)
            targets = targets._replace(weight=world.total(own) / world.size)
        world.stepping(batch.real, batch.total)
        self._forth_and_back(batch, targets, sums, each if batch.real else 0.0)
        world.settle()
        if self.recipe.clip is not None:
            self.scaler.unscale_(self.optimizer)
            world.clip(self.learned, self.recipe.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.average is not None:
            self.average.update(number + 1)
        if self.strict:
            bad = not self.sound()
            if world.anywhere(bad):
                raise NotFinite("a weight", batch.images, here=bad)

    def _forth_and_back(self, batch: Batch, targets: Targets, sums: Sums, each: float) -> None:
        images, count = batch.images, len(batch.images)
        if not batch.real:  # nothing was left for this process: an image stands in, so that all exchange gradients
            targets = targets._replace(weight=float("inf"))
        parts = min(self.recipe.accumulate, count if self.world.size == 1 else _least(batch.total, self.world.size))
        if parts <= 1:
            loss, right = self._part(images, targets, first=True)
            sums.add(loss, right if batch.real else right * 0, each, batch.real)
            return
        edges = [count * part // parts for part in range(parts + 1)]
        for first, last in pairwise(edges):
            part = images[first:last], targets.part(first, last)
            if last < count:
                with self.world.held_back(self.called):
                    sums.add(*self._part(*part, first=not first), each, last - first)
            else:
                sums.add(*self._part(*part, first=False), each, last - first)

    def _part(self, images: Tensor, targets: Targets, *, first: bool) -> tuple[Tensor, Tensor]:
        """The loss of some images and how many were right; their gradients are added to those that are there.

        Old gradients go after the forward: the memory of the CPU is then not given back and asked for again.
        """
        loss, logits = self.forward(images, targets, self.objective)
        if self.looks:
            bad = not isfinite(loss.item())
            if self.world.anywhere(bad):
                raise NotFinite(images=images, here=bad)
        if first:
            self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        return loss.detach(), (self.objective.answers(logits.detach()) == targets.hard).sum()

    def forward(self, images: Tensor, targets: Targets, objective: Objective) -> tuple[Tensor, Tensor]:
        """The loss and the logits of some images."""
        called = self.called if self.network.training else self.judging
        if self.recipe.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        if self.half is None:
            return objective(called(images), targets)
        with torch.autocast(self.device.type, self.half):
            return objective(called(images), targets)

    def sound(self) -> bool:
        """Whether every weight is a number; this waits for the device."""
        with torch.no_grad():
            return bool(torch.stack([self.world.own(one).isfinite().all() for one in self.learned]).all())

    # --- judging -------------------------------------------------------------------------

    def judge(self, batches: Iterable[Batch], asked: Callable[[], bool]) -> tuple[Sums, Confusion] | None:
        """What images score that are not learned from; None where it is ``asked`` to stop."""
        sums, confusion = Sums(self.device), Confusion(self.objective.classes, self.device)
        self.network.eval()
        try:
            with torch.no_grad():
                for batch in batches:
                    self._judge(batch, sums, confusion)
                    if asked():
                        return None
        finally:
            self.network.train()
        return sums, confusion

    def _judge(self, batch: Batch, sums: Sums, confusion: Confusion) -> None:
        if not batch.real and not self.world.lockstep:
            return
        targets = self.judged.targets(batch.labels, None, len(batch.labels))
        loss, logits = self.forward(batch.images, targets, self.judged)
        if not batch.real:
            return
        answers = self.judged.answers(logits)
        sums.add(loss, (answers == batch.labels).sum(), len(batch.labels), len(batch.labels))
        confusion.add(batch.labels, answers)


def _least(total: int, processes: int) -> int:
    """Images that every process has at least of a batch (or 1, which may stand in), as all of them know it."""
    return max(total // 2 // processes * 2, 1)
