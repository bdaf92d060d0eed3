"""Arrays of an .npz file as tensors: what the headers claim is held against the bytes before anything is unpacked."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import torch

from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.frontends.checkpoints.stored import Stored

BOMB = 100 * 2**20
"""Bytes from which on it is asked whether so much is plausible."""
PLAUSIBLE = 100
"""How many times smaller than its images a packed array may be, where it is large."""


def read(path: str) -> dict[str, Tensor]:
    """Every array of numbers by name; raises the Problem that the file is none or damaged."""
    from cnninspect.frontends.checkpoints import npy
    from cnninspect.frontends.checkpoints.archive import Archive

    try:
        with File(path) as file:
            archive = Archive(file)
            members = [member for name, member in archive.members.items() if name.endswith(".npy")]
            return {stored.key: _tensor(file, stored) for stored in npy.read_all(file, archive, members).tensors}
    except Problem as problem:
        code = "bad-data" if problem.code == "bad-checkpoint" else problem.code
        raise Problem(code, problem.message, help=problem.help) from None


def _tensor(file: File, stored: Stored) -> Tensor:
    region = stored.region
    dtype = getattr(torch, stored.dtype)
    if region.packed is None:
        data = bytearray(file.read(region.offset, region.size, f"'{clip(stored.key)}'"))
    else:
        if region.size > BOMB and region.size > PLAUSIBLE * region.packed:
            message = (
                f"'{shown(file.path)}': '{clip(stored.key)}' claims {region.size:,} bytes, packed in {region.packed:,}"
            )
            raise Problem("bad-data", message, help="write it with numpy.savez, which does not pack")
        packed = file.read(region.offset, region.packed, f"'{clip(stored.key)}'")
        try:
            unpack = zlib.decompressobj(-15)
            data = bytearray(unpack.decompress(packed, region.size + 1))
        except zlib.error:
            raise Problem("bad-data", f"'{shown(file.path)}': '{clip(stored.key)}' cannot be unpacked") from None
        if len(data) != region.size:
            message = f"'{shown(file.path)}': '{clip(stored.key)}' has {len(data):,} bytes, and claims {region.size:,}"
            raise Problem("bad-data", message, help="was it copied to its end?")
    width = torch.empty(0, dtype=dtype).element_size()
    if not stored.bytes:
        return torch.empty(stored.shape, dtype=dtype)
    flat = torch.frombuffer(data, dtype=dtype, offset=stored.start * width)
    if stored.strides is not None:
        return flat.as_strided(stored.shape, stored.strides).contiguous()
    return flat.reshape(stored.shape)


def identity(images: Tensor, labels: Tensor, *others: str) -> str:
    """SHA-256 of images, labels and what else a set consists of."""
    from ctypes import c_char
    from hashlib import sha256

    made = sha256()
    for tensor in (images, labels):
        made.update(f"{tensor.dtype} {tuple(tensor.shape)}\n".encode())
        whole = tensor.contiguous()
        size = whole.numel() * whole.element_size()
        made.update((c_char * size).from_address(whole.data_ptr()) if size else b"")
    for other in others:
        made.update(f"{other}\n".encode("utf-8", "surrogatepass"))
    return made.hexdigest()
