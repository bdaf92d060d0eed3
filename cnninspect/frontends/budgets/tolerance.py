"""How much a figure may grow against the lock file: an exact percentage, in an option or in the configuration."""

from __future__ import annotations

from cnninspect.frontends.budgets.amounts import parse_amount
from cnninspect.frontends.budgets.metrics import COUNT
from cnninspect.records import Record
from cnninspect.values import Problem, clip

MOST = 1000
"""Per cent."""


class Tolerance(Record):
    """How much a figure may grow, exactly: a fraction of what it was."""

    above: int = 0
    below: int = 1
    text: str = "0%"

    def of(self, figure: int) -> int:
        """What may be added to a figure."""
        return figure * self.above // self.below


def parse_tolerance(text: str, name: str) -> Tolerance:
    """The tolerance that a text such as ``1%`` states; raises the Problem that it states none, of what has that name."""
    word = text.strip()
    number = word.removesuffix("%").strip()
    plain = number.isascii() and number.replace(".", "", 1).isdecimal()
    try:
        above, below = parse_amount(number, COUNT)
    except Problem:
        above, below = -1, 1
    if above < 0 or not (word.endswith("%") or not above) or not number[-1:].isdecimal():
        help_ = f"write a percentage, such as {clip(number, 20) if plain else '1'}%"
        raise Problem("bad-budget", f"{name} is how much a figure may grow, got '{clip(word, 40)}'", help=help_)
    if above > MOST * below:
        raise Problem("bad-budget", f"{name} is at most {MOST:,}%, got '{clip(word, 40)}'")
    return Tolerance(above, below * 100, f"{number}%")
