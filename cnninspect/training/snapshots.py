"""A copy of a state in the memory of the CPU: what is written while training goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    Place = tuple[object, ...]
    """The keys that lead to a value."""

PLAIN = (bool, int, float, str)


class Snapshots:
    """Copies one state after the other into the same memory: taking it anew costs twice as much as the copy."""

    def __init__(self) -> None:
        self._kept: dict[Place, Tensor] = {}
        self._seen: dict[object, Tensor] = {}

    def take(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """A state of plain values, copied deeply: what torch reads back without running anything.

        Values are tensors, None, truths, numbers and texts, in lists, tuples and mappings. A tensor that stands there
        twice, as shared weights do, is copied once. The copy before is written over. Raises TypeError for what else there is.
        """
        self._seen = {}
        before, self._kept = self._kept, {}
        try:
            return {key: self._copied(value, (key,), before) for key, value in state.items()}
        finally:
            self._seen = {}

    def _copied(self, value: Any, place: Place, before: dict[Place, Tensor]) -> Any:  # noqa: ANN401 - anything
        if isinstance(value, Tensor):
            return self._tensor(value, place, before)
        if value is None or isinstance(value, PLAIN):
            return _plain(value)
        if isinstance(value, dict):
            return {_key(key, place): self._copied(inner, (*place, key), before) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            kind = list if isinstance(value, list) else tuple
            return kind([self._copied(inner, (*place, index), before) for index, inner in enumerate(value)])
        raise TypeError(f"{_named(place)} is a {type(value).__name__}, which a checkpoint cannot hold")

    def _tensor(self, value: Tensor, place: Place, before: dict[Place, Tensor]) -> Tensor:
        same = (value.device, value.data_ptr(), value.dtype, value.shape, value.stride())
        if value.numel() and same in self._seen:
            return self._seen[same]
        kept = before.get(place)
        if kept is not None and (kept.dtype, kept.shape) == (value.dtype, value.shape):
            with torch.no_grad():
                kept.copy_(value)
        else:
            kept = value.detach().to("cpu", copy=True, memory_format=torch.preserve_format)
        self._kept[place] = self._seen[same] = kept
        return kept


def snapshot(state: Mapping[str, Any]) -> dict[str, Any]:
    """One copy of a state."""
    return Snapshots().take(state)


def _plain(value: object) -> object:
    """A value of the very type: a number of NumPy is one of Python's, and yet could not be read back."""
    return next((kind(value) for kind in PLAIN if isinstance(value, kind)), None)


def _key(key: object, place: Place) -> object:
    if not isinstance(key, PLAIN):
        raise TypeError(f"{_named(place)} has a key that is a {type(key).__name__}")
    return _plain(key)


def _named(place: Place) -> str:
    return ".".join(map(str, place))
