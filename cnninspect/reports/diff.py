"""What changed between networks, for a terminal and for pipes: figures, layers, what a checkpoint loses and gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports import diff_words as words
from cnninspect.reports.diff_lines import ADDED, CHANGED, FOLLOWS, REMOVED, RENAMED, said_lines
from cnninspect.reports.diff_lines import lines as layer_lines
from cnninspect.reports.findings import render as render_findings
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.changed import Since
    from cnninspect.api.diffing import Case
    from cnninspect.comparing.limits import Verdict
    from cnninspect.reports.diff_lines import Line

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
SHADES = {ADDED: GREEN, REMOVED: RED, CHANGED: YELLOW, RENAMED: CYAN, FOLLOWS: DIM}
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


def render(
    cases: Sequence[Case],
    style: Style | None = None,
    *,
    verdicts: Sequence[Verdict] = (),
    since: Since | None = None,
    brief: bool = False,
) -> str:
    """Every case, one below the other, then what fails; ``brief`` leaves one line of each.

    Of a file's variants only the first that changed is told in full, the others have a line each, unless everything
    is asked for. What is the same is only counted where a revision was compared with.
    """
    style = style or Style()
    shown = [case for case in cases if since is None or case.status != "same"]
    texts = ["".join([f"{title(case)}: {sentence(case)}\n" for case in shown])] if brief and shown else []
    if not brief:
        texts += ["\n".join(_case(group[0], style)) + "\n" + _variants(group[1:]) for group in _groups(shown, style)]
    if verdicts:
        texts.append("".join([f"{line}\n" for line in _verdicts(verdicts, style)]))
    if since is not None:
        texts.append("".join([f"{line}\n" for line in style.wrapped(words.since_text(since))]))
    return tame(("" if brief else "\n").join(texts))


def tame(text: str) -> str:
    """A text of which no line is an order to the runner of a CI, as ``::error::`` at its beginning would be."""
    if "::" not in text and "##[" not in text:
        return text
    lines = text.replace("##[", "#\\x23[").split("\n")
    return "\n".join([line.replace("::", ":\\x3a", 1) if line.lstrip().startswith("::") else line for line in lines])


def _groups(cases: Sequence[Case], style: Style) -> list[list[Case]]:
    """Cases with those after them that a line will do for: variants of the same file of which the same is to be told."""
    groups: list[list[Case]] = []
    for case in cases:
        first = groups[-1][0] if groups else None
        if first is not None and not style.every and words.like_first(first, case):
            groups[-1].append(case)
        else:
            groups.append([case])
    return groups


def _variants(cases: Sequence[Case]) -> str:
    """The other variants of a file, a line each."""
    if not cases:
        return ""
    rows = [
        ("variant", "parameters", "", "MACs", "", ""),
        *[(*words.variant_row(case), sentence(case)) for case in cases],
    ]
    body = aligned(rows, (False, True, True, True, True, False))
    return "\n" + "".join([f"{line.rstrip()}\n" for line in body])


def _verdicts(verdicts: Sequence[Verdict], style: Style) -> list[str]:
    """What fails, or that nothing does."""
    failed = [verdict for verdict in verdicts if verdict.failed]
    found: list[str] = []
    for verdict in failed:
        first, *rest = style.wrapped(f"fails: {clip(verdict.name)}: {words.verdict_text(verdict)}")
        found += [style.paint(first, RED), *rest]
    many = len(verdicts)
    return found or [
        f"none of {many:,} conditions to fail on is met" if many > 1 else "the condition to fail on is not met"
    ]


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
        return words.conclusion(case.comparison, case.said)
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
    same = case.comparison is not None and case.comparison.same
    if case.status != "broken" and not same:
        sections.append(_figures(case, style))
    shade = GREEN if case.status == "same" else RED if case.status == "broken" else BOLD
    sections.append([style.paint(line, shade) for line in style.wrapped(sentence(case))])
    if case.comparison is not None and case.status != "same":
        sections += [_layers(case, style), [] if same else _tensors(case, style)]
    for label, findings, sources in words.mistakes(case) if case.status == "broken" else ():
        text = render_findings(findings, sources, color=style.color, width=style.width)
        sections += [[style.paint(label, BOLD)] if label else [], text.rstrip("\n").split("\n")]
    return [line for index, section in enumerate(filter(None, sections)) for line in ([""] if index else []) + section]


def _figures(case: Case, style: Style) -> list[str]:
    rows = words.figure_rows(case)
    shown = aligned(rows, [column > 0 for column in range(len(rows[0]))])
    return [style.paint(shown[0], BOLD), *shown[1:]]


def _layers(case: Case, style: Style) -> list[str]:
    assert case.comparison is not None
    found = [*layer_lines(case.comparison, every=style.every), *said_lines(case.said)]
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
