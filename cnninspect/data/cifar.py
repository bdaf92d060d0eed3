"""CIFAR's files: records of a label and a picture in bytes, or pickles of the same; alone or in the archive they came in.

Definition: https://www.cs.toronto.edu/~kriz/cifar.html. Archives are read where they lie, nothing is unpacked beside
them; a pickle is run on a machine that knows but the words that such a file needs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from cnninspect.data.making import Part
from cnninspect.data.packed import Gzip
from cnninspect.data.pickled import batch_of
from cnninspect.data.tar import Entry, entries
from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.records import Record
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import Tensor

PIXELS = 3 * 32 * 32
LARGEST = 200 * 2**20
"""Bytes of one file: the largest, all of CIFAR-100, has 154 million."""


class Form(Record):
    """One of the two forms of a set."""

    folder: str
    train: tuple[str, ...]
    held: tuple[str, ...]
    pickled: bool
    label: int = 0
    """Which byte of a record is the class."""
    labels: int = 1
    """Bytes before the picture."""
    key: str = "labels"
    """Where the classes stand in a pickle."""


FIVE = tuple([f"data_batch_{place}" for place in range(1, 6)])
CIFAR10 = (
    Form("cifar-10-batches-bin", tuple([f"{name}.bin" for name in FIVE]), ("test_batch.bin",), False),
    Form("cifar-10-batches-py", FIVE, ("test_batch",), True),
)
CIFAR100 = (
    Form("cifar-100-binary", ("train.bin",), ("test.bin",), False, 1, 2),
    Form("cifar-100-python", ("train",), ("test",), True, key="fine_labels"),
)


def read(place: str, form: Form) -> list[Part]:
    """Both parts of a set in a folder or an archive; raises the Problem that one is missing or damaged."""
    wanted = {*form.train, *form.held}
    found: dict[str, Part] = {}
    for name, data, where in _folder(place, wanted) if os.path.isdir(place) else _archive(place, form, wanted):
        found[name] = batch_part(data, form, where)
    missing = sorted(wanted - set(found))
    if missing:
        raise Problem("bad-data", f"'{shown(place)}' has no {', '.join(missing)}", help="was it copied to its end?")
    return [_joined([found[name] for name in names], f"'{shown(place)}' ({names[0]} …)") for names in (form.train, form.held)]  # fmt: skip


def batch_part(data: bytes, form: Form, where: str) -> Part:
    """Images and labels of one file."""
    if form.pickled:
        pixels, labels = batch_of(data, form.key, where)
        if len(pixels) != PIXELS * len(labels):
            message = (
                f"{where} has {len(pixels):,} bytes of pictures and {len(labels):,} labels of {PIXELS:,} bytes each"
            )
            raise Problem("bad-data", message)
        return Part(_bytes(pixels).reshape(-1, 3, 32, 32), torch.tensor(labels, dtype=torch.int64), where)
    each = form.labels + PIXELS
    if not data or len(data) % each:
        message = f"{where} has {len(data):,} bytes, which are no whole number of records of {each:,}"
        raise Problem("bad-data", message, help="was it downloaded or copied to its end?")
    rows = _bytes(data).reshape(-1, each)
    return Part(rows[:, form.labels :].reshape(-1, 3, 32, 32).clone(), rows[:, form.label].long(), where)


def _bytes(data: bytes) -> Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)


def _joined(parts: list[Part], where: str) -> Part:
    return Part(torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts]), where)


def _folder(place: str, wanted: Iterable[str]) -> Iterator[tuple[str, bytes, str]]:
    for name in sorted(wanted):
        path = os.path.join(place, name)
        if os.path.exists(path):
            with File(path) as file:
                _check_size(file.size, f"'{shown(path)}'")
                yield name, file.read(0, file.size, f"'{shown(path)}'"), f"'{shown(path)}'"


def _archive(place: str, form: Form, wanted: set[str]) -> Iterator[tuple[str, bytes, str]]:
    """The files of an archive by name; what else it has is passed over."""
    with File(place) as file:
        stream = Gzip(file, f"'{shown(place)}'")
        for entry in entries(stream, f"'{shown(place)}'"):
            folder, _, name = entry.name.removeprefix("./").rpartition("/")
            where = f"'{name}' in '{shown(place)}'"
            if folder == form.folder and name in wanted:
                _check_size(entry.size, where)
                yield name, _content(entry, where), where


def _content(entry: Entry, where: str) -> bytes:
    data = entry.read()
    if len(data) < entry.size:
        raise Problem("bad-data", f"{where} is cut off", help="was it downloaded or copied to its end?")
    return data


def _check_size(size: int, where: str) -> None:
    if size > LARGEST:
        raise Problem("file-too-large", f"{where} has {size:,} bytes; at most {LARGEST:,} are read")
