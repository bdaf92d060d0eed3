"""Brightness, contrast, saturation and hue by chance, in this order, on numbers from 0 to 255 that are rounded at the end.

What each does is what Pillow's ImageEnhance does: a blend with black, with the mean brightness, with the grey image.
The hue is turned in the plane of equal brightness of YIQ, which is a product with one matrix of 3 by 3 for each image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.data.geometry import COLOUR, grey, rounded

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.draws import Chance
    from cnninspect.data.transform import Augment

PURPOSE = 31
YIQ = ((0.299, 0.587, 0.114), (0.595716, -0.274453, -0.321263), (0.211456, -0.522591, 0.311135))
"""Brightness, and the two axes of colour, of red, green and blue: https://en.wikipedia.org/wiki/YIQ."""


def recoloured(images: Tensor, augment: Augment, chance: Chance) -> Tensor:
    """The images with other colours, where the options ask for that."""
    strengths = (augment.brightness, augment.contrast, augment.saturation, augment.hue)
    if not any(strengths):
        return images
    drawn = chance.drawn(PURPOSE, 4) * 2 - 1
    levels = 1.0 if images.dtype == torch.uint8 else 255.0
    found = images.float() * levels
    numbers = [1 + drawn[:, place] * strength for place, strength in enumerate(strengths[:3])]
    factors = [number.float().reshape(-1, 1, 1, 1).to(images.device) for number in numbers]
    if augment.brightness:
        found = brightened(found, factors[0])
    if augment.contrast:
        found = contrasted(found, factors[1])
    if augment.saturation and images.shape[1] == COLOUR:
        found = saturated(found, factors[2])
    if augment.hue and images.shape[1] == COLOUR:
        found = turned(found, drawn[:, 3] * augment.hue)
    return rounded(found, torch.uint8) if images.dtype == torch.uint8 else found / levels


def brightened(images: Tensor, factor: Tensor) -> Tensor:
    """Every number times the factor."""
    return (images * factor).clamp(0, 255)


def contrasted(images: Tensor, factor: Tensor) -> Tensor:
    """Away from the mean brightness of each image, or towards it.

    Brightness is rounded before it is summed up, so that the order of a sum cannot change it.
    """
    brightness = grey(images) if images.shape[1] == COLOUR else images[:, :1]
    total = brightness.round().long().sum((1, 2, 3), keepdim=True)
    pixels = images.shape[2] * images.shape[3]
    mean = ((2 * total + pixels) // (2 * pixels)).float()
    return (mean + (images - mean) * factor).clamp(0, 255)


def saturated(images: Tensor, factor: Tensor) -> Tensor:
    """Away from grey, or towards it."""
    without = grey(images)
    return (without + (images - without) * factor).clamp(0, 255)


def turned(images: Tensor, share: Tensor) -> Tensor:
    """The hue turned by a share of its circle, brightness kept."""
    basis = torch.tensor(YIQ, dtype=torch.float64)
    angle = share * 2 * torch.pi
    turn = torch.zeros(len(angle), 3, 3, dtype=torch.float64)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = angle.cos()
    turn[:, 1, 2], turn[:, 2, 1] = -angle.sin(), angle.sin()
    matrix = (torch.linalg.inv(basis) @ turn @ basis).float().to(images.device)
    red, green, blue = images.unbind(1)
    rows = [
        red * matrix[:, row, 0].reshape(-1, 1, 1)
        + green * matrix[:, row, 1].reshape(-1, 1, 1)
        + blue * matrix[:, row, 2].reshape(-1, 1, 1)
        for row in range(3)
    ]
    return torch.stack(rows, 1).clamp(0, 255)
