"""One figure of a network: what is stated, what was measured, and whether the two agree."""

from __future__ import annotations

from cnninspect.records import Record

AGREED, DIFFERS, UNKNOWN = "agreed", "differs", "?"
Shown = int | None
"""A figure; None where it is unknown."""


class Figure(Record):
    """What became of one figure."""

    name: str
    verdict: str
    stated: Shown
    measured: Shown
    where: str
    """The device and the input that it was measured with."""
    layer: str | None = None
    """The first layer that differs."""
    note: str = ""
    """What is counted, how it differs, or why it is unknown."""


def held(  # noqa: PLR0913 - the fields of a figure
    name: str, stated: Shown, measured: Shown, where: str, *, layer: str | None = None, note: str = ""
) -> Figure:
    """The verdict on two numbers: unknown where one of them is."""
    if stated is None or measured is None:
        return Figure(name, UNKNOWN, stated, measured, where, layer, note or "nothing is stated")
    return Figure(name, AGREED if stated == measured else DIFFERS, stated, measured, where, layer, note)


def unknown(name: str, where: str, reason: str) -> Figure:
    """A figure that was not measured."""
    return Figure(name, UNKNOWN, None, None, where, None, reason)
