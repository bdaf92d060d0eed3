"""How fast networks are read and summarized in one process, and whether that stays so as they become more.

    python benchmarks/zoo.py [--runs 5]

Every shipped network is read and summarized, an eighth of them first, then a quarter, half and all.
Linear means that the last two columns keep their height; CPU seconds, the fastest of some runs.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from cnninspect import api

PARTS = {8: "every 8th", 4: "every 4th", 2: "every other", 1: "all"}
TIMES = (1, 2, 4)


class Speed(NamedTuple):
    """What was done and how long that took."""

    networks: int
    layers: int
    seconds: float


def measure(networks: list[api.Shipped], times: int = 1) -> Speed:
    """Read and summarize networks, all of them so many times."""
    layers = 0
    start = time.process_time()
    for network in networks * times:
        graph = network.read().graph
        assert graph is not None, network.name
        layers += api.summarize(graph).totals.layers
    return Speed(len(networks) * times, layers, time.process_time() - start)


def opened() -> float:
    """The seconds in which the files are found and their text is read."""
    start = time.process_time()
    api.shipped()
    return time.process_time() - start


def show(what: str, speeds: list[Speed]) -> Speed:
    """Print the fastest of some measurements."""
    best = min(speeds, key=lambda speed: speed.seconds)
    print(
        f"{what:16}{best.networks:10,}{best.layers:10,}{best.seconds * 1000:10,.0f} ms"
        f"{best.networks / best.seconds:14,.0f}{best.layers / best.seconds:14,.0f}"
        f"{best.seconds / best.layers * 1e6:12.1f}"
    )
    return best


def main() -> None:
    """Measure parts of the zoo, all of it, and all of it several times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    gc.disable()  # as the command does
    networks = api.shipped()
    measure(networks[:1])  # what is imported late is imported
    files = len({network.path for network in networks})
    print(f"{files} files are found and read in {min(opened() for _ in range(runs)) * 1000:.0f} ms\n")
    print(f"{'':16}{'networks':>10}{'layers':>10}{'CPU':>13}{'networks/s':>14}{'layers/s':>14}{'µs/layer':>12}")
    found = [show(name, [measure(networks[::part]) for _ in range(runs)]) for part, name in PARTS.items()]
    found += [show(f"all, {times} times", [measure(networks, times) for _ in range(runs)]) for times in TIMES[1:]]
    per_layer = [speed.seconds / speed.layers for speed in found]
    print(f"\nlinear: a layer costs {per_layer[-1] / per_layer[0]:.2f} times as much in the last line as in the first")


if __name__ == "__main__":
    main()
