"""What a built network costs beside the same network written by hand: torchvision's, in the same process.

    python benchmarks/build.py [--runs 30] [--compile] [NAME ...]

Both run in alternation on the same weights with one thread; the ratio of the medians of CPU seconds, ours over
theirs. Batch 1 of a small image shows what is lost between the layers, batch 16 what the layers themselves take.
glibc is told to keep the memory that it has: when it gives some back and asks for it again is chance, and 3 %.
Needs torchvision beside torch.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch  # noqa: TID251 - what is measured

from cnninspect import api
from tests.support.torchvision_models import network

if TYPE_CHECKING:
    from collections.abc import Callable

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


def compare(pair: tuple[Callable[[], None], Callable[[], None]], runs: int) -> tuple[float, float]:
    """The median seconds of two, each going first every other time."""
    found: tuple[list[float], list[float]] = ([], [])
    for run in pair * 2:
        run()
    for turn in range(runs):
        for which in (0, 1) if turn % 2 else (1, 0):
            found[which].append(seconds(pair[which]))
    return statistics.median(found[0]), statistics.median(found[1])


def main() -> None:
    """Compare each network in both ways at both sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--compile", action="store_true", help="compare what torch.compile makes of both")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'':14}{'':12}{'':10}{'by hand':>12}{'built':>12}{'ratio':>8}")
    for name in options.names:
        for case, (batch, side) in CASES.items():
            theirs = network(name)
            ours = api.build(name, input=(3, side, side))
            ours.load_state_dict(theirs.state_dict())
            x = torch.randn(batch, 3, side, side)
            for what in (forward, backward):
                models: list[Any] = [model.train(what is backward) for model in (ours, theirs)]
                if options.compile:
                    models = [torch.compile(model, fullgraph=True) for model in models]
                gc.disable()
                runs = options.runs * 4 if batch == 1 else options.runs
                one, other = compare((lambda: what(models[0], x), lambda: what(models[1], x)), runs)  # noqa: B023
                gc.enable()
                print(
                    f"{name:14}{case:12}{what.__name__:10}{other * 1e3:9.2f} ms{one * 1e3:9.2f} ms{one / other:8.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    if any(os.environ.get(key) != value for key, value in KEEP.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **KEEP})
    main()
