"""What became of every figure of a network, for people: agreed, differs, or unknown and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.numbers import whole
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.verify import Verified
    from cnninspect.backends.verify_figures import Figure

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "1;31", "32", "33"
STYLES = {"agreed": GREEN, "differs": RED, "?": YELLOW}
VERDICTS = ("agreed", "differs", "?")
TITLES = ("figure", "verdict", "stated", "measured", "measured on", "what")
RIGHT = (False, False, True, True, False, False)
ASCII = str.maketrans({"…": "~"})
LEAST = 16
"""Columns that a remark needs to be worth its place."""


class Outcome(Record):
    """A network that was to be verified."""

    name: str
    verified: Verified | None
    reason: str = ""
    """Why it could not be."""


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def render(outcomes: Sequence[Outcome], style: Style | None = None) -> str:
    """One network with every figure; several with a line each, and every figure that does not agree."""
    style = style or Style()
    if len(outcomes) == 1 and outcomes[0].verified is not None:
        return "\n".join([*_one(outcomes[0].verified, style), ""])
    lines = _several(outcomes, style)
    for outcome in outcomes:
        odd = [figure for figure in outcome.verified.figures if figure.verdict == "differs"] if outcome.verified else []
        lines += [f"{outcome.name}: {_told(figure)}" for figure in odd]
    differing = sum([one.verified is not None and one.verified.differs for one in outcomes])
    failed = sum([one.verified is None for one in outcomes])
    tail = f"{len(outcomes)} networks: {differing} with a difference" + (f", {failed} not verified" if failed else "")
    return "\n".join([*lines, "", tail, ""])


def _one(verified: Verified, style: Style) -> list[str]:
    graph = verified.graph
    inputs = ", ".join(["x".join(map(str, given.shape)) for given in graph.inputs])
    head = (
        f"{style.paint(clip(graph.name), BOLD)}  {clip(graph.source, 4096)}, input {inputs}, batch {verified.batch:,}"
    )
    out = [head, "", *_table(verified.figures, style), ""]
    out += [_told(figure) for figure in verified.figures if figure.verdict == "differs"]
    if verified.unused:
        names = ", ".join([clip(name) for name in verified.unused])
        out.append(f"unused: no output depends on the weights of {names}: no gradient reaches them")
    counts = count(verified)
    return [*out, ", ".join([f"{counts[word]} {_word(word)}" for word in VERDICTS if counts[word] or word == "agreed"])]


def _word(verdict: str) -> str:
    return "unknown" if verdict == "?" else verdict


def count(verified: Verified) -> dict[str, int]:
    """How many figures have each verdict."""
    return {word: sum([figure.verdict == word for figure in verified.figures]) for word in VERDICTS}


def _told(figure: Figure) -> str:
    """A difference in a sentence."""
    layer = f" at '{clip(figure.layer, 200)}'" if figure.layer else ""
    note = f": {clip(figure.note, 400)}" if figure.note else ""
    return f"{figure.name} differs on {figure.where}{layer}: stated {whole(figure.stated)}, measured {whole(figure.measured)}{note}"


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure."""
    layer = f"{clip(figure.layer, 200)}: " if figure.layer else ""
    numbers = whole(figure.stated), whole(figure.measured)
    return (figure.name, figure.verdict, *numbers, figure.where, layer + clip(figure.note, 400))


def _table(figures: Sequence[Figure], style: Style) -> list[str]:
    rows = [TITLES, *[row(figure) for figure in figures]]
    kept = [0, 1, 2, 3, 4, 5]
    if style.width is not None:
        kept = _fitting(rows, style.width)
    lines = aligned([[cells[at] for at in kept] for cells in rows], [RIGHT[at] for at in kept])
    if style.width is not None:
        lines = [clip(line, style.width) for line in lines]  # only remarks are ever as long
    painted = []
    for line, figure in zip(lines[1:], figures, strict=True):
        at = max(len(each[0]) for each in rows) + 2
        word = figure.verdict
        painted.append(line[:at] + style.paint(word, STYLES[word]) + line[at + len(word) :])
    return [style.paint(lines[0], BOLD), *painted]


def _fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    if sum(widths[:5]) + min(LEAST, widths[5]) <= width:
        return [0, 1, 2, 3, 4, 5]
    if sum(widths[:4]) + min(LEAST, widths[5]) <= width:
        return [0, 1, 2, 3, 5]
    return [0, 1, 2, 3]


def _several(outcomes: Sequence[Outcome], style: Style) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("network", "agreed", "differs", "?", "computed with", "unknown, or why not verified")
    ]
    for outcome in outcomes:
        if outcome.verified is None:
            rows.append((outcome.name, "", "", "", "", clip(outcome.reason, 200)))
            continue
        found = count(outcome.verified)
        numbers = [str(found[word]) for word in VERDICTS]
        odd = [figure.name for figure in outcome.verified.figures if figure.verdict == "?"]
        rows.append((outcome.name, *numbers, outcome.verified.figures[-1].where, ", ".join(dict.fromkeys(odd))))
    lines = aligned(rows, (False, True, True, True, False, False))
    if style.width is not None and max(map(len, lines)) > style.width:
        lines = aligned([cells[:4] for cells in rows], (False, True, True, True))
    out = [style.paint(lines[0], BOLD)]
    for line, outcome in zip(lines[1:], outcomes, strict=True):
        bad = outcome.verified is None or outcome.verified.differs
        out.append(style.paint(line, RED) if bad else line)
    return [*out, ""] if any(one.verified and one.verified.differs for one in outcomes) else out


def markdown(outcomes: Sequence[Outcome]) -> str:
    """A heading and a table for each network."""
    sections = []
    for outcome in outcomes:
        sections.append(f"### {clip(outcome.name)}")
        if outcome.verified is None:
            sections.append(clip(outcome.reason, 400))
        else:
            sections.append(
                "\n".join(markdown_table(TITLES, [row(figure) for figure in outcome.verified.figures], RIGHT))
            )
    return "\n\n".join(sections) + "\n"
