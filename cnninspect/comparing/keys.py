"""What a checkpoint of the old network is to the new one, by the keys and shapes of the ``state_dict``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.changes import Tensors
from cnninspect.passes.matching import wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.ir import Graph


def tensors(old: Graph, new: Graph, forward: Mapping[int, int]) -> Tensors:
    """Which tensors load, which a checkpoint loses or gains, and what would load under the names of now."""
    stored, needed = wanted(old), wanted(new)
    keys = dict(_moved_keys(old, new, forward))
    both = [key for key in needed if key in stored]
    fits = [key for key in both if needed[key].shape == stored[key].shape]
    renamed = {keys.get(key, key): want.shape for key, want in stored.items()}
    return Tensors(
        stored=len(stored),
        wanted=len(needed),
        loads=len(fits),
        loads_renamed=sum([renamed.get(key) == want.shape for key, want in needed.items()]),
        gained=tuple([(key, want.shape) for key, want in needed.items() if key not in stored]),
        lost=tuple([(key, want.shape) for key, want in stored.items() if key not in needed]),
        reshaped=tuple(
            [(key, stored[key].shape, needed[key].shape) for key in both if needed[key].shape != stored[key].shape]
        ),
        keys=tuple(
            [(one, other, stored[one].shape, needed[other].shape) for one, other in keys.items() if one != other]
        ),
    )


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
