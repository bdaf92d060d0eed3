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
    """The likeliest elements of one sample's vector: the largest, of distances the smallest; none where some are NaN or endless."""

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


def top_of(head: Tensor, most: int, gives: str = "scores") -> tuple[Top, ...]:
    """The likeliest elements of each sample where the head is one vector for each, by what its last layer ``gives``."""
    if head.dim() != 2 or not most:  # noqa: PLR2004 - samples and classes
        return ()
    found = []
    for row in head[:MOST_SAMPLES].float():
        if not bool((row < float("inf")).all()):  # what is not a number comes first in every order, and has no share
            found.append(Top((), (), ()))
            continue
        scores = -row if gives == "distances" else row
        summed = bool((row >= 0).all()) and abs(float(row.sum()) - 1) < NEARLY and gives != "distances"
        shares = row if gives == "shares" or summed else scores.softmax(0)
        places = scores.topk(min(most, row.numel())).indices
        found.append(Top(tuple(places.tolist()), tuple(row[places].tolist()), tuple(shares[places].tolist())))
    return tuple(found)
