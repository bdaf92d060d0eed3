"""The course of memory over a network as a drawing: what is alive at inference, and what training gathers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import binary
from cnninspect.reports.svg import BLUE, FAINT, GREEN, INK, ORANGE, RULE, Cells, Drawing, Line, Words
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.passes.memory import Memory
    from cnninspect.reports.memory_lines import Line as Row
    from cnninspect.reports.svg import Mark

WIDTH, LEFT, RIGHT = 860, 84, 24
PANEL, TOP, APART = 170, 76, 56
HEIGHT = TOP + 2 * PANEL + APART + 46


def drawing(name: str, memory: Memory, lines: Sequence[Row]) -> Drawing:
    """Two panels over the same layers: bars of what is alive, below them the sum of what has been saved."""
    title = f"Memory of {clip(name)}, batch {memory.batch:,}, {memory.dtype}"
    marks: list[Mark] = [Words(LEFT, 30, title, 16, bold=True)]
    peak = "" if memory.peak_layer is None else f", most while {clip(memory.peak_layer, 60)} runs"
    marks.append(Words(LEFT, TOP - 14, f"alive at inference{peak}", 12, fill=FAINT))
    heights = [line.alive or 0 for line in lines]
    marks += _axis(TOP, max(heights, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(lines), 1)
    for index, (line, height) in enumerate(zip(lines, heights, strict=True)):
        tall = PANEL * height / max(*heights, 1)
        marks.append(_bar(line, LEFT + index * step, step, tall))
    below = TOP + PANEL + APART
    marks.append(Words(LEFT, below - 14, "saved for backward so far, in training", 12, fill=FAINT))
    sums, total = [], 0
    for line in lines:
        total += line.saved or 0
        sums.append(total)
    marks += _axis(below, total)
    floor = below + PANEL
    points: list[tuple[float, float]] = [(LEFT, floor)]
    for index, height in enumerate(sums):
        level = floor - (height / total * PANEL if total else 0)
        points += [(LEFT + index * step, level), (LEFT + (index + 1) * step, level)]
    marks.append(Line(tuple(points), GREEN, 2))
    marks.append(Words(LEFT, HEIGHT - 14, _ends(lines), 12, fill=FAINT))
    return Drawing(WIDTH, HEIGHT, title, tuple(marks))


def _ends(lines: Sequence[Row]) -> str:
    if not lines:
        return "no layers"
    lost = sum([(line.runs and line.alive is None) or line.saved is None for line in lines])
    unknown = f"; {lost:,} unknown, drawn as nothing" if lost else ""
    ends = f"{clip(lines[0].name, 40)} to {clip(lines[-1].name, 40)}"
    return f"{len(lines):,} layers or blocks in the order in which they run: {ends}{unknown}"


def _axis(top: float, most: int) -> list[Mark]:
    """A floor, a ceiling and the line between them, with their bytes."""
    found: list[Mark] = []
    for share, number in ((0, 0), (0.5, most // 2), (1, most)):
        y = top + PANEL * (1 - share)
        found.append(Line(((LEFT, y), (WIDTH - RIGHT, y)), RULE if share else INK))
        found.append(Words(LEFT - 8, y + 4, binary(number) if number else "0", 11, "end", FAINT))
    return found


def _bar(line: Row, x: float, step: float, tall: float) -> Mark:
    told = f"{clip(line.name)}: {binary(line.alive) if line.alive is not None else '?'} alive"
    wide = step * 0.86 if step > 3 else step  # noqa: PLR2004 - narrower gaps cannot be seen
    fill = ORANGE if line.peak else BLUE
    return Cells(((x, wide),), ((TOP + PANEL - tall, tall),), fill, title=told)
