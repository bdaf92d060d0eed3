"""Images made of numbers by chance, of any size and number: to try a network, and how fast it is.

``synthetic`` or ``synthetic:train=1000,held=200,shape=3x32x32,classes=10,seed=0``. Each class has a pattern of its own
under noise, so that a network can learn it; any image can be made anew from its number alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.data.draws import integers, key_of
from cnninspect.data.sets import Arrays, Data
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.sets import Images

SHAPE = (3, 32, 32)
DEFAULTS = {"train": 1000, "held": 200, "classes": 10, "seed": 0}
MOST = 10**8
"""Pixels of all patterns, and samples of a split."""
IN_MEMORY = 2**30
"""Bytes of a split up to which it is made at once; images of a larger one are made when they are wanted."""
PATTERN, NOISE = 61, 62
"""Purposes of chance."""
FACTOR = 0x9E3779B1


class Made:
    """Images that are made one by one when they are wanted."""

    def __init__(self, first: int, labels: Tensor, patterns: Tensor, key: int) -> None:
        self.first = first
        self.labels = labels
        self.patterns = patterns
        self.key = key

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, number: int) -> Tensor:
        """One image: half its class's pattern, half noise."""
        return self.several(torch.tensor([number]))[0]

    def several(self, numbers: Tensor) -> Tensor:
        """Some images."""
        shape = self.patterns.shape[1:]
        count = product(shape)
        words = integers(self.key, (numbers + self.first) & 0xFFFFFFFF, 1) * FACTOR
        noise = words + torch.arange(count) * 0x85EBCA6B & 0xFFFFFFFF
        noise = (noise ^ noise >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
        noise = (noise ^ noise >> 12 ^ noise >> 21) & 127
        return (self.patterns[self.labels[numbers]] + noise.reshape(-1, *shape)).to(torch.uint8)


def synthetic(given: str, shape: tuple[int, ...] | None = None, classes: int | None = None) -> Data:
    """The set that the options after ``synthetic:`` describe; size and classes are the network's where they are not said."""
    sizes, numbers = _options(given, shape or SHAPE, {**DEFAULTS, **({"classes": classes} if classes else {})})
    train, held, count, seed = (numbers[name] for name in ("train", "held", "classes", "seed"))
    if count * product(sizes) > MOST:
        raise _wrong(given, f"{count:,} classes of {'x'.join(map(str, sizes))} are too much")
    pixels = product(sizes)
    words = integers(key_of(seed, PATTERN), torch.arange(count * pixels), 1)
    patterns = (words & 127).reshape(count, *sizes)
    key = key_of(seed, NOISE)
    splits: list[Images] = []
    for first, size in ((0, train), (train, held)):
        made = Made(first, (torch.arange(size) + first) % count, patterns, key)
        splits.append(_at_once(made) if size * pixels <= IN_MEMORY else made)
    channels, height, width = sizes
    said = f"synthetic:train={train},held={held},shape={channels}x{height}x{width},classes={count},seed={seed}"
    return Data(
        said,
        tuple([str(place) for place in range(count)]),
        channels,
        height,
        width,
        splits[0],
        splits[1],
        "all images are made by chance; those held out are others of the same classes",
        "made by cnninspect",
        "none",
        f"{key_of(seed, train, held, channels, height, width, count):064x}",
    )


def _at_once(made: Made) -> Arrays:
    each = max(2**22 // product(made.patterns.shape[1:]), 1)
    parts = [made.several(numbers) for numbers in torch.split(torch.arange(len(made)), each)]
    return Arrays(torch.cat(parts), made.labels)


def _options(
    given: str, shape: tuple[int, ...], numbers: dict[str, int]
) -> tuple[tuple[int, int, int], dict[str, int]]:
    for word in [word.strip() for word in given.split(",") if word.strip()]:
        name, equals, value = word.partition("=")
        parts = value.split("x") if name == "shape" else [value]
        whole = bool(equals) and all(part.isdecimal() and len(part) < 12 for part in parts)  # noqa: PLR2004
        if name not in (*DEFAULTS, "shape") or not whole:
            raise _wrong(given, f"'{clip(word, 40)}' is none of train=N, held=N, shape=CxHxW, classes=N, seed=N")
        if name == "shape":
            shape = tuple([int(part) for part in parts])
        else:
            numbers[name] = int(value)
    least = {"train": 1, "held": 1, "classes": 2, "seed": 0}
    for name, number in numbers.items():
        if not least[name] <= number <= MOST:
            raise _wrong(given, f"{name}={number} must be from {least[name]} to {MOST:,}")
    if len(shape) != 3 or not all(0 < size <= MOST for size in shape):  # noqa: PLR2004
        raise _wrong(given, f"a shape of {'x'.join(map(str, shape))} is not one of channels, height and width")
    return (shape[0], shape[1], shape[2]), numbers


def _wrong(given: str, why: str) -> Problem:
    remedy = "synthetic:train=1000,held=200,shape=3x32x32,classes=10,seed=0"
    return Problem("unknown-data", f"'synthetic:{clip(given)}': {why}", help=remedy)
