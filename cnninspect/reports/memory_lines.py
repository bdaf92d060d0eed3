"""The course of memory over a network, a line for each layer or for each block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.passes.memory import Memory, Moment


class Line(Record):
    """One line: a layer, or the layers of a block that run one after the other."""

    name: str
    op: str
    alive: int | None
    """The most that is alive while it runs."""
    saved: int | None
    """What it adds to what backward holds."""
    runs: bool
    """Whether any of it runs at inference."""
    in_place: bool
    peak: bool
    """Whether the peak is here."""
    layers: int
    """How many layers it stands for."""


SORTS = ("alive", "saved")


def lines(memory: Memory, depth: int | None = None) -> list[Line]:
    """A line for each layer in the order in which they run; names of more than ``depth`` parts are folded."""
    groups: list[tuple[str, list[Moment]]] = []
    for moment in memory.timeline:
        parts = moment.name.split(".")
        folded = depth is not None and len(parts) > depth
        name = ".".join(parts[:depth]) if folded else moment.name
        if folded and groups and groups[-1][0] == name:
            groups[-1][1].append(moment)
        else:
            groups.append((name, [moment]))
    return [_line(name, group, memory) for name, group in groups]


def _line(name: str, group: Sequence[Moment], memory: Memory) -> Line:
    running = [moment.alive for moment in group if moment.runs]
    saved = [moment.saved for moment in group]
    alive = None if None in running or not running else max([number for number in running if number is not None])
    added = None if None in saved else sum([number for number in saved if number is not None])
    alone = len(group) == 1 and name == group[0].name
    peak = any(moment.name == memory.peak_layer for moment in group)
    return Line(
        name,
        group[0].op if alone else "",
        alive,
        added,
        bool(running),
        alone and group[0].in_place,
        peak,
        len(group),
    )


def ordered(found: list[Line], sort: str | None, top: int | None) -> tuple[list[Line], int]:
    """The first lines by a figure, the largest first, and how many are left out."""
    if sort is not None:
        found = sorted(found, key=lambda line: -1 if getattr(line, sort) is None else getattr(line, sort), reverse=True)
    return found[:top], len(found) - len(found[:top])
