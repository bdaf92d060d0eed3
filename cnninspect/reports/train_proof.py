"""What ``cnninspect train --overfit-one-batch`` and ``cnninspect lr-find`` print."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

from cnninspect.reports.prose import filled
from cnninspect.reports.runs_words import Curve, Drawn
from cnninspect.reports.scales import written

if TYPE_CHECKING:
    from cnninspect.training.finding import Found
    from cnninspect.training.proving import Proof

ENDED = {
    "range": "every rate was tried",
    "diverged": "the loss grew too much, or was no number, and the search ended there",
    "signal": "a signal ended the search",
}


def proof(found: Proof) -> str:
    """How a batch was learned."""
    right = round(found.last.accuracy * found.images)
    told = f"{right:,} of {found.images:,} images of one batch right after {found.steps:,} steps"
    loss = f"loss {found.first.loss:.4f} at first, {found.last.loss:.4f} at last"
    verdict = "the network learns" if found.known else "the network does not learn"
    return f"{told}, {loss}: {verdict}\n"


class Sweep(Drawn):
    """The loss against the rate."""

    def __init__(self, found: Found, name: str) -> None:
        self.measure = "loss"
        self.log = True
        smooth = tuple([(log10(one.rate), one.smooth) for one in found.tried])
        raw = tuple([(log10(one.rate), one.loss) for one in found.tried])
        self.curves = [Curve("smoothed", smooth), Curve("each step", raw, dashed=True)]
        self.titles = "power of ten of the learning rate", "loss"
        self.write = written
        self.title = f"Loss of {name} against the learning rate"


def rates(found: Found, width: int | None = None) -> str:
    """What the steps have shown, in words, folded at the width of a terminal."""
    if found.least is None:
        return "no step could be taken\n"
    lines = [
        f"{len(found.tried)} steps from {found.tried[0].rate:.3g} to {found.tried[-1].rate:.3g}: {ENDED[found.ended]}",
        f"least loss  {found.least.smooth:.4f} (smoothed) at lr {found.least.rate:.3g}",
    ]
    if found.steepest is not None:
        lines.append(f"steepest    at lr {found.steepest:.3g}")
    lines.append(f"try         --lr {found.suggested:.2g}, a tenth of the rate of the least loss")
    return "\n".join([filled(line, width) for line in lines]) + "\n"


def rates_json(found: Found, name: str) -> str:
    """The same for programs."""
    from json import dumps

    told = {
        "schema": "cnninspect.lr-find/1",
        "model": name,
        "ended": found.ended,
        "least": None if found.least is None else found.least._asdict(),
        "steepest": found.steepest,
        "suggested": found.suggested,
        "tried": [one._asdict() for one in found.tried],
    }
    return dumps(told, indent=1, allow_nan=False) + "\n"
