"""Which layer of the old network is which of the new one, in order: in about linear time, 100,000 layers included.

What both begin and end with is set aside. In what is left, layers that occur once on both sides are anchors: those
that a person named, then those of the same options in a place of that name; where a stretch is very long, then those
with the same neighbours. The longest chain of anchors in order cuts the rest into short stretches, and the best pairs
of these are found exactly. Where neither is to be had names decide, and stretches of thousands are cut into pieces.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from cnninspect.comparing.likeness import Likeness, best

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from cnninspect.comparing.likeness import Pairs
    from cnninspect.comparing.tokens import Side

    Token = Callable[[Side, int], Hashable]
    Box = tuple[int, int, int, int]
    """Where a stretch begins and ends, in the old network and in the new one."""

FEW_CELLS = 2_500
"""Up to so many pairs of a stretch are compared without looking for anchors."""
MOST_CELLS = 60_000
"""Up to so many are compared where no layer of the stretch is the only one of its kind."""
PIECE = 200
"""Layers of a piece that a longer stretch is cut into."""
DEEPEST = 30
"""How often anchors are looked for between anchors."""


def _chosen(side: Side, index: int) -> Hashable:
    return side.named[index] if side.strong[index] else None


def _around(reach: int) -> Token:
    return lambda side, index: side.around(index, reach)


SURE: tuple[Token, ...] = (_chosen, lambda side, index: side.where[index])
GUESSED: tuple[Token, ...] = (_around(1), _around(4), _around(16))


def align(old: Side, new: Side) -> Pairs:
    """Pairs of the same layer, in order on both sides."""
    likeness = Likeness(old, new)
    found: Pairs = []
    stack = [(0, len(old), 0, len(new), 0)]
    while stack:
        *box, depth = stack.pop()
        a, b, c, d = _trim((box[0], box[1], box[2], box[3]), found, lambda i, j: _identical(old, new, i, j))
        cells = (b - a) * (d - c)
        if not cells:
            continue
        anchors = _anchors(old, new, (a, b, c, d), SURE) if cells > FEW_CELLS and depth < DEEPEST else []
        if not anchors and cells > MOST_CELLS and depth < DEEPEST:
            anchors = _anchors(old, new, (a, b, c, d), GUESSED)
        if anchors:
            found += anchors
            stack += _between(anchors, (a, b, c, d), depth + 1)
        elif cells <= MOST_CELLS:
            found += best(likeness, range(a, b), range(c, d))
        else:
            found += _stubborn(likeness, (a, b, c, d))
    found.sort()
    return found


def _identical(old: Side, new: Side, i: int, j: int) -> bool:
    return old.coarse[i] == new.coarse[j] and old.names[i] == new.names[j]


def _trim(box: Box, found: Pairs, same: Callable[[int, int], bool]) -> Box:
    """Set aside what both stretches begin and end with."""
    a, b, c, d = box
    while a < b and c < d and same(a, c):
        found.append((a, c))
        a, c = a + 1, c + 1
    while a < b and c < d and same(b - 1, d - 1):
        b, d = b - 1, d - 1
        found.append((b, d))
    return a, b, c, d


def _anchors(old: Side, new: Side, box: Box, tokens: Sequence[Token]) -> Pairs:
    """The longest chain of layers that are the only ones of their kind on both sides, by the first token that has any."""
    a, b, c, d = box
    for token in tokens:
        ours, theirs = _once(old, range(a, b), token), _once(new, range(c, d), token)
        common = [(index, theirs[key]) for key, index in ours.items() if key in theirs]
        if common:
            return longest(common)
    return []


def _once(side: Side, places: range, token: Token) -> dict[Hashable, int]:
    """The layers of a stretch whose token occurs once in it, by the token."""
    found: dict[Hashable, int] = {}
    for index in places:
        key = token(side, index)
        if key is not None:
            found[key] = -1 if key in found else index
    return {key: index for key, index in found.items() if index >= 0}


def longest(pairs: Sequence[tuple[int, int]]) -> Pairs:
    """The longest chain of pairs in order on both sides; the pairs are in order on the first one."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
    chain: Pairs = []
    last = ends[-1] if ends else -1
    while last >= 0:
        chain.append(pairs[last])
        last = before[last]
    chain.reverse()
    return chain


def _between(anchors: Pairs, box: Box, depth: int) -> list[tuple[int, int, int, int, int]]:
    """The stretches between anchors."""
    a, b, c, d = box
    found = []
    for i, j in (*anchors, (b, d)):
        if a < i and c < j:
            found.append((a, i, c, j, depth))
        a, c = i + 1, j + 1
    return found


def _stubborn(likeness: Likeness, box: Box) -> Pairs:
    """The pairs of long stretches without anchors: alike ends, then names, then piece by piece."""
    old, new = likeness.old, likeness.new
    found: Pairs = []
    box = _trim(box, found, lambda i, j: old.where[i] == new.where[j])
    a, b, c, d = box = _trim(box, found, lambda i, j: old.kinds[i] == new.kinds[j])
    named = {new.named[j]: j for j in range(c, d)}
    chain = longest([(i, named[old.named[i]]) for i in range(a, b) if old.named[i] in named])
    for stretch in _between(chain, box, 0):
        found += _pieces(likeness, stretch[:4])
    return found + chain


def _pieces(likeness: Likeness, box: Box) -> Pairs:
    """The best pairs of a stretch, of one too long for that those of its pieces."""
    a, b, c, d = box
    count = 1 if (b - a) * (d - c) <= MOST_CELLS else -(-max(b - a, d - c) // PIECE)
    rows = [a + (b - a) * piece // count for piece in range(count + 1)]
    columns = [c + (d - c) * piece // count for piece in range(count + 1)]
    found: Pairs = []
    for piece in range(count):
        found += best(likeness, range(rows[piece], rows[piece + 1]), range(columns[piece], columns[piece + 1]))
    return found
