"""``cnninspect check --fix``: what was mended, said on standard error before what is left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect import api

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.frontends.config.search import Config


def mend(
    paths: Sequence[str],
    config: Config,
    exclude: Sequence[str],
    codes: Mapping[str, Sequence[str]],
    *,
    outside: bool,
    quiet: bool,
) -> int:
    """Mend the files; returns how many could not be written."""
    mended, troubles = api.fix(paths, config=config, exclude=exclude, outside=outside, **codes)
    for trouble in troubles:
        sys.stderr.write(f"cnninspect: {trouble.message}\n")
    if not quiet:
        for one in mended:
            found = [finding.code for finding in one.findings]
            what = ", ".join(
                [f"{code} ×{found.count(code)}" if found.count(code) > 1 else code for code in dict.fromkeys(found)]
            )
            sys.stderr.write(f"cnninspect: mended in {one.path}: {what}\n")
    return len(troubles)
