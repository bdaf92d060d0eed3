"""Arrays of images and labels as a set: each claim is checked, each doubt named, before anything is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.data.arrays import identity
from cnninspect.data.sets import Arrays, Data
from cnninspect.data.splitting import HELD_OUT, held_out
from cnninspect.records import Record
from cnninspect.values import Problem, clip, show_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

MOST_CLASSES = 100_000
CHANNELS = (1, 3, 4)
"""How many a last axis may have, to be one of channels."""
SAID = 3
"""Mistakes of one kind that are named; the others are counted."""
OWN_SPLIT = "the set's own: what it calls test or validation is held out"


def split_off(share: float) -> str:
    """A sentence on a split that was made here."""
    return f"{share * 100:.4g}% of each class, chosen by a fixed chance, is held out: the set has no split of its own"


class Part(Record):
    """Images and labels as a file has them."""

    images: Tensor
    labels: Tensor
    where: str
    """What messages call it."""


def made(  # noqa: PLR0913 - what is known of a set
    name: str,
    parts: Sequence[Part],
    *,
    classes: Sequence[str] | None = None,
    source: str,
    licence: str = "unknown",
    share: float = HELD_OUT,
    skip_bad: bool = False,
    notes: Sequence[str] = (),
) -> Data:
    """A set of one or two parts: what is trained on, and what is held out where the set has a split of its own."""
    images = [shaped(part.images, part.where) for part in parts]
    labels = [labelled(part.labels, len(image), part.where) for part, image in zip(parts, images, strict=True)]
    if images[0].shape[1:] != images[-1].shape[1:]:
        one, other = (show_shape(tuple(image.shape[1:])) for image in images)
        raise Problem("bad-data", f"{parts[0].where} has images of {one}, and {parts[1].where} of {other}")
    count = len(classes) if classes is not None else max([int(label.max()) for label in labels]) + 1
    told = list(notes)
    for place, part in enumerate(parts):
        images[place], labels[place] = _within(images[place], labels[place], count, part.where, told, skip_bad=skip_bad)
    words = tuple([str(word) for word in (range(count) if classes is None else classes)])
    if len(set(words)) < len(words):
        twice = next(word for word in words if words.count(word) > 1)
        raise Problem("bad-data", f"{parts[0].where} has two classes of one name: '{clip(twice, 40)}'")
    split = OWN_SPLIT
    if len(parts) == 1:
        kept, held = held_out(labels[0], share)
        images, labels = [images[0][kept], images[0][held]], [labels[0][kept], labels[0][held]]
        split = split_off(share)
    absent(labels[0], words, told)
    mark = identity((*images, *labels), *words)
    channels, height, width = images[0].shape[1:]
    train, held_set = Arrays(images[0], labels[0]), Arrays(images[1], labels[1])
    return Data(name, words, channels, height, width, train, held_set, split, source, licence, mark, True, tuple(told))


def shaped(images: Tensor, where: str) -> Tensor:
    """Images as (number, channels, height, width) of 8 bits or float32; raises the Problem that they are none."""
    if images.dim() == 3:  # noqa: PLR2004 - number, height, width
        images = images.unsqueeze(1)
    elif images.dim() == 4 and images.shape[1] not in CHANNELS and images.shape[3] in CHANNELS:  # noqa: PLR2004
        images = images.permute(0, 3, 1, 2)
    if images.dim() != 4:  # noqa: PLR2004
        remedy = "(number, height, width), (number, channels, height, width) or (number, height, width, channels)"
        raise Problem("bad-data", f"{where} has images of {show_shape(tuple(images.shape))}", help=remedy)
    if not images.numel():
        raise Problem("bad-data", f"{where} is empty: its images are {show_shape(tuple(images.shape))}")
    if images.dtype == torch.uint8:
        return images.contiguous()
    if images.is_floating_point():
        images = images.float()
        if not bool(images.isfinite().all()):
            bad = int((~images.isfinite().flatten(1).all(1)).sum())
            raise Problem("bad-data", f"{where} has NaN or infinity in {bad:,} of {len(images):,} images")
        return images.contiguous()
    if not images.is_complex() and images.dtype != torch.bool and 0 <= int(images.min()) <= int(images.max()) <= 255:  # noqa: PLR2004
        return images.to(torch.uint8).contiguous()
    said = str(images.dtype).removeprefix("torch.")
    raise Problem("bad-data", f"{where} has images of {said}", help="numbers from 0 to 255, or floats")


def labelled(labels: Tensor, count: int, where: str) -> Tensor:
    """The labels as int64, one for each image; raises the Problem that there are others."""
    if labels.dim() == 2 and labels.shape[1] == 1:  # noqa: PLR2004
        labels = labels[:, 0]
    if labels.dim() != 1:
        remedy = "one number for each image; of columns of 0 and 1 take argmax(1)"
        raise Problem("bad-data", f"{where} has labels of {show_shape(tuple(labels.shape))}", help=remedy)
    if len(labels) != count:
        raise Problem("bad-data", f"{where} has {count:,} images and {len(labels):,} labels")
    if labels.is_complex() or (labels.is_floating_point() and not bool((labels == labels.floor()).all())):
        raise Problem("bad-data", f"{where} has labels that are no whole numbers", help="classes count from 0")
    if labels.is_floating_point():
        labels = labels.clamp(-1, MOST_CLASSES)
    labels = labels.long()
    if int(labels.max()) >= MOST_CLASSES:
        message = f"{where} has a label of {int(labels.max()):,}; at most {MOST_CLASSES:,} classes are known"
        raise Problem("bad-data", message, help="classes count from 0")
    return labels


def _within(  # noqa: PLR0913 - what it is about, and what is told
    images: Tensor, labels: Tensor, classes: int, where: str, told: list[str], *, skip_bad: bool
) -> tuple[Tensor, Tensor]:
    """Without the images whose labels lie outside the classes; raises the Problem where none is to be left out."""
    wrong = (labels < 0) | (labels >= classes)
    if not bool(wrong.any()):
        return images, labels
    places = wrong.nonzero()[:, 0].tolist()
    some = ", ".join([f"image {place:,} has {int(labels[place]):,}" for place in places[:SAID]])
    message = (
        f"{len(places):,} of {len(labels):,} labels of {where} lie outside the {classes} classes from 0 on: {some}"
    )
    if not skip_bad:
        raise Problem("bad-data", message, help="mend them, or leave these images out with --skip-bad")
    if len(places) == len(labels):
        raise Problem("bad-data", f"{message}; nothing is left")
    told.append(f"left out: {message}")
    return images[~wrong], labels[~wrong]


def absent(labels: Tensor, classes: Sequence[str], told: list[str]) -> None:
    """Tell of classes that no image of the training part has."""
    counts = torch.bincount(labels, minlength=len(classes)).tolist()
    none = [clip(word, 30) for word, count in zip(classes, counts, strict=True) if not count]
    if none:
        more = ", …" if len(none) > SAID else ""
        told.append(f"no image to learn from in {len(none)} of {len(classes)} classes: {', '.join(none[:SAID])}{more}")
