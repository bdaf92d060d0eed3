"""A checkpoint held against a model, for people: every tensor that does not load, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.numbers import binary, whole
from cnninspect.reports.plain import aligned
from cnninspect.reports.weights_words import by_dtype, words
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.analysis.weights import Inspection
    from cnninspect.reports.weights_words import Line

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "1;31", "32", "33"
SHADES = {"missing": RED, "unexpected": YELLOW, "shape": RED, "defaulted": DIM, "tied": DIM}
TITLES = ("status", "tensor", "network", "checkpoint", "layer", "line")
ASCII = str.maketrans({"…": "~"})
MEANT = "  did you mean "


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text and style else text


def render(found: Inspection, lines: Sequence[Line], style: Style | None = None) -> str:
    """The heading, the tensors that do not load (or all of them), what is stored, advice and the verdict."""
    style = style or Style()
    sections = [_heading(found, style)]
    if lines:
        sections.append(_table(lines, style))
    sections += [aligned(by_dtype(found), (False, True, True))] if found.checkpoint.tensors else []
    notes = [*found.checkpoint.notes, *found.advice]
    sections += [[text for note in notes for text in _wrapped(note, style)]] if notes else []
    sections.append(_wrapped(found.verdict, style, GREEN if found.fits else RED))
    return "\n\n".join(["\n".join(section) for section in sections]) + "\n"


def _heading(found: Inspection, style: Style) -> list[str]:
    graph = found.loaded.graph
    assert graph is not None
    title, rest = clip(graph.name), f"{clip(graph.source, 4096)}, against {found.checkpoint.name}: {_stored(found)}"
    if style.width is not None and len(title) + 2 + len(rest) > style.width:
        return [style.paint(title, BOLD), *_wrapped(rest, style, DIM)]
    return [f"{style.paint(title, BOLD)}  {style.paint(rest, DIM)}"]


def _stored(found: Inspection) -> str:
    count = len(found.checkpoint.tensors)
    size = sum([tensor.bytes for tensor in found.checkpoint.tensors])
    return f"{found.checkpoint.format}, {whole(count)} {'tensor' if count == 1 else 'tensors'}, {binary(size)}"


def _table(lines: Sequence[Line], style: Style) -> list[str]:
    """The tensors as a table; where the paper is too narrow without layers and lines, then one below the other."""
    for columns in ((0, 1, 2, 3, 4, 5), (0, 1, 2, 3, 5), (0, 1, 2, 3)):
        rows = [[title for index, title in enumerate(TITLES) if index in columns]]
        rows += [[words(line)[index] for index in columns] for line in lines]
        shown = [row.rstrip() for row in aligned(rows, [False] * len(columns))]
        if style.width is None or max(map(len, shown)) <= style.width:
            break
    else:
        return [text for line in lines for text in _stacked(line, style)]
    found = [style.paint(shown[0], BOLD)]
    for line, text in zip(lines, shown[1:], strict=True):
        status = words(line)[0]
        found.append(style.paint(status, SHADES.get(line.row.status, "")) + text[len(status) :])
        found += [f"{MEANT}{clip(line.row.near, 4096)}?"] if line.row.near else []
    return found


def _stacked(line: Line, style: Style) -> list[str]:
    status, name, ours, theirs, _, place = words(line)
    sizes = [f"network {ours}"] if ours else []
    sizes += [f"checkpoint {theirs}"] if theirs else []
    found = [
        f"{style.paint(status, SHADES.get(line.row.status, ''))} {name}",
        f"  {', '.join([*sizes, *filter(None, [place])])}",
    ]
    return found + ([f"{MEANT}{clip(line.row.near, 4096)}?"] if line.row.near else [])


def _wrapped(text: str, style: Style, shade: str = "") -> list[str]:
    if style.width is None:
        return [text]
    from textwrap import wrap

    lines = wrap(text, style.width, break_long_words=False, break_on_hyphens=False)
    return [style.paint(line, shade) for line in lines]


def markdown(found: Inspection, lines: Sequence[Line]) -> str:
    """A heading, the verdict, the tensors as a table, and advice."""
    graph = found.loaded.graph
    assert graph is not None
    rows = [[*words(line), line.row.near or ""] for line in lines]
    sections = [
        [f"### {clip(found.checkpoint.name, 4096)} for {clip(graph.name)}"],
        [f"{_stored(found)}; {found.verdict}"],
        markdown_table((*TITLES, "did you mean"), rows, [False] * 7) if rows else [],
        [*found.checkpoint.notes, *found.advice],
    ]
    return "\n\n".join(["\n".join(section) for section in sections if section]) + "\n"
