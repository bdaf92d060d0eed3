"""Images of any size as the network takes them: scaled, cut, padded, and, where asked, as grey or as colours."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from cnninspect.values import Problem

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.draws import Chance
    from cnninspect.data.transform import Augment, Transform

GREY, COLOUR = 1, 3
LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue in grey: ITU-R BT.601, as Pillow has it."""
WINDOW, PLACE = 11, 12
"""Purposes of chance."""
TRIES = 10
"""Windows that are drawn until one lies within the image; then the centre is taken."""


def as_channels(images: Tensor, channels: int) -> Tensor:
    """Images with as many channels as the network has; raises the Problem that there is no way."""
    have = images.shape[1]
    if have == channels:
        return images
    if have == GREY and channels == COLOUR:
        return images.expand(-1, COLOUR, -1, -1)
    if have == COLOUR and channels == GREY:
        return rounded(grey(images.float()), images.dtype)
    raise Problem("bad-value", f"images of {have} channels do not fit a network of {channels}")


def grey(images: Tensor) -> Tensor:
    """The brightness of colours, in one channel."""
    red, green, blue = images.unbind(1)
    return (red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]).unsqueeze(1)


def rounded(images: Tensor, dtype: torch.dtype) -> Tensor:
    """Numbers as the images have them: whole ones from 0 to 255 where these have 8 bits."""
    return images.round().clamp(0, 255).to(torch.uint8) if dtype == torch.uint8 else images.to(dtype)


def scaled(images: Tensor, height: int, width: int) -> Tensor:
    """Images in another size: bilinear, over the whole area that falls on a pixel, and rounded where they have 8 bits."""
    if tuple(images.shape[2:]) == (height, width):
        return images
    if images.dtype == torch.uint8 and images.device.type == "cpu":
        return functional.interpolate(images, size=(height, width), mode="bilinear", antialias=True)
    return rounded(
        functional.interpolate(images.float(), size=(height, width), mode="bilinear", antialias=True), images.dtype
    )


def fitted(images: Tensor, transform: Transform) -> Tensor:
    """Images scaled as the transform has it; still larger than the network's input where the centre is to be kept."""
    height, width = images.shape[2:]
    if transform.fit == "stretch":
        return scaled(images, transform.height, transform.width)
    if transform.fit == "pad":
        ratio = min(transform.height / height, transform.width / width, 1.0)
        return scaled(images, max(round(height * ratio), 1), max(round(width * ratio), 1))
    ratio = max(transform.height / height, transform.width / width)
    if transform.resize is not None:
        ratio = max(transform.resize / min(height, width), ratio)
    return scaled(images, max(round(height * ratio), transform.height), max(round(width * ratio), transform.width))


def centred(images: Tensor, transform: Transform) -> Tensor:
    """The centre of images in the network's size, with zeros around where they are smaller."""
    above, left = (transform.height - images.shape[2]) // 2, (transform.width - images.shape[3]) // 2
    below, right = transform.height - images.shape[2] - above, transform.width - images.shape[3] - left
    if not (above or left or below or right):
        return images
    return functional.pad(images, (left, right, above, below))


def evaluated(images: Tensor, transform: Transform) -> Tensor:
    """Images in the network's channels and size as they are looked at, without chance."""
    return centred(fitted(as_channels(images, transform.channels), transform), transform)


def trained(images: Tensor, transform: Transform, augment: Augment, chance: Chance) -> Tensor:
    """Images in the network's channels and size as they are trained on."""
    images = as_channels(images, transform.channels)
    if augment.scale is not None:
        drawn = chance.drawn(WINDOW, 2 * TRIES + 2).tolist()
        parts = [_window(image, augment, transform, row) for image, row in zip(images, drawn)]  # noqa: B905 - as many
        return torch.cat(parts)
    images = fitted(images, transform)
    if augment.crop is None:
        return centred(images, transform)
    return _placed(images, transform, augment.crop, chance.drawn(PLACE, 2))


def _placed(images: Tensor, transform: Transform, zeros: int, drawn: Tensor) -> Tensor:
    """A window of the network's size anywhere in each image, which has ``zeros`` on each side of it.

    Each row of a window is a stretch of memory that begins at any number: rows are copied whole, which is many times
    faster than picking numbers one by one.
    """
    count, channels, height, width = images.shape
    tall, wide = max(transform.height - height, 0), max(transform.width - width, 0)
    rows, columns = height + 2 * zeros + tall, width + 2 * zeros + wide
    top, left = zeros + tall // 2, zeros + wide // 2
    framed = images.new_zeros(count, channels, rows, columns)
    framed[:, :, top : top + height, left : left + width] = images
    steps = torch.tensor([rows - transform.height + 1, columns - transform.width + 1])
    corners = (drawn * steps).long()
    first = torch.arange(count) * (channels * rows * columns) + corners[:, 0] * columns + corners[:, 1]
    starts = first.unsqueeze(1) + _lines(channels, rows, columns, transform.height)
    stretches = framed.as_strided((framed.numel() - transform.width + 1, transform.width), (1, 1))
    found = stretches.index_select(0, starts.flatten().to(images.device))
    return found.reshape(count, channels, transform.height, transform.width)


@lru_cache(8)
def _lines(channels: int, rows: int, columns: int, height: int) -> Tensor:
    """Where the rows of a window begin, from its first number on, channel by channel. It is not to be changed."""
    planes = torch.arange(channels) * (rows * columns)
    return (planes.reshape(-1, 1) + torch.arange(height) * columns).flatten()


def _window(image: Tensor, augment: Augment, transform: Transform, drawn: list[float]) -> Tensor:
    """A window of some share of the area and some ratio of the sides, in the network's size."""
    from math import exp, log, sqrt

    assert augment.scale is not None
    height, width = image.shape[1:]
    least, most = augment.scale
    low, high = log(augment.ratio[0]), log(augment.ratio[1])
    across, down = drawn[-2:]
    for place in range(TRIES):
        area = height * width * (least + (most - least) * drawn[2 * place])
        ratio = exp(low + (high - low) * drawn[2 * place + 1])
        wide, tall = max(round(sqrt(area * ratio)), 1), max(round(sqrt(area / ratio)), 1)
        if wide <= width and tall <= height:
            left, top = int(across * (width - wide + 1)), int(down * (height - tall + 1))
            break
    else:
        wide = min(width, max(round(height * augment.ratio[1]), 1))
        tall = min(height, max(round(width / augment.ratio[0]), 1))
        left, top = (width - wide) // 2, (height - tall) // 2
    return scaled(image[None, :, top : top + tall, left : left + wide], transform.height, transform.width)
