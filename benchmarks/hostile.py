"""How soon the reader answers texts that are made to keep it busy, in CPU of one process each.

    python benchmarks/hostile.py

Every reader promises an answer within 2 seconds and 300 MB whatever a text claims. The texts are those of
``tests/support/hostile.py``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMISED = 2.0

READ = """
import gc, sys, time
gc.disable()
sys.path.insert(0, sys.argv[2])
from tests.support.hostile import HOSTILE
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.tree import Report, Source
text, _ = HOSTILE[sys.argv[1]]
HOSTILE.clear()
began = time.process_time()
read_tree(Source("hostile", text), Report())
print(time.process_time() - began)
"""


def main() -> None:
    """Read each text in a process of its own."""
    sys.path.insert(0, str(ROOT))
    from tests.support.hostile import HOSTILE

    slowest = 0.0
    for name, (text, _) in HOSTILE.items():
        done = subprocess.run(
            [sys.executable, "-c", READ, name, str(ROOT)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        share = float(done.stdout) / PROMISED
        slowest = max(slowest, share)
        print(f"{name:16} {len(text) / 2**20:6.1f} MiB  {share:7.1%} of the two seconds")
    print(f"\nslowest: {slowest:.1%} of what is promised")


if __name__ == "__main__":
    main()
