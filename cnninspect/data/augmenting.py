"""What training does to a batch of images of one size by chance: one line of tensor code for all of them.

Every image has its own numbers, drawn from seed, epoch and its position; what is done to one does not depend on
which others are in the batch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from cnninspect.data.colour import recoloured

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.draws import Chance
    from cnninspect.data.transform import Augment, Transform

FLIP, ROTATE, ERASE = 21, 22, 23
"""Purposes of chance."""
SMALLEST, LARGEST = 0.02, 1 / 3
"""The share of an image that is erased."""
NARROWEST, WIDEST = 0.3, 3.3
"""Height over width of what is erased."""


def normalised(images: Tensor, transform: Transform) -> Tensor:
    """``(x - mean) / std`` by channel, as float32; numbers of 8 bits are from 0 to 1 before."""
    factor, offset = _scales(transform, 255.0 if images.dtype == torch.uint8 else 1.0, images.device)
    found = images.to(torch.float32)
    found = found.clone() if found is images else found
    found *= factor
    found += offset
    return found.contiguous()


@lru_cache(8)
def _scales(transform: Transform, levels: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """What the numbers of each channel are multiplied with, and what is added then. They are not to be changed."""
    factor = [1 / (levels * deviation) for deviation in transform.std]
    offset = [-mean / deviation for mean, deviation in zip(transform.mean, transform.std)]  # noqa: B905 - as many
    shape = (1, transform.channels, 1, 1)
    return torch.tensor(factor, device=device).reshape(shape), torch.tensor(offset, device=device).reshape(shape)


def augmented(images: Tensor, transform: Transform, augment: Augment, chance: Chance) -> Tensor:
    """Images of the network's size flipped, turned, coloured, normalised and partly erased."""
    if augment.flip != "none":
        images = flipped(images, augment.flip, chance.drawn(FLIP, 2))
    if augment.rotate:
        turn = chance.drawn(ROTATE, 1)[:, 0]
        images = rotated(images, (turn * 2 - 1) * augment.rotate)
    images = recoloured(images, augment, chance)
    images = normalised(images, transform)
    if augment.erase:
        images = erased(images, augment.erase, chance.drawn(ERASE, 5))
    return images


def flipped(images: Tensor, sides: str, drawn: Tensor) -> Tensor:
    """Half of the images mirrored from left to right, from top to bottom, or each of both."""
    for axis, column, name in ((3, 0, "horizontal"), (2, 1, "vertical")):
        if sides in (name, "both"):
            mirrored = (drawn[:, column] < 0.5).long() * len(images)  # noqa: PLR2004 - half
            chosen = (torch.arange(len(images)) + mirrored).to(images.device)
            images = torch.cat([images, images.flip(axis)]).index_select(0, chosen)  # whole images are copied
    return images


def rotated(images: Tensor, degrees: Tensor) -> Tensor:
    """Images turned against the clock about their centre, bilinear, zeros where nothing was."""
    from cnninspect.data.geometry import rounded

    tall, wide = images.shape[2:]
    angle = torch.deg2rad(degrees).reshape(-1, 1, 1)
    cos, sin = (numbers.float().to(images.device) for numbers in (angle.cos(), angle.sin()))
    down = (torch.arange(tall, device=images.device) + 0.5 - tall / 2).reshape(1, -1, 1)
    across = (torch.arange(wide, device=images.device) + 0.5 - wide / 2).reshape(1, 1, -1)
    from_x, from_y = cos * across - sin * down, sin * across + cos * down  # y grows downwards
    grid = torch.stack([from_x * (2 / wide), from_y * (2 / tall)], 3)
    turned = functional.grid_sample(images.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return rounded(turned, images.dtype)


def erased(images: Tensor, likely: float, drawn: Tensor) -> Tensor:
    """A rectangle of some of the images as the mean of the data: 0, since they are normalised.

    A rectangle that is longer than the image ends at its edge.
    """
    from math import log

    height, width = images.shape[2:]
    area = (SMALLEST + (LARGEST - SMALLEST) * drawn[:, 1]) * height * width
    ratio = (log(NARROWEST) + (log(WIDEST) - log(NARROWEST)) * drawn[:, 2]).exp()
    tall = (area * ratio).sqrt().round().clamp(1, height)
    wide = (area / ratio).sqrt().round().clamp(1, width)
    top, left = (drawn[:, 3] * (height - tall + 1)).floor(), (drawn[:, 4] * (width - wide + 1)).floor()
    inside = within(top, tall, height, 2) & within(left, wide, width, 3) & (drawn[:, 0] < likely).reshape(-1, 1, 1, 1)
    return images.masked_fill(inside.to(images.device), 0.0)


def within(start: Tensor, length: Tensor, size: int, axis: int) -> Tensor:
    """Which places of an axis lie in a stretch, by image."""
    places = torch.arange(size).reshape([-1 if place == axis else 1 for place in range(4)])
    start, stop = start.reshape(-1, 1, 1, 1), (start + length).reshape(-1, 1, 1, 1)
    return (places >= start) & (places < stop)
