"""How ``check`` scales: thousands of generated model files, against PyYAML's CSafeLoader loading the same files.

    python benchmarks/checking.py [--files 1000 3000 10000] [--runs 3]

CPU of whole processes and all that they start, alternating in one run. Half of the files are flat lists of layers, as
generators of configurations write them, half use blocks, of which a line makes several layers. ``cold`` looks at every
file, ``warm`` remembers the run before; ``--select unused`` leaves out the design rules. A ratio is CPU over that of the
loader; a file's cost is without start-up, the same from size to size where the growth is linear.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from startup import run

LOAD = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    with open(path, encoding="utf-8") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""
BLOCKS = """\
blocks:
  conv_bn:
    args: {out, kernel: 3, stride: 1}
    layers:
      - conv: {out: $out, kernel: $kernel, stride: $stride, padding: half, bias: false}
      - batch_norm
  residual:
    args: {out, stride: 1}
    layers:
      - add:
          main:
            - conv_bn: {out: $out, stride: $stride}
            - relu
            - conv_bn: $out
          skip:
            - conv_bn: {out: $out, kernel: 1, stride: $stride}
              when: $stride != 1 or $prev.channels != $out
      - relu
layers:
  - conv_bn: $width
    name: stem
  - relu
  - residual: $width
    name: stage1
  - residual: {out: $width * 2, stride: 2}
    name: stage2
  - residual: {out: $width * 4, stride: 2}
    name: stage3
  - global_avg_pool
  - flatten
  - linear: $classes
    name: head
"""


def flat(draw: random.Random) -> str:
    """A plain network, layer by layer."""
    width, size = draw.choice((8, 16, 24, 32)), draw.choice((32, 64, 128, 224))
    lines = [f"name: net{draw.randrange(10**6)}", f"input: [3, {size}, {size}]", "layers:"]
    for stage in range(draw.randint(3, 4)):
        for index in range(draw.randint(1, 3)):
            lines.append(f"  - conv: {{out: {width}, kernel: 3, padding: 1, bias: false}}")
            lines += [f"    name: conv{stage}_{index}", "  - batch_norm", "  - relu"]
        lines.append("  - max_pool: {kernel: 2, stride: 2}")
        width *= 2
    lines += ["  - global_avg_pool", "  - flatten", f"  - linear: {draw.choice((10, 100, 1000))}", "    name: head"]
    return "\n".join(lines) + "\n"


def blocks(draw: random.Random) -> str:
    """A residual network of blocks."""
    size = draw.choice((32, 64))
    return (
        f"name: res{draw.randrange(10**6)}\ninput: [3, {size}, {size}]\n"
        f"params: {{classes: {draw.choice((10, 100))}, width: {draw.choice((8, 16, 32))}}}\n{BLOCKS}"
    )


def generate(folder: Path, files: int) -> None:
    """So many models, in folders of a hundred."""
    draw = random.Random(0)
    for index in range(files):
        inner = folder / f"f{index // 100:03}"
        inner.mkdir(exist_ok=True)
        (inner / f"m{index % 100:02}.yaml").write_text((flat if index % 2 else blocks)(draw), "utf-8")


def digest(command: list[str]) -> tuple[str, float]:
    """What a command prints, shortened, and the seconds that it took."""
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return hashlib.sha256(done.stdout).hexdigest()[:12], time.monotonic() - start


def measure(files: int, runs: int) -> None:
    """One size: ratios to the loader and the cost of a file, then several processes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "models"
        folder.mkdir()
        generate(folder, files)
        os.environ["CNNINSPECT_CACHE"] = str(Path(place) / "kept")
        ours = [sys.executable, "-m", "cnninspect", "check", str(folder), "--isolated", "--fail-level", "error"]
        load = [sys.executable, "-c", LOAD, str(folder)]
        commands = {
            "without rules": [*ours, "--no-cache", "--jobs", "1", "--select", "unused"],
            "cold": [*ours, "--no-cache", "--jobs", "1"],
            "warm": [*ours, "--jobs", "1"],
        }
        run(commands["warm"])  # what is remembered
        rounds = [(run(load), {name: run(command) for name, command in commands.items()}) for _ in range(runs)]
        loader = median(theirs.cpu for theirs, _ in rounds)
        print(f"{files:>7,} files: CSafeLoader {loader / files * 1e6:,.0f} us of CPU a file")
        for name in commands:
            ratio = median(own[name].cpu / theirs.cpu for theirs, own in rounds)
            each = median(own[name].cpu for _, own in rounds) / files * 1e6
            peak = max(own[name].peak for _, own in rounds) / 1024
            print(f"         {name:<14} {ratio:5.2f} x the loader, {each:7,.0f} us a file, {peak:,.0f} MB at most")
        shared(ours)


def shared(ours: list[str]) -> None:
    """One process against as many as there are processors: the same report, in less time."""
    found = {jobs: digest([*ours, "--no-cache", "--format", "json", *jobs]) for jobs in (("--jobs", "1"), ())}
    (one, alone), (many, together) = found.values()
    assert one == many, "the report depends on the number of processes"
    cores = len(os.sched_getaffinity(0))
    print(f"         {cores} processors {alone / together:7.2f} x as fast as one, the same report ({one})")


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    for files in arguments.files:
        measure(files, arguments.runs)


if __name__ == "__main__":
    main()
