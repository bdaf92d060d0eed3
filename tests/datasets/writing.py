"""Data sets that tests write: each form with the standard library alone, so that the reader is not its own judge."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

TYPES = {torch.uint8: 0x08, torch.int8: 0x09, torch.int16: 0x0B, torch.int32: 0x0C, torch.float32: 0x0D, torch.float64: 0x0E}  # fmt: skip
FORMATS = {
    torch.uint8: "B",
    torch.int8: "b",
    torch.int16: "h",
    torch.int32: "i",
    torch.float32: "f",
    torch.float64: "d",
}


def images(count: int, *shape: int, seed: int = 0) -> Tensor:
    """Bytes by chance."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, *shape), generator=generator, dtype=torch.uint8)


def labels(count: int, classes: int) -> Tensor:
    """Every class in turn."""
    return torch.arange(count) % classes


def idx_bytes(tensor: Tensor) -> bytes:
    """An IDX file."""
    head = bytes([0, 0, TYPES[tensor.dtype], tensor.dim()]) + struct.pack(f">{tensor.dim()}I", *tensor.shape)
    return head + struct.pack(f">{tensor.numel()}{FORMATS[tensor.dtype]}", *tensor.flatten().tolist())


def write_idx(path: Path, tensor: Tensor) -> Path:
    """An IDX file, packed where its name says so."""
    data = idx_bytes(tensor)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_mnist(folder: Path, packed: str = "", train: int = 30, held: int = 12) -> tuple[Tensor, Tensor]:
    """The four files of a set like MNIST; the images of both splits."""
    found = images(train, 28, 28), images(held, 28, 28, seed=1)
    for name, part in zip(("train", "t10k"), found, strict=True):
        write_idx(folder / f"{name}-images-idx3-ubyte{packed}", part)
        write_idx(folder / f"{name}-labels-idx1-ubyte{packed}", labels(len(part), 10).to(torch.uint8))
    return found


def records(pictures: Tensor, *marks: Tensor) -> bytes:
    """Records of CIFAR's binary form: labels and a picture each."""
    rows = zip(*[mark.tolist() for mark in marks], pictures.flatten(1), strict=True)
    return b"".join(bytes(row[:-1]) + bytes(row[-1].tolist()) for row in rows)


def tar_bytes(files: dict[str, bytes], *, packed: bool = False) -> bytes:
    """A tar archive of some files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), 1) if packed else out.getvalue()


def python2_batch(pictures: Tensor, key: str, marks: list[int]) -> bytes:
    """A batch as Python 2 with numpy pickled it: protocol 2, texts of bytes, an array that numpy puts together."""
    raw = bytes(pictures.flatten().tolist())

    def text(word: str) -> bytes:
        return b"U" + bytes([len(word)]) + word.encode()

    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
    rows = b"M" + struct.pack("<H", len(pictures)) + b"M" + struct.pack("<H", 3072) + b"\x86"
    dtype = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"(K\x01" + rows + dtype + b"\x89T" + struct.pack("<I", len(raw)) + raw + b"tb"
    listed = b"](" + b"".join(b"K" + bytes([mark]) for mark in marks) + b"e"
    return (
        b"\x80\x02}("
        + text("batch_label")
        + text("training")
        + text(key)
        + listed
        + text("data")
        + array
        + state
        + b"u."
    )
