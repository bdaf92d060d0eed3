"""IDX files, the form of MNIST: a magic number, the sizes of the axes, the numbers; plain or as gzip.

Definition: http://yann.lecun.com/exdb/mnist/, "the IDX file format".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from cnninspect.data.packed import GZIP, Gzip, check_plausible
from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.records import Record
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from torch import Tensor

TYPES = {
    0x08: torch.uint8,
    0x09: torch.int8,
    0x0B: torch.int16,
    0x0C: torch.int32,
    0x0D: torch.float32,
    0x0E: torch.float64,
}
MOST_AXES = 4
HELP = "an IDX file begins with two zeros, the type of its numbers and how many axes there are"
NAMES = (("train-images", "train-labels"), ("t10k-images", "t10k-labels"), ("test-images", "test-labels"))
ENDINGS = tuple([f"{mark}{kind}{packed}" for packed in ("", ".gz") for mark in ("-", ".") for kind in ("idx{}-ubyte",)])


class Four(Record):
    """The four files of a set; the last two are missing where it has no split of its own."""

    images: str
    labels: str
    held_images: str | None = None
    held_labels: str | None = None


def read(path: str) -> Tensor:
    """The numbers of a file; raises the Problem that it is none, damaged, or claims other sizes than it has."""
    with File(path) as file:
        what = f"'{shown(path)}'"
        packed = file.read(0, min(file.size, 2), what) == GZIP
        stream = Gzip(file, what) if packed else None
        head = stream.read(4) if stream else file.read(0, min(file.size, 4), what)
        dtype, axes = _magic(head, what)
        sizes = stream.read(4 * axes) if stream else file.read(4, min(file.size - 4, 4 * axes), what)
        if len(sizes) < 4 * axes:
            raise Problem("bad-data", f"{what} ends within the sizes of its {axes} axes", help=HELP)
        shape = [int.from_bytes(sizes[place : place + 4], "big") for place in range(0, 4 * axes, 4)]
        width = torch.empty(0, dtype=dtype).element_size()
        needed, start = product(shape) * width, 4 + 4 * axes
        said = " x ".join([f"{size:,}" for size in shape])
        if stream:
            check_plausible(file.size, needed, f"{what}, {said},")
            data = stream.read(needed)
            more = bool(stream.read(1))
        else:
            data = file.read(start, min(file.size - start, needed), what)
            more = file.size - start > needed
        if len(data) < needed or more:
            have = f"more than {needed:,}" if more else f"{len(data):,}"
            message = f"{what} claims {said} numbers, which are {needed:,} bytes, and there are {have}"
            raise Problem("bad-data", message, help="was it downloaded or copied to its end?")
    return _numbers(bytearray(data), dtype, width, shape)


def _numbers(data: bytearray, dtype: torch.dtype, width: int, shape: list[int]) -> Tensor:
    """Numbers whose highest byte comes first."""
    if not data:
        return torch.empty(shape, dtype=dtype)
    flat = torch.frombuffer(data, dtype=torch.uint8)
    if width > 1:
        flat = flat.reshape(-1, width).flip(1).contiguous()
    return flat.view(dtype).reshape(shape)


def _magic(head: bytes, what: str) -> tuple[torch.dtype, int]:
    dtype = TYPES.get(head[2]) if len(head) == 4 and head[:2] == b"\0\0" else None  # noqa: PLR2004
    if dtype is None or not 1 <= head[3] <= MOST_AXES:
        shown_head = clip(repr(head)[1:], 40)
        raise Problem("bad-data", f"{what} is no IDX file: it begins with {shown_head}", help=HELP)
    return dtype, head[3]


def files(given: str) -> Four:
    """The files that ``idx:`` names: a folder, or two or four files with commas between."""
    parts = [part.strip() for part in given.split(",")]
    if len(parts) in (2, 4) and all(parts):
        return Four(*parts)
    if len(parts) != 1 or not parts[0]:
        remedy = "idx:FOLDER, idx:IMAGES,LABELS or idx:IMAGES,LABELS,HELD-OUT-IMAGES,HELD-OUT-LABELS"
        raise Problem("unknown-data", f"'idx:{clip(given)}' names {len(parts)} files", help=remedy)
    folder = parts[0]
    if not os.path.isdir(folder):
        raise Problem("file-not-found", f"there is no folder '{shown(folder)}'", help="idx:FOLDER or idx:IMAGES,LABELS")
    found = [(find(folder, images, 3), find(folder, labels, 1)) for images, labels in NAMES]
    if found[0][0] is None or found[0][1] is None:
        message = f"'{shown(folder)}' has no train-images-idx3-ubyte and train-labels-idx1-ubyte, with or without .gz"
        raise Problem("file-not-found", message, help="name the files: idx:IMAGES,LABELS")
    held = next(((images, labels) for images, labels in found[1:] if images and labels), (None, None))
    return Four(found[0][0], found[0][1], *held)


def find(folder: str, name: str, axes: int) -> str | None:
    """The file of a set in a folder, plain or packed."""
    for ending in ENDINGS:
        path = os.path.join(folder, name + ending.format(axes))
        if os.path.isfile(path):
            return path
    return None
