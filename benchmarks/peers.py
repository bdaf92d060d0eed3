"""What it takes to count a network: cnninspect and others, whole processes in turn, as ratios to ``python -c pass``.

    pip install torchvision torchinfo fvcore ptflops; python benchmarks/peers.py [--network vgg16] [--runs 5]

Each prints its parameters and its count for one image of 224x224; a peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec
from statistics import median

from startup import BARE, run

BUILD = "import torch, torchvision; model = torchvision.models.get_model({name!r}).eval(); x = torch.randn(1, 3, 224, 224); "
PEERS = {
    "torchinfo": "import torchinfo; s = torchinfo.summary(model, input_data=x, verbose=0); "
    "print(f'{s.total_params:,} params, {s.total_mult_adds:,} mult-adds')",
    "fvcore": "import logging; logging.disable(); from fvcore.nn import FlopCountAnalysis, parameter_count; "
    "print(f\"{parameter_count(model)['']:,} params, {FlopCountAnalysis(model, x).total():,} flops\")",
    "ptflops": "from ptflops import get_model_complexity_info as count; "
    "m, p = count(model, (3, 224, 224), as_strings=False, print_per_layer_stat=False, backend='pytorch'); "
    "print(f'{p:,} params, {m:,} macs')",
}


def commands(name: str) -> dict[str, list[str]]:
    """What is run, by whom."""
    found = {"cnninspect": [sys.executable, "-m", "cnninspect", "summary", name]}
    for peer, program in PEERS.items():
        if find_spec(peer) and find_spec("torchvision"):
            found[peer] = [sys.executable, "-c", BUILD.format(name=name) + program]
    return found


def said(command: list[str]) -> str:
    """The totals that a program states."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    words = [line.split() for line in done.stdout.splitlines()]
    ours = [f"{line[1]} {line[0]}" for line in words if line[:1] in (["parameters"], ["MACs"])]
    return ", ".join(ours) or " ".join(words[-1])


def main() -> None:
    """Tell what each says, and what it takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="vgg16")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    found = commands(arguments.network)
    rounds = [(run(BARE), {who: run(command) for who, command in found.items()}) for _ in range(arguments.runs)]
    for who, command in found.items():
        cpu = median(each[who].cpu / bare.cpu for bare, each in rounds)
        peak = median(each[who].peak / bare.peak for bare, each in rounds)
        print(f"{who:<12} {cpu:7.1f} x the CPU, {peak:5.1f} x the memory of an empty Python: {said(command)}")


if __name__ == "__main__":
    main()
