"""A table for a terminal: the tree of names, bars of what each part has of the whole, as wide as fits.

The lines are drawn here rather than by rich: importing rich costs as much as the whole rest of a run, and
60 microseconds for each cell come on top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.reports.columns import COLUMNS, shown_shapes
from cnninspect.reports.numbers import UNKNOWN, formatter, percent
from cnninspect.reports.plain import RIGHT, times
from cnninspect.reports.totals import broken, conventions, heading, mark, totals
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnninspect.api import Summary
    from cnninspect.reports.column import Column
    from cnninspect.reports.lines import Line

BOLD, DIM, RED, YELLOW, GREEN, BLUE, MAGENTA, CYAN = "1", "2", "1;31", "33", "32", "34", "35", "36"
STYLES = {"type": CYAN, "options": DIM, "block": DIM, "source": DIM, "parameters_bar": BLUE, "macs_bar": MAGENTA}

DEFAULT = (
    "name", "type", "options", "block", "output", "field",
    "parameters", "parameters_bar", "params_share", "macs", "macs_bar", "macs_share",
)  # fmt: skip
SACRIFICES = (
    ("block",),
    ("field",),
    ("options",),
    ("parameters_bar", "macs_bar"),
    ("params_share", "macs_share"),
    ("type",),
    ("output",),
)
"""What a narrow terminal does without, the first first."""
SHORT_TYPE = 12
BAR = 10
A_FEW_WORDS = 20
EIGHTHS = "▏▎▍▌▋▊▉█"
GAP = "  "
ASCII = str.maketrans(
    {
        "├": "|",
        "└": "`",
        "│": "|",
        "─": "-",
        "×": "x",
        "…": "~",
        "†": "+",
        "✗": "!",
        "·": "-",
        "↑": "^",
        **dict.fromkeys(EIGHTHS, "#"),
    },
)
"""For terminals that can show no more."""

Cell = tuple[str, str]
"""A text and its style."""


def render(  # noqa: PLR0913 - what to show
    summary: Summary,
    lines: Sequence[Line],
    *,
    width: int,
    color: bool,
    columns: Sequence[str] | None = None,
    more: Sequence[str] = (),
    units: str = "raw",
    hidden: int = 0,
    table: bool = True,
    notes: bool = True,
) -> str:
    """The heading, the table, the totals and what they mean.

    ``columns`` are shown whether they fit or not; without them those that fit, and ``more`` in any case.
    """
    paint: Callable[[str, str], str] = _paint if color else _unpainted
    number = formatter(units)
    out = [_heading(summary, width, paint), ""] if notes else []
    if table:
        out += [
            *_table(summary, lines, width, columns, more, number, paint),
            *([paint(f"… {hidden:,} more", DIM)] if hidden else []),
            "",
        ]
    out += _totals(summary, number, width, paint)
    if notes:
        out += ["", *[paint(line, DIM) for line in wrapped(conventions(summary), width)]]
    return "\n".join([line.rstrip() for line in out]) + "\n"


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and text and not text.isspace() else text


def _unpainted(text: str, style: str) -> str:  # noqa: ARG001 - as _paint
    return text


def _heading(summary: Summary, width: int, paint: Callable[[str, str], str]) -> str:
    name, source, description = heading(summary)
    used = len(name) + len(source) + 4
    text = f"{paint(name, BOLD)}  {paint(source, DIM)}"
    return f"{text}  {clip(description, width - used)}" if description and width - used > A_FEW_WORDS else text


def wrapped(sentences: Sequence[str], width: int) -> list[str]:
    """Sentences in as few lines as they fit in, broken between words."""
    lines = [""]
    for word in " ".join(sentences).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _totals(
    summary: Summary, number: Callable[[int | None], str], width: int, paint: Callable[[str, str], str]
) -> list[str]:
    """Label, figure and remark, which is folded where it is wider than what is left."""
    found = totals(summary, number)
    first, second = (max([len(total[index]) for total in found]) for index in (0, 1))
    before = first + second + 2 * len(GAP)
    lines = []
    for label, figure, remark in found:
        told, *more = wrapped([remark], max(width - before, A_FEW_WORDS))
        lines.append(f"{paint(label.ljust(first), BOLD)}{GAP}{figure.rjust(second)}{GAP}{paint(told, DIM)}")
        lines += [" " * before + paint(line, DIM) for line in more]
    return lines


# --- the table ---------------------------------------------------------------------------


def _table(  # noqa: PLR0913 - what to show
    summary: Summary,
    lines: Sequence[Line],
    width: int,
    columns: Sequence[str] | None,
    more: Sequence[str],
    number: Callable[[int | None], str],
    paint: Callable[[str, str], str],
) -> list[str]:
    wanted = columns or (*DEFAULT, *[name for name in more if name not in DEFAULT])
    content = {name: _column(name, lines, summary, number) for name in wanted}
    if columns is None:
        content = _fitting(content, width, more)
    widths = {
        name: max([len(COLUMNS[name].title), *[_length(cell) for cell in cells]]) for name, cells in content.items()
    }
    head = GAP.join([_pad(COLUMNS[name].title, widths[name], right=_right(name)) for name in content])
    rule = "─" * max(len(head), sum(widths.values()) + len(GAP) * (len(widths) - 1))
    return [paint(head, BOLD), paint(rule, DIM), *_body(content, widths, paint)]


def _body(
    content: dict[str, list[list[Cell]]], widths: dict[str, int], paint: Callable[[str, str], str]
) -> Iterator[str]:
    places = [(widths[name], _right(name)) for name in content]
    for row in zip(*content.values(), strict=True):
        parts = []
        for cell, (width, right) in zip(row, places, strict=True):
            blank = " " * (width - _length(cell))
            text = "".join([paint(piece, style) for piece, style in cell])
            parts.append(blank + text if right else text + blank)
        yield GAP.join(parts)


def _right(name: str) -> bool:
    return COLUMNS[name].kind in RIGHT


def _pad(text: str, width: int, *, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _length(cell: list[Cell]) -> int:
    return sum([len(text) for text, _ in cell])


def _fitting(content: dict[str, list[list[Cell]]], width: int, more: Sequence[str]) -> dict[str, list[list[Cell]]]:
    """The columns without those that say nothing, and without as many of the others as must go."""
    content = {
        name: cells
        for name, cells in content.items()
        if name in more or name == "name" or any(_length(cell) for cell in cells)
    }
    for names in SACRIFICES:
        if _needed(content) <= width:
            break
        if names == ("type",) and "type" in content:
            content["type"] = [[(clip(text, SHORT_TYPE), style) for text, style in cell] for cell in content["type"]]
            if _needed(content) <= width:
                break
        content = {name: cells for name, cells in content.items() if name not in names or name in more}
    return content


def _needed(content: dict[str, list[list[Cell]]]) -> int:
    widths = [max([len(COLUMNS[name].title), *[_length(cell) for cell in cells]]) for name, cells in content.items()]
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _column(
    name: str, lines: Sequence[Line], summary: Summary, number: Callable[[int | None], str]
) -> list[list[Cell]]:
    column = COLUMNS[name]
    if name == "name":
        bad = broken(summary)
        return [_name(line, mark(line, bad)) for line in lines]
    cells = []
    for line in lines:
        value = column.value(line, summary)
        cells.append([(_text(column, value, number), _style(name, column.kind, value, line))])
    return cells


def _text(column: Column, value: Any, number: Callable[[int | None], str]) -> str:  # noqa: ANN401 - as its kind says
    kind = column.kind
    if kind == "figure":
        return UNKNOWN if value is None else column.write(value)
    if kind == "number":
        return number(value)
    if kind == "bar":
        return bar(value)
    if kind == "shape":
        return shown_shapes(value, " × ", " of ")
    if kind == "share":
        return percent(value) if value not in ("", 0) else ""  # the number beside it says so already
    return UNKNOWN if value is None else str(value)


def _style(name: str, kind: str, value: object, line: Line) -> str:
    if kind in RIGHT:
        return _shade(value, line)
    return DIM if line.scope else STYLES.get(name, "")


def _name(line: Line, marks: str) -> list[Cell]:
    cell = [(line.guides, DIM)] if line.guides else []
    cell.append((line.label, BOLD if line.scope else ""))
    if line.times > 1:
        cell.append((times(line), CYAN))
    if marks:
        cell.append((marks, RED if "✗" in marks else YELLOW))
    return cell


def _shade(value: object, line: Line) -> str:
    if value is None:
        return YELLOW
    return DIM if line.scope or value == 0 or not line.runs else ""


def bar(share: float | str | None) -> str:
    """A share of the whole as blocks, ten for all of it; the thinnest one for any part at all."""
    if not share or isinstance(share, str):
        return ""
    eighths = max(1, round(share * BAR * 8))
    return EIGHTHS[-1] * (eighths // 8) + (EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")
