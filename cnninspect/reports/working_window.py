"""The lines about an output's size: the formula on each axis, what no window reads, and what reads padding."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnninspect.layers.reshape import axis_name
from cnninspect.records import Record
from cnninspect.reports.numbers import percent, whole
from cnninspect.values import show_shape
from cnninspect.workings import Line, Slide, coverage, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.values import Facts, Shape, Window
    from cnninspect.workings import Coverage, Working

CELLS = {"depth": "slice", "height": "row", "width": "column", "length": "position"}
SIDES = {
    "depth": ("front", "back"),
    "height": ("top", "bottom"),
    "width": ("left", "right"),
    "length": ("start", "end"),
}
MOST_SHOWN = 6
"""Stretches that are named one by one."""


class Row(Record):
    """One line of a section: what stands in front of it, and the line."""

    head: str
    line: Line


class Section(Record):
    """Some lines under a title; the key is what programs call it."""

    key: str
    title: str
    rows: tuple[Row, ...]


def say(head: str, text: str, note: str = "") -> Row:
    """A row that is no arithmetic."""
    return Row(head, Line("", text, None, note))


# --- size --------------------------------------------------------------------------------


def size(inputs: Sequence[Shape], facts: Facts, working: Working) -> Section:
    """How the output's shape comes about."""
    outputs = facts.outputs
    if len(outputs) > 1 or not outputs[0]:
        rows = [say(f"output {index}", show_shape(shape)) for index, shape in enumerate(outputs)]
        return Section("size", "Output size", tuple(rows))
    (y,) = outputs
    if len({len(shape) for shape in (*inputs, y)}) > 1 and not any(working.axes):
        return Section(
            "size", "Output size", (say("shape", f"{' and '.join(map(show_shape, inputs))} → {show_shape(y)}"),)
        )
    groups: dict[tuple[Line, ...], list[int]] = {}
    for axis in range(len(y)):
        lines = working.axes[axis] if axis < len(working.axes) else ()
        groups.setdefault(lines or (_plain(inputs, y, axis),), []).append(axis)
    rows = []
    for lines, axes in groups.items():
        head = ", ".join([axis_name(axis, len(y) - 1) for axis in axes])
        rows += [Row("" if index else head, line) for index, line in enumerate(lines)]
    return Section("size", "Output size", (*rows, *_unread(slides(inputs, y, facts.window))))


def _plain(inputs: Sequence[Shape], y: Shape, axis: int) -> Line:
    """The length of an axis about which there is no formula."""
    same = all(len(x) == len(y) and x[axis] == y[axis] for x in inputs)
    return Line("", number(y[axis]), y[axis], "as it came in" if same else "set by the layer")


def slides(inputs: Sequence[Shape], y: Shape, window: Window | None) -> dict[str, Slide]:
    """The window on each spatial axis by the name of the axis, where it is the input that is stepped over."""
    rank = len(y) - 1
    if (
        window is None
        or window.transposed
        or len(window.kernel) != rank
        or len(inputs[0]) != len(y)
        or 0 in window.stride
    ):
        return {}
    rows = zip(inputs[0][1:], y[1:], *window[:3], *zip(*window.pads, strict=True), strict=True)
    return {axis_name(axis, rank): Slide(*row) for axis, row in enumerate(rows, 1)}


# --- what no window reads ------------------------------------------------------------------


def _unread(on: dict[str, Slide]) -> list[Row]:
    found = {name: coverage(slide) for name, slide in on.items()}
    rows = []
    whole_padding = {name: seen.spare for name, seen in found.items() if 0 < seen.spare == seen.spare_padding}
    if whole_padding:
        rows.append(say("never read", f"{_cells(whole_padding)} of the padding, at the end"))
    for name, seen in found.items():
        if seen.unread is None:
            rows.append(say("never read", f"? (the {name} is too long to look at every position)"))
        elif seen.unread:
            rows.append(say("never read", _stretches(name, on[name], seen, seen.unread)))
    return rows


def _stretches(name: str, on: Slide, seen: Coverage, unread: Sequence[tuple[int, int]]) -> str:
    count = sum([last - first + 1 for first, last in unread])
    listed = [str(first) if first == last else f"{first}–{last}" for first, last in unread[:MOST_SHOWN]]
    more = ", …" if len(unread) > MOST_SHOWN else ""
    why = ""
    if len(unread) > 1 and on.stride > on.kernel:
        why = f": the stride {number(on.stride)} steps over more than the window has taps"
    elif len(unread) > 1 and (shared := gcd(on.stride, on.dilation)) > 1:
        why = f": stride {number(on.stride)} and dilation {number(on.dilation)} share the factor {number(shared)}"
    elif seen.spare > seen.spare_padding and unread[-1][1] == on.n - 1:
        why = ": no whole step is left for them" if count > 1 else ": no whole step is left for it"
    return f"{_cells({name: count})} of {whole(on.n)} (counted from 0: {', '.join(listed)}{more}){why}"


def _cells(counts: dict[str, int]) -> str:
    """``1 row and 1 column``."""
    return " and ".join([f"{whole(count)} {CELLS[name]}{'' if count == 1 else 's'}" for name, count in counts.items()])


# --- what reads padding ----------------------------------------------------------------------


def padding(inputs: Sequence[Shape], facts: Facts) -> Section | None:
    """How many of the outputs read padding, on each side; None where there is none to read."""
    y = facts.outputs[0]
    on = slides(inputs, y, facts.window)
    found = {name: coverage(slide) for name, slide in on.items()}
    if (
        not any(seen.first or seen.last for seen in found.values())
        or min(map(min, zip(*[s[5:] for s in on.values()]))) < 0  # noqa: B905 - one each
    ):
        return None
    rows = [row for side in (0, 1) for row in _side(on, found, side)]
    inner, all_of = [found[name].inner for name in on], [slide.out for slide in on.values()]
    count, total = 1, 1
    for one, other in zip(inner, all_of, strict=True):
        count, total = count * one, total * other
    text = f"{'·'.join(map(number, all_of))} − {'·'.join(map(number, inner))}"
    note = f"of {whole(total)} outputs of each channel ({percent((total - count) / total)}) read more than the map"
    return Section("padding", "Padding", (*rows, Row("in all", Line("", text, total - count, note))))


def _side(on: dict[str, Slide], found: dict[str, Coverage], side: int) -> list[Row]:
    """The rows about one end of every axis, equal ones together."""
    groups: dict[Line, list[str]] = {}
    for name, slide in on.items():
        line = _last(slide, found[name]) if side else _first(slide, found[name])
        groups.setdefault(line, []).append(SIDES[name][side])
    return [Row(", ".join(names), line) for line, names in groups.items()]


def _first(on: Slide, seen: Coverage) -> Line:
    if not on.before:
        return Line("", "0", 0, "no padding")
    text = f"⌈{number(on.before)}/{number(on.stride)}⌉" if on.stride > 1 else number(on.before)
    if -(-on.before // on.stride) > on.out:
        text = f"min({text}, {number(on.out)})"
    return Line("", text, seen.first, f"{_read(seen.first)} padding ({_added(on.before)})")


def _last(on: Slide, seen: Coverage) -> Line:
    beyond = f", and the last window reaches {number(seen.over)} beyond it" if seen.over and on.after else ""
    if not seen.last:
        return Line("", "0", 0, f"{_added(on.after)}, which no window reads" if on.after else "no padding")
    inside = f"{number(on.n)}{f' + {number(on.before)}' if on.before else ''} − {number(on.reach)}"
    fits = f"⌊({inside})/{number(on.stride)}⌋ + 1" if on.stride > 1 else f"{inside} + 1"
    text = f"{number(on.out)} − ({fits})" if seen.last < on.out else f"{number(on.out)} − 0"
    note = f"{_read(seen.last)} padding ({_added(on.after)}{beyond})" if on.after else ""
    if not on.after:
        note = f"{_read(seen.last)} beyond the map, where no padding is: by {number(seen.over)}"
    return Line("", text, seen.last, note)


def _read(outputs: int) -> str:
    return "output reads" if outputs == 1 else "outputs read"


def _added(cells: int) -> str:
    return f"{number(cells)} added"
