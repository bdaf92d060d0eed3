"""How a figure comes about: the arithmetic with its numbers put in, as one writes it down by hand.

A layer states its workings in these records, a report prints them. ``·`` multiplies, ``−`` subtracts, ``⌊ ⌋`` and
``⌈ ⌉`` round, thousands have commas. Every record holds the value beside the text, so that a text which does not
lead to the figure is found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CELLS = 1_000_000
"""Up to here the cells of an axis that no window reads are looked for one by one."""
DIGITS = 4
"""Decimals that are written out; a longer fraction ends in an ellipsis after two."""


class Figure(Record):
    """An expression with its value, and the rule behind it in words."""

    text: str
    value: int
    rule: str = ""


class Line(Record):
    """One line of a working: what it is about, the arithmetic, what it gives, and what that means."""

    label: str
    text: str
    value: int | None
    note: str = ""
    between: str = ""
    """The value before it was rounded, where it was."""


class Working(Record):
    """What a layer says about how its figures come about; what it leaves out is stated without a reason."""

    axes: tuple[tuple[Line, ...], ...] = ()
    """For each axis of the (first) output, channels first; empty for an axis that is as it was."""
    macs: Figure | None = None
    operations: Figure | None = None


# --- arithmetic as text --------------------------------------------------------------------


def number(value: int) -> str:
    """A whole number with commas and a true minus."""
    return f"{value:,}".replace("-", "−")


def dots(sizes: Sequence[int]) -> str:
    """Sizes as a product: ``64·112·112``, ``1`` for none."""
    return "·".join([number(size) for size in sizes]) or "1"


def times(*factors: int | Sequence[int] | Figure, rule: str = "") -> Figure:
    """A product of numbers, of sizes and of other figures; a leading factor of 1 goes without saying."""
    kept = [factor for factor in factors if factor != 1] or [1]
    value, texts = 1, []
    for factor in kept:
        if isinstance(factor, Figure):
            value *= factor.value
            texts.append(_bracketed(factor.text))
        else:
            sizes = (factor,) if isinstance(factor, int) else factor
            value *= product(sizes)
            texts.append(dots(sizes))
    return Figure(" · ".join(texts), value, rule)


def plus(*parts: int | Figure, rule: str = "") -> Figure:
    """A sum of numbers and figures."""
    texts = [number(part) if isinstance(part, int) else part.text for part in parts]
    return Figure(" + ".join(texts), sum([part if isinstance(part, int) else part.value for part in parts]), rule)


def less(whole: int | Figure, part: int | Figure, rule: str = "") -> Figure:
    """A difference; a part that is a sum itself stands in brackets."""
    one, other = (Figure(number(side), side) if isinstance(side, int) else side for side in (whole, part))
    return Figure(f"{one.text} − {_bracketed(other.text)}", one.value - other.value, rule)


def _bracketed(text: str) -> str:
    """A sum in brackets, where it does not stand in some."""
    loose = text.rpartition(")")[2] if text.startswith("(") else text
    return f"({text})" if " + " in loose or " − " in loose else text


def decimal(over: int, under: int) -> str:
    """A fraction of two positive numbers in decimals: ``112.5``, ``74.33…``."""
    whole, rest = divmod(over, under)
    digits = ""
    while rest and len(digits) < DIGITS:
        digit, rest = divmod(rest * 10, under)
        digits += str(digit)
    return f"{number(whole)}.{digits[:2]}…" if rest else f"{number(whole)}.{digits}" if digits else number(whole)


def line(figure: Figure, label: str = "") -> Line:
    """A figure as a line of its own, its rule being the note."""
    return Line(label, figure.text, figure.value, figure.rule)


def over(n: int, factors: Sequence[int], out: int) -> Line:
    """A length divided by factors that divide it."""
    under = dots(factors)
    return Line("", f"{number(n)}/{under if len(factors) == 1 else f'({under})'}", out)


def bordered(n: int, before: int, after: int) -> tuple[Line, ...]:
    """A length with what is added at its ends, or cut off them."""
    sides = "".join([f" {'+' if side >= 0 else '−'} {number(abs(side))}" for side in (before, after)])
    return (Line("", number(n) + sides, n + before + after),)


def stretched(n: int, factor: float) -> tuple[Line, ...]:
    """A length times a factor, cut to a whole number as floating point has it."""
    exact = n * factor
    by = number(int(factor)) if factor == int(factor) else repr(factor)
    if exact == int(exact):
        return (Line("", f"{number(n)}·{by}", int(exact)),)
    return (Line("", f"{number(n)}·{by}", int(exact), "rounded down", repr(exact)),)


# --- windows -------------------------------------------------------------------------------


class Slide(Record):
    """A window on one axis: what the formulas of its length are made of."""

    n: int
    out: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        """How many positions the window spans."""
        return self.dilation * (self.kernel - 1) + 1


def slid(on: Slide, rounding: str, word: str = "") -> tuple[Line, ...]:
    """How the length of an axis follows from the window on it; ``word`` is the rule that made the padding."""
    lines = _extent(on)
    if word.startswith("same"):
        lines += _same(on, word)
        if -(-on.n // on.stride) == on.out:  # another rounding may give one more where windows have gaps between them
            return tuple(lines)
    if word == "half":
        lines.append(Line("padding", f"⌊{on.kernel}/2⌋" + _by(on.dilation), on.before, "on both sides: half"))
    free = on.n + on.before + on.after - on.reach
    text = f"{number(on.n)}{_pads(on, '+')} − {number(on.reach)}"
    text = f"({text})/{number(on.stride)} + 1" if on.stride > 1 else f"{text} + 1"
    if free % on.stride == 0:
        whole, between, note = free // on.stride + 1, "", ""
    else:
        up = rounding != "floor"
        whole, between = free // on.stride + 1 + up, decimal(free + on.stride, on.stride)
        note = "rounded up" if up else "rounded down"
    lines.append(Line("", text, whole, note, between))
    if note == "rounded up" or whole != on.out:
        lines += _clipped(on, whole)
    return tuple(lines)


def spread(on: Slide, extra: int, word: str = "") -> tuple[Line, ...]:
    """How long a transposed window makes an axis; ``extra`` is what is added at its end."""
    lines = _extent(on)
    if word == "same":
        over = number(on.reach), number(on.stride)
        cropped = on.before + on.after
        lines.append(Line("length wanted", f"{number(on.n)}·{over[1]}", on.out, "same: input length · stride"))
        note = f"{on.before} before and {on.after} after"
        lines.append(Line("cropped", f"max({over[0]} − {over[1]}, 0)", cropped, note))
        if extra:
            lines.append(Line("added", f"max({over[1]} − {over[0]}, 0)", extra, "at the end"))
    text = f"({number(on.n)} − 1)·{number(on.stride)} + {number(on.reach)}{_pads(on, '−')}"
    lines.append(Line("", text + (f" + {number(extra)}" if extra else ""), on.out))
    return tuple(lines)


def _extent(on: Slide) -> list[Line]:
    if on.dilation == 1:
        return []
    note = "positions from the first tap of the window to its last"
    return [Line("extent", f"{number(on.dilation)}·({number(on.kernel)} − 1) + 1", on.reach, note)]


def _same(on: Slide, word: str) -> tuple[Line, ...]:
    exact, out = decimal(on.n, on.stride), -(-on.n // on.stride)
    text = f"{number(on.n)}/{number(on.stride)}" if on.stride > 1 else number(on.n)
    total = f"max(({number(out)} − 1)·{number(on.stride)} + {number(on.reach)} − {number(on.n)}, 0)"
    note = f"{on.before} before and {on.after} after"
    if on.before != on.after:
        note += f" (the odd one {'before' if word == 'same_lower' else 'after'})"
    whole = exact == number(out)
    rule = Line(
        "", text, out, f"{word}: input length / stride" if whole else f"{word}: rounded up", "" if whole else exact
    )
    return (rule, Line("padding", total, on.before + on.after, note))


def _clipped(on: Slide, whole: int) -> list[Line]:
    """Whether the window that rounding up has added counts, as torch's ceil_mode and Caffe decide it."""
    text = f"({number(whole)} − 1)·{number(on.stride)}"
    start, bound = (whole - 1) * on.stride, f"{number(on.n)}{f' + {on.before}' if on.before else ''}"
    if whole == on.out:
        if start < on.n + on.before:
            why = f"the last window starts here, before the end of the map ({bound}): it counts"
        else:
            why = f"the last window starts here, behind the map ({bound}): it counts, as nothing is padded"
        return [Line("last start", text, start, why)]
    why = f"the last window would start here, not before the end of the map ({bound}): it does not count"
    return [Line("last start", text, start, why), Line("", f"{number(whole)} − 1", on.out)]


def _pads(on: Slide, sign: str) -> str:
    if on.before == on.after:
        return f" {sign} 2·{number(on.before)}" if on.before else ""
    return "".join([f" {sign} {number(pad)}" for pad in (on.before, on.after)])


def _by(factor: int) -> str:
    return f"·{number(factor)}" if factor > 1 else ""


# --- what a window reads ---------------------------------------------------------------------


class Coverage(Record):
    """Which cells of one padded axis no window reads, and how many windows read padding."""

    spare: int
    """Cells of the padded axis behind the last window."""
    spare_padding: int
    """How many of them are padding."""
    over: int
    """How far the last window reaches beyond the padding."""
    unread: tuple[tuple[int, int], ...] | None
    """Stretches of the map that no window reads, first and last position; None where there is too much to look at."""
    first: int
    """Windows that read padding in front of the map."""
    last: int
    """Windows that read padding, or what lies beyond it, behind the map."""
    inner: int
    """Windows that read nothing but the map."""


def coverage(on: Slide) -> Coverage:
    """What the windows of one axis read, by counting."""
    end = (on.out - 1) * on.stride + on.reach
    padded = on.n + on.before + on.after
    spare = max(padded - end, 0)
    first = min(-(-on.before // on.stride), on.out)
    fits = (on.n + on.before - on.reach) // on.stride + 1  # windows that end on the map or before it
    last = on.out - min(max(fits, 0), on.out)
    inner = max(on.out - first - last, 0)
    return Coverage(spare, min(spare, on.after), max(end - padded, 0), _unread(on), first, last, inner)


def _unread(on: Slide) -> tuple[tuple[int, int], ...] | None:
    if on.n > MOST_CELLS or on.out * on.kernel > MOST_CELLS:
        return None
    seen = bytearray(on.n)
    for index in range(on.out):
        start = index * on.stride - on.before
        skipped = max(-(start // on.dilation), 0)  # taps in front of the map
        seen[start + skipped * on.dilation : max(start + on.reach, 0) : on.dilation] = b"\x01" * len(
            range(start + skipped * on.dilation, min(max(start + on.reach, 0), on.n), on.dilation)
        )
    return _stretches(seen)


def _stretches(seen: bytearray) -> tuple[tuple[int, int], ...]:
    found, at = [], seen.find(0)
    while at >= 0:
        end = seen.find(1, at)
        found.append((at, (len(seen) if end < 0 else end) - 1))
        at = seen.find(0, end) if end >= 0 else -1
    return tuple(found)
