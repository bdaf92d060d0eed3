"""Modules for the windowed layers that torch lacks; every other layer is torch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVS: tuple[type[nn.Conv1d | nn.Conv2d | nn.Conv3d], ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
CONVOLVE = (functional.conv1d, functional.conv2d, functional.conv3d)
AVERAGE = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)


class SeparableConv(nn.Module):
    """A conv of each channel by itself, then one across the channels of each position."""

    def __init__(  # noqa: PLR0913 - the options of the layer
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int],
        multiplier: int = 1,
        bias: bool = True,  # noqa: FBT001, FBT002 - as torch's layers have it
    ) -> None:
        super().__init__()
        conv: Any = CONVS[len(kernel_size) - 1]
        middle = in_channels * multiplier
        window = {"stride": stride, "padding": padding, "dilation": dilation}
        self.depthwise = conv(in_channels, middle, kernel_size, **window, groups=in_channels, bias=False)
        self.pointwise = conv(middle, out_channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pointwise(self.depthwise(x))
        return y


class CroppedConvTranspose1d(nn.ConvTranspose1d):
    """A transposed conv in 1-D whose output loses a different number of cells before and after."""

    def __init__(self, *, crop: Sequence[int], **options: Any) -> None:  # noqa: ANN401 - torch's own
        super().__init__(**options)
        self.crop = [-side for side in crop]

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:  # noqa: ARG002 - torch's signature
        y = functional.conv_transpose1d(
            x,
            self.weight,
            self.bias,
            self.stride,
            0,
            self.output_padding,
            self.groups,
            self.dilation,
        )
        return functional.pad(y, self.crop)


class CroppedConvTranspose2d(nn.ConvTranspose2d):
    """A transposed conv in 2-D whose output loses a different number of cells before and after."""

    def __init__(self, *, crop: Sequence[int], **options: Any) -> None:  # noqa: ANN401 - torch's own
        super().__init__(**options)
        self.crop = [-side for side in crop]

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:  # noqa: ARG002 - torch's signature
        y = functional.conv_transpose2d(
            x,
            self.weight,
            self.bias,
            self.stride,
            0,
            self.output_padding,
            self.groups,
            self.dilation,
        )
        return functional.pad(y, self.crop)


class CroppedConvTranspose3d(nn.ConvTranspose3d):
    """A transposed conv in 3-D whose output loses a different number of cells before and after."""

    def __init__(self, *, crop: Sequence[int], **options: Any) -> None:  # noqa: ANN401 - torch's own
        super().__init__(**options)
        self.crop = [-side for side in crop]

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:  # noqa: ARG002 - torch's signature
        y = functional.conv_transpose3d(
            x,
            self.weight,
            self.bias,
            self.stride,
            0,
            self.output_padding,
            self.groups,
            self.dilation,
        )
        return functional.pad(y, self.crop)


class PaddedAvgPool(nn.Module):
    """An average pool with any padding; ``overrun`` is padding that never counts in a mean."""

    def __init__(
        self,
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int],
        overrun: Sequence[int],
        count_include_pad: bool,  # noqa: FBT001 - as torch's layers have it
    ) -> None:
        super().__init__()
        self.pool: Any = AVERAGE[len(kernel_size) - 1]
        self.kernel_size = tuple(kernel_size)
        self.stride = tuple(stride)
        self.padding = list(padding)
        self.overrun = list(overrun)
        self.filler = float(count_include_pad)
        self.uneven = any(overrun) or not count_include_pad
        self.least = 1.0
        for cells in kernel_size:
            self.least /= cells

    def forward(self, x: Tensor) -> Tensor:
        """The mean over whole windows, by the share of each that counts: a window that sees nothing gives 0.

        The shares come first, and what is made on the way is gone as early as can be: then the maps decide the peak.
        """
        pads, size = self.padding, (self.kernel_size, self.stride)
        if not self.uneven:
            whole: Tensor = self.pool(functional.pad(functional.pad(x, pads), self.overrun), *size)
            return whole
        ones = functional.pad(torch.ones_like(x[:1, :1]), pads, value=self.filler)
        share: Tensor = self.pool(functional.pad(ones, self.overrun), *size)
        del ones
        share.clamp_(min=self.least)
        mean: Tensor = self.pool(functional.pad(functional.pad(x, pads), self.overrun), *size)
        return mean / share


class ChannelLinear(nn.Linear):
    """A linear layer along the channels of a map."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x.movedim(1, -1), self.weight, self.bias).movedim(-1, 1)


class SparseConv(nn.Module):
    """A conv whose output maps see only the input maps that a table lists."""

    def __init__(  # noqa: PLR0913 - the options of the layer
        self,
        in_channels: int,
        table: Sequence[Sequence[int]],
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int],
        bias: bool = True,  # noqa: FBT001, FBT002 - as torch's layers have it
    ) -> None:
        super().__init__()
        self.convolve: Any = CONVOLVE[len(kernel_size) - 1]
        self.shape = [len(table), in_channels, *kernel_size]
        self.flat = [len(table) * in_channels, *kernel_size]
        self.stride = tuple(stride)
        self.padding = tuple(padding)
        self.dilation = tuple(dilation)
        places = [row * in_channels + column for row, maps in enumerate(table) for column in maps]
        self.connected = (len(places), len(table) * in_channels)
        self.places = tuple(places)
        self.index: Tensor
        self.register_buffer("index", torch.tensor(places), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(places), *kernel_size))
        self.bias = nn.Parameter(torch.empty(len(table))) if bias else None
        self.fan_in = self.weight[0].numel() * len(places) / len(table)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights as torch draws those of a conv with as many connections on average."""
        bound = self.fan_in**-0.5
        for tensor in self.parameters():
            nn.init.uniform_(tensor, -bound, bound)

    def _load_from_state_dict(self, *given: Any) -> None:  # noqa: ANN401 - as torch calls it
        """Set the places too: on the meta device there were none."""
        super()._load_from_state_dict(*given)
        self.index = torch.tensor(self.places, device="cpu" if self.index.is_meta else self.index.device)

    def forward(self, x: Tensor) -> Tensor:
        dense = self.weight.new_zeros(self.flat).index_copy(0, self.index, self.weight)
        y: Tensor = self.convolve(x, dense.view(self.shape), self.bias, self.stride, self.padding, self.dilation)
        return y


class Subsample(nn.Module):
    """The mean or sum of each window, scaled and shifted by two numbers for each map."""

    def __init__(
        self,
        channels: int,
        kernel_size: Sequence[int],
        stride: Sequence[int],
        mode: Literal["average", "sum"] = "average",
        bias: bool = True,  # noqa: FBT001, FBT002 - as torch's layers have it
    ) -> None:
        super().__init__()
        self.pool: Any = AVERAGE[len(kernel_size) - 1]
        self.kernel_size = tuple(kernel_size)
        self.stride = tuple(stride)
        self.along = [-1] + [1] * len(kernel_size)
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels)) if bias else None
        self.cells = 1
        for cells in kernel_size if mode == "sum" else ():
            self.cells *= cells
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start as the mean of each window, whatever the mode."""
        nn.init.constant_(self.weight, 1 / self.cells)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        factor = (self.weight * self.cells).view(self.along)
        y: Tensor = self.pool(x, self.kernel_size, self.stride) * factor
        return y if self.bias is None else y + self.bias.view(self.along)


class RBF(nn.Module):
    """The squared distance of a vector to each centre."""

    uncounted = "squares of differences that are summed up are no product to torch"

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw centres of -1 and 1, as the bitmaps of characters were."""
        with torch.no_grad():
            self.weight.bernoulli_(0.5).mul_(2).sub_(1)

    def forward(self, x: Tensor) -> Tensor:
        return (x.unsqueeze(-2) - self.weight).square().sum(-1)
