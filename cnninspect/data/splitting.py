"""One set of images in two: the same split everywhere and always, with each class in both by its share."""

from __future__ import annotations

import torch
from torch import Tensor

from cnninspect.data.draws import integers, key_of

HELD_OUT = 0.2
PURPOSE = 1


def held_out(labels: Tensor, share: float = HELD_OUT, seed: int = 0) -> tuple[Tensor, Tensor]:
    """The numbers of the samples that are kept for training, and those held out, each in ascending order.

    Of a class of n samples round(share * n) are held out, at least one where there are two, those whose hash is
    lowest: what is chosen depends on the seed and on the order of the samples alone.
    """
    numbers = torch.arange(len(labels))
    pair = integers(key_of(seed, PURPOSE), numbers, 2)
    order = torch.argsort((pair[:, 0] << 31) ^ pair[:, 1], stable=True)
    held = torch.zeros(len(labels), dtype=torch.bool)
    for label in sorted(set(labels.tolist())):
        own = order[labels[order] == label]
        count = min(max(round(len(own) * share), 1), len(own) - 1)
        held[own[:count]] = True
    return numbers[~held], numbers[held]
