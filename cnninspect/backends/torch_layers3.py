"""What the shape and merge layers need of torch and torch does not have as one callable.

Nothing here asks for the batch size ahead: the first axis passes through.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence


def reshape(x: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """Give every sample of a batch another shape."""
    return x.reshape(x.shape[0], *shape)


def repeat_vector(x: torch.Tensor, times: int) -> torch.Tensor:
    """Stand copies of a vector side by side on a new last axis."""
    return x.unsqueeze(-1).expand(-1, -1, times)


def add(*inputs: torch.Tensor) -> torch.Tensor:
    """The sum of any number of tensors."""
    return reduce(torch.add, inputs)


def multiply(*inputs: torch.Tensor) -> torch.Tensor:
    """The product of any number of tensors."""
    return reduce(torch.mul, inputs)


def maximum(*inputs: torch.Tensor) -> torch.Tensor:
    """The largest of any number of tensors, element by element."""
    return reduce(torch.maximum, inputs)


def minimum(*inputs: torch.Tensor) -> torch.Tensor:
    """The smallest of any number of tensors, element by element."""
    return reduce(torch.minimum, inputs)


def average(*inputs: torch.Tensor) -> torch.Tensor:
    """The mean of any number of tensors, element by element."""
    return reduce(torch.add, inputs) / len(inputs)


def matmul(
    a: torch.Tensor,
    b: torch.Tensor,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
) -> torch.Tensor:
    """The product of matrices, either of them transposed before."""
    return torch.matmul(a.mT if transpose_a else a, b.mT if transpose_b else b)


class Slice(nn.Module):
    """Positions of one axis, as Python slices take them."""

    def __init__(self, dim: int, start: int, stop: int | None, step: int) -> None:
        super().__init__()
        self.index = (*[slice(None)] * dim, slice(start, stop, step))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[self.index]

    def extra_repr(self) -> str:
        taken = self.index[-1]
        return f"dim={len(self.index) - 1}, start={taken.start}, stop={taken.stop}, step={taken.step}"


class RoiAlign(nn.Module):
    """Regions of a map, each sampled bilinearly at ``ratio``² points for each output and averaged.

    ``boxes`` are (batch, regions, 4) as x1, y1, x2, y2 in pixels of the image; without boxes every
    region is the whole map, so that a network runs and costs what it will with real proposals.
    """

    def __init__(self, size: tuple[int, int], scale: float, ratio: int, regions: int, aligned: bool) -> None:  # noqa: FBT001
        super().__init__()
        self.size = size
        self.scale = scale
        self.ratio = ratio
        self.regions = regions
        self.shift = 0.5 if aligned else 0.0
        self.least = 0.0 if aligned else 1.0
        """Without alignment a region is at least one position wide."""

    def forward(self, x: torch.Tensor, boxes: torch.Tensor | None = None) -> torch.Tensor:
        batch, channels, height, width = x.shape
        if boxes is None:
            whole = x.new_tensor((0.0, 0.0, width / self.scale, height / self.scale))
            boxes = whole.expand(batch, self.regions, 4)
        regions = boxes.shape[1]
        edges = boxes.reshape(batch * regions, 4) * self.scale - self.shift
        rows = self._grid(edges[:, 1], edges[:, 3], self.size[0], height)
        columns = self._grid(edges[:, 0], edges[:, 2], self.size[1], width)
        tall, wide = rows.shape[1], columns.shape[1]
        grid = torch.stack((columns[:, None, :].expand(-1, tall, -1), rows[:, :, None].expand(-1, -1, wide)), -1)
        # all regions of an image are sampled from it at once, below each other: the map is never copied
        grid = grid.reshape(batch, regions * tall, wide, 2)
        samples = nn.functional.grid_sample(x, grid, align_corners=False)
        means = nn.functional.avg_pool2d(samples, self.ratio)
        parts = means.reshape(batch, channels, regions, *self.size).transpose(1, 2)
        return parts.reshape(batch * regions, channels, *self.size)

    def _grid(self, first: torch.Tensor, last: torch.Tensor, bins: int, length: int) -> torch.Tensor:
        """Where the samples of each region lie on one axis, from -1 to 1 over the map.

        Up to one position outside the map its border is read, and zeros beyond.
        """
        count = bins * self.ratio
        extent = (last - first).clamp(min=self.least)
        steps = (torch.arange(count, device=first.device, dtype=first.dtype) + 0.5) / count
        points = first[:, None] + extent[:, None] * steps
        outside = (points < -1) | (points > length)
        points = points.clamp(0, length - 1).masked_fill(outside, -2.0 * length)
        return (points * 2 + 1) / length - 1
