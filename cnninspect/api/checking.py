"""Check model files: every network in every file, and what is to be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.checked import Checked, merged
from cnninspect.api.checking_file import Asked, check_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.api.checking_file import Outcome
    from cnninspect.frontends.discover import Discovered


def check(paths: Sequence[str], *, exclude: Sequence[str] = (), outside: bool = False) -> Checked:
    """Check files, folders and patterns of files; what cannot be read is among the troubles, never raised."""
    from cnninspect.frontends.discover import discover

    found = discover(paths, exclude)
    asked = Asked(outside)
    return collected(found, [check_file(candidate, asked) for candidate in found.candidates])


def collected(found: Discovered, outcomes: Iterable[Outcome]) -> Checked:
    """One result of what became of each file, in the order in which they were found."""
    files = []
    troubles = list(found.troubles)
    other = 0
    for outcome in outcomes:
        if outcome.file is not None:
            files.append(outcome.file)
        elif outcome.trouble is not None:
            troubles.append(outcome.trouble)
        else:
            other += 1
    findings = merged([told for file in files for told in file.findings])
    return Checked(tuple(files), findings, tuple(troubles), other, found.links)
