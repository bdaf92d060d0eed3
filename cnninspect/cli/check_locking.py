"""The lock file of a check, written whole or not at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.api.checked import Checked
    from cnninspect.api.checking_baseline import Baseline


def write_lock(baseline: Baseline, checked: Checked, *, quiet: bool) -> None:
    """Write what every network costs now, and say how much of it is other than before."""
    found = api.updated_baseline(baseline, checked)
    emit(found.text, baseline.file, [file.path for file in checked.files], lock=True)
    if quiet:
        return
    counts = [(found.added, "new"), (found.changed, "changed"), (found.removed, "gone")]
    told = ", ".join([f"{count:,} {word}" for count, word in counts if count]) or "nothing changed"
    networks = f"{found.networks:,} network{'' if found.networks == 1 else 's'}"
    sys.stderr.write(f"cnninspect: {clip(baseline.file, 4096)} has {networks}, {told}\n")
