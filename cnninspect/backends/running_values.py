"""Numbers about numbers: what the tensors that a layer made contain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from torch import Tensor


class Values(Record):
    """What is in some tensors; mean, deviation, least and most of what is finite, None where nothing is."""

    numbers: int
    mean: float | None
    std: float | None
    least: float | None
    most: float | None
    nan: int
    infinite: int
    channels: int
    dead: int
    """Channels that are zero at every position of every sample."""


class Top(Record):
    """The largest elements of one sample's vector."""

    places: tuple[int, ...]
    numbers: tuple[float, ...]
    shares: tuple[float, ...]
    """After a softmax; the numbers themselves where they are shares already."""


MOST_SAMPLES = 8
"""Of how many samples the largest elements are told."""
NEARLY = 1e-3


def values_of(made: tuple[Tensor, ...]) -> Values:
    """Look at all tensors together."""
    count = nan = infinite = channels = dead = kept = 0
    total = squares = 0.0
    least: float | None = None
    most: float | None = None
    for tensor in made:
        count += tensor.numel()
        nan += int(tensor.isnan().sum())
        infinite += int(tensor.isinf().sum())
        if tensor.dim() > 1:
            zero = (tensor == 0).movedim(1, 0).flatten(1).all(1)
            channels += zero.numel()
            dead += int(zero.sum())
        finite = (
            tensor[tensor.isfinite()].double() if tensor.device.type != "mps" else tensor[tensor.isfinite()].float()
        )
        if finite.numel():
            kept += finite.numel()
            total += float(finite.sum())
            squares += float(finite.square().sum())
            low, high = float(finite.min()), float(finite.max())
            least = low if least is None else min(least, low)
            most = high if most is None else max(most, high)
    mean = total / kept if kept else None
    std = None if mean is None else max(squares / kept - mean * mean, 0.0) ** 0.5
    return Values(count, mean, std, least, most, nan, infinite, channels, dead)


def top_of(head: Tensor, most: int) -> tuple[Top, ...]:
    """The largest elements of each sample where the head is one vector for each."""
    if head.dim() != 2 or not most:  # noqa: PLR2004 - samples and classes
        return ()
    found = []
    for row in head[:MOST_SAMPLES].float():
        shares = row if bool((row >= 0).all()) and abs(float(row.sum()) - 1) < NEARLY else row.softmax(0)
        numbers, places = row.topk(min(most, row.numel()))
        found.append(Top(tuple(places.tolist()), tuple(numbers.tolist()), tuple(shares[places].tolist())))
    return tuple(found)
