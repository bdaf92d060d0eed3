"""Batches of a split: each follows from seed, epoch and its number, for one process or for any share of several.

Images in memory are gathered and augmented many at a time; images in files are decoded by workers, and augmented after
that by the same lines. How many workers there are changes nothing but the time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from cnninspect.data import ahead, decoding
from cnninspect.data.augmenting import augmented, normalised
from cnninspect.data.draws import Chance, key_of, permutation
from cnninspect.data.geometry import evaluated, trained
from cnninspect.data.mixing import mixed
from cnninspect.data.sets import Arrays
from cnninspect.data.shares import batches, share
from cnninspect.data.transform import Augment, checked_augment, checked_transform
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from cnninspect.data.sets import Images
    from cnninspect.data.shares import Share
    from cnninspect.data.transform import Transform

ORDER = 51
"""The purpose of the chance that orders an epoch."""
FITS = 0.25
"""The share of a device's free memory that images may take."""


class Batch(Record):
    """Some samples, ready for the network."""

    images: Tensor
    """float32, normalised: (n, channels, height, width)."""
    labels: Tensor
    """int64: (n,)."""
    soft: Tensor | None
    """The shares of the classes in each image, (n, classes), where images are blended: to be learned in place of labels."""
    real: int
    """How many of the samples are this process's own: n, or 0 where nothing was left for it and one stands in."""
    total: int
    """How many samples the batch has, all processes together."""
    samples: Tensor
    """Which of the split they are, in the memory of the host."""


class Loading(Record):
    """How a split is loaded."""

    batch: int
    """Samples of a batch, all processes together."""
    seed: int = 0
    shuffle: bool = False
    whole: bool = False
    """Leave out what is left at an epoch's end when the last batch is not full."""
    rank: int = 0
    world: int = 1
    device: str = "cpu"
    workers: int = 0
    """Processes that decode images of files."""


class Loader:
    """The batches of a split, of any epoch and from any number on."""

    def __init__(
        self,
        images: Images,
        transform: Transform,
        loading: Loading,
        *,
        augment: Augment | None = None,
        classes: int = 0,
    ) -> None:
        """``augment`` is for training; ``classes`` are needed where images are blended."""
        self.transform = checked_transform(transform)
        self.augment = None if augment is None else checked_augment(augment)
        self.loading = loading
        self.classes = classes
        self.samples = len(images)
        self.images = _near(images, loading.device)
        self._order: tuple[int, Tensor] | None = None

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return batches(self.samples, self.loading.batch, whole=self.loading.whole)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from number ``start`` on."""
        numbers = range(start, len(self))
        if isinstance(self.images, Arrays):
            work = (partial(self.batch, epoch, number) for number in numbers)
            yield from ahead.made(work, self.images.images, self.loading.device)
            return
        shares = [self._share(number) for number in numbers]
        pieces = [self._work(epoch, own) for own in shares]
        for own, (samples, images) in zip(shares, decoding.decoded(self, epoch, pieces), strict=True):
            yield self._finished(epoch, own, samples, ahead.moved(images, self.loading.device))

    def batch(self, epoch: int, number: int) -> Batch:
        """One batch of an epoch, made at once and here."""
        own = self._share(number)
        samples, places = self._work(epoch, own)
        if isinstance(self.images, Arrays):
            held = self.images.images
            images = self.fitted(held.index_select(0, samples.to(held.device)), self._chance(epoch, own))
        else:
            images = torch.cat([self.decoded(epoch, *each) for each in zip(samples.tolist(), places.tolist())])  # noqa: B905 - as many
        return self._finished(epoch, own, samples, ahead.moved(images, self.loading.device))

    def decoded(self, epoch: int, sample: int, place: int) -> Tensor:
        """One image of a file in the network's size, in a batch of its own."""
        return self.fitted(self.images.read(sample).unsqueeze(0), Chance(self.loading.seed, epoch, place, 1))

    def fitted(self, images: Tensor, chance: Chance) -> Tensor:
        """Images in the network's size."""
        if self.augment is None:
            return evaluated(images, self.transform)
        return trained(images, self.transform, self.augment, chance)

    def _share(self, number: int) -> Share:
        loading = self.loading
        pairs = self.augment is not None and self.augment.mixes
        return share(self.samples, loading.batch, number, loading.rank, loading.world, pairs=pairs)

    def _chance(self, epoch: int, own: Share) -> Chance:
        """What happens by chance to the samples of a share."""
        places = _places(own)
        return Chance(self.loading.seed, epoch, places.start, len(places))

    def _work(self, epoch: int, own: Share) -> tuple[Tensor, Tensor]:
        """The samples of a share and their positions in the epoch."""
        places = _places(own)
        numbers = torch.arange(places.start, places.stop)
        samples = self._ordered(epoch)[places.start : places.stop] if self.loading.shuffle else numbers
        return samples, numbers

    def _ordered(self, epoch: int) -> Tensor:
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, permutation(key_of(self.loading.seed, epoch, ORDER), self.samples)
        return self._order[1]

    def _finished(self, epoch: int, own: Share, samples: Tensor, images: Tensor) -> Batch:
        """The batch of images that have the network's size."""
        labels = ahead.moved(self.images.labels[samples], self.loading.device)
        soft = None
        if self.augment is None:
            images = normalised(images, self.transform)
        else:
            chance = self._chance(epoch, own)
            images = augmented(images, self.transform, self.augment, chance)
            if self.augment.mixes:
                images, soft = mixed(images, labels, self.classes, self.augment, chance)
        return Batch(images, labels, soft, own.stop - own.start, own.total, samples)


def prepared(image: Tensor, transform: Transform) -> Tensor:
    """One picture as the network is evaluated on it, in a batch of its own."""
    return normalised(evaluated(image.unsqueeze(0), transform), transform)


def _places(own: Share) -> range:
    """The positions of a share in the epoch; that of one sample which stands in where it has none."""
    return range(own.start, own.stop) if own.stop > own.start else range(own.first, own.first + 1)


def _near(images: Images, device: str) -> Images:
    """Images in the memory of the device, where they take a small part of what is free there."""
    if not isinstance(images, Arrays) or not device.startswith("cuda"):
        return images
    free, _ = torch.cuda.mem_get_info(device)
    if images.images.numel() * images.images.element_size() > free * FITS:
        return images
    return Arrays(images.images.to(device), images.labels)
