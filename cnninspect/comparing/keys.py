"""What a checkpoint of the old network is to the new one, by the keys and shapes of the ``state_dict``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.changes import Tensors
from cnninspect.passes.matching import wanted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from cnninspect.ir import Graph


def tensors(old: Graph, new: Graph, forward: Mapping[int, int]) -> Tensors:
    """Which tensors load, which a checkpoint loses or gains, and what would load under the names of now."""
    stored, needed = wanted(old), wanted(new)
    keys = dict(_moved_keys(old, new, forward))
    both = [key for key in needed if key in stored]
    other = [key for key in both if needed[key].shape != stored[key].shape]
    origins = _origins(stored, needed, keys)
    used = set(origins.values())
    pairs = [(origins[key], key, stored[origins[key]].shape, needed[key].shape) for key in needed if key in origins]
    return Tensors(
        stored=len(stored),
        wanted=len(needed),
        loads=len(both) - len(other),
        loads_renamed=sum([before == after for _, _, before, after in pairs]),
        gained=tuple([(key, want.shape) for key, want in needed.items() if key not in stored]),
        lost=tuple([(key, want.shape) for key, want in stored.items() if key not in needed]),
        reshaped=tuple([(key, stored[key].shape, needed[key].shape) for key in other]),
        keys=tuple([(before, after) for before, after in keys.items() if before != after]),
        fresh=tuple([(key, want.shape) for key, want in needed.items() if key not in origins]),
        left=tuple([(key, want.shape) for key, want in stored.items() if key not in used]),
        misfits=tuple([pair for pair in pairs if pair[2] != pair[3]]),
    )


def _origins(stored: Iterable[str], needed: Container[str], keys: Mapping[str, str]) -> dict[str, str]:
    """For each key of the new network the old key whose tensor it takes, once layers are renamed."""
    found = {after: before for before, after in keys.items()}
    for key in stored:
        if key not in keys and key in needed:  # of a layer that went, where one of the same key came
            found.setdefault(key, key)
    return found


def _moved_keys(old: Graph, new: Graph, forward: Mapping[int, int]) -> list[tuple[str, str]]:
    """Old and new key of every tensor that a layer of both networks stores."""
    found = []
    for i in sorted(forward):
        ours, theirs = old.nodes[i], new.nodes[forward[i]]
        if ours.facts is None or theirs.facts is None or ours.shares is not None or theirs.shares is not None:
            continue
        kept = {**theirs.facts.weights, **theirs.facts.buffers}
        names = [name for name in (*ours.facts.weights, *ours.facts.buffers) if name in kept]
        found += [(ours.weight_key(name), theirs.weight_key(name)) for name in names]
    return found
