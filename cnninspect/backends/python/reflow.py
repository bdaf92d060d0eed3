"""Lines of Python that are too long, opened up at their last bracket."""

from __future__ import annotations

from cnninspect.backends.python.layout import WIDTH, Doc, Group, lines

PAIRS = {")": "(", "]": "[", "}": "{"}
ENDS = (") -> None:", "):", ")", "]", "}")


def reflow(rows: list[str]) -> list[str]:
    """The same lines, each within the width where a bracket allows it."""
    made: list[str] = []
    for row in rows:
        made += _row(row) if len(row) > WIDTH else [row]
    return made


def _row(row: str) -> list[str]:
    text = row.strip()
    indent = len(row) - len(row.lstrip())
    if text.startswith(("#", '"', "'")) or '"""' in text or 'f"' in text:
        return [row]
    code, sign, remark = text.partition("  # ")
    if sign:
        return reflow([" " * indent + part for part in (f"# {remark}", code)])
    loop = _loop(text)
    if loop > 0:  # what a comprehension is made of, which has a line of its own in its bracket
        return reflow([" " * indent + part for part in (text[:loop], text[loop + 1 :])])
    place = _last_bracket(text)
    if place is None:
        return [row]
    start, end = place
    inner = text[start + 1 : end]
    group = Group(text[: start + 1], tuple(_parts(inner)), text[end:], commas=not _loops(inner))
    return lines(group, indent)


def _loops(text: str) -> bool:
    """Whether what stands in a bracket is a comprehension."""
    return " for " in text and "(" not in text.partition(" for ")[0]


def _loop(text: str) -> int:
    """Where a comprehension's loop begins outside of all brackets, -1 where there is none."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in PAIRS.values()) - (sign in PAIRS)
        if depth == 0 and text.startswith(" for ", at):
            return at
    return -1


def _last_bracket(text: str) -> tuple[int, int] | None:
    """Where the last bracket of a line opens and closes, when little follows it."""
    end = max(text.rfind(closing) for closing in PAIRS)
    if text.startswith("def "):
        end = text.rfind(")", 0, text.rfind("->")) if "->" in text else text.rfind(")")
    if end < 0:
        return None
    depth = 0
    for at in range(end, -1, -1):
        depth += (text[at] in PAIRS) - (text[at] in PAIRS.values())
        if depth == 0:
            return at, end
    return None


def _parts(text: str) -> list[Doc]:
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in PAIRS.values()) - (sign in PAIRS)
        if sign == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    if _loops(text):
        made, *sources = text.split(" for ")
        return [made, *[f"for {source}" for source in sources]]
    return [_document(part) for part in [*parts, text[start:].strip()] if part]


def _document(text: str) -> Doc:
    """An item, which can be opened up in turn where it ends with a bracket."""
    place = _last_bracket(text) if text[-1] in PAIRS else None
    if place is None:
        return text
    return Group(text[: place[0] + 1], tuple(_parts(text[place[0] + 1 : -1])), text[-1])
