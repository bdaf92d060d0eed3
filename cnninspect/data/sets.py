"""What a set of images is, wherever it comes from: two splits with labels, and the story to tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cnninspect.records import Record

if TYPE_CHECKING:
    from torch import Tensor


class Images(Protocol):
    """The images of one split, by number."""

    labels: Tensor
    """The class of each, int64, in the memory of the host."""

    def __len__(self) -> int: ...

    def read(self, number: int) -> Tensor:
        """One image, (channels, height, width), uint8 or float32; raises the Problem that it is broken."""


class Arrays:
    """Images of one size in one tensor: they are gathered and augmented many at a time, on the device where they fit."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images
        """(number, channels, height, width), uint8 or float32."""
        self.labels = labels

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, number: int) -> Tensor:
        """One image."""
        return self.images[number]


class Data(Record):
    """A set of images with classes, ready to be loaded."""

    name: str
    """As the user named it."""
    classes: tuple[str, ...]
    channels: int
    height: int
    width: int
    """Of the images as they are; where sizes differ those of the first."""
    train: Images
    validation: Images
    split: str
    """A sentence: how the two splits were made."""
    source: str
    licence: str
    """What is known of it, or ``unknown``."""
    identity: str
    """SHA-256 of what the set consists of, for checkpoints."""
    same_size: bool = True
    notes: tuple[str, ...] = ()
    """What was converted, and what was skipped, one sentence each."""
