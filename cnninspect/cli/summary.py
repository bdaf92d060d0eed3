"""``cnninspect summary``: layers, shapes and costs of networks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect.api import COUNTS, PEERS
from cnninspect.cli import common
from cnninspect.cli.summarizing import Reporter, Wish, read_device

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.frontends.yaml.load import Loaded

FORMATS = ("table", "json", "csv", "tsv", "markdown")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
LARGEST = 2**53


def summary(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="A file, - for standard input, or a shipped network.")
    ],
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="table, json, csv, tsv or markdown.")
    ] = "table",
    depth: Annotated[
        int | None, typer.Option(metavar="N", help="Fold names of more than N parts into one line a scope.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="The columns to show, such as name,output,macs; or all.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Sort by a column, the largest number first.")
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(metavar="N", help="Show the first N lines only; without --sort, those with the most MACs."),
    ] = None,
    totals_only: Annotated[bool, typer.Option("--totals-only", help="Leave the layers out.")] = False,
    units: Annotated[
        str, typer.Option(metavar="UNIT", help="raw, auto (three digits and a letter), k, M or G.")
    ] = "raw",
    input: common.Inputs = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch, for costs and activations.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    count: Annotated[
        str, typer.Option(metavar="WHOSE", help="torch, or keras: also its total, trainable and non-trainable params.")
    ] = "torch",
    flops_as: Annotated[
        str | None,
        typer.Option(metavar="TOOL", help=f"Also the total that another tool prints: {', '.join(PEERS)}."),
    ] = None,
    why_different: Annotated[
        str | None, typer.Option(metavar="TOOL", help="Instead: operation by operation why that total is another one.")
    ] = None,
    roofline: Annotated[
        str | None,
        typer.Option(metavar="DEVICE", help="Also estimated times on a device, such as a100_sxm_80gb, or a file."),
    ] = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    watch: Annotated[bool, typer.Option("--watch", help="Draw it again whenever a file of it is saved.")] = False,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the totals.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Add columns.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Show layers, shapes, parameters and MACs.

    Show the layers of networks with their shapes, parameters and MACs.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    common.choose("--count", count, COUNTS)
    shown = common.colored(color) and (output in (None, "-") or color == "always")
    drawn = color == "always" or (output in (None, "-") and sys.stdout is not None and sys.stdout.isatty())
    brief = totals_only or (quiet and format in ("table", "markdown"))
    common.refuse_second_stdin([*models, *([] if roofline is None else [roofline])])
    for option, tool in (("--flops-as", flops_as), ("--why-different", why_different)):
        if tool is not None:
            common.choose(option, tool, PEERS)
    device = None if roofline is None else read_device(roofline, color)
    wish = Wish(
        format, depth, _columns(columns), sort, top, brief, units, batch, dtype, count, shown, drawn, quiet, verbose,
        flops_as, why_different, device, common.colored(color, error_stream=True),
    )  # fmt: skip
    _validate(wish)
    common.load_plugins(plugin)
    common.given(set, input)

    def read(model: str) -> Loaded:
        return common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)

    if watch and "-" in models:
        raise common.fail("standard input cannot be watched: it is read once", "name a file instead of '-'")
    if watch:
        from cnninspect.cli.watching import watch as watch_files

        watch_files(models, lambda: _report(wish, models, read, output))
    return _report(wish, models, read, output)[0]


def _report(wish: Wish, models: list[str], read: Callable[[str], Loaded], output: str | None) -> tuple[int, list[str]]:
    """Print the report; the exit code and the files that it was made from."""
    loaded: dict[str, Loaded] = {}
    failed: common.Stop | None = None
    for model in dict.fromkeys(models):
        try:
            loaded[model] = read(model)
        except common.Stop as stop:  # it has been told: the others are still reported
            failed = stop
    if failed is not None and not loaded:
        raise failed
    named = [model for model in models if model in loaded]
    code = Reporter(wish, named, [loaded[model] for model in named], several=len(models) > 1).run(output)
    files = [source.path for one in loaded.values() for source in one.sources if source.path is not None]
    return code if failed is None else failed.code, files


def _columns(listed: str | None) -> tuple[str, ...] | None:
    if listed is None:
        return None
    from cnninspect.reports.columns import NAMES

    if listed.strip() == "all":
        return NAMES
    names = tuple([name.strip() for name in listed.split(",")])
    for name in names:
        common.choose("--columns", name, NAMES)
    return names


def _validate(wish: Wish) -> None:
    from cnninspect.reports.columns import NAMES
    from cnninspect.reports.numbers import UNITS

    common.choose("--units", wish.units, UNITS)
    common.choose("--dtype", wish.dtype, DTYPES)
    if wish.sort is not None:
        common.choose("--sort", wish.sort, NAMES)
    _validate_estimates(wish)
    for option, number in (("--batch", wish.batch), ("--depth", wish.depth), ("--top", wish.top)):
        if number is not None and not 1 <= number <= LARGEST:
            raise common.fail(
                f"{option} must be {'at least 1' if number < 1 else f'at most {LARGEST:,}'}, got {number}"
            )
    if wish.why is not None and wish.flops_as not in (None, wish.why):
        raise common.fail("--why-different and --flops-as name two tools", "ask for one of them at a time")
    if wish.why is not None and wish.format not in ("table", "json"):
        raise common.fail(f"--why-different is a table or JSON, not {wish.format}")
    ignored = [
        option
        for option, given in (
            ("--depth", wish.depth),
            ("--columns", wish.columns),
            ("--sort", wish.sort),
            ("--top", wish.top),
        )
        if given
    ]
    if wish.format == "json" and ignored:
        sys.stderr.write(
            f"cnninspect: {', '.join(ignored)} shape{'s' if len(ignored) == 1 else ''} tables; JSON has every layer\n"
        )


def _validate_estimates(wish: Wish) -> None:
    from cnninspect.reports.columns import ESTIMATES

    estimates = [name for name in (*(wish.columns or ()), wish.sort) if name in ESTIMATES]
    if estimates and wish.device is None and wish.columns != _columns("all"):
        raise common.fail(f"'{estimates[0]}' is estimated for a device", "add --roofline DEVICE, such as --roofline t4")
