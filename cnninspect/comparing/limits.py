"""Conditions under which a change fails: ``parameters > +1%``, ``macs > 4G``, ``layers < +0``.

With a sign the number is a change, with ``%`` a part of the old figure, without either the new figure itself. What
a condition says is what fails, unlike a budget, which says what is allowed. An unknown figure fails: nobody can say
that it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.figures import number
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.comparing.figures import Figure

VALUE, CHANGE, PERCENT = "value", "change", "percent"
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
}
"""Longest first, as they are looked for."""


class Limit(Record):
    """One condition; the number is a fraction."""

    text: str
    metric: str
    comparison: str
    kind: str
    """``value``, ``change`` or ``percent``."""
    above: int
    below: int


class Verdict(Record):
    """One condition held against one network."""

    limit: Limit
    name: str
    """The network."""
    file: str
    figure: Figure
    failed: bool
    known: bool
    """False where a figure that is needed is unknown, which fails."""

    def case_of(self, name: str, file: str) -> bool:
        """Whether it is about this network of this file."""
        return (self.name, self.file) == (name, file)


def judge(limit: Limit, figure: Figure, name: str, file: str, *, there_before: bool) -> Verdict | None:
    """Hold a condition against a figure; None where it is about a change and there was nothing before."""
    if limit.kind != VALUE and not there_before:
        return None
    old, new = number(figure.old), number(figure.new)
    if new is None or (limit.kind != VALUE and old is None):
        return Verdict(limit, name, file, figure, failed=True, known=False)
    return Verdict(limit, name, file, figure, failed=_holds(limit, old or 0, new), known=True)


def _holds(limit: Limit, old: int, new: int) -> bool:
    compare = COMPARISONS[limit.comparison]
    if limit.kind == VALUE:
        return compare(new * limit.below, limit.above)
    change = new - old
    if limit.kind == CHANGE:
        return compare(change * limit.below, limit.above)
    if not old and change:  # from nothing any growth is more than every part
        return compare(1 if change > 0 else -1, 0)
    return compare(change * 100 * limit.below, limit.above * old) if old else compare(0, limit.above)
