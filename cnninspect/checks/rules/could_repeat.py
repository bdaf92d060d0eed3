"""The same lines stand several times in a row, which a repeat would say in one.

Copies drift apart: a change has to be made in each of them, and a reader has to compare them to see that they are
equal. ``repeat: n`` beside a layer or block, or a block of its own, says it once; the names of unnamed layers stay.

Source: The language itself: README, "The language in two minutes".

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
blocks:
  unit: [conv: {out: 16, kernel: 3, padding: 1}, relu]
layers:
  - {unit: , repeat: 4}
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from operator import eq
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence, said
from cnninspect.values import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.values import Finding

SEVERITY = "note"


FEWEST = 4
"""Copies from which on it is worth while."""
LONGEST = 12
"""Lines of a copy up to which it is looked for."""
SAME = b"\1" * (FEWEST - 1)
"""What comparing each with the next one gives where so many are the same: a one for each pair."""


def check(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if document is None:
        return
    lists = [document.sections["layers"], *[node for _, node in document.entries("blocks").values()]]
    for items in _lists(lists, document.source.name):
        if not _alike([item.text if type(item) is Scalar else _head(item) for item in items.items]):
            continue
        words = [said(item) for item in items.items]
        start = 0
        while start < len(words):
            period, copies = _run(words, start)
            if copies >= FEWEST:
                first, last = items.items[start], items.items[start + period * copies - 1]
                what = "this line" if period == 1 else f"these {period} entries"
                yield subject.finding(
                    None,
                    f"{what} stand{'s' if period == 1 else ''} {copies} times in a row, up to line {last.line}",
                    help=f"write once with repeat: {copies}" + (" beside it" if period == 1 else ", as a block"),
                    span=Span(first.source.name, first.line, first.column, first.end_line, first.end_column),
                )
            start += period * copies


def _head(item: Node) -> str:
    """The first word of an entry that is no word itself: entries that say the same begin with the same."""
    return item.pairs[0][0].text if type(item) is Mapping and item.pairs else ""


def _alike(heads: list[str]) -> bool:
    """Whether something may stand there several times in a row."""
    for period in range(1, min(LONGEST, len(heads) // FEWEST) + 1):
        once = heads[::period]  # one entry of each copy, which are the same as well
        if SAME in bytes(map(eq, once, once[1:])) and SAME * period in bytes(map(eq, heads, heads[period:])):
            return True
    return False


def _run(words: list[str], start: int) -> tuple[int, int]:
    """The period and the number of copies that begin here and cover most; one and one where nothing repeats."""
    best = (1, 1)
    for period in range(1, min(LONGEST, (len(words) - start) // FEWEST) + 1):
        copy, copies = words[start : start + period], 1
        while words[start + copies * period : start + (copies + 1) * period] == copy:
            copies += 1
        if copies >= FEWEST and period * copies > best[0] * best[1]:
            best = (period, copies)
    return best


def _lists(nodes: list[Node], file: str) -> Iterator[Sequence]:
    """Every list of layers that is written in a file: entries of a list that are no values of options."""
    stack, seen = [*nodes], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen or node.source.name != file:
            continue
        seen.add(id(node))
        parts = node.items if type(node) is Sequence else [node]
        for part in parts:
            if type(part) is Mapping:
                for _, value in part.pairs:
                    if type(value) is not Scalar:
                        stack.append(value)
            elif type(part) is Sequence:
                stack.append(part)
        if type(node) is Sequence and len(parts) >= FEWEST and Mapping in map(type, parts):
            yield node
