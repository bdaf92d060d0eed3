"""A copy of a state in the memory of the CPU: what is written while training goes on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

PLAIN = (bool, int, float, str)


def snapshot(state: dict[str, Any]) -> dict[str, Any]:
    """A state of plain values, copied deeply: what torch reads back without running anything.

    Values are tensors, None, truths, numbers and texts, in lists, tuples and mappings. A tensor that stands there
    twice, as shared weights do, is copied once. Raises TypeError for what else there is.
    """
    seen: dict[object, Tensor] = {}
    return {key: _copied(value, key, seen) for key, value in state.items()}


def _copied(value: Any, place: str, seen: dict[object, Tensor]) -> Any:  # noqa: ANN401 - a state holds anything
    if isinstance(value, Tensor):
        return _tensor(value, seen)
    if value is None or isinstance(value, PLAIN):
        return _plain(value)
    if isinstance(value, dict):
        return {_key(key, place): _copied(inner, f"{place}.{key}", seen) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        kind = list if isinstance(value, list) else tuple
        return kind([_copied(inner, f"{place}.{index}", seen) for index, inner in enumerate(value)])
    raise TypeError(f"{place} is a {type(value).__name__}, which a checkpoint cannot hold")


def _plain(value: object) -> object:
    """A value of the very type: a number of NumPy is one of Python's, and yet could not be read back."""
    return next((kind(value) for kind in PLAIN if isinstance(value, kind)), None)


def _key(key: object, place: str) -> object:
    if not isinstance(key, PLAIN):
        raise TypeError(f"{place} has a key that is a {type(key).__name__}")
    return _plain(key)


def _tensor(value: Tensor, seen: dict[object, Tensor]) -> Tensor:
    if not value.numel():
        return value.detach().to("cpu", copy=True)
    same = (value.device, value.data_ptr(), value.dtype, value.shape, value.stride())
    if same not in seen:
        seen[same] = value.detach().to("cpu", copy=True, memory_format=torch.preserve_format)
    return seen[same]
