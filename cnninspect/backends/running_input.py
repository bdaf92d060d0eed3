"""What a file holds as the tensor that a network takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from cnninspect.values import Problem, show_shape

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.frontends.images import Array
    from cnninspect.values import Shape

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet's red, green and blue, by which networks trained on it are fed."""
DTYPES = {
    ("f", 2): torch.float16,
    ("f", 4): torch.float32,
    ("f", 8): torch.float64,
    ("u", 1): torch.uint8,
    ("i", 1): torch.int8,
    ("i", 2): torch.int16,
    ("i", 4): torch.int32,
    ("i", 8): torch.int64,
    ("u", 2): torch.uint16,
    ("b", 1): torch.bool,
}
RGB, GRAY = 3, 1


def taken(given: Array, shape: Shape, batch: int, normalize: str) -> tuple[Tensor, tuple[str, ...]]:
    """A batch of it, all samples the same where it is one, and what was done to it."""
    tensor = _tensor(given)
    notes: list[str] = []
    if given.picture:
        tensor = _picture(tensor / (255.0 if given.size == 1 else 65535.0), shape, notes)
    else:
        tensor = _array(tensor, shape)
    if normalize == "imagenet":
        if tensor.shape[1] != RGB:
            raise Problem("bad-value", f"--normalize imagenet is for 3 channels, and the input has {tensor.shape[1]}")
        mean, std = (torch.tensor(numbers).reshape(1, RGB, *[1] * (tensor.dim() - 2)) for numbers in IMAGENET)
        tensor = (tensor - mean) / std
        notes.append("ImageNet's mean taken away, divided by its deviation")
    if tensor.shape[0] == 1 and batch > 1:
        tensor = tensor.expand(batch, *tensor.shape[1:]).contiguous()
    elif tensor.shape[0] != batch:
        notes.append(f"a batch of {tensor.shape[0]}, as the file has it")
    return tensor, (f"input: {', '.join(['the file', *notes])}",)


def _tensor(given: Array) -> Tensor:
    dtype = DTYPES.get((given.kind, given.size))
    if dtype is None:
        raise Problem("bad-value", f"numbers of the type '{given.kind}{given.size}' are not read", help="save float32")
    data = bytearray(given.data)
    if given.swapped:
        data = bytearray(b"".join([bytes(data[at : at + given.size])[::-1] for at in range(0, len(data), given.size)]))
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    if given.fortran:
        return flat.reshape(given.shape[::-1]).permute(*reversed(range(len(given.shape)))).float()
    return flat.reshape(given.shape).float()


def _array(tensor: Tensor, shape: Shape) -> Tensor:
    """An array as it is: a sample or a batch, channels first, or last where that alone fits."""
    last = (*shape[1:], shape[0])
    if tuple(tensor.shape) in (shape, last):
        tensor = tensor.unsqueeze(0)
    if tuple(tensor.shape[1:]) == shape:
        return tensor
    if tuple(tensor.shape[1:]) == last:
        return tensor.movedim(-1, 1)
    message = f"the file has an array of {show_shape(tuple(tensor.shape))}, and the network takes {show_shape(shape)}"
    raise Problem("bad-value", message, help="a sample or a batch of that shape; --input gives the network another one")


def _picture(tensor: Tensor, shape: Shape, notes: list[str]) -> Tensor:
    """A picture, rows of pixels of channels from 0 to 1, as the network takes it."""
    if len(shape) != 3:  # noqa: PLR2004 - channels, height, width
        raise Problem("bad-value", f"a picture has a height and a width, and the network takes {show_shape(shape)}")
    height, width, channels = tensor.shape
    tensor = tensor.permute(2, 0, 1)
    if channels in (2, 4):
        tensor = tensor[:-1]
        notes.append("without its transparency")
    if tensor.shape[0] == GRAY and shape[0] == RGB:
        tensor = tensor.expand(RGB, height, width)
        notes.append("grey as three channels")
    elif tensor.shape[0] == RGB and shape[0] == GRAY:
        tensor = (tensor * torch.tensor([0.299, 0.587, 0.114]).reshape(RGB, 1, 1)).sum(0, keepdim=True)
        notes.append("made grey")
    if tensor.shape[0] != shape[0]:
        raise Problem("bad-value", f"the picture has {tensor.shape[0]} channels, and the network takes {shape[0]}")
    tensor = tensor.unsqueeze(0).contiguous()
    if (height, width) != shape[1:]:
        tensor = functional.interpolate(tensor, size=shape[1:], mode="bilinear", antialias=True)
        notes.append(f"scaled from {height}x{width} to {shape[1]}x{shape[2]}")
    notes.append("numbers from 0 to 1")
    return tensor
