"""Prose folded at the edge of a terminal; models and formulas keep their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.layers import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NARROW = 32
"""Columns that a text needs beside what it is about; with fewer it stands below."""
BELOW = "    "
ENDS = (".", ":", "=")
"""Where a line ends its paragraph, although another follows."""


def filled(text: str, width: int | None) -> str:
    """A text whose prose fills lines of at most ``width`` characters; without one as it was written."""
    return text if width is None else "\n".join(_lines(text, width))


def _lines(text: str, width: int) -> Iterator[str]:
    prose: list[str] = []
    for line in text.split("\n"):
        whole = _stands(line)
        if prose and (whole or prose[-1].endswith(ENDS)):
            yield from wrapped(" ".join(prose), width)
            prose = []
        if whole:
            yield line
        else:
            prose.append(line)
    if prose:
        yield from wrapped(" ".join(prose), width)


def _stands(line: str) -> bool:
    """Whether a line is kept: empty, a model, an address or a formula that begins with its result."""
    return not line or line.startswith((" ", "http")) or _result(line.partition(" = ")[0], line)


def _result(left: str, line: str) -> bool:
    """Whether what stands before the sign of equality is a name with indices, as ``y[o, i]``."""
    head = left.partition("[")
    return left != line and head[0].isidentifier() and (not head[1] or left.endswith("]"))


def beside(heads: Sequence[str], texts: Sequence[str], width: int | None) -> list[str]:
    """Each text beside its head, all heads of one length; below it where few columns would be left."""
    if width is None:
        return [f"{head}{text}".rstrip() for head, text in zip(heads, texts, strict=True)]
    lines = []
    for head, text in zip(heads, texts, strict=True):
        low = width - len(head) < NARROW
        front = BELOW if low else " " * len(head)
        first, *rest = wrapped(text, width - len(front))
        lines += [head.rstrip(), front + first] if low and head.strip() else [f"{front if low else head}{first}"]
        lines += [front + more for more in rest]
    return lines
