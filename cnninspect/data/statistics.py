"""Mean and deviation of the numbers of each channel: what images are normalised by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.data.draws import key_of, permutation
from cnninspect.data.geometry import as_channels
from cnninspect.data.sets import Arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.data.sets import Images

MOST = 500
"""Images of files that are looked at; of arrays all are."""
AT_ONCE = 2**22
"""Numbers that are summed up together."""
PURPOSE = 2
LEVELS = 255


def statistics(images: Images, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation by channel, of numbers from 0 to 1 where the images have 8 bits.

    Of images in files 500 that are spread over the set by chance speak for all, each with the same weight.
    A channel without any deviation gets 1, so that nothing is divided by zero.
    """
    total = torch.zeros(channels, dtype=torch.float64)
    square = torch.zeros(channels, dtype=torch.float64)
    parts = _arrays(images) if isinstance(images, Arrays) else _files(images)
    weight = 0
    for part in parts:
        values = as_channels(part, channels).double()
        if part.dtype == torch.uint8:
            values = values / LEVELS
        total += values.mean((2, 3)).sum(0).cpu()
        square += values.square().mean((2, 3)).sum(0).cpu()
        weight += len(part)
    mean = total / max(weight, 1)
    std = (square / max(weight, 1) - mean.square()).clamp(min=0).sqrt()
    std = torch.where(std > 1e-6, std, torch.ones_like(std))  # noqa: PLR2004 - rounding, not deviation
    return tuple([round(value, 6) for value in mean.tolist()]), tuple([round(value, 6) for value in std.tolist()])


def _arrays(images: Arrays) -> Sequence[Tensor]:
    each = max(images.images[0].numel(), 1) if len(images) else 1
    return torch.split(images.images, max(AT_ONCE // each, 1))


def _files(images: Images) -> list[Tensor]:
    count = len(images)
    chosen = permutation(key_of(0, PURPOSE), count)[:MOST].sort().values.tolist() if count > MOST else range(count)
    return [images.read(number).unsqueeze(0) for number in chosen]
