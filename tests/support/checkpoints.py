"""Checkpoints made by hand, byte by byte, by the definitions of their formats."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

from cnninspect.frontends import checkpoints
from cnninspect.values import Problem, product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnninspect.frontends.checkpoints.stored import Checkpoint

SIZES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "I64": 8, "BOOL": 1}


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]], **more: Any) -> bytes:
    """A safetensors file of zeros: dtype and shape by name."""
    header: dict[str, Any] = dict(more)
    end = 0
    for name, (dtype, shape) in tensors.items():
        size = SIZES[dtype] * product(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    return with_header(json.dumps(header).encode(), bytes(end))


def with_header(header: bytes, data: bytes = b"") -> bytes:
    """A safetensors file of this header."""
    return struct.pack("<Q", len(header)) + header + data


def npy(descr: str, shape: str, data: bytes, *, fortran: bool = False) -> bytes:
    """An array of numpy, version 1.0."""
    header = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def text(word: str) -> bytes:
    """A text in a pickle."""
    return b"X" + struct.pack("<I", len(word.encode())) + word.encode()


def tensor(
    key: str, storage: str, sizes: tuple[int, ...], kind: str = "FloatStorage", numel: int | None = None
) -> bytes:
    """A key and a tensor in a pickle, as torch.save writes them, without what is remembered."""
    strides = [product(sizes[axis + 1 :]) for axis in range(len(sizes))]
    whole = product(sizes) if numel is None else numel
    return (
        text(key)
        + b"ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + f"ctorch\n{kind}\n".encode()
        + text(storage)
        + text("cpu")
        + integer(whole)
        + b"tQK\x00"
        + (b"(" + b"".join([integer(size) for size in sizes]) + b"t")
        + (b"(" + b"".join([integer(size) for size in strides]) + b"t")
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def integer(number: int) -> bytes:
    """A whole number in a pickle."""
    return b"\x8a\x08" + struct.pack("<q", number)


def torch_file(pickle: bytes, storages: Mapping[str, bytes]) -> bytes:
    """A file of torch.save."""
    members = {"archive/data.pkl": pickle, "archive/byteorder": b"little"}
    return zipped({**members, **{f"archive/data/{key}": data for key, data in storages.items()}})


def mapping(*entries: bytes) -> bytes:
    """A pickle of a mapping."""
    return b"\x80\x02}(" + b"".join(entries) + b"u."


def written(folder: Path, data: bytes, name: str = "file.bin") -> str:
    """The path of a file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return str(path)


def table(found: Checkpoint) -> list[tuple[str, str, tuple[int, ...]]]:
    """Name, type and shape of every tensor."""
    return [(tensor.key, tensor.dtype, tensor.shape) for tensor in found.tensors]


def refusal(path: str, folder: Path, **options: Any) -> tuple[str, str]:
    """The code and message with which a checkpoint is refused, the folder left out of it."""
    try:
        found = checkpoints.read(path, **options)
    except Problem as problem:
        return problem.code, problem.message.replace(f"{folder}/", "")
    raise AssertionError(table(found))
