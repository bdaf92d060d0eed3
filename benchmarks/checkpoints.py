"""What a checkpoint costs the training: the call, the writing beside it, and a plain torch.save for comparison.

    python benchmarks/checkpoints.py [NETWORK] [FOLDER]

The state is that of the network (resnet18) with AdamW's two moments for each parameter.
"""

from __future__ import annotations

import os
import sys
import tempfile
from statistics import median
from time import perf_counter

import torch  # noqa: TID251 - what it is held against

from cnninspect import api
from cnninspect.training.checkpoints import Checkpoints, Position

ROUNDS = 5


def main() -> None:
    """Measure in alternation, and print medians in milliseconds."""
    name = sys.argv[1] if len(sys.argv) > 1 else "resnet18"
    network = api.build(name)
    weights = network.state_dict()
    moments = {index: [torch.rand_like(one), torch.rand_like(one)] for index, one in enumerate(network.parameters())}
    state = {"model": weights, "optimizer": moments}
    calls, writes, plain = [], [], []
    place = sys.argv[2] if len(sys.argv) > 2 else None  # noqa: PLR2004 - the second argument
    with tempfile.TemporaryDirectory(dir=place) as folder:
        made = Checkpoints(os.path.join(folder, "run"))
        for step in range(1, ROUNDS + 1):
            begun = perf_counter()
            made.save(state, Position(step, step))
            calls.append(perf_counter() - begun)
            made.wait()
            writes.append(perf_counter() - begun - calls[-1])
            begun = perf_counter()
            torch.save(state, os.path.join(folder, "plain.pt"))
            plain.append(perf_counter() - begun)
        size = os.path.getsize(os.path.join(folder, "plain.pt"))
    print(f"{name}, {size / 2**20:.0f} MiB, torch {torch.__version__}, medians of {ROUNDS}")
    print(f"the training waits     {1000 * median(calls):8.1f} ms   (a copy of the state)")
    print(f"written beside it in   {1000 * median(writes):8.1f} ms   (SHA-256, fsync, rename)")
    print(f"plain torch.save       {1000 * median(plain):8.1f} ms   (no fsync, no digest)")


if __name__ == "__main__":
    main()
