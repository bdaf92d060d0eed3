"""The names of a checkpoint against those of a network: prefixes that wrappers leave, and names that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from cnninspect.values import Shape

PREFIXES = ("module.", "model.", "backbone.", "_orig_mod.")
"""What DataParallel, Lightning, detectors and torch.compile put before the names."""
MOST_PAIRS = 20_000
"""Pairs of names that are held against each other: near names take a second where there are more."""
ALIKE = 0.75
MOST = 0.5
"""The part of all names from which a prefix is worth mentioning."""


def stripped(keys: Sequence[str], ours: Collection[str], prefix: str | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """The prefixes that were taken away and, for each key of a checkpoint, the name that is left."""
    if prefix is not None:
        return _without(keys, prefix)
    taken: list[str] = []
    names = list(keys)
    while True:
        found = next((word for word in PREFIXES if names and all(name.startswith(word) for name in names)), None)
        if found is None:
            break
        shorter = [name[len(found) :] for name in names]
        taken.append(found)
        names = shorter
    best = max(range(len(taken) + 1), key=lambda count: (_known(keys, taken[:count], ours), -count))
    cut = sum(map(len, taken[:best]))
    return tuple(taken[:best]), {key: key[cut:] for key in keys}


def _known(keys: Iterable[str], taken: Sequence[str], ours: Collection[str]) -> int:
    cut = sum(map(len, taken))
    return sum([key[cut:] in ours for key in keys])


def _without(keys: Sequence[str], prefix: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names without a prefix that was asked for, which may lack its point; raises Problem where none carries it."""
    if not prefix:
        return (), {key: key for key in keys}
    word = prefix if prefix.endswith(".") or not any(key.startswith(prefix + ".") for key in keys) else prefix + "."
    if not any(key.startswith(word) for key in keys):
        first = f"the first one is '{clip(keys[0])}'" if keys else "it has none"
        raise Problem("bad-value", f"no name of the checkpoint begins with '{clip(word, 40)}'", help=first)
    names = {key: key.removeprefix(word) for key in keys}
    seen: dict[str, str] = {}
    for key, name in names.items():
        if name in seen:
            message = f"without '{clip(word, 40)}', '{clip(seen[name])}' and '{clip(key)}' are both '{clip(name)}'"
            raise Problem("bad-value", message, help="take away nothing: --prefix ''")
        seen[name] = key
    return (word,), names


def common_prefix(keys: Sequence[str], ours: Collection[str]) -> tuple[str, int] | None:
    """A prefix worth taking away that not all names carry, or that nobody knows, and how many names carry it.

    It is one without which more than half of the network's names are there, and more than there are with it; else a
    known one that most names carry.
    """
    found: dict[str, int] = {}
    for key in keys:
        at = key.find(".") + 1
        while at:
            if key[at:] in ours:
                found[key[:at]] = found.get(key[:at], 0) + 1
            at = key.find(".", at) + 1
    best = max(found, key=lambda word: found[word], default="")
    if found.get(best, 0) > max(len(ours) * MOST, _known(keys, (), ours)):
        return best, sum([key.startswith(best) for key in keys])
    for word in PREFIXES:
        count = sum([key.startswith(word) for key in keys])
        if len(keys) * MOST < count < len(keys):
            return word, count
    return None


def nearest(surplus: Mapping[str, tuple[str, Shape | None]], missing: Mapping[str, Shape | None]) -> dict[str, str]:
    """For keys of a checkpoint that nobody expects the names that may have been meant, each at most once.

    ``surplus`` has the key and shape by the name that is left of the key.
    """
    by_shape: dict[Shape | None, list[str]] = {}
    for key, shape in missing.items():
        by_shape.setdefault(shape, []).append(key)
    found: dict[str, str] = {}
    left = MOST_PAIRS
    for name, (key, shape) in surplus.items():
        pool = by_shape.get(shape, [])
        left -= len(pool)
        if left < 0:
            break
        guess = _alike(name, pool) if pool else None
        if guess is not None:
            found[key] = guess
            pool.remove(guess)
    return found


def _alike(name: str, pool: Sequence[str]) -> str | None:
    """The name that looks most like this one; of equals the one that ends as it does."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name[:200])
    best, score = None, (ALIKE, False)
    for other in pool:
        matcher.set_seq1(other[:200])
        if matcher.real_quick_ratio() < score[0] or matcher.quick_ratio() < score[0]:
            continue
        mark = (matcher.ratio(), other.rpartition(".")[2] == name.rpartition(".")[2])
        if mark > score:
            best, score = other, mark
    return best
