"""Pictures that stay in their files until they are wanted: which are usable, of what size, and what they need."""

from __future__ import annotations

import os
from array import array
from typing import TYPE_CHECKING

import torch

from cnninspect.data.pictures import JPEG, PNG, Bad, Picture, data_of, decoded, read_part
from cnninspect.data.sets import Arrays
from cnninspect.frontends.checkpoints.files import shown
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from cnninspect.data.sets import Images

DECODED = 5000
"""Pictures up to which all are unpacked beforehand; of more only the heads are looked at, unless bad ones are skipped."""
IN_MEMORY = 2**28
"""Bytes of pixels of one size up to which they are kept in memory."""
MANY = 64
"""Pictures from which on several processes look at them."""
HEAD = 2**14
"""Bytes of a file in which its head stands, nearly always."""
DECODED_BYTES = 200 * 2**20
"""Bytes of these files, all together: what some seconds suffice for."""


class Place(Record):
    """Where the bytes of a picture are."""

    path: str
    offset: int | None = None
    size: int | None = None
    """None for the whole file."""

    def __str__(self) -> str:
        return shown(self.path) if self.offset is None else f"{shown(self.path)}, byte {self.offset:,}"


class Files:
    """Pictures of one split, in files or in stretches of files; a million of them take little room."""

    def __init__(self, places: Sequence[Place], labels: Tensor) -> None:
        self.labels = labels
        names = [place.path.encode("utf-8", "surrogateescape") for place in places]
        self._names = b"".join(names)
        self._ends = array("q")
        end = 0
        for name in names:
            end += len(name)
            self._ends.append(end)
        self._offsets = array("q", [-1 if place.offset is None else place.offset for place in places])
        self._sizes = array("q", [-1 if place.size is None else place.size for place in places])

    def __len__(self) -> int:
        return len(self.labels)

    def place(self, number: int) -> Place:
        """Where a picture is."""
        start = self._ends[number - 1] if number else 0
        path = self._names[start : self._ends[number]].decode("utf-8", "surrogateescape")
        offset, size = self._offsets[number], self._sizes[number]
        return Place(path, None if offset < 0 else offset, None if size < 0 else size)

    def read(self, number: int) -> Tensor:
        """One picture."""
        return read_part(*self.place(number))


class Seen(Record):
    """What a look at every picture told."""

    pictures: tuple[Picture | None, ...]
    """None for those that cannot be used."""
    bad: tuple[tuple[int, str], ...]
    """Which cannot be used, and why."""


def seen(files: Files, *, whole: bool, workers: int) -> Seen:
    """A look at each picture: at its head, or at all of it."""
    same: dict[Picture, Picture] = {}
    pictures: list[Picture | None] = []
    bad: list[tuple[int, str]] = []
    for number, found in enumerate(_looks(files, workers, whole=whole)):
        pictures.append(same.setdefault(found, found) if isinstance(found, Picture) else None)
        if not isinstance(found, Picture):
            bad.append((number, found))
    return Seen(tuple(pictures), tuple(bad))


def _looks(files: Files, workers: int, *, whole: bool) -> Iterator[Picture | str]:
    if len(files) < MANY or not workers:
        for number in range(len(files)):
            yield look(files, number, whole=whole)
        return
    from cnninspect.data.decoding import each

    yield from each(files, workers, whole=whole)


def look(files: Files, number: int, *, whole: bool) -> Picture | str:
    """One picture without its pixels, or why it cannot be used."""
    place = files.place(number)
    try:
        found = None if whole else _head(place)
        found = found or decoded(data_of(*place), pixels=whole)
    except Bad as bad:
        return str(bad)
    except Problem as problem:
        return problem.message
    return found._replace(pixels=None)


def _head(place: Place) -> Picture | None:
    """What the first bytes of a picture tell; None where they do not suffice."""
    data = data_of(*place, most=HEAD)
    if not data.startswith((PNG, JPEG)):  # others may have a second picture at their end
        return None
    try:
        return decoded(data, pixels=False)
    except Bad:
        return None


def few(places: Sequence[Place]) -> bool:
    """Whether pictures are so few and small that all are unpacked beforehand."""
    if len(places) > DECODED:
        return False
    total = 0
    for place in places:
        try:
            total += place.size if place.size is not None else os.path.getsize(place.path)
        except OSError:  # it is told when it is read
            continue
    return total <= DECODED_BYTES


def in_memory(files: Files, pictures: Sequence[Picture]) -> Images:
    """The same pictures as one tensor, where they have one size and take little room."""
    sizes = {picture[1:4] for picture in pictures}
    heights = {(height, width) for _, height, width in sizes}
    if len(heights) != 1:
        return files
    channels = max([size[0] for size in sizes])
    height, width = next(iter(heights))
    if len(files) * channels * height * width > IN_MEMORY:
        return files
    found = torch.empty(len(files), channels, height, width, dtype=torch.uint8)
    for number in range(len(files)):
        found[number] = files.read(number)  # grey is repeated
    return Arrays(found, files.labels)


def told_of(bad: Sequence[tuple[Place, str]], count: int) -> tuple[str, tuple[str, ...]]:
    """A sentence on the pictures that cannot be used, and a line for each of the first."""
    lines = [f"{place}: {clip(why, 200)}" for place, why in bad[:20]]
    if len(bad) > len(lines):
        lines.append(f"… and {len(bad) - len(lines):,} more")
    return f"{len(bad):,} of {count:,} pictures cannot be used", tuple(lines)
