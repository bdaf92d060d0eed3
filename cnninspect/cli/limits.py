"""``cnninspect limits``: which input sizes a network accepts, what breaks on others, how its costs grow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.analysis.limits import Limits

FORMATS = ("table", "json", "csv", "markdown")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
AXES = ("together", "length", "depth", "height", "width")
MOST_SIZES = 200
LARGEST = 2**20
LARGEST_BATCH = 2**53


def limits(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    axis: Annotated[
        list[str] | None, typer.Option(metavar="AXIS", help="together, length, depth, height or width.")
    ] = None,
    input_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one input that varies; equal ones vary together.")
    ] = None,
    first: Annotated[
        int | None, typer.Option("--from", metavar="N", help="The first size of the growth table.")
    ] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="N", help="Its last size.")] = None,
    step: Annotated[int | None, typer.Option(metavar="N", help="The distance between two of its sizes.")] = None,
    format: Annotated[str, typer.Option(metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    input: common.Inputs = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch, for costs and memory.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Leave out what the figures mean.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Tell which input sizes fit, and how costs grow.

    Tell which input sizes a network accepts and what breaks on the others, at which sizes no row or
    column is left over, and how parameters, MACs and memory grow with the input.

    JSON, cnninspect.limits/1: model, inputs (shapes by name), stride (the largest product of strides), refused
    (what breaks at the declared input), axes (axis, names, inputs, declared, smallest, breaks_below, breaks_above,
    the sets accepted, with_training_heads, same_weights, nothing_left_over and no_map_left_over, breaks, complete),
    left_over (layer, reads, cells, padding), unread (positions by input and axis), growth (axis, inputs, batch, dtype,
    points, formulas), findings. A set has tried, before (stretches that follow no rule), from start on the sizes
    whose remainder by period is one of residues, least, most and nearest (below and above the declared size).
    A formula is a polynomial in k for the size period k + remainder: numerators, that of k to the power 0 first,
    over denominator, compared for k from first to last, exact or with the largest error. null is unknown.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    common.choose("--dtype", dtype, DTYPES)
    for name in axis or []:
        common.choose("--axis", name, AXES)
    if not 1 <= batch <= LARGEST_BATCH:
        raise common.fail(f"--batch must be {'at least 1' if batch < 1 else f'at most {LARGEST_BATCH:,}'}, got {batch}")
    sizes = _sizes(first, last, step)
    common.load_plugins(plugin)
    pairs, shapes = common.given(set, input)
    try:
        found = api.limits(
            model,
            axes=axis or (),
            input_name=input_name,
            sizes=sizes,
            batch=batch,
            dtype=dtype,
            variant=variant,
            sets=pairs,
            inputs=shapes,
            outside=allow_outside,
        )
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    code = _findings(found, format, color)
    if found.loaded.graph is not None and (format == "json" or found.refused is None or _anything(found)):
        here = output in (None, "-")
        colored = format == "table" and common.colored(color) and (here or color == "always")
        width = _width() if here and sys.stdout.isatty() else None
        text = _text(found, format, width, color=colored, notes=not quiet)
        emit(text, output, [source.path for source in found.loaded.sources])
    return code


def _sizes(first: int | None, last: int | None, step: int | None) -> tuple[int, ...]:
    """The sizes that the options ask for; none where they ask for none."""
    if first is None and last is None and step is None:
        return ()
    if first is None or last is None:
        raise common.fail("--from and --to belong together", "for example --from 64 --to 512 --step 32")
    if not 1 <= first <= last <= LARGEST:
        raise common.fail(f"--from {first} --to {last} is no range of sizes", f"1 <= from <= to <= {LARGEST}")
    if step is not None and step < 1:
        raise common.fail(f"--step must be at least 1, got {step}")
    even = step or max((last - first) // 8, 1)
    if (last - first) // even >= MOST_SIZES:
        raise common.fail(
            f"--from {first} --to {last} in steps of {even} are more than {MOST_SIZES} sizes", "take a larger --step"
        )
    return tuple(range(first, last + 1, even))


def _anything(found: Limits) -> bool:
    return any(axis.accepted.least is not None for axis in found.axes)


def _findings(found: Limits, format: str, color: str) -> int:
    """Tell what is wrong with the model as declared, aside where it would mix with data; the exit code."""
    failed = common.has_errors(found.loaded)
    aside = not failed or format != "table"
    if found.loaded.findings:
        from cnninspect.reports.findings import render as findings_text

        text = findings_text(
            found.loaded.findings, found.loaded.sources, color=common.colored(color, error_stream=aside)
        )
        shown = not aside and found.loaded.graph is not None and (found.refused is None or _anything(found))
        (sys.stderr if aside else sys.stdout).write(f"{text}\n" if shown else text)
    return 1 if failed else 0


def _text(found: Limits, format: str, width: int | None, *, color: bool, notes: bool) -> str:
    if format in ("json", "csv"):
        from cnninspect.reports import limits_json

        return limits_json.json(found) if format == "json" else limits_json.csv(found)
    from cnninspect.reports import limits as report

    if format == "markdown":
        return report.markdown(found)
    return report.render(found, width=width, color=color, notes=notes)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
