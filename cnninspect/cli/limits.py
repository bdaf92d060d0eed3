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


def limits(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    axis: Annotated[
        list[str] | None, typer.Option(metavar="AXIS", help="together, length, depth, height or width.")
    ] = None,
    input_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one input that varies; equal ones vary together.")
    ] = None,
    first: Annotated[int | None, typer.Option("--from", metavar="N", help="The first size of the growth table.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="N", help="Its last size.")] = None,
    step: Annotated[int | None, typer.Option(metavar="N", help="The distance between two of its sizes.")] = None,
    format: Annotated[str, typer.Option(metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    input: Annotated[
        list[str] | None, typer.Option(metavar="SIZES", help="Another input, such as 3x256x256 or left=3x64x64.")
    ] = None,
    batch: Annotated[int, typer.Option(metavar="N", min=1, help="Samples in a batch, for costs and memory.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    variant: Annotated[str | None, typer.Option(metavar="NAME", help="A variant of the model.")] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another value for a param.")
    ] = None,
    color: Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")] = "auto",
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")
    ] = None,
    allow_outside: Annotated[
        bool, typer.Option("--allow-outside", help="Follow extends out of the model's folder.")
    ] = False,
    plugin: common.Plugins = None,
) -> int:
    """Tell which input sizes fit, and how costs grow.

    Tell which input sizes a network accepts and what breaks on the others, at which sizes no row or
    column is left over, and how parameters, MACs and memory grow with the input.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    common.choose("--dtype", dtype, DTYPES)
    for name in axis or []:
        common.choose("--axis", name, AXES)
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
    code = _findings(found)
    if found.loaded.graph is not None and (found.refused is None or _anything(found)):
        here = output in (None, "-")
        colored = format == "table" and common.colored(color) and (here or color == "always")
        width = _width() if here and sys.stdout.isatty() else None
        emit(_text(found, format, width, color=colored), output, [source.path for source in found.loaded.sources])
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


def _findings(found: Limits) -> int:
    """Tell what is wrong with the model as declared; the exit code."""
    failed = common.has_errors(found.loaded)
    if found.loaded.findings:
        from cnninspect.reports.findings import render as findings_text

        sys.stderr.write(
            findings_text(found.loaded.findings, found.loaded.sources, color=common.colored("auto", error_stream=True))
        )
    return 1 if failed else 0


def _text(found: Limits, format: str, width: int | None, *, color: bool) -> str:
    if format in ("json", "csv"):
        from cnninspect.reports import limits_json

        return limits_json.json(found) if format == "json" else limits_json.csv(found)
    from cnninspect.reports import limits as report

    return report.markdown(found) if format == "markdown" else report.render(found, width=width, color=color)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
