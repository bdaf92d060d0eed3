"""A benchmark for people: times and memory case by case, ratios, layers, and what the figures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import bench_words
from cnninspect.reports.bench_words import NOTHING, between, digits, interval, names, seconds
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.numbers import UNKNOWN, binary, percent
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.bench_records import Bench, Case, LayerTime, LayerTimes

    Table = tuple[list[str], list[list[str]], list[bool]]
    """Titles, rows, and which columns stand on the right."""

BOLD, DIM, RED, CYAN = "1", "2", "31", "36"
ASCII = str.maketrans({"µ": "u", "×": "x", "…": "~", "█": "#"})
TITLES = ("network", "mode", "batch", "median", "quartiles", "min", "per second", "CPU", "memory", "foretold")
LEFT = ("network", "mode")
SACRIFICES = ("pairs", "foretold", "min", "CPU", "quartiles", "memory")
"""What a narrow terminal does without, the first first."""
BAR = 10


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def render(bench: Bench, *, top: int | None = None, style: Style | None = None) -> str:
    """The heading, every table, and what the figures mean."""
    style = style or Style()
    first, *rest = _wrapped(bench_words.heading(bench), style)
    sections = [[style.paint(first, BOLD), *[style.paint(line, DIM) for line in rest]]]
    sections.append(_lines(_fitting(times(bench), style.width), style))
    if bench.versus:
        sections.append(_lines(_fitting(ratios(bench), style.width), style))
    troubles = [bench_words.failed(bench, case, case.failure) for case in bench.cases if case.failure is not None]
    if bench.interrupted:
        troubles.append("interrupted: this is what had been measured")
    sections.append([style.paint(line, RED) for line in _wrapped(troubles, style)])
    if bench.layers is not None:
        sections.append([*_lines(layers(bench.layers, top), style), *_wrapped([overhead(bench.layers, bench)], style)])
    sections.append(_wrapped([bench_words.found(largest) for largest in bench.largest], style))
    told = bench_words.notes(bench) if style.width is None else [" ".join(bench_words.notes(bench))]
    sections.append([style.paint(line, DIM) for line in _wrapped(told, style)])
    return "\n\n".join(["\n".join(section) for section in sections if section]) + "\n"


def markdown(bench: Bench, *, top: int | None = None) -> str:
    """The same as Markdown."""
    first, *rest = bench_words.heading(bench)
    sections = [[f"### {first}"], rest, markdown_table(*times(bench))]
    if bench.versus:
        sections.append(markdown_table(*ratios(bench)))
    sections.append([bench_words.failed(bench, case, case.failure) for case in bench.cases if case.failure is not None])
    sections.append(["interrupted: this is what had been measured"] if bench.interrupted else [])
    if bench.layers is not None:
        sections += [markdown_table(*layers(bench.layers, top)), [overhead(bench.layers, bench)]]
    sections += [[bench_words.found(largest)] for largest in bench.largest]
    sections.append([" ".join(bench_words.notes(bench))])
    return "\n\n".join(["\n".join(section) for section in sections if section]) + "\n"


def times(bench: Bench) -> Table:
    """A row for each case."""
    called = names(bench.subjects)
    titles = [title for title in TITLES if title != "network" or len(called) > 1]
    rows = []
    for case in bench.cases:
        cells = dict(zip(TITLES, _cells(called[case.subject], case), strict=True))
        rows.append([cells[title] for title in titles])
    return titles, rows, [title not in LEFT for title in titles]


def _cells(name: str, case: Case) -> list[str]:
    spread, cpu = case.spread, case.cpu
    row = [name, case.mode, f"{case.batch:,}"]
    if spread is None:
        row += ["failed", NOTHING, NOTHING, NOTHING]
    else:
        rate = case.per_second
        row += [seconds(spread.median), between(spread.lower, spread.upper), seconds(spread.least)]
        row.append(UNKNOWN if rate is None else digits(rate))
    row.append(NOTHING if cpu is None else seconds(cpu.median))
    memory = NOTHING if case.memory is None else binary(case.memory)
    return [*row, memory, UNKNOWN if case.predicted is None else binary(case.predicted)]


def ratios(bench: Bench) -> Table:
    """The first one over each other, case by case."""
    called = names(bench.subjects)
    cpu = any(versus.cpu is not None for versus in bench.versus)
    rows = [
        [
            called[versus.other],
            versus.mode,
            f"{versus.batch:,}",
            interval(versus.seconds),
            *([interval(versus.cpu)] if cpu else []),
            str(versus.seconds.pairs),
        ]
        for versus in bench.versus
    ]
    titles = [f"{called[0]} over", "mode", "batch", "time", *(["CPU"] if cpu else []), "pairs"]
    return titles, rows, [False, False, *[True] * (len(titles) - 2)]


def layers(found: LayerTimes, top: int | None) -> Table:
    """A row for each layer in the order in which they run, or those that take longest."""
    lines: Sequence[LayerTime] = found.layers
    if top is not None:
        lines = sorted(lines, key=lambda line: -line.seconds)[:top]
    most = max([line.share for line in lines], default=0) or 1
    rows = [
        [clip(line.name), line.op, seconds(line.seconds), percent(line.share), "█" * round(line.share / most * BAR)]
        for line in lines
    ]
    return ["layer", "type", "time", "share", ""], rows, [False, False, True, True, False]


def overhead(found: LayerTimes, bench: Bench) -> str:
    """What watching the layers cost."""
    added = f"{found.watched / found.plain - 1:+.0%}" if found.plain else UNKNOWN
    compiled = " of the network without torch.compile" if bench.wish.compile else ""
    return (
        f"Layers{compiled}: medians of {found.runs} forwards at batch {found.batch:,}, shares of their sum; a forward "
        f"takes {seconds(found.watched)} with a clock between the layers, {seconds(found.plain)} without ({added})."
    )


def _fitting(table: Table, width: int | None) -> Table:
    titles, rows, right = table
    for name in SACRIFICES:
        if width is None or max(map(len, aligned([titles, *rows], right))) <= width:
            break
        if name in titles:
            at = titles.index(name)
            titles, right = [*titles[:at], *titles[at + 1 :]], [*right[:at], *right[at + 1 :]]
            rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    return titles, rows, right


def _lines(table: Table, style: Style) -> list[str]:
    titles, rows, right = table
    head, *body = aligned([titles, *rows], right)
    return [style.paint(head, BOLD), *body]


def _wrapped(sentences: Sequence[str], style: Style) -> list[str]:
    if style.width is None:
        return list(sentences)
    from textwrap import wrap

    return [line for sentence in sentences for line in wrap(sentence, style.width)]
