"""Findings as text that looks like a compiler's, and as plain records.

Whatever stands in a file, the text holds no control character, no escape sequence and no bidirectional
mark, every caret stands under the character that it means, and a line of a megabyte is shown as a few words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.values import Finding, Span

    Painter = Callable[[str, str], str]

MOST_SHOWN = 100
"""Findings that are written out; the last line counts them all."""
LONGEST_MESSAGE = 2000
WIDTH = 120
"""Cells of a source line that are shown where no width is asked for."""
NARROWEST = 20
TAB = "    "
BOLD, RED, YELLOW, BLUE, CYAN, GREEN = "1", "1;31", "1;33", "1;34", "1;36", "1;32"
COLORS = {"error": RED, "warning": YELLOW, "note": CYAN}


def render(
    findings: Sequence[Finding], sources: Iterable[Source], *, color: bool = False, width: int | None = None
) -> str:
    """Every finding with its line of the file and carets under the place, then their number; empty for none.

    ``width`` is the number of cells of a line of the file that are shown; a longer line is cut around the place.
    """
    if not findings:
        return ""
    by_name = {source.name: source for source in sources}
    paint = _paint if color else _plain
    shown = ["\n".join(_of_source(finding, by_name, paint, width or WIDTH)) for finding in findings[:MOST_SHOWN]]
    return "\n\n".join([*shown, _total(findings, paint)]) + "\n"


def render_one(finding: Finding, line: str, *, color: bool = False, width: int | None = None) -> str:
    """One finding with the line of the file that it points at; an empty line is not shown."""
    return "\n".join(_lines(finding, line, _paint if color else _plain, width or WIDTH)) + "\n"


def painted(text: str, severity: str) -> str:
    """A text in the colour of a severity."""
    return _paint(text, COLORS[severity])


def bold(text: str, *, color: bool) -> str:
    """A text that stands out where there is colour."""
    return _paint(text, BOLD) if color else text


def records(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Every finding as a plain mapping for JSON; the line is 0 where there is none, as for an option."""
    return [
        {
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message,
            "notes": list(finding.notes),
            "help": finding.help,
            "file": finding.span.file,
            "line": finding.span.line,
            "column": finding.span.column,
            "end_line": finding.span.end_line,
            "end_column": finding.span.end_column,
            "layer": finding.layer,
        }
        for finding in findings
    ]


def count(findings: Iterable[Finding]) -> str:
    """How many there are: ``2 errors, 1 warning``; ``no findings`` for none."""
    numbers = dict.fromkeys(COLORS, 0)
    for finding in findings:
        numbers[finding.severity] += 1
    words = [f"{number:,} {severity}{'s' if number > 1 else ''}" for severity, number in numbers.items() if number]
    return ", ".join(words) or "no findings"


# --- one finding -----------------------------------------------------------------------


def _plain(text: str, code: str) -> str:  # noqa: ARG001 - the other one uses it
    return text


def _paint(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _total(findings: Sequence[Finding], paint: Painter) -> str:
    total = count(findings)
    return paint(total if len(findings) <= MOST_SHOWN else f"{total}; the first {MOST_SHOWN} are shown", BOLD)


def _of_source(finding: Finding, sources: dict[str, Source], paint: Painter, width: int) -> list[str]:
    span = finding.span
    source = sources.get(span.file)
    line = source.line(span.line) if source is not None and span.line else ""
    return _lines(finding, line, paint, width, known=source is not None)


def _lines(finding: Finding, line: str, paint: Painter, width: int, *, known: bool = True) -> list[str]:
    span, shade = finding.span, COLORS[finding.severity]
    number = str(span.line) if line else ""
    gutter = " " * max(len(number), 1)
    lines = [
        paint(f"{finding.severity}[{finding.code}]", shade) + paint(f": {safe(finding.message)}", BOLD),
        gutter + paint("--> ", BLUE) + safe(_place(span, known=known)),
    ]
    if line:
        text, carets = excerpt(line, span, max(width - len(number) - 3, NARROWEST))
        lines += [
            paint(f"{gutter} |", BLUE),
            f"{paint(f'{number} |', BLUE)} {text}",
            f"{paint(f'{gutter} |', BLUE)} {' ' * (len(carets) - len(carets.lstrip()))}{paint(carets.lstrip(), shade)}",
        ]
    lead = f"{gutter} {paint('=', BLUE)} "
    lines += [f"{lead}{paint('note', CYAN)}: {safe(note)}" for note in finding.notes]
    if finding.help:
        lines.append(f"{lead}{paint('help', GREEN)}: {safe(finding.help)}")
    return lines


def _place(span: Span, *, known: bool) -> str:
    """Where it is; a value of the command line is a text of one line that nobody needs to look up."""
    if not span.line or (not known and span.file.startswith("--")):
        return span.file
    return f"{span.file}:{span.line}:{span.column}"


def safe(text: str) -> str:
    """A text of any origin on one line, with everything invisible escaped."""
    return clip(text, LONGEST_MESSAGE)


# --- the line of the file --------------------------------------------------------------


def excerpt(line: str, span: Span, width: int) -> tuple[str, str]:
    """What is shown of a line around a span and, under it, a line with carets."""
    start = min(max(span.column - 1, 0), len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    begin = max(start - width, 0)  # of a very long line no more is looked at than could be shown
    cells = [_cell(character) for character in line[begin : start + width]]
    widths = [_width(cell) for cell in cells]
    before, under = sum(widths[: start - begin]), sum(widths[start - begin : max(end, start + 1) - begin])
    cut = 0
    if before + min(under, width // 2) >= width:
        while before > width // 3:
            before -= widths[cut]
            cut += 1
    left = "…" if begin + cut else ""
    last = _fitting(widths, cut, width - len(left))
    right = "…" if begin + last < len(line) else ""
    if right:
        last = _fitting(widths, cut, width - len(left) - 1)
    shown = sum(widths[cut:last]) + len(left + right)
    before += len(left)
    return left + "".join(cells[cut:last]) + right, " " * before + "^" * max(min(under, shown - before), 1)


def _fitting(widths: list[int], first: int, room: int) -> int:
    """Up to which character there is room for, from the first one."""
    last = first
    while last < len(widths) and widths[last] <= room:
        room -= widths[last]
        last += 1
    return last


def _cell(character: str) -> str:
    if character == "\t":
        return TAB
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _width(cell: str) -> int:
    """How many cells of a terminal a character takes: two for the wide ones of East Asia, none for accents."""
    if cell.isascii():
        return len(cell)
    import unicodedata

    if unicodedata.category(cell) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1
