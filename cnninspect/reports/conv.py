"""What ``cnninspect conv`` prints: one layer worked out, or the windows, inputs or padding that give a size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import calculator
from cnninspect.records import Record
from cnninspect.reports import working_torch
from cnninspect.reports.expand import flow
from cnninspect.reports.plain import aligned
from cnninspect.reports.working import computation, summed, tensors
from cnninspect.reports.working_window import Row, Section, padding, say, size
from cnninspect.values import product, show_shape
from cnninspect.workings import Line, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.calculator import Answer, Asked, Match
    from cnninspect.reports.working_text import Style
    from cnninspect.values import Shape

SCHEMA = "cnninspect.conv/1"
UNKNOWN = "channels: give {} for {} and torch's line"


class Report(Record):
    """An answer as sections of lines, with the plain facts behind them."""

    title: str
    sections: tuple[Section, ...]
    facts: Mapping[str, object]
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of a search, the first being the titles."""
    notes: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


# --- forwards ------------------------------------------------------------------------------


def forward(asked: Asked) -> Report:
    """A layer on its input; raises Problem or Problems where it refuses."""
    assert asked.sizes is not None  # the command asked for it
    found = calculator.make(asked, asked.sizes)
    facts, inputs = found.facts, [found.input]
    working = found.layer.working(inputs, facts)
    sections = [_sized(size(inputs, facts, working), known=found.known), padding(inputs, facts)]
    code: tuple[str, ...] = ()
    if found.known:
        if facts.weights:
            rows = tensors(facts.weights, {name: name for name in facts.weights})
            total = Row("parameters", summed([*facts.weights.values()]))
            sections.append(Section("parameters", "Parameters", (*rows, total)))
        sections.append(computation(facts, working))
        code = tuple(working_torch.lines(found.layer.call(inputs), 1))
    y = facts.outputs[0]
    shapes = [shown(shape, known=found.known) for shape in (found.input, y)]
    return Report(
        f"{_written(asked)} on {shapes[0]} makes {shapes[1]}",
        tuple([section for section in sections if section is not None]),
        {"input": _raw(found, found.input), "output": _raw(found, y), **_figures(found), "torch": code or None},
        notes=() if found.known else (_unknown(asked),),
        code=code,
    )


def _unknown(asked: Asked) -> str:
    """What is missing for more than the size."""
    needs = {"--channels": asked.channels, "--out": asked.out}
    if not asked.op.startswith("conv"):
        return UNKNOWN.format("--channels", "operations")
    return UNKNOWN.format(" and ".join([option for option, value in needs.items() if value is None]), "weights, MACs")


def _sized(section: Section, *, known: bool) -> Section:
    """Without the channels where they are unknown."""
    return section if known else section._replace(rows=tuple([row for row in section.rows if row.head != "channels"]))


def shown(shape: Shape, *, known: bool) -> str:
    """A shape, unknown channels being a question mark."""
    return show_shape(shape) if known else f"(?, {', '.join(map(str, shape[1:]))})"


def _raw(found: Answer, shape: Shape) -> list[int | None]:
    return [shape[0] if found.known else None, *shape[1:]]


def _figures(found: Answer) -> dict[str, object]:
    if not found.known:
        return {"weights": None, "parameters": None, "macs": None, "flops": None}
    facts = found.facts
    return {
        "weights": facts.weights,
        "parameters": sum(map(product, facts.weights.values())),
        "macs": facts.macs,
        "flops": 2 * facts.macs + facts.operations,
    }


def _written(asked: Asked, **more: object) -> str:
    """The layer as a model file has it."""
    given: dict[str, object] = {} if asked.out is None else {"out": asked.out}
    return f"{asked.op}: {flow({**given, **asked.options, **more})}"


# --- backwards -----------------------------------------------------------------------------


def windows(asked: Asked, wanted: Shape) -> Report:
    """Every window that turns the input into the wanted output."""
    assert asked.sizes is not None  # the command asked for it
    found = calculator.matches(asked, wanted)
    extra = any(match.extra for match in found)
    reads = asked.op != "conv_transpose"
    titles = ["kernel", "stride", "padding", *["output padding"] * extra, *["reads every position"] * reads]
    rows = [_match(match, extra=extra, reads=reads) for match in found]
    one, other = (_by(sizes) for sizes in (asked.sizes, wanted))
    count = f"{len(found)} window{'' if len(found) == 1 else 's'}" if found else "no window"
    facts = {
        "input": asked.sizes,
        "output": wanted,
        "windows": [
            {
                "kernel": match.kernel, "stride": match.stride, "padding": match.padding,
                "output_padding": match.extra, "reads_all": match.whole,
            } for match in found
        ],
    }  # fmt: skip
    space = (
        f"kernels 1 to {calculator.KERNELS[-1]}, strides 1 to {calculator.STRIDES[-1]}, padding up to half the window"
    )
    tried = f"tried: {space}, where not given; {_written(asked)}" if asked.options else f"tried: {space}"
    return Report(
        f"{count} of {asked.op} {'make' if len(found) > 1 else 'makes'} {other} from {one}",
        (), facts, (tuple(titles), *rows) if found else (), (tried,),
    )  # fmt: skip


def _match(match: Match, *, extra: bool, reads: bool) -> tuple[str, ...]:
    row = [str(match.kernel), str(match.stride), str(match.padding), *[str(match.extra)] * extra]
    return (*row, *["?" if match.whole is None else "yes" if match.whole else "no"] * reads)


def inputs(asked: Asked, wanted: Shape) -> Report:
    """Which inputs become the wanted output under one window."""
    rows, ranges = [], []
    for axis, out in enumerate(wanted):
        one = calculator.on_axis(asked, axis)
        ends = calculator.inputs(one, out)
        ranges.append(ends)
        if axis and (one, out) == (calculator.on_axis(asked, 0), wanted[0]):
            continue
        rows += _ends(one, ends, out)
    if any(ends is None for ends in ranges):
        title = f"no input becomes {_by(wanted)} with {_written(asked)}"
    else:
        kept = [ends for ends in ranges if ends is not None]
        spans = [number(low) if low == high else f"{number(low)} to {number(high)}" for low, high in kept]
        same = spans[:1] if len({*spans}) == 1 else spans
        title = (
            f"inputs of {' by '.join(same)}{' on every axis' if len(spans) > len(same) else ''} become {_by(wanted)}"
        )
        title += f" with {_written(asked)}"
    facts = {"output": wanted, "inputs": [None if ends is None else list(ends) for ends in ranges]}
    return Report(title, (Section("inputs", "Inputs", tuple(rows)),), facts)


def _ends(asked: Asked, ends: tuple[int, int] | None, out: int) -> list[Row]:
    """The arithmetic at both ends of a range, or at the lengths around a size that nothing becomes."""
    rows = []
    if ends is not None:
        named = [("shortest", ends[0]), ("longest", ends[1])] if ends[0] < ends[1] else [("the only one", ends[0])]
    else:
        near = calculator.around(asked, out)
        named = [(name, n) for name, n in zip(("just less", "just more"), near, strict=True) if n is not None]
        rows.append(
            say("wanted", number(out), "lies between two lengths that follow each other" if len(named) > 1 else "")
        )
    for name, n in named:
        found = calculator.make(asked, (n,))
        working = found.layer.working([found.input], found.facts)
        rows += [Row("" if index else f"{name} {number(n)}", line) for index, line in enumerate(working.axes[1])]
    return rows


def keep(asked: Asked) -> Report:
    """Which padding keeps the size at stride 1."""
    rows, pads = [], []
    for axis in range(asked.rank):
        one = calculator.on_axis(asked, axis)
        pair = calculator.keeping(one)
        pads.append(pair)
        if axis == 0 or one != calculator.on_axis(asked, axis - 1):
            rows += _kept(one, pair, "" if asked.rank == 1 or _alike(asked) else f"axis {axis + 1}")
    even = all(before == after for before, after in pads)
    option = ([b for b, _ in pads] if len({*pads}) > 1 else pads[0][0]) if even else [list(pair) for pair in pads]
    notes = [] if even else ["an even window has no centre: one side gets one cell more; padding: same does so too"]
    notes += _objection(asked, option)
    rows.append(say("written", f"padding: {flow(option)}"))
    facts = {"padding": [list(pair) for pair in pads], "even": even}
    return Report(
        f"padding that keeps the size with {_written(asked)}, at stride 1",
        (Section("padding", "Padding", tuple(rows)),), facts, notes=tuple(notes),
    )  # fmt: skip


def _alike(asked: Asked) -> bool:
    return all(calculator.on_axis(asked, axis) == calculator.on_axis(asked, 0) for axis in range(asked.rank))


def _kept(asked: Asked, pair: tuple[int, int], head: str) -> list[Row]:
    from cnninspect.workings import Slide

    options = asked.options
    kernel, dilation = options["kernel"], options.get("dilation", 1)
    kernel, dilation = (value[0] if isinstance(value, (list, tuple)) else value for value in (kernel, dilation))
    assert isinstance(kernel, int) and isinstance(dilation, int)  # noqa: PT018 - the command parsed them
    on = Slide(0, 0, kernel, 1, dilation, 0, 0)
    rows = [Row(head, Line("extent", f"{dilation}·({kernel} − 1) + 1", on.reach))] if dilation > 1 else []
    total = Line(
        "",
        f"{number(on.reach)} − 1",
        sum(pair),
        "what the window takes off" if asked.op != "conv_transpose" else "what the window adds",
    )
    rows.append(Row("" if rows else head or "in all", total))
    halves = Line("", f"⌊{number(sum(pair))}/2⌋", pair[0])
    rest = Line("", f"{number(sum(pair))} − {number(pair[0])}", pair[1])
    return [*rows, Row("before", halves), Row("after", rest)]


def _objection(asked: Asked, option: object) -> list[str]:
    """Why the layer refuses the padding that would keep the size, where it does."""
    from cnninspect.values import Problem, Problems

    sizes = asked.sizes or (1000,) * asked.rank
    try:
        calculator.make(asked._replace(options={**asked.options, "padding": option, "stride": 1}), sizes)
    except Problem as problem:
        return [f"{asked.op} refuses it: {problem.message}; padding: same keeps the size"]
    except Problems as several:
        return [f"{asked.op} refuses it: {one.message}; padding: same keeps the size" for one in several.problems]
    return []


def _by(sizes: Sequence[int]) -> str:
    return number(sizes[0]) if len({*sizes}) == 1 else "x".join(map(str, sizes))


# --- forms ---------------------------------------------------------------------------------


def text(report: Report, style: Style) -> str:
    """The answer to read."""
    from cnninspect.reports.working_text import code, folded, render

    parts = ["\n".join([style.bold(line) for line in folded(report.title, style.width or len(report.title))])]
    if report.table:
        lines = aligned(report.table, [len(row) > 0 for row in report.table[0]])
        parts.append("\n".join([style.dim(f"  {lines[0]}"), *[f"  {line}" for line in lines[1:]]]))
    parts += [render(report.sections, style).rstrip("\n")] if report.sections else []
    if report.code:
        parts.append("\n".join([style.bold("In torch"), *code(report.code, style)]))
    notes = [style.dim(line) for note in report.notes for line in folded(note, style.width or len(note))]
    parts += ["\n".join(notes)] if notes else []
    return "\n\n".join(parts) + "\n"


def json(report: Report, asked: Asked, question: str) -> str:
    """The answer for programs."""
    from cnninspect.reports.working_json import document

    layer = {"type": asked.op, "options": dict(asked.options), "channels": asked.channels, "out": asked.out}
    facts = {"schema": SCHEMA, "question": question, "layer": layer, **report.facts, "notes": report.notes}
    return document(facts, report.sections)
