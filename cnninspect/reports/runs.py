"""Runs for people: a line for each, what they were compared for, and their curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import runs_words as words
from cnninspect.reports.curves import Pen, draw
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.plain import aligned
from cnninspect.reports.prose import filled
from cnninspect.reports.scatter import ASCII, UNICODE
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.training.reading import Run

BOLD, DIM, GREEN, YELLOW, RED, CYAN = "1", "2", "32", "33", "1;31", "36"
SHADES = {"done": GREEN, "patience": GREEN, "running": CYAN, "not-finite": RED}
ALWAYS = ("run", "status", "epochs", "accuracy", "loss")
"""Columns that only the narrowest terminal does without: what the runs are not judged by, then all but the rest."""
SACRIFICES = ("begun", "parameters", "time", "data", "best", "network")
"""Columns that a narrow terminal does without, the first first."""
LESSER = ("images_per_second", "step", "seconds", "lr", "train_loss", "train_accuracy")
"""What the table of epochs leaves out where it would not fit, the first first."""
PIPE = 80
"""Columns of a drawing that goes into a file or pipe."""
SHOWN = 12
"""Epochs of one run that are listed: the last ones, and the best."""


class Style:
    """How wide and high the paper is, None without end, whether it takes colours and more signs than those of ASCII."""

    def __init__(
        self, width: int | None = None, height: int = 24, *, color: bool = False, unicode: bool = False
    ) -> None:
        self.width = width
        self.height = height
        self.color = color
        self.unicode = unicode

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and style and text else text


def render(runs: Sequence[Run], measure: str, drawn: words.Drawn | None, style: Style) -> str:
    """The table, of one run its epochs too, and the curves."""
    sections = [table(runs, style)]
    if len(runs) == 1:
        sections.append(detail(runs[0], style))
    else:
        sections.append(filled("\n".join(best_line(runs, measure)), style.width).split("\n"))
    if drawn is not None and drawn.curves:
        sections.append(curves(drawn, style))
    return "\n\n".join(["\n".join(section) for section in sections if any(section)]) + "\n"


def curves(drawn: words.Drawn, style: Style) -> list[str]:
    """The curves in characters."""
    pen = Pen(UNICODE if style.unicode else ASCII, unicode=style.unicode, color=style.color)
    width = style.width or PIPE
    height = max(12, min(style.height - 8, width // 4))
    return draw(drawn.curves, drawn.titles, pen, width=width, height=height, log=drawn.log, write=drawn.write)


def table(runs: Sequence[Run], style: Style) -> list[str]:
    """A line for each run; the best of each measure is bold where there are several."""
    titles, rows = _rows(runs)
    kept = list(titles)
    lines = _lines(titles, rows, kept)
    options = [title for title in reversed(titles) if title not in (*SACRIFICES, *ALWAYS)]
    least = ("accuracy" if words.measure_of(runs) == "loss" else "loss", "epochs", "status")
    for out in (*SACRIFICES, *options, *least):
        if style.width is None or max(map(len, lines)) <= style.width:
            break
        kept = [title for title in kept if title != out]
        lines = _lines(titles, rows, kept)
    return [style.paint(lines[0], BOLD), *_shaded(runs, lines[1:], rows, titles, style)]


def _rows(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """The titles of the columns, and the cells of every run."""
    cells = [words.cells(run, name) for run, name in zip(runs, words.names(runs), strict=True)]
    options = words.differing(runs)[: words.MOST_OPTIONS] if len(runs) > 1 else []
    titles = list(cells[0])
    place = titles.index("epochs")
    titles[place:place] = [words.OPTION_TITLES.get(name, name) for name in options]
    for run, own in zip(runs, cells, strict=True):
        own.update({words.OPTION_TITLES.get(name, name): words.option(run, name) for name in options})
    return titles, [[own[title] for title in titles] for own in cells]


def _lines(titles: Sequence[str], rows: Sequence[Sequence[str]], kept: Sequence[str]) -> list[str]:
    places = [titles.index(title) for title in kept]
    shown = [[row[place] for place in places] for row in (titles, *rows)]
    return aligned(shown, [title in words.RIGHT for title in kept])


def _shaded(
    runs: Sequence[Run], lines: Sequence[str], rows: Sequence[Sequence[str]], titles: Sequence[str], style: Style
) -> list[str]:
    """The lines with how each run stands in its colour."""
    found = []
    at = titles.index("status")
    for run, line, row in zip(runs, lines, rows, strict=True):
        word = row[at]
        before, middle, after = line.partition(f"  {word}  ")
        shade = SHADES.get(run.status, YELLOW)
        found.append(f"{before}  {style.paint(word, shade)}  {after}" if middle else line)
    return found


def detail(run: Run, style: Style) -> list[str]:
    """One run from epoch to epoch: the last ones, and the best."""
    if not run.entries:
        return ["no epoch is done yet"]
    titles = list(dict.fromkeys([name for entry in run.entries for name in entry if name != "best"]))
    best = run.best()
    entries = list(run.entries[-SHOWN:])
    if best is not None and best not in entries:
        entries.insert(0, best)
    lines = _epochs(entries, titles, best)
    for out in LESSER:
        if style.width is None or max(map(len, lines)) <= style.width:
            break
        titles = [title for title in titles if title != out]
        lines = _epochs(entries, titles, best)
    hidden = len(run.entries) - len(entries)
    note = [style.paint(f"{hidden:,} more epochs: --format csv has all", DIM)] if hidden else []
    return [style.paint(lines[0], BOLD), *lines[1:], *note]


def _epochs(
    entries: Sequence[Mapping[str, object]], titles: Sequence[str], best: Mapping[str, object] | None
) -> list[str]:
    rows = [[*[_cell(name, entry.get(name)) for name in titles], "best" if entry is best else ""] for entry in entries]
    return aligned([[*[title.replace("_", " ") for title in titles], ""], *rows], [*[True] * len(titles), False])


def _cell(name: str, value: object) -> str:
    if value is None:
        return words.UNKNOWN
    if name.endswith("accuracy"):
        return words.percent(words.number(value))
    return words.digits(value) if type(value) is float else clip(value, 24)


def best_line(runs: Sequence[Run], measure: str) -> list[str]:
    """Which run came furthest, in a sentence."""
    every = [(words.extreme(run, measure), name) for run, name in zip(runs, words.names(runs), strict=True)]
    found = [(*extreme, name) for extreme, name in every if extreme is not None]
    if len(found) < 2 or measure in ("lr", "images_per_second"):  # noqa: PLR2004 - a best one needs another
        return []
    least = measure in words.LEAST
    value, epoch, name = (min if least else max)(found, key=lambda one: one[0])
    shown = words.percent(value) if "accuracy" in measure else words.digits(value)
    word = "lowest" if least else "highest"
    return [f"{word} {measure.replace('_', ' ')}: {shown} in epoch {clip(epoch, 20)} of {name}"]


def markdown(runs: Sequence[Run]) -> str:
    """The table of runs."""
    titles, rows = _rows(runs)
    return "\n".join(markdown_table(titles, rows, [title in words.RIGHT for title in titles])) + "\n"
