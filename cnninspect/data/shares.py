"""Which samples a batch holds, and which of them each of several processes takes."""

from __future__ import annotations

from cnninspect.records import Record


class Share(Record):
    """A stretch of an epoch: the part of one batch that one process takes."""

    start: int
    stop: int
    """Where the stretch ends; it is ``start`` where there is nothing left for this process."""
    first: int
    """Where the batch begins, all processes together."""
    total: int
    """How many samples the batch has, all processes together."""


def batches(samples: int, batch: int, *, whole: bool = False) -> int:
    """How many batches an epoch has; the last one may be smaller, or is left out where only ``whole`` ones count."""
    return samples // batch if whole else -(-samples // batch)


def share(samples: int, batch: int, number: int, rank: int = 0, world: int = 1, *, pairs: bool = False) -> Share:  # noqa: PLR0913 - what a share depends on
    """The part of batch ``number`` that process ``rank`` of ``world`` takes: as even as can be, none left or doubled.

    ``pairs`` keeps samples 2i and 2i + 1 of a batch together, as blending them needs.
    """
    first = number * batch
    total = max(min(batch, samples - first), 0)
    step = 2 if pairs else 1
    units = -(-total // step)
    start, stop = (min(units * place // world * step, total) for place in (rank, rank + 1))
    return Share(first + start, first + stop, first, total)
