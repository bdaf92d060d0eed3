"""How far a file of a data set has come: a line that is written over in a terminal, one for each file elsewhere."""

from __future__ import annotations

import sys


def fetching(name: str, have: int, size: int) -> None:
    """Tell, on standard error, how many bytes of a file have arrived."""
    done = have >= size
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[Kfetching {name}: {have / 1e6:.1f} of {size / 1e6:.1f} MB" + ("\n" if done else ""))
        sys.stderr.flush()
    elif done:
        sys.stderr.write(f"fetched {name}, {size / 1e6:.1f} MB\n")
