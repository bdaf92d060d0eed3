"""What the training loop adds to a step, and what the default run reaches.

    python benchmarks/training.py              # a step of ours against one by hand: LeNet-5 and ResNet-18, on the CPU
    python benchmarks/training.py seeds [N]    # `cnninspect train lenet5`, N seeds (5): accuracy on the images held out

Both loops take the very same batches in turn, one step of each, with the same network, optimizer (fused), schedule, loss
and sums of loss and right answers; the CPU time of each step is taken, on one thread, and the median of the ratios of
neighbouring steps told. Ours does what it does in a run: it looks at each loss, listens for signals, asks for writing.
"""

from __future__ import annotations

import sys
import tempfile
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

from cnninspect import api
from cnninspect.training.loop import Loop
from cnninspect.training.preparing import prepare
from cnninspect.training.run_folder import RunFolder
from cnninspect.training.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.data.loading import Batch

CASES = {
    "lenet5, digits, batch 64": ("lenet5", {"data": "digits", "batch": 64}, (1, 32, 32), 600),
    "resnet18, 3x32x32, batch 32": ("resnet18", {"data": "synthetic", "batch": 32}, (3, 32, 32), 60),
}
WARM = 10


def by_hand(plan: api.Plan, steps: int) -> Callable[[Batch], None]:
    """A step as a person writes it."""
    recipe = plan.recipe
    network: Any = api.build(plan.graph, seed=recipe.seed).train()
    spared = [one for one in network.parameters() if one.dim() < 2]  # noqa: PLR2004
    pulled = [one for one in network.parameters() if one.dim() > 1 and one.requires_grad]
    groups = [{"params": pulled, "weight_decay": 0.01}, {"params": spared, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.999), fused=True)
    schedule = OneCycleLR(optimizer, recipe.rate, total_steps=steps, cycle_momentum=False)
    sign = -1 if plan.graph.name == "lenet5" else 1
    total, right = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.int64)

    def step(batch: Batch) -> None:
        logits = sign * network(batch.images)
        loss: Any = functional.cross_entropy(logits, batch.labels, label_smoothing=recipe.label_smoothing)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            total.add_(loss.detach(), alpha=len(batch.labels))
            right.add_((logits.argmax(1) == batch.labels).sum())

    return step


def compared(name: str) -> None:
    """One case: the medians of both, and of their ratio."""
    model, options, shape, steps = CASES[name]
    wish = api.TrainWish(model=model, options={"epochs": 10_000, **options}, inputs={None: shape})
    plan = api.plan_training(wish)
    prepared = prepare(plan.graph, plan.recipe, plan.data, World())
    prepared.engine.network.train()
    theirs = by_hand(plan, 10_000 * len(prepared.train))
    with tempfile.TemporaryDirectory() as folder, RunFolder(folder) as run:
        ours = Loop(prepared.engine, prepared.train, prepared.validation, run, api.Listener(), lambda: 0, {})
        taken: list[tuple[float, float]] = []
        while len(taken) < steps + WARM:
            for batch in prepared.train.epoch(len(taken)):
                taken.append(timed(ours.step, theirs, batch, first=len(taken) % 2 == 0))
    kept = taken[WARM:]
    one, other = median(mine for mine, _ in kept), median(hand for _, hand in kept)
    ratio = median(mine / hand for mine, hand in kept)
    print(
        f"{name}: ours {one * 1e3:.3f} ms, by hand {other * 1e3:.3f} ms of CPU, ratio {ratio:.3f} ({len(kept)} steps)"
    )


def timed(ours: Callable[[Batch], object], theirs: Callable[[Batch], object], batch: Batch, *, first: bool) -> tuple[float, float]:  # fmt: skip
    """The CPU seconds of a step of each; which one goes first changes from step to step."""
    found = []
    for step in (ours, theirs) if first else (theirs, ours):
        begun = process_time()
        step(batch)
        found.append(process_time() - begun)
    return (found[0], found[1]) if first else (found[1], found[0])


def seeds(count: int) -> None:
    """The default run with several seeds."""
    for seed in range(count):
        begun, used = perf_counter(), process_time()
        with tempfile.TemporaryDirectory() as folder:
            wish = api.TrainWish(model="lenet5", run=folder, options={"seed": seed})
            plan = api.plan_training(wish)
            epochs = api.train_planned(plan, wish).outcome.epochs
        last, best = epochs[-1].validation, max(epoch.validation.accuracy for epoch in epochs)
        print(
            f"seed {seed}: {last.accuracy:.2%} of {last.images} held out right, best epoch {best:.2%}, "
            f"{perf_counter() - begun:.1f} s, {process_time() - used:.1f} s of CPU",
            flush=True,
        )


def main() -> None:
    """Whatever was asked for."""
    if sys.argv[1:2] == ["seeds"]:
        seeds(int(sys.argv[2]) if len(sys.argv) > 2 else 5)  # noqa: PLR2004
        return
    torch.set_num_threads(1)
    for name in CASES:
        compared(name)


if __name__ == "__main__":
    main()
