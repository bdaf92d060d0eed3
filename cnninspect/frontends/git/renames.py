"""Files that were moved and of which git has not been told yet: one that is gone, and a new one that is alike.

Of files that it knows git finds that itself. The measure is git's own: the share of the larger text that both have,
here in whole lines, and at least half of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.git.changes import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENOUGH = 0.5
MOST_COMPARED = 10_000
"""Pairs of texts that are held against each other; with more of them only equal texts are followed."""

Text = str | None


def followed(changes: Sequence[Change], then: Callable[[str], Text], now: Callable[[str], Text]) -> list[Change]:
    """The same changes, a file that went and one that came told as one where they are alike, in order of the paths.

    ``then`` and ``now`` give the text of a file, None where it is not to be followed.
    """
    went = {change.old: change for change in changes if change.old and change.new is None and not change.submodule}
    came = {change.new: change for change in changes if change.new and change.old is None and not change.submodule}
    if not went or not came:
        return list(changes)
    old = {path: text for path in went if (text := then(path)) is not None}
    new = {path: text for path in came if (text := now(path)) is not None}
    pairs = _equal(old, new)
    left = [path for path in old if path not in pairs], [path for path in new if path not in pairs.values()]
    if len(left[0]) * len(left[1]) <= MOST_COMPARED:
        pairs.update(_alike({path: old[path] for path in left[0]}, {path: new[path] for path in left[1]}))
    moved = {*pairs, *pairs.values()}
    kept = [change for change in changes if (change.new or change.old) not in moved]
    found = [*kept, *[Change(one, other) for one, other in pairs.items()]]
    return sorted(found, key=lambda change: change.new or change.old or "")


def _equal(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Files of the same text, those of the same name first."""
    pairs: dict[str, str] = {}
    for wanted in (_name, None):
        places: dict[object, list[str]] = {}
        for path in sorted(new):
            if path not in pairs.values():
                places.setdefault((new[path], wanted and wanted(path)), []).append(path)
        for path in sorted(old):
            same = places.get((old[path], wanted and wanted(path))) if path not in pairs else None
            if same and old[path].strip():
                pairs[path] = same.pop(0)
    return pairs


def _alike(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Files that have half of their lines in common, the most alike first, then those of the same name."""
    ours = {path: _lines(text) for path, text in old.items()}
    theirs = {path: _lines(text) for path, text in new.items()}
    rated = [
        (-share, _name(one) != _name(other), one, other)
        for one, lines in ours.items()
        for other, others in theirs.items()
        if (share := _share(lines, others)) >= ENOUGH
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, one, other in sorted(rated):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def _lines(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in text.splitlines(keepends=True):
        counts[line] = counts.get(line, 0) + 1
    return counts


def _share(one: dict[str, int], other: dict[str, int]) -> float:
    """Which part of the larger text both have."""
    common = sum([len(line) * min(count, other[line]) for line, count in one.items() if line in other])
    sizes = [sum([len(line) * count for line, count in lines.items()]) for lines in (one, other)]
    return common / max(*sizes, 1)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
