"""Arrays of an .npz file as tensors: what the headers claim is held against the bytes before anything is unpacked."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import torch

from cnninspect.data.packed import check_plausible
from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.frontends.checkpoints.archive import Archive, Member
    from cnninspect.frontends.checkpoints.stored import Stored


LATER = 8
"""The flag of a zip file that says that a checksum follows the bytes; there it is not looked for."""
ANEW = "was it copied to its end? write or copy it anew"
WIDER = {torch.uint16: torch.int32, torch.uint32: torch.int64, torch.uint64: torch.int64}
"""Types that torch can hold and hardly count with."""


def read(path: str) -> dict[str, Tensor]:
    """Every array of numbers by name; raises the Problem that the file is none or damaged."""
    from cnninspect.frontends.checkpoints import npy
    from cnninspect.frontends.checkpoints.archive import Archive

    try:
        with File(path) as file:
            archive = Archive(file)
            members = [member for name, member in archive.members.items() if name.endswith(".npy")]
            for member in members:
                _check(file, member)
            return {
                stored.key: _tensor(file, archive, stored) for stored in npy.read_all(file, archive, members).tensors
            }
    except Problem as problem:
        code = "bad-data" if problem.code == "bad-checkpoint" else problem.code
        raise Problem(code, problem.message, help=problem.help) from None


def _check(file: File, member: Member) -> None:
    """Raise the Problem that so few bytes cannot become so many."""
    check_plausible(member.packed, member.size, f"'{shown(file.path)}': '{clip(member.name)}'")


def _bytes(file: File, archive: Archive, stored: Stored) -> bytearray:
    """The member of an array, its header in front, unpacked and held against its checksum."""
    member = archive.members[f"{stored.key}.npy"]
    region, what = archive.region(member), f"'{shown(file.path)}': '{clip(stored.key)}'"
    data = file.read(region.offset, region.size if region.packed is None else region.packed, what)
    if region.packed is not None:
        try:
            data = zlib.decompressobj(-15).decompress(data, region.size + 1)
        except zlib.error:
            raise Problem("bad-data", f"{what} cannot be unpacked", help=ANEW) from None
        if len(data) != region.size:
            raise Problem("bad-data", f"{what} has {len(data):,} bytes, and claims {region.size:,}", help=ANEW)
    head = file.read(member.header, 30, what)
    checksum = int.from_bytes(head[14:18], "little")
    if not head[6] & LATER and zlib.crc32(data) != checksum:
        raise Problem("bad-data", f"{what} is damaged: its checksum is another", help=ANEW)
    return bytearray(data)


def _tensor(file: File, archive: Archive, stored: Stored) -> Tensor:
    dtype = getattr(torch, stored.dtype)
    if not stored.bytes:
        return torch.empty(stored.shape, dtype=dtype)
    data = _bytes(file, archive, stored)
    flat = torch.frombuffer(data, dtype=dtype, offset=len(data) - stored.bytes)
    found = flat.reshape(stored.shape) if stored.strides is None else flat.as_strided(stored.shape, stored.strides)
    if dtype in WIDER:
        found = found.to(WIDER[dtype])
    return found.contiguous()


def identity(tensors: Sequence[Tensor], *others: str) -> str:
    """SHA-256 of images, labels and what else a set consists of."""
    from ctypes import c_char
    from hashlib import sha256

    made = sha256()
    for tensor in tensors:
        made.update(f"{tensor.dtype} {tuple(tensor.shape)}\n".encode())
        whole = tensor.contiguous()
        size = whole.numel() * whole.element_size()
        made.update((c_char * size).from_address(whole.data_ptr()) if size else b"")
    for other in others:
        made.update(f"{other}\n".encode("utf-8", "surrogatepass"))
    return made.hexdigest()
