"""Pictures in files, by class and split, as a set: looked at before anything is trained, and told of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from cnninspect.data.files import Files, Place, few, in_memory, seen, told_of
from cnninspect.data.making import OWN_SPLIT, SAID, absent, split_off
from cnninspect.data.pictures import CONVERTED, pillow
from cnninspect.data.sets import Data
from cnninspect.data.splitting import HELD_OUT, held_out
from cnninspect.records import Record
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.data.pictures import Picture

MOST_WORKERS = 8


class Found(Record):
    """The pictures of one split."""

    places: list[Place]
    labels: list[int]


class Usable(Record):
    """The pictures of one split that can be used."""

    files: Files
    pictures: list[Picture]


def gathered(  # noqa: PLR0913 - what is known of a set
    name: str,
    splits: Sequence[Found],
    classes: Sequence[str],
    *,
    source: str,
    marks: Sequence[str],
    share: float = HELD_OUT,
    skip_bad: bool = False,
    notes: Sequence[str] = (),
) -> Data:
    """A set of one or two splits; ``marks`` are what its identity depends on beside the classes."""
    pillow()
    told = list(notes)
    usable, identities = _usable(splits, told, skip_bad=skip_bad)
    split = OWN_SPLIT
    if len(usable) == 1:
        split = split_off(share)
        usable = _split(usable[0], share)
    for part, word in zip(usable, ("to learn from", "held out"), strict=True):
        if not len(part.files):
            raise Problem("bad-data", f"'{name}' has no picture {word}", help="a class folder needs two or more")
    _tell_conversions([picture for part in usable for picture in part.pictures], told)
    absent(usable[0].files.labels, classes, told)
    from cnninspect.data.identities import identity_of

    every = [picture for part in usable for picture in part.pictures]
    first = every[0]
    train, held = (in_memory(part.files, part.pictures) for part in usable)
    return Data(
        name,
        tuple(classes),
        max([picture.channels for picture in every]),
        first.height,
        first.width,
        train,
        held,
        split,
        source,
        "unknown",
        identity_of(*classes, *marks, *identities, str(len(usable[0].files))),
        len({(picture.height, picture.width) for picture in every}) == 1,
        tuple(told),
    )


def _usable(splits: Sequence[Found], told: list[str], *, skip_bad: bool) -> tuple[list[Usable], list[str]]:
    """The pictures that can be used; raises the Problem that some cannot, where they are not to be skipped."""
    total = sum([len(found.places) for found in splits])
    whole = skip_bad or few([place for found in splits for place in found.places])
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    usable: list[Usable] = []
    bad: list[tuple[Place, str]] = []
    marks: list[str] = []
    for found in splits:
        labels = torch.tensor(found.labels, dtype=torch.int64)
        looked = seen(Files(found.places, labels), whole=whole, workers=workers)
        bad += [(found.places[number], why) for number, why in looked.bad]
        marks += ["bad", *[str(number) for number, _ in looked.bad]]
        kept = [number for number, picture in enumerate(looked.pictures) if picture is not None]
        places = [found.places[number] for number in kept]
        pictures = [picture for picture in looked.pictures if picture is not None]
        usable.append(Usable(Files(places, labels[kept]), pictures))
    if bad:
        sentence, lines = told_of(bad, total)
        if not skip_bad:
            remedy = "mend them or take them away, or leave them out with --skip-bad"
            raise Problem("bad-data", f"{sentence}: {lines[0]}", notes=lines[1:], help=remedy)
        told.append(f"left out: {sentence}: {'; '.join(lines)}")
    if not whole:
        told.append(f"only the heads of {total:,} pictures were looked at; --skip-bad unpacks each one beforehand")
    return usable, marks


def _split(part: Usable, share: float) -> list[Usable]:
    """The pictures for training, and a share of each class held out."""
    kept, held = held_out(part.files.labels, share)
    return [_of(part, numbers) for numbers in (kept, held)]


def _of(part: Usable, numbers: Tensor) -> Usable:
    chosen = numbers.tolist()
    places = [part.files.place(number) for number in chosen]
    return Usable(Files(places, part.files.labels[numbers]), [part.pictures[number] for number in chosen])


def _tell_conversions(pictures: Sequence[Picture], told: list[str]) -> None:
    """How many pictures were changed to become pixels of one kind."""
    for key, sentence in CONVERTED.items():
        count = sum([key in picture.done for picture in pictures])
        if count:
            told.append(f"{count:,} of {len(pictures):,} pictures {sentence}")
    grey = sum([picture.channels == 1 for picture in pictures])
    if 0 < grey < len(pictures):
        told.append(f"{grey:,} of {len(pictures):,} pictures are grey among colours: their one channel is repeated")


def shortened(words: Sequence[str]) -> str:
    """The first few of some words."""
    return ", ".join(words[:SAID]) + (f" and {len(words) - SAID:,} more" if len(words) > SAID else "")
