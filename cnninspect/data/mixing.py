"""Two images and their labels in one: mixup (https://arxiv.org/abs/1710.09412) and cutmix (https://arxiv.org/abs/1905.04899).

Samples 2i and 2i + 1 of a batch are each other's partners: their order is by chance already. The last of an odd
number stays as it is. Each image has its own share, from its position in the epoch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from cnninspect.data.augmenting import within

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.draws import Chance
    from cnninspect.data.transform import Augment

PURPOSE = 41
POINTS = 4096
"""Of the table of a beta distribution; its error is below 1e-5 where it is not steep."""


def mixed(images: Tensor, labels: Tensor, classes: int, augment: Augment, chance: Chance) -> tuple[Tensor, Tensor]:
    """Images blended with their partners, and the shares of the classes in each."""
    count, height, width = len(images), images.shape[2], images.shape[3]
    partner = torch.arange(count) ^ 1
    partner = torch.where(partner < count, partner, partner - 1).to(images.device)
    drawn = chance.drawn(PURPOSE, 4)
    share = torch.ones(count, dtype=torch.float64)
    if augment.mixup:
        share = beta(drawn[:, 1], augment.mixup)
    kept = share.reshape(-1, 1, 1, 1)
    if augment.cutmix:
        own = ~_hole(beta(drawn[:, 1], augment.cutmix), drawn[:, 2:], height, width)
        cuts = drawn[:, 0] < (0.5 if augment.mixup else 1.0)
        kept = torch.where(cuts.reshape(-1, 1, 1, 1), own.double(), kept)
        share = torch.where(cuts, own.sum((1, 2, 3)) / (height * width), share)
    share, kept = share.float().unsqueeze(1).to(images.device), kept.float().to(images.device)
    hot = functional.one_hot(labels, classes).to(images.dtype)
    blended = images * kept + images[partner] * (1 - kept)
    return blended, hot * share + hot[partner] * (1 - share)


def _hole(share: Tensor, drawn: Tensor, height: int, width: int) -> Tensor:
    """A rectangle of the image's own shape about any point, cut at the edges: ``1 - share`` of the area at most."""
    side = (1 - share).sqrt()
    tall, wide = (side * height).round(), (side * width).round()
    top, left = (drawn[:, 0] * height).floor() - (tall / 2).floor(), (drawn[:, 1] * width).floor() - (wide / 2).floor()
    return within(top, tall, height, 2) & within(left, wide, width, 3)


def beta(drawn: Tensor, alpha: float) -> Tensor:
    """Numbers of the beta distribution with twice this parameter, out of even ones from 0 to 1."""
    shares, ends = _table(alpha)
    low = torch.minimum(drawn, 1 - drawn)
    right = torch.searchsorted(shares, low).clamp(1, POINTS)
    start, stop = shares[right - 1], shares[right]
    place = ends[right - 1] + (ends[right] - ends[right - 1]) * ((low - start) / (stop - start).clamp(min=1e-300))
    found = place.clamp(min=0) ** (1 / min(alpha, 1))
    return torch.where(drawn < 0.5, found, 1 - found)  # noqa: PLR2004 - it is symmetric


@lru_cache(8)
def _table(alpha: float) -> tuple[Tensor, Tensor]:
    """How much of the distribution lies below x, for x from 0 to a half; given as t = x^p, p = min(alpha, 1).

    With that, dF ~ (x (1 - x))^(alpha-1) dx ~ x^(alpha-p) (1 - x)^(alpha-1) dt has no pole, whatever alpha is. Half of
    the distribution lies below a half.
    """
    power = min(alpha, 1)
    ends = torch.linspace(0, 1, POINTS + 1, dtype=torch.float64) * 0.5**power
    middle = ((ends[1:] + ends[:-1]) / 2) ** (1 / power)
    parts = middle ** (alpha - power) * (1 - middle) ** (alpha - 1)
    shares = torch.cat([torch.zeros(1, dtype=torch.float64), parts.cumsum(0)])
    return shares / shares[-1] / 2, ends
