"""``python -m cnninspect``: the same as the command ``cnninspect``."""

from __future__ import annotations

from cnninspect.cli import main

if __name__ == "__main__":
    main()
