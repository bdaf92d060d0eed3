"""``cnninspect weights``: a checkpoint held against a model, without running anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.analysis.weights import Inspection

FORMATS = ("table", "json", "csv", "markdown")


def weights(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A .safetensors, .pt, .pth, .npz, index of shards, or a folder.")
    ],
    strict: common.Strict = True,
    prefix: common.Prefix = None,
    layout: common.Layout = "torch",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the tensors that load, too.")] = False,
    allow_outside: Annotated[
        bool, typer.Option("--allow-outside", help="Follow extends and shards out of their folder.")
    ] = False,
    plugin: common.Plugins = None,
) -> int:
    """Hold a checkpoint against a model.

    Hold a checkpoint against a model by names and shapes, without torch and without running anything: which tensors
    load, which are missing, too many or of another shape, and which variant or params would fit better.
    """
    words = ("--format", format, FORMATS), ("--layout", layout, common.LAYOUTS), ("--color", color, common.COLORS)
    for option, word, known in words:
        common.choose(option, word, known)
    common.load_plugins(plugin)
    sets, inputs = common.given(set, input)
    try:
        found = api.weights(
            model, file, strict=strict, prefix=prefix, layout=layout, variant=variant, sets=sets, inputs=inputs,
            outside=allow_outside,
        )  # fmt: skip
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    _tell(found, format)
    if found.matching is None and format != "json":
        return 1
    sources = [*[source.path for source in found.loaded.sources], *found.checkpoint.files]
    emit(_text(found, format, color, output, quiet=quiet, verbose=verbose), output, sources)
    return 0 if found.fits else 1


def _tell(found: Inspection, format: str) -> None:
    """Show what is wrong with the model."""
    if found.loaded.findings:
        from cnninspect.reports.findings import render

        aside = found.matching is not None or format == "json"
        stream = sys.stderr if aside else sys.stdout
        color = common.colored("auto", error_stream=aside)
        stream.write(render(found.loaded.findings, found.loaded.sources, color=color))


def _text(found: Inspection, format: str, color: str, output: str | None, *, quiet: bool, verbose: bool) -> str:
    from cnninspect.reports.weights_words import lines

    every = verbose or format in ("json", "csv")
    shown = [] if found.matching is None else lines(found, every=every)
    if format in ("json", "csv"):
        from cnninspect.reports import weights_json

        return weights_json.csv(shown) if format == "csv" else weights_json.json(found, shown)
    from cnninspect.reports import weights as report

    if quiet:
        return found.verdict + "\n"
    if format == "markdown":
        return report.markdown(found, shown)
    here = output in (None, "-")
    style = report.Style(
        _width() if here and sys.stdout.isatty() else None,
        color=common.colored(color) and (here or color == "always"),
    )
    text = report.render(found, shown, style)
    unicode = not here or (sys.stdout.encoding or "").lower().startswith("utf")
    return text if unicode else text.translate(report.ASCII)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
