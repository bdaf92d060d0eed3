"""The curves of runs as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.scales import Scale, written
from cnninspect.reports.svg import FAINT, HUES, INK, RULE, Dot, Drawing, Line, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.reports.runs_words import Curve, Drawn
    from cnninspect.reports.svg import Mark

WIDTH, LEFT, RIGHT, TOP, FIELD, ROW = 860, 76, 28, 66, 330, 18
DOTS = 60
"""Where a curve has more points than this they are not drawn one by one."""


def drawing(drawn: Drawn) -> Drawing:
    """One panel with a line for each curve, and whose it is below."""
    log, curves = drawn.log, drawn.curves
    points = [point for curve in curves for point in curve.points if not log or point[1] > 0]
    across, up = Scale([x for x, _ in points], tight=True), Scale([y for _, y in points], log=log)
    marks: list[Mark] = [
        Words(LEFT, 28, drawn.title, 16, bold=True),
        Words(LEFT, TOP - 12, drawn.titles[1], 12, fill=FAINT),
    ]
    marks += _axes(across, up, drawn.titles[0], drawn.write)
    for place, curve in enumerate(curves):
        marks += _curve(curve, across, up, HUES[place % len(HUES)], drawn.write)
    floor = TOP + FIELD
    for row, curve in enumerate(curves):
        y = floor + 58 + row * ROW
        hue = HUES[row % len(HUES)]
        marks += [Line(((LEFT, y - 4), (LEFT + 26, y - 4)), hue, 2, curve.dashed), Words(LEFT + 34, y, curve.name, 12)]
    return Drawing(WIDTH, floor + 58 + max(len(curves), 1) * ROW, drawn.title, tuple(marks))


def _x(across: Scale, value: float) -> float:
    return LEFT + 10 + across.share(value) * (WIDTH - LEFT - RIGHT - 20)


def _y(up: Scale, value: float) -> float:
    return TOP + FIELD * (1 - up.share(value))


def _axes(across: Scale, up: Scale, title: str, write: Callable[[float], str]) -> Iterator[Mark]:
    floor = TOP + FIELD
    for value in up.marks(8):
        y = _y(up, value)
        yield Line(((LEFT, y), (WIDTH - RIGHT, y)), RULE)
        yield Words(LEFT - 8, y + 4, write(value), 11, "end", FAINT)
    yield Line(((LEFT, TOP), (LEFT, floor), (WIDTH - RIGHT, floor)), INK)
    for value in across.marks(11):
        x = _x(across, value)
        yield Line(((x, floor), (x, floor + 5)), INK)
        yield Words(x, floor + 18, written(value), 11, "middle", FAINT)
    yield Words(WIDTH - RIGHT, floor + 36, title, 11, "end", FAINT)


def _curve(curve: Curve, across: Scale, up: Scale, hue: str, write: Callable[[float], str]) -> Iterator[Mark]:
    kept = [(x, y) for x, y in curve.points if not up.log or y > 0]
    places = [(_x(across, x), _y(up, y)) for x, y in kept]
    if len(places) > 1:
        yield Line(tuple(places), hue, 2, curve.dashed)
    if len(places) <= DOTS:
        for (x, y), (left, above) in zip(kept, places, strict=True):
            yield Dot(left, above, hue, hollow=curve.dashed, title=f"{curve.name}, {written(x)}: {write(y)}", radius=3)
