"""Networks that the lock file knows and a check should have met: unsaid, nobody would see that nothing is held against them.

Only where the check would have met them: one file of ten that is checked says nothing of the other nine.
"""

from __future__ import annotations

from os.path import exists, join, normpath, realpath
from typing import TYPE_CHECKING

from cnninspect.api.checked import File, Told, mistaken
from cnninspect.checks.lock import file_of, line_of
from cnninspect.checks.ratchet import unchecked
from cnninspect.frontends.yaml.source import read_source, shown
from cnninspect.values import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.api.checked import Checked
    from cnninspect.api.checking_baseline import Baseline
    from cnninspect.frontends.discover import Discovered


def lock_file(
    baseline: Baseline, checked: Checked, found: Discovered, would_meet: Callable[[str], bool]
) -> File | None:
    """The lock file with a finding for each network in it that was missed; None where none was."""
    missed = [*_missed(baseline, checked, found, would_meet)]
    if not missed:
        return None
    name = shown(baseline.file)
    lines = read_source(baseline.file, None).text.split("\n")
    findings, told = [], {}
    for key, why, help_ in missed:
        line, column, end = line_of(lines, key)
        told[name, line] = lines[line - 1]
        span = Span(name, line, column, line, end)
        findings.append(Told(unchecked(key, baseline.lock, why, help_, span), ()))
    return File(name, (), tuple(findings), told)


def _missed(
    baseline: Baseline, checked: Checked, found: Discovered, would_meet: Callable[[str], bool]
) -> Iterator[tuple[str, str, str]]:
    """Each network that was missed, why, and what helps; those only that stay where the lock is written anew."""
    met = {model.key for file in checked.files for model in file.models}
    left = [key for key in baseline.lock.models if key not in met]
    if not left:
        return
    name = baseline.lock.name
    whole = {file_of(key): file for file in checked.files for model in file.models if (key := model.key) is not None}
    met_files = {realpath(candidate.path) for candidate in found.candidates}
    met_files -= {realpath(trouble.path) for trouble in checked.troubles}
    for key in left:
        file = file_of(key)
        path = normpath(join(baseline.folder, file))
        if file in whole:
            if not baseline.update and not mistaken(whole[file]):
                yield key, "its file has no such variant any more", f"--update-baseline takes it out of {name}"
        elif exists(path):
            if realpath(path) in met_files:
                help_ = f"a model has layers: at its top level; what is none for good is taken out of {name} by hand"
                yield key, "its file is no model any more", help_
        elif not baseline.update and would_meet(path):
            yield key, "its file is gone", f"--update-baseline takes it out of {name}"
