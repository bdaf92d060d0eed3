"""How alike two layers are, as a score, and the best way to pair two short stretches of layers by it.

A pair scores for the same type and options and for its name. A name without numbers was chosen by a person and
counts most. One with numbers may have been counted: only what stands around the numbers counts. Between ways that are
equally good by that the numbers decide, and then the shapes: these only follow from the layers above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.tokens import frozen

if TYPE_CHECKING:
    from cnninspect.comparing.tokens import Side
    from cnninspect.ir import Node

POINT, NUMBER = 2**40, 2**20
"""A point, and a name that is the same with its numbers: no network has as many layers as would make it a point."""
SAME_OPTIONS = 60
SAME_TYPE, EACH_OPTION = 20, 20
"""For layers of one type whose options differ, and for the part of the options that is the same."""
CHOSEN, CHOSEN_OTHER = 60, 30
"""For a name that a person chose, and where the layer of that name is of another type now."""
PLACED, PLACED_OTHER = 12, 2
"""For a name that is the same but for its numbers, and where the type is another one."""
COUNTED_OTHER = 8
"""For the same name with numbers, where the type is another one."""
SAME_LAST = 4
"""For the same last part of otherwise different names."""

Pairs = list[tuple[int, int]]


class Likeness:
    """Scores of pairs; what depends on the layers alone is worked out once for each two kinds."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old = old
        self.new = new
        self.known: dict[tuple[int, int], int] = {}

    def score(self, i: int, j: int) -> int:
        """How alike the old layer ``i`` and the new layer ``j`` are; 0 where they cannot be the same layer."""
        old, new = self.old, self.new
        key = old.coarse[i], new.coarse[j]
        alike = self.known.get(key)
        if alike is None:
            alike = self.known[key] = self._content(i, j)
        same = old.names[i] == new.names[j]
        placed = old.plain[i] == new.plain[j]
        if alike:
            points = alike + (CHOSEN if same and old.strong[i] else PLACED if placed else self._last(i, j))
        elif same:
            points = CHOSEN_OTHER if old.strong[i] else COUNTED_OTHER
        else:
            points = PLACED_OTHER if placed else 0
        if not points:
            return 0
        shapes = (old.weights[i] == new.weights[j]) + (old.outputs[i] == new.outputs[j])
        return points * POINT + same * NUMBER + shapes

    def _last(self, i: int, j: int) -> int:
        ends = self.old.plain[i].rpartition(".")[2], self.new.plain[j].rpartition(".")[2]
        return SAME_LAST if ends[0] == ends[1] else 0

    def _content(self, i: int, j: int) -> int:
        old, new = self.old, self.new
        if old.nodes[i].op != new.nodes[j].op:
            return 0
        if old.coarse[i] == new.coarse[j]:
            return SAME_OPTIONS
        return SAME_TYPE + _common(old.nodes[i], new.nodes[j])


def _common(old: Node, new: Node) -> int:
    """The points for the options that two layers of one type have in common."""
    if old.layer is None or new.layer is None:
        return 0
    ours, theirs = old.layer.settings(), new.layer.settings()
    same = sum([frozen(value) == frozen(theirs.get(key)) for key, value in ours.items()])
    return EACH_OPTION * same // max(len(ours), 1)


def best(likeness: Likeness, rows: range, columns: range) -> Pairs:
    """The pairs of two stretches, in order on both sides, whose scores add up to most."""
    width = len(columns)
    scores = [[likeness.score(i, j) for j in columns] for i in rows]
    table = [[0] * (width + 1)]
    for row in scores:
        above = table[-1]
        line = [0]
        left = 0
        for at, score in enumerate(row):
            found = above[at] + score
            if above[at + 1] > found:  # noqa: PLR1730 - the innermost loop: max() would cost twice as much
                found = above[at + 1]
            if left > found:  # noqa: PLR1730 - as above
                found = left
            line.append(found)
            left = found
        table.append(line)
    return _traced(table, scores, rows, columns)


def _traced(table: list[list[int]], scores: list[list[int]], rows: range, columns: range) -> Pairs:
    found: Pairs = []
    i, j = len(rows), len(columns)
    while i and j:
        if scores[i - 1][j - 1] and table[i][j] == table[i - 1][j - 1] + scores[i - 1][j - 1]:
            i, j = i - 1, j - 1
            found.append((rows[i], columns[j]))
        elif table[i][j] == table[i - 1][j]:
            i -= 1
        else:
            j -= 1
    found.reverse()
    return found
