"""Memory for people: the totals, what fits on a device, and the course over the layers with its peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.memory_words import ALIVE, BEYOND, IN_PLACE, SAVED, fits, totals, unknown
from cnninspect.reports.numbers import UNKNOWN, whole
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph
    from cnninspect.passes.memory import Largest, Memory
    from cnninspect.reports.memory_lines import Line

BOLD, DIM, CYAN, YELLOW = "1", "2", "36", "1;33"
EIGHTHS = "▏▎▍▌▋▊▉█"
ASCII = str.maketrans({"…": "~", "◀": "<", "×": "x", "†": "+", **dict.fromkeys(EIGHTHS, "#")})
TITLES = ("name", "type", "alive", "saved")
RIGHT = (False, False, True, True)
LEAST_BAR = 8
TRAINING = "†: exists only while the network learns."


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def render(  # noqa: PLR0913 - what to show
    graph: Graph,
    memory: Memory,
    largest: Largest | None,
    lines: Sequence[Line],
    *,
    hidden: int = 0,
    style: Style | None = None,
    table: bool = True,
    notes: bool = True,
) -> str:
    """The heading, the totals, the course, and what the figures mean."""
    style = style or Style()
    found = [f"{style.paint(clip(graph.name), BOLD)}  {style.paint(_settings(graph, memory), DIM)}", ""]
    rows = totals(memory) + ([] if largest is None else fits(largest))
    found += _told(rows, style)
    if table and lines:
        found += ["", *_course(lines, style)]
        found += [f"… {hidden:,} more"] if hidden else []
    if notes:
        found += ["", *_wrapped(_notes(graph, memory, lines if table else ()), style)]
    return "\n".join([*found, ""])


def _settings(graph: Graph, memory: Memory) -> str:
    inputs = ", ".join(["x".join(map(str, given.shape)) for given in graph.inputs])
    return f"{clip(graph.source, 4096)}, input {inputs}, batch {memory.batch:,}, {memory.dtype}"


def _told(rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    """The totals; in a narrow terminal without their remarks."""
    wide = aligned(rows, (False, True, True, False))
    if style.width is None or max(map(len, wide)) <= style.width:
        remarks = [row[3] for row in rows]
    else:
        remarks = [row[3] if row[0].startswith("largest") else "" for row in rows]
    short = aligned([row[:3] for row in rows], (False, True, True))
    full = max(map(len, short))
    from textwrap import wrap

    told = []
    for line, remark in zip(short, remarks, strict=True):
        if style.width is None or not remark or full + 2 + len(remark) <= style.width:
            told.append(f"{line.ljust(full)}  {style.paint(remark, DIM)}".rstrip())
        else:  # below its figure, where the terminal is narrow
            room = max(style.width - 2, 20)
            told += [line, *[f"  {style.paint(part, DIM)}" for part in wrap(remark, room)]]
    return told


def _course(lines: Sequence[Line], style: Style) -> list[str]:
    rows = [_cells(line) for line in lines]
    shown = aligned([TITLES, *rows], RIGHT)
    if style.width is None:
        return shown
    wide = max(map(len, shown))
    if wide + 2 + LEAST_BAR > style.width:  # the bars need the room more than the types do
        shown = aligned([[row[0], *row[2:]] for row in [TITLES, *rows]], (False, True, True))
        wide = max(map(len, shown))
    room = min(style.width - wide - 3, 60)
    if room < LEAST_BAR:
        return shown
    most = max([line.alive or 0 for line in lines])
    head = style.paint(shown[0], BOLD)
    return [
        head,
        *[_drawn(text.ljust(wide), line, most, room, style) for text, line in zip(shown[1:], lines, strict=True)],
    ]


def _drawn(text: str, line: Line, most: int, room: int, style: Style) -> str:
    drawn = bar(line.alive or 0, most, room)
    mark = style.paint("◀", YELLOW) if line.peak else ""
    return f"{text}  {style.paint(drawn, YELLOW if line.peak else CYAN)}{mark}".rstrip()


def bar(number: int, most: int, room: int) -> str:
    """A number as blocks, the largest one filling the room, any at all the thinnest block."""
    if not number:
        return ""
    eighths = max(1, number * room * 8 // most)
    return EIGHTHS[-1] * (eighths // 8) + (EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _name(line: Line) -> str:
    return clip(line.name, 4096) + ("" if line.runs else " †")


def _cells(line: Line) -> list[str]:
    """What the course says of a line; nothing is alive where nothing of it runs at inference."""
    return [
        _name(line),
        line.op or f"{line.layers} layers",
        _bytes(line.alive) if line.runs else "",
        _bytes(line.saved),
    ]


def _bytes(number: int | None) -> str:
    return UNKNOWN if number is None else whole(number)


def _notes(graph: Graph, memory: Memory, lines: Sequence[Line]) -> list[str]:
    told = [unknown(memory, complete=graph.complete)] if memory.unknown else []
    if not all(line.runs for line in lines):
        told.append(TRAINING)
    placed = [IN_PLACE] if any(line.in_place for line in lines) else []
    return [*told, ALIVE, *placed, SAVED, BEYOND]


def _wrapped(sentences: Sequence[str], style: Style) -> list[str]:
    if style.width is None:
        return list(sentences)
    from textwrap import wrap

    return [style.paint(line, DIM) for line in wrap(" ".join(sentences), style.width)]


def markdown(  # noqa: PLR0913 - what to show
    graph: Graph,
    memory: Memory,
    largest: Largest | None,
    lines: Sequence[Line],
    *,
    hidden: int = 0,
    table: bool = True,
    notes: bool = True,
) -> str:
    """A heading, the totals and the course as tables."""
    rows = totals(memory) + ([] if largest is None else fits(largest))
    course = [_cells(line) for line in lines] if table else []
    sections = [
        [f"### Memory of {clip(graph.name)}"],
        [_settings(graph, memory)],
        markdown_table(("total", "bytes", "", ""), rows, (False, True, True, False)),
        markdown_table(TITLES, course, RIGHT) + ([f"\n… {hidden:,} more"] if hidden else []) if course else [],
        _notes(graph, memory, lines if table else ()) if notes else [],
    ]
    return "\n\n".join(["\n".join(section) for section in sections if section]) + "\n"
