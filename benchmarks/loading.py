"""How many images a second are loaded, against torch's DataLoader with a transform for each sample.

    python benchmarks/loading.py [--runs 5] [--batch 128] [--workers 0]

Images of MNIST's and of CIFAR's size, made by chance, are shuffled, cropped with four zeros around, flipped and
normalised by both: one process, one thread, an epoch each in alternation, after one that does not count. The transform
for each sample is the same arithmetic on one image, as fast as torch does it without Pillow: pad, take a window,
flip, to float, normalise. Ratios are medians of the pairs, of wall-clock seconds and of CPU seconds of the process.
glibc is told to keep the memory that it has, on both sides: when it gives some back and asks for it again is chance.
With --workers the other side has so many processes; what these take in CPU is then not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch  # noqa: TID251 - what is measured
from torch.nn import functional  # noqa: TID251
from torch.utils.data import DataLoader, Dataset  # noqa: TID251

from cnninspect.data.loading import Loader, Loading
from cnninspect.data.sets import Arrays
from cnninspect.data.transform import Augment, Transform

if TYPE_CHECKING:
    from collections.abc import Callable

ZEROS = 4
KEEP = {"MALLOC_TRIM_THRESHOLD_": "8000000000", "MALLOC_MMAP_THRESHOLD_": "8000000000"}
CASES = {"MNIST, 28 x 28 x 1": (60_000, 1, 28), "CIFAR, 32 x 32 x 3": (50_000, 3, 32)}


class Each(Dataset[tuple[torch.Tensor, int]]):
    """A transform for each sample."""

    def __init__(self, images: torch.Tensor, labels: torch.Tensor, channels: int) -> None:
        self.images = images
        self.labels = labels
        self.mean = torch.full((channels, 1, 1), 0.5)
        self.std = torch.full((channels, 1, 1), 0.25)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, int]:
        """One image, augmented, and its class."""
        image = self.images[number]
        size = image.shape[1]
        image = functional.pad(image, (ZEROS, ZEROS, ZEROS, ZEROS))
        top, left = torch.randint(0, 2 * ZEROS + 1, (2,)).tolist()
        image = image[:, top : top + size, left : left + size]
        if torch.randint(0, 2, (1,)).item():
            image = image.flip(2)
        return image.float().div(255).sub(self.mean).div(self.std), int(self.labels[number])


def measured(run: Callable[[], int]) -> tuple[float, float]:
    """Images a second of the clock and of the processor."""
    clock, cpu = time.perf_counter(), time.process_time()
    count = run()
    return count / (time.perf_counter() - clock), count / max(time.process_time() - cpu, 1e-9)


def compared(count: int, channels: int, size: int, arguments: argparse.Namespace) -> None:
    """Print both sides of one size of images."""
    images = torch.randint(0, 256, (count, channels, size, size), dtype=torch.uint8)
    labels = torch.arange(count) % 10
    transform = Transform(channels, size, size, (0.5,) * channels, (0.25,) * channels)
    augment = Augment(crop=ZEROS, flip="horizontal")
    ours = Loader(Arrays(images, labels), transform, Loading(arguments.batch, shuffle=True), augment=augment)
    theirs = DataLoader(Each(images, labels, channels), arguments.batch, shuffle=True, num_workers=arguments.workers)
    pairs = []
    for epoch in range(arguments.runs + 1):
        own = measured(lambda epoch=epoch: sum(len(batch.labels) for batch in ours.epoch(epoch)))  # type: ignore[misc]
        other = measured(lambda: sum(len(batch[1]) for batch in theirs))
        pairs += [(own, other)] if epoch else []
    for place, what in enumerate(("clock", "CPU")):
        if what == "CPU" and arguments.workers:
            continue
        rows = [(own[place], other[place]) for own, other in pairs]
        ratio = statistics.median(own / other for own, other in rows)
        speeds = [statistics.median(row[side] for row in rows) for side in (0, 1)]
        print(f"{speeds[0]:10,.0f} images a {what} second, DataLoader {speeds[1]:8,.0f}: {ratio:.1f} x")


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--workers", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, case in CASES.items():
        print(name)
        compared(*case, arguments)


if __name__ == "__main__":
    if any(os.environ.get(key) != value for key, value in KEEP.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **KEEP})
    main()
