"""``cnninspect memory``: what a network needs in memory, for inference and for a training step."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, drawing, telling
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.passes.memory import Largest, Memory
    from cnninspect.reports.memory_lines import Line

FORMATS = ("table", "json", "csv", "markdown")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
SORTS = ("alive", "saved")
LARGEST = 2**53


def memory(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    optimizer: Annotated[str, typer.Option(metavar="NAME", help="sgd, momentum, adam or adamw.")] = "sgd",
    device_memory: Annotated[
        str | None,
        typer.Option(metavar="BYTES", help="Tell the largest batch that fits, such as 8GiB, 8GB (8e9) or 512M (MiB)."),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(metavar="N", help="Fold names of more than N parts into one line a block.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Sort by alive or saved, the largest first.")
    ] = None,
    top: Annotated[int | None, typer.Option(metavar="N", help="Show the first N lines only.")] = None,
    totals_only: Annotated[bool, typer.Option("--totals-only", help="Leave the layers out.")] = False,
    plot: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the course over the layers into an .svg or .png.")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Leave out what the figures mean.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Tell what inference and training need in memory.

    Weights, the peak of activations at inference with the layer where it is, what training saves for backward,
    gradients and optimizer state; with --device-memory the largest batch that fits.

    JSON, cnninspect.memory/1: model, inputs, batch, dtype, optimizer, totals (weight_bytes, buffer_bytes,
    peak_activation_bytes, peak_layer, inference_bytes, gradient_bytes, optimizer_bytes, saved_activation_bytes,
    training_bytes), device (memory_bytes, inference and training: largest_batch, bytes, bytes_at_next_batch; null
    without --device-memory), layers (name, type, alive_bytes, saved_bytes, in_place, training; alive_bytes is null
    where a layer does not run at inference), unknown (the layers that stand in the way), findings. null is unknown.
    """
    words = ("--format", format, FORMATS), ("--dtype", dtype, DTYPES), ("--color", color, common.COLORS)
    for option, word, known in (*words, ("--optimizer", optimizer, OPTIMIZERS), ("--sort", sort or "alive", SORTS)):
        common.choose(option, word, known)
    for option, number in (("--batch", batch), ("--depth", depth), ("--top", top)):
        if number is not None and not 1 <= number <= LARGEST:
            raise common.fail(
                f"{option} must be {'at least 1' if number < 1 else f'at most {LARGEST:,}'}, got {number}"
            )
    drawing.check(plot, output)
    device_bytes = None if device_memory is None else _bytes(device_memory)
    common.load_plugins(plugin)
    loaded = common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)
    failed = common.has_errors(loaded)
    telling.tell(loaded, color, aside=not failed or format != "table", quiet=quiet)
    sources = [source.path for source in loaded.sources]
    if loaded.graph is None:
        if format == "json":
            from cnninspect.reports import memory_json

            emit(memory_json.nothing(model, batch, dtype, optimizer, loaded.findings), output, sources)
        return 1
    found, largest = api.memory(loaded.graph, batch=batch, dtype=dtype, optimizer=optimizer, device_bytes=device_bytes)
    from cnninspect.reports.memory_lines import lines, ordered

    course = lines(found, depth)
    if plot is not None:
        from cnninspect.reports import memory_plot

        emit(drawing.drawn(plot, memory_plot.drawing(loaded.graph.name, found, course)), plot, sources)
    shown, hidden = ordered(course, sort, top)
    page = _Page(format, color, output, table=not totals_only, notes=not quiet)
    emit(page.text(loaded, found, largest, shown, hidden), output, sources)
    return 1 if failed else 0


def _bytes(text: str) -> int:
    from cnninspect.reports.memory_words import parse_bytes

    found = parse_bytes(text)
    if found is None:
        raise common.fail(
            f"--device-memory needs an amount of memory, got '{clip(text, 40)}'",
            "for example 8GiB or 8G (powers of 1024), 8GB (powers of 1000), 1e9 (bytes)",
        )
    return found


class _Page:
    """Where the report goes, and what it may look like there."""

    def __init__(self, format: str, color: str, output: str | None, *, table: bool, notes: bool) -> None:
        here = output in (None, "-")
        self.format = format
        self.table = table
        self.notes = notes
        self.color = common.colored(color) and (here or color == "always")
        self.terminal = here and sys.stdout.isatty()
        self.unicode = not here or (sys.stdout.encoding or "").lower().startswith("utf")

    def text(self, loaded: Loaded, found: Memory, largest: Largest | None, lines: list[Line], hidden: int) -> str:
        assert loaded.graph is not None
        if self.format in ("json", "csv"):
            from cnninspect.reports import memory_json

            if self.format == "csv":
                return memory_json.csv(lines)
            return memory_json.json(loaded.graph, found, largest, loaded.findings)
        from cnninspect.reports import memory as report

        if self.format == "markdown":
            return report.markdown(
                loaded.graph, found, largest, lines, hidden=hidden, table=self.table, notes=self.notes
            )
        style = report.Style(_width() if self.terminal else None, color=self.color)
        text = report.render(
            loaded.graph, found, largest, lines, hidden=hidden, style=style, table=self.table, notes=self.notes
        )
        return text if self.unicode else text.translate(report.ASCII)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
