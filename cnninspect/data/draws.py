"""Chance that depends on nothing but numbers: any part of an epoch can be drawn anew, anywhere, in any order.

Every number is a hash of a key (seed, epoch, purpose) and of a position in the epoch. The whole arithmetic is on
integers and on the CPU, so that each device and each version of torch gets the same. The hash is "lowbias32" of
https://github.com/skeeto/hash-prospector, applied once for the position and once for each column.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from cnninspect.records import Record

LOW = 0xFFFFFFFF
GOLDEN = 0x9E3779B97F4A7C15
BITS = 24
"""Of a number between 0 and 1."""
BLOCK = 4096


def key_of(*numbers: int) -> int:
    """One number of 64 bits out of several, each of which changes all of it."""
    state = 0
    for number in numbers:
        state = (state ^ (number & (2**64 - 1))) + GOLDEN & (2**64 - 1)
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
        state = (state ^ state >> 27) * 0x94D049BB133111EB & (2**64 - 1)
        state ^= state >> 31
    return state


def hashed(numbers: Tensor) -> Tensor:
    """A hash of 32 bits of each integer's lower 32 bits."""
    numbers = torch.bitwise_and(numbers, LOW)
    numbers = numbers ^ numbers >> 16
    numbers = numbers * 0x7FEB352D & LOW
    numbers = numbers ^ numbers >> 15
    numbers = numbers * 0x846CA68B & LOW
    return torch.bitwise_xor(numbers, numbers >> 16)


def integers(key: int, positions: Tensor, count: int) -> Tensor:
    """``count`` numbers of 32 bits for each position."""
    rows = hashed(positions + (key & LOW)).unsqueeze(1)
    columns = torch.tensor([key_of(key, column) & LOW for column in range(count)])
    return hashed(rows ^ columns)


def uniforms(key: int, positions: Tensor, count: int) -> Tensor:
    """``count`` numbers from 0 on, below 1, for each position: float64, in which what follows from them is computed."""
    return torch.bitwise_right_shift(integers(key, positions, count), 32 - BITS).double().div(2**BITS)


class Chance(Record):
    """What happens by chance to some samples that follow each other in an epoch."""

    seed: int
    epoch: int
    first: int
    """The position of the first in the epoch."""
    samples: int

    def drawn(self, purpose: int, columns: int) -> Tensor:
        """So many numbers from 0 on, below 1, for each sample; other ones for each purpose. They are not to be changed."""
        key = key_of(self.seed, self.epoch, purpose)
        stop = self.first + self.samples
        blocks = range(self.first // BLOCK, (stop - 1) // BLOCK + 1)
        parts = [
            _block(key, block, columns)[max(self.first - block * BLOCK, 0) : stop - block * BLOCK] for block in blocks
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts)


@lru_cache(32)
def _block(key: int, block: int, columns: int) -> Tensor:
    """The numbers of many positions: drawn together they cost little more than those of one batch."""
    return uniforms(key, torch.arange(block * BLOCK, (block + 1) * BLOCK), columns)


def permutation(key: int, count: int) -> Tensor:
    """The numbers from 0 to ``count`` in an order by chance."""
    pair = integers(key, torch.arange(count), 2)
    return torch.argsort((pair[:, 0] << 31) ^ pair[:, 1], stable=True)
