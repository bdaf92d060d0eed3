"""What a built network costs beside the same network written by hand: torchvision's, in the same process.

    python benchmarks/build.py [--runs 30] [--compile] [NAME ...]

Both run in turn on the same weights with one thread, in another order each time, and with them a second copy of
theirs: the median of the ratios of CPU seconds within a round, ours over theirs, and the copy's over theirs, which is
what chance makes of the same network. Batch 1 of a small image shows what is lost between the layers, batch 16 what the layers themselves take.
glibc is told to keep the memory that it has: when it gives some back and asks for it again is chance, and 3 %.
Needs torchvision beside torch.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch  # noqa: TID251 - what is measured

from cnninspect import api
from tests.support.torchvision_models import network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = ("resnet50", "densenet121", "mobilenet_v2", "googlenet")
KEEP = {"MALLOC_TRIM_THRESHOLD_": "8000000000", "MALLOC_MMAP_THRESHOLD_": "8000000000"}
CASES = {"1 x 64²": (1, 64), "16 x 64²": (16, 64)}


def first(made: Any) -> torch.Tensor:  # noqa: ANN401 - a tensor, or several by place or name
    """The sum of every output."""
    parts = made.values() if isinstance(made, dict) else [made] if isinstance(made, torch.Tensor) else made
    return torch.stack([part.sum() for part in parts]).sum()


def forward(model: torch.nn.Module, x: torch.Tensor) -> None:
    """Inference."""
    with torch.no_grad():
        model(x)


def backward(model: torch.nn.Module, x: torch.Tensor) -> None:
    """A step of training but for the optimiser."""
    first(model(x)).backward()  # type: ignore[no-untyped-call]
    model.zero_grad()


def seconds(run: Callable[[], None]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def compare(runs: Sequence[Callable[[], None]], rounds: int) -> tuple[float, list[float]]:
    """The median seconds of the first, and the median ratio to it of each other one."""
    order, found = list(range(len(runs))), []
    for run in (*runs, *runs):
        run()
    for _ in range(rounds):
        random.shuffle(order)
        taken = {which: seconds(runs[which]) for which in order}
        found.append([taken[which] for which in range(len(runs))])
    ratios = [statistics.median(own[which] / own[0] for own in found) for which in range(1, len(runs))]
    return statistics.median(own[0] for own in found), ratios


def main() -> None:
    """Compare each network in both ways at both sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--compile", action="store_true", help="compare what torch.compile makes of both")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'':14}{'':12}{'':10}{'by hand':>12}{'built':>8}{'itself':>8}")
    for name in options.names:
        for case, (batch, side) in CASES.items():
            theirs, again = network(name), network(name)
            again.load_state_dict(theirs.state_dict())
            ours = api.build(name, input=(3, side, side))
            ours.load_state_dict(theirs.state_dict())
            x = torch.randn(batch, 3, side, side)
            for what in (forward, backward):
                models: list[Any] = [model.train(what is backward) for model in (theirs, ours, again)]
                if options.compile:
                    torch.compiler.reset()  # it compiles the same forward for so many modules and no more
                    models = [torch.compile(model, fullgraph=True) for model in models]
                gc.disable()
                rounds = options.runs * 4 if batch == 1 else options.runs
                first_one, (one, copy) = compare([partial(what, model, x) for model in models], rounds)
                gc.enable()
                print(
                    f"{name:14}{case:12}{what.__name__:10}{first_one * 1e3:9.2f} ms{one:8.3f}{copy:8.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    if any(os.environ.get(key) != value for key, value in KEEP.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **KEEP})
    main()
