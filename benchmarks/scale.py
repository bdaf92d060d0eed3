"""How the engine scales: flat files of 1,000 to 100,000 convolutions, against PyYAML's own CSafeLoader.

    python benchmarks/scale.py [--runs 5] [--largest 100000]

Whole-process CPU, alternating in one run: ``summary --format json`` over ``yaml.load`` of the same
file, and the growth of our own cost (less that of an empty network) from size to size.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from startup import run

LOAD = "import sys, yaml; yaml.load(open(sys.argv[1]), Loader=yaml.CSafeLoader)"


def flat(layers: int) -> str:
    """A model of that many convolutions, one a line."""
    lines = ["input: [64, 56, 56]", "layers:"]
    lines += ["  - conv: {out: 64, kernel: 3, padding: 1}"] * layers
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--largest", type=int, default=100_000)
    arguments = parser.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000) if size <= arguments.largest]
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "1.yaml"
        empty.write_text(flat(1))
        ours = [sys.executable, "-m", "cnninspect", "summary", "--format", "json"]
        subprocess.run([*ours, str(empty)], check=True, stdout=subprocess.DEVNULL)
        base = median(run([*ours, str(empty)]).cpu for _ in range(arguments.runs))
        for size in sizes:
            path = Path(folder) / f"{size}.yaml"
            path.write_text(flat(size))
            pairs = [
                (run([*ours, str(path)]), run([sys.executable, "-c", LOAD, str(path)])) for _ in range(arguments.runs)
            ]
            ratio = median(own.cpu / theirs.cpu for own, theirs in pairs)
            each = (median(own.cpu for own, _ in pairs) - base) / size * 1e6
            print(
                f"{size:>7,} layers: {ratio:.2f} x CSafeLoader's load of the file; {each:.1f} us of CPU a layer beyond start-up"
            )


if __name__ == "__main__":
    main()
