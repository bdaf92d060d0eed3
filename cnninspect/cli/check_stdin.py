"""What a check cannot do with standard input: it has no file that could be mended, and no name in a lock file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checking_baseline import Baseline

HELP = "name the file instead of '-'"


def refuse_stdin(paths: Sequence[str], *, fix: bool, update: bool, baseline: bool) -> None:
    """Stop where the command line asks of standard input what is impossible; ``baseline``: it names a lock file."""
    if "-" not in paths:
        return
    if fix:
        raise common.fail("--fix cannot mend standard input", HELP)
    if update:
        raise common.fail(
            "--update-baseline cannot write down standard input: a lock file calls networks by files", HELP
        )
    if baseline and {*paths} == {"-"}:
        raise common.fail("--baseline cannot judge standard input: a lock file calls networks by files", HELP)


def tell_unheld(lock: Baseline) -> None:
    """Say that what comes from standard input is not held against the lock file, as all else is."""
    sys.stderr.write(f"cnninspect: standard input is not held against {clip(lock.file, 4096)}, which knows files\n")
