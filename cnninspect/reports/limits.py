"""The limits of a network for people: which sizes fit, what is left over, how costs grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.layers import wrapped
from cnninspect.reports.limits_words import of_k, polynomial, sizes, tried, validity
from cnninspect.reports.numbers import whole
from cnninspect.reports.plain import aligned
from cnninspect.reports.prose import filled
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnninspect.analysis.growing import Growth, Point
    from cnninspect.analysis.limits import At, AxisLimits, Limits, Near
    from cnninspect.analysis.probe import Refusal

BOLD = "\x1b[1m{}\x1b[0m"
FIGURES = {
    "parameters": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "activation_bytes": "activation bytes",
    "peak_activation_bytes": "peak bytes",
    "saved_activation_bytes": "saved bytes",
}
"""The figures of the table by their titles."""
SACRIFICES = ("activation_bytes", "saved_activation_bytes", "flops", "parameters")
"""What a narrow terminal does without, the first first."""
FORMULAS = {**FIGURES, "weight_bytes": "weight bytes"}
MORE = "  "
MOST_BREAKS = 8
MOST_ROWS = 4
NOTES = (
    "activation bytes: all outputs of layers added up; peak bytes: the most alive at once, both at inference",
    "saved bytes: what a step of training keeps for backward",
    "left over: cells behind the last window of a layer; of the padding first, then of the map itself",
)


def render(limits: Limits, *, width: int | None = None, color: bool = False, notes: bool = True) -> str:
    """Every section, headings in bold where there is colour; ``notes`` tell what the figures mean."""
    bold: Callable[[str], str] = BOLD.format if color else str
    sections = [
        [bold(line) if not number else line for number, line in enumerate(_folded(lines, width))]
        for lines in _all(limits, width)
    ]
    if limits.growth and notes:
        sections.append([filled(note, width) for note in (NOTES if limits.dropped else NOTES[:-1])])
    return "\n\n".join(["\n".join(lines) for lines in sections]) + "\n"


def _folded(lines: Sequence[str], width: int | None) -> Iterator[str]:
    """Lines as wide as the paper; what is longer goes on below, a little to the right. The heading stays one line."""
    for number, line in enumerate(lines):
        if width is None or not number or len(line) <= width:
            yield line
            continue
        before = " " * (len(line) - len(line.lstrip()))
        first, *rest = wrapped(line, width - len(before) - len(MORE))
        yield before + first
        yield from [f"{before}{MORE}{text}" for text in rest]


def markdown(limits: Limits) -> str:
    """The same as Markdown: the sections as text, the growth as a table."""
    parts = []
    for title, *lines in (*_heads(limits), *_sections(limits)):
        parts.append(f"## {title}\n\n" + "\n".join([f"- {line.strip()}" for line in lines]))
    for growth in limits.growth:
        rows = [_cells(point, growth, list(FIGURES)) for point in growth.points]
        table = markdown_table(["size", *FIGURES.values()], rows, [True] * (1 + len(FIGURES)))
        formulas = [f"- {line.strip()}" for line in _formulas(growth)]
        parts.append(f"## {_grown(growth, limits)}\n\n" + "\n".join([*table, "", *formulas]))
    return "\n\n".join([part.rstrip() for part in parts]) + "\n"


def _all(limits: Limits, width: int | None) -> Iterator[list[str]]:
    yield from _heads(limits)
    yield from _sections(limits)
    for growth in limits.growth:
        yield [_grown(growth, limits), *_table(growth, width), *_formulas(growth)]


def _heads(limits: Limits) -> Iterator[list[str]]:
    graph = limits.loaded.graph
    shapes = ", ".join([f"{name} {'x'.join(map(str, shape))}" for name, shape in limits.inputs.items()])
    name = clip(graph.name) if graph is not None else ""
    lines = [f"{name}  {shapes}"]
    if limits.refused is not None:
        where = f"'{limits.refused.layer}'" if limits.refused.layer else "the model"
        where += f" ({limits.refused.span})"
        lines.append(f"  refused as declared: {where}: {clip(limits.refused.message, 200)}")
    if not limits.axes:
        lines.append("  the input is a vector: it has no size to vary")
    yield lines


def _sections(limits: Limits) -> Iterator[list[str]]:
    for axes in _by_inputs(limits.axes):
        yield _accepted(limits, axes)
        breaks = _breaks(limits, axes[0])
        if breaks:
            yield breaks
        yield _left(limits, axes)
    blind = list(_unread(limits))
    if blind:
        yield ["Rows and columns of the input that no output depends on", *blind]


def _by_inputs(axes: Sequence[AxisLimits]) -> list[list[AxisLimits]]:
    groups: dict[tuple[str, ...], list[AxisLimits]] = {}
    for axis in axes:
        groups.setdefault(axis.moved.inputs, []).append(axis)
    return list(groups.values())


def called(axis: AxisLimits | Growth) -> str:
    """What moves: ``height``, ``height = width``."""
    return " = ".join(axis.moved.names)


def _of(axis: AxisLimits | Growth, limits: Limits) -> str:
    """Which inputs, where there are several."""
    return f" of {' and '.join([clip(name) for name in axis.moved.inputs])}" if len(limits.inputs) > 1 else ""


def _accepted(limits: Limits, axes: Sequence[AxisLimits]) -> list[str]:
    spans = {tried(axis.accepted.tried) for axis in axes}
    same = f" (tried: {spans.pop()})" if len(spans) == 1 else ""
    wide = max([len(called(axis)) for axis in axes])
    lines = [f"Accepted sizes{_of(axes[0], limits)}{same}"]
    for axis in axes:
        own = (
            "" if same else f"  (tried: {tried(axis.accepted.tried)}{'' if axis.complete else ', more costs too much'})"
        )
        lines.append(f"  {called(axis).ljust(wide)}  {sizes(axis.accepted)}{own}")
        indent = " " * (wide + 4)
        lines += [f"{indent}{_broken(at)}" for at in (axis.below, axis.above) if at is not None]
        if axis.heads != axis.accepted:
            lines.append(f"{indent}with the heads for training: {sizes(axis.heads)}")
            lines += [f"{indent}{_broken(axis.heads_below)}"] if axis.heads_below is not None else []
        if axis.same_weights != axis.accepted:
            lines.append(f"{indent}with the weights of the declared size: {sizes(axis.same_weights)}")
        if not axis.complete and same:
            lines.append(
                f"{indent}more sizes were not tried: the text asks for sizes, and reading it again costs too much"
            )
    return lines


def _broken(at: At) -> str:
    return f"{at.size} {_why(at.why)}"


def _why(refusal: Refusal) -> str:
    layer = f"'{clip(refusal.layer)}'" if refusal.layer else "the model"
    return f"breaks at {layer} ({refusal.span}): {clip(refusal.message, 200)}"


def _breaks(limits: Limits, axis: AxisLimits) -> list[str]:
    """The layers that refuse sizes above the smallest accepted one."""
    least = axis.accepted.least
    above = [broken for broken in axis.breaks if least is None or (broken.sizes.most or 0) > least]
    if not above:
        return []
    lines = [f"What breaks at other sizes, {called(axis)}{_of(axis, limits)}"]
    for broken in above[:MOST_BREAKS]:
        lines.append(f"  {_broken(broken.example)}")
        lines.append(f"    first to refuse: {sizes(broken.sizes)}")
    if len(above) > MOST_BREAKS:
        lines.append(f"  ... {len(above) - MOST_BREAKS} more layers")
    if axis.near.below is not None or axis.near.above is not None:
        lines.append(f"  what fits next to {axis.moved.declared}: {near(axis.near)}")
    return lines


def near(found: Near) -> str:
    """The nearest sizes below and above."""
    return " and ".join([str(size) for size in found if size is not None]) or "none that was tried"


def _left(limits: Limits, axes: Sequence[AxisLimits]) -> list[str]:
    lines = [f"Rows and columns left over{_of(axes[0], limits)}"]
    rows = [
        [node.name, "x".join(map(str, shape)), ", ".join([str(left.cells) for left in each]), _real(each)]
        for node, shape, each in limits.dropped
    ]
    if rows and limits.refused is None:
        table = aligned([["layer", "reads", "left over", "of the map"], *rows], [False, False, True, True])
        hidden = len(rows) - 2 * MOST_ROWS
        shown = [*table[: MOST_ROWS + 1], f"... {hidden} more", *table[-MOST_ROWS:]] if hidden > 1 else table
        lines += [f"  {line}" for line in shown]
    elif limits.refused is None:
        lines.append("  nothing at the declared size")
    distinct = {(axis.whole, axis.kept) for axis in axes}
    for axis in axes[:1] if len(distinct) == 1 else axes:
        lines.append(f"  nothing is left over, {called(axis)}: {sizes(axis.whole)}{_next(axis, axis.whole_near)}")
        if axis.kept != axis.whole:
            lines.append(f"  nothing of a map, {called(axis)}: {sizes(axis.kept)}{_next(axis, axis.kept_near)}")
    return lines


def _next(axis: AxisLimits, found: Near) -> str:
    declared = axis.moved.declared
    return "" if declared is None or found == (None, None) else f"; next to {declared}: {near(found)}"


def _real(each: Sequence[object]) -> str:
    return ", ".join([str(getattr(left, "real", 0)) for left in each])


def _unread(limits: Limits) -> Iterator[str]:
    from cnninspect.reports.limits_words import runs, stretches

    for name, axes in limits.unread.items():
        for number, places in enumerate(axes):
            if places:
                axis = _axis_names(len(axes))[number]
                yield f"  {name}, {axis}: {stretches(tuple(runs(places)), 'positions')}"


def _axis_names(rank: int) -> tuple[str, ...]:
    return ("depth", "height", "width")[-rank:] if rank > 1 else ("length",)


# --- growth --------------------------------------------------------------------------------


def _grown(growth: Growth, limits: Limits) -> str:
    at = f", batch {growth.batch:,}" if growth.batch > 1 else ""
    kind = f", {growth.dtype}" if growth.dtype != "float32" else ""
    return f"Growth with {called(growth)}{_of(growth, limits)}{at}{kind}"


def _table(growth: Growth, width: int | None) -> list[str]:
    keys = [
        key
        for key in FIGURES
        if any(point.totals and getattr(point.totals, key) is not None for point in growth.points)
    ]
    while True:
        rows = [_cells(point, growth, keys) for point in growth.points]
        lines = aligned([["size", *[FIGURES[key] for key in keys]], *rows], [True] * (1 + len(keys)))
        lost = next((key for key in SACRIFICES if key in keys), None)
        if width is None or lost is None or max(map(len, lines)) + 2 <= width:
            break
        keys.remove(lost)
    notes = [f"{point.size}: {_why(point.refusal)}" for point in growth.points if point.refusal is not None]
    return [f"  {line}" for line in [*lines, *notes]]


def _cells(point: Point, growth: Growth, keys: Sequence[str]) -> list[str]:
    mark = "*" if point.size == growth.moved.declared else ""
    if point.totals is None:
        return [f"{mark}{point.size}", *["-"] * len(keys)]
    return [f"{mark}{point.size}", *[whole(getattr(point.totals, key)) for key in keys]]


def _formulas(growth: Growth) -> list[str]:
    """The formulas, those of the same sizes and the same validity under one heading."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, formula in growth.formulas.items():
        heading = f"n = {of_k(formula)} ({validity(formula)})"
        groups.setdefault(heading, []).append((FORMULAS[key], polynomial(formula.coefficients)))
    lines = []
    for heading, rows in groups.items():
        wide = max([len(title) for title, _ in rows])
        lines.append(f"  {heading}")
        lines += [f"    {title.ljust(wide)} = {text}" for title, text in rows]
    return lines
