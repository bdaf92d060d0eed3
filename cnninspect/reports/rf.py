"""The receptive field of every layer as a table: for a terminal, a pipe, Markdown or a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.numbers import UNKNOWN, percent
from cnninspect.reports.rf_lines import lines, per_axis, remarks
from cnninspect.reports.rf_words import meanings, verdict
from cnninspect.reports.table import ASCII, BOLD, CYAN, DIM, GAP, RED, YELLOW, wrapped
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.ir import Graph
    from cnninspect.reports.rf_lines import Line

CSV = (
    "name", "type", "output", "known", "size", "stride", "start", "centre", "global", "varies", "smallest", "largest",
    "seen", "share", "padding", "exceeds", "misaligned", "training",
)  # fmt: skip
SIGNS = {**ASCII, **str.maketrans({"–": "-", "✓": "+"})}
"""What stands for a sign that a terminal cannot show."""


class Column(Record):
    """One column of the table."""

    title: str
    cell: Callable[[Line], str]
    right: bool = True
    style: str = ""


def _field(one: Line) -> str:
    return "×".join(map(str, one.field.size)) if one.field else UNKNOWN


def _share(share: float | None) -> str:
    return "" if share is None else percent(share)


COLUMNS = {
    "layer": Column("layer", lambda one: clip(one.node.name, 400), right=False),
    "type": Column("type", lambda one: clip(one.node.op, 20), right=False, style=CYAN),
    "output": Column("output", lambda one: "×".join(map(str, one.node.outputs[0] or "?")), style=DIM),
    "field": Column("field", _field),
    "jump": Column("jump", lambda one: per_axis(one.field.jump) if one.field else UNKNOWN),
    "start": Column("start", lambda one: per_axis(one.field.start) if one.field else UNKNOWN),
    "centre": Column("centre", lambda one: per_axis(one.field.centre) if one.field else UNKNOWN),
    "share": Column("of input", lambda one: _share(one.share)),
    "padding": Column("padding", lambda one: _share(one.padding)),
    "remarks": Column("remarks", lambda one: ", ".join(remarks(one)), right=False, style=YELLOW),
}
SACRIFICES = ("output", "centre", "type", "start", "padding", "share")
"""What a narrow terminal does without, the first first; its remarks are cut last of all."""
FEWEST = 12
"""Characters of a remark that are worth showing."""


def render(
    report: ReceptiveFields, *, width: int | None, color: bool = False, only: int | None = None, notes: bool = True
) -> str:
    """A table for each input or only one, the verdict in words, what the numbers mean; whole where there is no width."""
    graph = report.graph
    paint: Callable[[str, str], str] = _paint if color else _plain
    sections = [[_heading(graph, width, paint)]]
    for index in _shown(graph, only):
        found = lines(report, index)
        if len(graph.inputs) > 1 or not found:
            sections.append([paint(_input(graph, index), BOLD)])
        if found and len(graph.inputs[index].shape) > 1:
            sections.append(_table(found, width, paint))
        sections.append([text for told in verdict(report, index, found) for text in folded(told, width, paint)])
    meaning = meanings(report) if notes else []
    sections.append([paint(text, DIM) for text in (wrapped(meaning, width) if width else meaning)])
    return "\n\n".join(["\n".join([line.rstrip() for line in section]) for section in sections if section]) + "\n"


def _shown(graph: Graph, only: int | None) -> Sequence[int]:
    """The inputs that are told of."""
    return range(len(graph.inputs)) if only is None else (only,)


def folded(told: tuple[str, str], width: int | None, paint: Callable[[str, str], str]) -> list[str]:
    """A sentence of the verdict: its mark, then the words, folded below each other."""
    mark, sentence = told
    style = {"!": RED, "✓": "32"}.get(mark, CYAN)
    text = wrapped([sentence], max(width - 2, 20)) if width else [sentence]
    return [(paint(mark, style) if number == 0 else " ") + " " + line for number, line in enumerate(text)]


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and text and not text.isspace() else text


def _plain(text: str, style: str) -> str:  # noqa: ARG001 - as _paint
    return text


def _heading(graph: Graph, width: int | None, paint: Callable[[str, str], str]) -> str:
    name, source = clip(graph.name), clip(graph.source, 4096)
    source += f", variant {clip(graph.variant)}" if graph.variant is not None and graph.variant != graph.name else ""
    used = len(name) + len(source) + 4
    description = clip(graph.description, 400 if width is None else max(width - used, 1)) if graph.description else ""
    more = f"  {description}" if width is None or width - used > 20 else ""  # noqa: PLR2004 - a few words
    return f"{paint(name, BOLD)}  {paint(source, DIM)}{more}"


def _input(graph: Graph, index: int) -> str:
    given = graph.inputs[index]
    return f"with respect to {clip(given.name)}, " + " × ".join(map(str, given.shape))


def _table(found: Sequence[Line], width: int | None, paint: Callable[[str, str], str]) -> list[str]:
    cells = {name: [column.cell(one) for one in found] for name, column in COLUMNS.items()}
    kept = [name for name in COLUMNS if name in ("layer", "field") or any(cells[name])]
    sizes = {name: max(len(COLUMNS[name].title), *map(len, cells[name])) for name in kept}
    if width is not None:
        kept, sizes = _fitting(kept, sizes, width)
    head = GAP.join([_placed(COLUMNS[name].title, sizes[name], name) for name in kept])
    made = [paint(head.rstrip(), BOLD), paint("─" * len(head), DIM)] if width is not None else [head.rstrip()]
    for number in range(len(found)):
        parts = []
        for name in kept:
            text = clip(cells[name][number], max(sizes[name], 1)) if name == "remarks" else cells[name][number]
            style = YELLOW if text == UNKNOWN else COLUMNS[name].style
            blank = " " * (sizes[name] - len(text))
            painted = paint(text, style)
            parts.append(blank + painted if COLUMNS[name].right else painted + blank)
        made.append(GAP.join(parts).rstrip())
    return made


def _placed(text: str, size: int, name: str) -> str:
    return text.rjust(size) if COLUMNS[name].right else text.ljust(size)


def _fitting(kept: list[str], sizes: dict[str, int], width: int) -> tuple[list[str], dict[str, int]]:
    """The columns that fit, the remarks cut where nothing else is left to go."""
    for name in SACRIFICES:
        if _needed(kept, sizes) <= width:
            break
        kept = [other for other in kept if other != name]
    if "remarks" in kept and _needed(kept, sizes) > width:
        room = width - _needed([name for name in kept if name != "remarks"], sizes) - len(GAP)
        sizes = {**sizes, "remarks": min(sizes["remarks"], max(room, FEWEST))}
    return kept, sizes


def _needed(kept: Sequence[str], sizes: dict[str, int]) -> int:
    return sum([sizes[name] for name in kept]) + len(GAP) * (len(kept) - 1)


# --- files -------------------------------------------------------------------------------


def markdown(report: ReceptiveFields, only: int | None = None, *, notes: bool = True) -> str:
    """A heading, a table for each input or only one, and the verdict as a list."""
    graph = report.graph
    sections = [[f"### {_escaped(clip(graph.name))}"], [_escaped(clip(graph.source, 4096))]]
    for index in _shown(graph, only):
        found = lines(report, index)
        if len(graph.inputs) > 1:
            sections.append([_escaped(_input(graph, index))])
        if found and len(graph.inputs[index].shape) > 1:
            rows = [[column.cell(one) for column in COLUMNS.values()] for one in found]
            titles, right = [column.title for column in COLUMNS.values()], [column.right for column in COLUMNS.values()]
            sections.append(markdown_table(titles, rows, right))
        sections.append([f"- {_escaped(sentence)}" for _, sentence in verdict(report, index, found)])
    return (
        "\n\n".join(["\n".join(section) for section in [*sections, meanings(report) if notes else []] if section])
        + "\n"
    )


def _escaped(text: str) -> str:
    for special in "\\|<*`":
        text = text.replace(special, "\\" + special)
    return text


def csv(report: ReceptiveFields, only: int | None = None) -> str:
    """One record for each layer and each input of places, or only one; raw figures, empty where unknown."""
    several = len(report.graph.inputs) > 1
    rows = [[*(["input"] if several else []), *CSV]]
    for index in _shown(report.graph, only):
        given = report.graph.inputs[index]
        before = [given.name] if several else []
        rows += [[*before, *_record(one)] for one in (lines(report, index) if len(given.shape) > 1 else ())]
    return "".join([",".join([_quoted(cell) for cell in row]) + "\n" for row in rows])


def _record(one: Line) -> list[str]:
    field, shape = one.field, one.node.outputs[0]
    first = [one.node.name, one.node.op, "" if shape is None else "x".join(map(str, shape))]
    last = [_flag(one.exceeds), _flag(one.misaligned), _flag(not one.runs)]
    if field is None:
        return [*first, "no", *[""] * 11, *last]
    figures = [field.size, field.jump, field.start, field.centre]
    return [
        *first,
        "yes",
        *["x".join(["" if value is None else _exact(value) for value in values]) for values in figures],
        _flag(field.everything),
        _flag(any(field.varies)),
        *["x".join(map(str, values)) for values in (field.least, field.most, field.seen)],
        "" if one.share is None else repr(round(one.share, 6)),
        "" if one.padding is None else repr(round(one.padding, 6)),
        *last,
    ]


def _flag(value: bool) -> str:  # noqa: FBT001 - what is written
    return "yes" if value else "no"


def _exact(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _quoted(cell: str) -> str:
    """RFC 4180: in quotes where the text could be taken for structure, quotes doubled."""
    if not any(mark in cell for mark in ',"\n\r'):
        return cell
    return '"' + cell.replace('"', '""') + '"'
