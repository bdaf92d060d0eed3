"""The elements of a checkpoint, put into the tensors of a network: read from the file's own bytes, nothing is unpickled."""

from __future__ import annotations

import mmap
import zlib
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import Module

from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from cnninspect.frontends.checkpoints.stored import Stored
    from cnninspect.passes.matching_turns import Turn

SPARE = 2**20
"""Bytes that may be unpacked beside those that are needed."""


def fill(module: Module, found: Iterable[tuple[str, Stored, Turn | None]], zeroed: Iterable[str] = ()) -> None:
    """Put stored tensors into those of a module by key, and zero into others; raises Problem.

    Elements are cast to the type that the module has. Every one is found before the first is changed.
    """
    tensors: dict[str, Tensor] = module.state_dict(keep_vars=True)
    reader = Reader()
    try:
        ready = [(tensors[key], _fitting(key, tensors[key], reader.read(stored), turn)) for key, stored, turn in found]
        with torch.no_grad():
            for target, source in ready:
                target.copy_(source)
            for key in zeroed:
                tensors[key].zero_()
        ready.clear()
    finally:
        reader.close()


def _fitting(key: str, target: Tensor, source: Tensor, turn: Turn | None) -> Tensor:
    """The stored elements in the shape of what they are put into."""
    if target.is_meta:
        message = f"'{clip(key)}' has no memory: the network is on the meta device"
        raise Problem("bad-value", message, help="build it on another device, or call to_empty(device=…) first")
    if source.is_complex() and not target.is_complex():
        raise Problem("bad-checkpoint", f"'{clip(key)}' has complex numbers, and the network has real ones")
    if turn is not None:
        source = source.reshape(turn.before).permute(turn.axes).reshape(turn.after)
    return source.reshape(target.shape)


class Reader:
    """Reads tensors out of files that are mapped into memory."""

    def __init__(self) -> None:
        self._maps: dict[str, mmap.mmap] = {}

    def close(self) -> None:
        """Give the files back, where no tensor uses them any more."""
        self._maps.clear()

    def read(self, stored: Stored) -> Tensor:
        """A stored tensor; where it can be a view of the file that copies what is written to it."""
        dtype = _dtype(stored)
        shape, strides = stored.shape, stored.strides
        if not product(shape):
            return torch.empty(shape, dtype=dtype)
        reach = product(shape) if strides is None else 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
        size = reach * dtype.itemsize
        data, offset = self._bytes(stored, stored.start * dtype.itemsize, size)
        if offset % dtype.itemsize:
            data, offset = bytearray(memoryview(data)[offset : offset + size]), 0
        elements = torch.frombuffer(data, dtype=torch.uint8, count=size, offset=offset).view(dtype)
        return elements.view(shape) if strides is None else elements.as_strided(shape, strides)

    def _bytes(self, stored: Stored, start: int, size: int) -> tuple[Any, int]:
        """A buffer and where in it so many bytes begin."""
        region = stored.region
        mapped = self._mapped(region.file)
        end = region.offset + (start + size if region.packed is None else region.packed)
        if end > len(mapped):
            raise Problem("bad-checkpoint", f"'{clip(region.file)}' became shorter while it was read")
        if region.packed is None:
            return mapped, region.offset + start
        if start + size > 16 * stored.bytes + SPARE:
            raise Problem("bad-checkpoint", f"'{clip(stored.key)}' lies scattered over {start + size:,} packed bytes")
        try:
            found = zlib.decompressobj(-15).decompress(mapped[region.offset : end], start + size)
        except zlib.error:
            found = b""
        if len(found) < start + size:
            raise Problem("bad-checkpoint", f"'{clip(stored.key)}' in '{clip(region.file)}' cannot be unpacked")
        return bytearray(found), start

    def _mapped(self, path: str) -> mmap.mmap:
        if path not in self._maps:
            try:
                with open(path, "rb") as file:
                    self._maps[path] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            except (OSError, ValueError) as error:
                why = clip(getattr(error, "strerror", None) or error)
                raise Problem("unreadable-file", f"'{clip(path)}' cannot be read: {why.lower()}") from None
        return self._maps[path]


def _dtype(stored: Stored) -> torch.dtype:
    found = getattr(torch, stored.dtype, None)
    if not isinstance(found, torch.dtype):
        message = f"'{clip(stored.key)}' is {stored.dtype}, which this torch {torch.__version__} does not have"
        raise Problem("bad-checkpoint", message, help="pip install --upgrade torch")
    return found


__all__ = ["Module", "Reader", "fill"]
