"""What changed between networks, for a terminal and for pipes: figures, layers, what a checkpoint loses and gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import diff_words as words
from cnninspect.reports.findings import render as render_findings
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.diffing import Case
    from cnninspect.reports.diff_words import Line

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
SHADES = {words.ADDED: GREEN, words.REMOVED: RED, words.CHANGED: YELLOW, words.RENAMED: CYAN, words.FOLLOWS: DIM}
TITLES = ("", "old", "new", "change", "")
MOST_LINES, MOST_KEYS = 40, 10
"""Lines about layers, and keys of each kind, that are shown unless all are asked for."""
ASCII = str.maketrans({"…": "~"})


class Style:
    """How wide the paper is, None without end; whether it takes colours; whether everything is shown."""

    def __init__(self, width: int | None = None, *, color: bool = False, every: bool = False) -> None:
        self.width = width
        self.color = color
        self.every = every

    def paint(self, text: str, shade: str) -> str:
        return f"\x1b[{shade}m{text}\x1b[0m" if self.color and text and shade else text

    def wrapped(self, text: str, indent: int = 4) -> list[str]:
        """A text in lines as wide as the paper, all but the first one indented."""
        if self.width is None or len(text) <= self.width:
            return [text]
        from textwrap import wrap

        return wrap(text, max(self.width, 20), subsequent_indent=" " * indent, break_on_hyphens=False)


def render(cases: Sequence[Case], style: Style | None = None, *, brief: bool = False) -> str:
    """Every case, one below the other; ``brief`` leaves one line of each."""
    style = style or Style()
    if brief:
        return "".join([f"{title(case)}: {sentence(case)}\n" for case in cases])
    return "\n".join(["\n".join(_case(case, style)) + "\n" for case in cases])


def title(case: Case) -> str:
    """What is compared, on one line."""
    return f"{clip(case.name)}  {files(case)}"


def files(case: Case) -> str:
    """The files that a case is about, and what of them."""
    old, new = clip(case.old_file or "", 4096), clip(case.new_file or "", 4096)
    text = f"{old} -> {new}" if old and new and old != new else new or old
    if case.variant is not None:
        text += f", variant {clip(case.variant)}"
    if case.because is not None:
        text += f", extends {clip(case.because, 4096)}"
    return text


def sentence(case: Case) -> str:
    """What became of a network."""
    if case.comparison is not None:
        return words.conclusion(case.comparison)
    if case.status == "broken":
        sides = [side for side, loaded in (("old", case.old), ("new", case.new)) if loaded and words.mistaken(loaded)]
        return f"the {' and the '.join(sides)} model {'has' if len(sides) == 1 else 'have'} mistakes: not compared"
    return "new network" if case.status == "added" else "deleted network"


def _case(case: Case, style: Style) -> list[str]:
    name, rest = clip(case.name), files(case)
    whole = f"{name}  {rest}"
    fits = style.width is None or len(whole) <= style.width
    heading = [f"{style.paint(name, BOLD)}  {style.paint(rest, DIM)}"] if fits else [style.paint(name, BOLD), rest]
    sections = [heading]
    if case.status not in ("same", "broken"):
        sections.append(_figures(case, style))
    shade = GREEN if case.status == "same" else RED if case.status == "broken" else BOLD
    sections.append([style.paint(line, shade) for line in style.wrapped(sentence(case))])
    if case.comparison is not None and case.status != "same":
        sections += [_layers(case, style), _tensors(case, style)]
    for loaded in (case.old, case.new) if case.status == "broken" else ():
        if loaded is not None and words.mistaken(loaded):
            text = render_findings(loaded.findings, loaded.sources, color=style.color, width=style.width)
            sections.append(text.rstrip("\n").split("\n"))
    return [line for index, section in enumerate(filter(None, sections)) for line in ([""] if index else []) + section]


def _figures(case: Case, style: Style) -> list[str]:
    rows = [TITLES, *words.figure_rows(case)]
    shown = [row.rstrip() for row in aligned(rows, (False, True, True, True, True))]
    return [style.paint(shown[0], BOLD), *shown[1:]]


def _layers(case: Case, style: Style) -> list[str]:
    assert case.comparison is not None
    found = words.lines(case.comparison, every=style.every)
    most = len(found) if style.every else MOST_LINES
    texts = _aligned(found[:most], style)
    if len(found) > most:
        texts.append(f"… {len(found) - most:,} more lines: -v shows all")
    return texts


def _aligned(lines: Sequence[Line], style: Style) -> list[str]:
    """Lines as columns; below each other where the paper is too narrow for that."""
    if not lines:
        return []
    rows = [(f"{line.sign} {line.name}", line.kind, line.what, line.place) for line in lines]
    for columns in ((0, 1, 2, 3), (0, 1, 2)):
        texts = [text.rstrip() for text in aligned([[row[c] for c in columns] for row in rows], [False] * len(columns))]
        if style.width is None or max(map(len, texts)) <= style.width:
            return [_signed(line, text, style) for line, text in zip(lines, texts, strict=True)]
    found = []
    for line, row in zip(lines, rows, strict=True):
        first, *rest = style.wrapped("  ".join(filter(None, row[:3])))
        found += [_signed(line, first, style), *rest]
    return found


def _signed(line: Line, text: str, style: Style) -> str:
    length = len(line.sign) + 1 + len(line.name)
    return style.paint(text[:length], SHADES[line.sign]) + text[length:]


def _tensors(case: Case, style: Style) -> list[str]:
    """What a checkpoint of the old network is to the new one."""
    assert case.comparison is not None
    texts = [line for text in words.loading(case.comparison) for line in style.wrapped(text)]
    rows = words.key_rows(case.comparison, None if style.every else MOST_KEYS)
    if rows:
        texts += [f"  {text}" for text in aligned(rows, [False] * 3)]
    return texts
