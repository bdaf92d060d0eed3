"""The networks that come with the program: as a table, as a plot, as JSON or Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.columns import shown_shapes
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.json import value
from cnninspect.reports.numbers import UNKNOWN, whole
from cnninspect.reports.plain import aligned
from cnninspect.reports.scatter import ASCII, UNICODE, Point, draw
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnninspect.api import Summary
    from cnninspect.values import Shape

SCHEMA = "cnninspect.zoo/1"
TITLES = ("family", "name", "year", "paper", "input", "parameters", "MACs", "field", "top-1")
RIGHT = (False, False, True, False, False, True, True, True, True)
SACRIFICES = ("paper", "field", "family", "input", "year", "top-1")
"""What a narrow terminal does without, the first first; without the family, its variants hang below it."""
SORTS = ("name", "parameters", "macs", "year", "top1")
PLOTS = ("parameters", "top1")
"""What can be drawn against MACs."""
BOLD, DIM = "\x1b[1m{}\x1b[0m", "\x1b[2m{}\x1b[0m"
NONE = "-"
FIELD = "field: the largest receptive field of any unit, before all of a map is read at once"
NOTE = "top-1: accuracy of the published weights on the classes they learned, in percent"

BROKEN = "?: has a mistake, which cnninspect summary NAME tells"


class Entry(Record):
    """One network that can be named, with its figures; None is unknown, where it has a mistake all of them."""

    name: str
    family: str
    file: str
    variant: str | None
    year: int | None = None
    arxiv: str | None = None
    top1: float | None = None
    inputs: Mapping[str, Shape] | None = None
    outputs: Sequence[Mapping[str, object]] | None = None
    layers: int | None = None
    weight_layers: int | None = None
    parameters: int | None = None
    macs: int | None = None
    flops: int | None = None
    description: str | None = None
    receptive_field: Sequence[int] | None = None
    """The largest of any unit, before all of a map is read at once, gates looked through."""


def measured(  # noqa: PLR0913 - what names a network, and what is known of it
    name: str, family: str, file: str, variant: str | None, summary: Summary, field: Sequence[int] | None = None
) -> Entry:
    """What the list tells of a network."""
    graph, sums = summary.graph, summary.totals
    reference = graph.reference if isinstance(graph.reference, dict) else {}
    year, arxiv = reference.get("year"), reference.get("arxiv")
    return Entry(
        name=name,
        family=family,
        file=file,
        variant=variant,
        year=year if type(year) is int else None,
        arxiv=arxiv if isinstance(arxiv, str) else None,
        top1=_top1(reference.get("top1"), name, variant),
        inputs={given.name: given.shape for given in graph.inputs},
        outputs=[
            {"name": output.name, "shape": graph.shape(output.tensor), "training": output.training}
            for output in graph.outputs
        ],
        layers=sums.layers,
        weight_layers=sums.weight_layers,
        parameters=sums.parameters,
        macs=sums.macs,
        flops=sums.flops,
        description=graph.description,
        receptive_field=field,
    )


def _top1(stated: object, name: str, variant: str | None) -> float | None:
    """The accuracy of one network: a number is that of the file's own, a mapping tells it by name."""
    if isinstance(stated, dict):
        stated = stated.get(name)
    elif variant is not None:
        return None
    return stated if type(stated) in (int, float) else None  # type: ignore[return-value]


def within(entries: Iterable[Entry], parameters: int | None, macs: int | None) -> list[Entry]:
    """The networks that have no more than this; unknown is never within a limit."""

    def fits(number: int | None, limit: int | None) -> bool:
        return limit is None or (number is not None and number <= limit)

    return [entry for entry in entries if fits(entry.parameters, parameters) and fits(entry.macs, macs)]


def ordered(entries: Sequence[Entry], sort: str) -> list[Entry]:
    """The networks by name, or by a figure, the largest first and unknown last."""
    if sort == "name":
        return sorted(entries, key=lambda entry: entry.name)
    known = [entry for entry in entries if getattr(entry, sort) is not None]
    unknown = [entry for entry in entries if getattr(entry, sort) is None]
    return [*sorted(known, key=lambda entry: getattr(entry, sort), reverse=True), *unknown]


# --- the table ---------------------------------------------------------------------------


def render(entries: Sequence[Entry], *, grouped: bool = True, width: int | None = None, color: bool = False) -> str:
    """A line for each network, families together unless they are sorted otherwise.

    With a width, the columns that fit into it; without one, all of them.
    """
    lines = _fitting(entries, grouped, width) if entries else []
    ends = [counted(entries)]
    if lines and "field" in lines[0]:
        ends.append(FIELD)
    if any(entry.top1 is not None for entry in entries):
        ends.append(NOTE)
    if any(entry.parameters is None for entry in entries):
        ends.append(BROKEN)
    if color:
        lines[:1] = [BOLD.format(line) for line in lines[:1]]
        ends = [DIM.format(line) for line in ends]
    return "\n".join([*lines, *([""] if lines else []), *ends]) + "\n"


def counted(entries: Sequence[Entry]) -> str:
    """How many networks there are in how many files."""
    files = len({entry.file for entry in entries})
    return f"{len(entries)} network{'s' if len(entries) != 1 else ''} in {files} file{'s' if files != 1 else ''}"


def _fitting(entries: Sequence[Entry], grouped: bool, width: int | None) -> list[str]:  # noqa: FBT001
    kept = list(TITLES)
    while True:
        rows = _table(entries, kept, grouped=grouped)
        lines = aligned([kept, *rows], [RIGHT[TITLES.index(title)] for title in kept])
        over = width is not None and max(map(len, lines)) > width
        lost = next((title for title in SACRIFICES if title in kept), None) if over else None
        if lost is None:
            return lines
        kept.remove(lost)


def _table(entries: Sequence[Entry], titles: Sequence[str], *, grouped: bool) -> list[list[str]]:
    """The cells; what a whole family has in common is told in its first line."""
    rows = []
    own = {entry.family for entry in entries if entry.variant is None}
    for index, entry in enumerate(entries):
        cells = _cells(entry, "x")
        first = not grouped or not index or entries[index - 1].family != entry.family
        if not first:
            cells.update(dict.fromkeys(("family", "year", "paper"), ""))
            if "family" not in titles and entry.family in own:
                cells["name"] = f"  {cells['name']}"
        rows.append([cells[title] for title in titles])
    return rows


def _cells(entry: Entry, times: str) -> dict[str, str]:
    shapes = entry.inputs.values() if entry.inputs else []
    return {
        "family": clip(entry.family),
        "name": clip(entry.name),
        "year": NONE if entry.year is None else str(entry.year),
        "paper": NONE if entry.arxiv is None else clip(entry.arxiv, 20),
        "input": ", ".join([shown_shapes([shape], times, "") for shape in shapes]) or UNKNOWN,
        "parameters": whole(entry.parameters),
        "MACs": whole(entry.macs),
        "field": _field(entry.receptive_field),
        "top-1": NONE if entry.top1 is None else f"{entry.top1:.2f}",
    }


def _field(sizes: Sequence[int] | None) -> str:
    """One figure where all axes have the same."""
    if sizes is None:
        return UNKNOWN
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes)) or NONE


# --- the plot ----------------------------------------------------------------------------


def plot(  # noqa: PLR0913 - what to draw and with what
    entries: Sequence[Entry],
    what: str = "parameters",
    *,
    width: int,
    height: int,
    drawn: bool = False,
    color: bool = False,
) -> str:
    """The parameters or the accuracy of the networks against their MACs; a file's own network is named first."""
    top1 = what == "top1"
    shown = [entry for entry in entries if entry.macs and getattr(entry, what)]
    missing = len(entries) - len(shown)
    ends = []
    if missing:
        why = "whose file states no top-1" if top1 else "without parameters or MACs"
        ends = [f"left out: {missing} network{'s' if missing != 1 else ''} {why}"]
    if not shown:
        return "\n".join(["nothing to draw", *ends]) + "\n"
    first = sorted(shown, key=lambda entry: entry.variant is not None)
    points = [Point(float(entry.macs or 0), float(getattr(entry, what)), clip(entry.name)) for entry in first]
    drawing = draw(
        points,
        ("MACs", "top-1 in percent" if top1 else "parameters"),
        width=width,
        height=height,
        log_y=not top1,
        strokes=UNICODE if drawn else ASCII,
        color=color,
    )
    if drawing.crowded:
        ends.insert(0, "a digit: so many networks in one place")
    ends.insert(0, f"{counted(shown)}, {drawing.named} named where there is room")
    return "\n".join([*drawing.lines, "", *([DIM.format(line) for line in ends] if color else ends)]) + "\n"


# --- for programs ------------------------------------------------------------------------


def markdown(entries: Sequence[Entry]) -> str:
    """The same as a Markdown table; every line is whole, so that it can be moved."""
    rows = [list(_cells(entry, " × ").values()) for entry in entries]
    return "\n".join(markdown_table(TITLES, rows, RIGHT)) + "\n"


def json(entries: Sequence[Entry]) -> str:
    """The same for programs, one network a line."""
    models = ",\n  ".join([value(_record(entry)) for entry in entries])
    listed = f"[\n  {models}]" if entries else "[]"
    return f'{{"schema": {value(SCHEMA)},\n "models": {listed}}}\n'


def _record(entry: Entry) -> dict[str, object]:
    record = entry._asdict()
    return {**record, "input": next(iter(entry.inputs.values()), None) if entry.inputs else None}
