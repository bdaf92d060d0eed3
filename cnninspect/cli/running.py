"""``cnninspect run``: a network instantiated and run, layer by layer as it happened."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from cnninspect.backends.running import Ran
    from cnninspect.ir import Graph

FORMATS = ("table", "json", "csv", "markdown")
DTYPES = ("float32", "float64", "bfloat16", "float16")
NORMALIZE = ("none", "imagenet")
LARGEST = 2**24


def run(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch.")] = 1,
    dtype: Annotated[str, typer.Option(metavar="TYPE", help="float32, float64, bfloat16 or float16.")] = "float32",
    weights: Annotated[
        str | None, typer.Option(metavar="FILE", help="A checkpoint, in place of random weights.")
    ] = None,
    strict: common.Strict = True,
    prefix: common.Prefix = None,
    layout: common.Layout = "torch",
    input_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="A .png picture or .npy array, in place of random numbers.")
    ] = None,
    normalize: Annotated[
        str, typer.Option(metavar="HOW", help="none, or imagenet: by the mean and deviation of ImageNet's colours.")
    ] = "none",
    seed: Annotated[int, typer.Option(metavar="N", help="Of random weights and inputs.")] = 0,
    init: common.Init = "torch",
    train: Annotated[bool, typer.Option("--train", help="In training mode, with the heads for training.")] = False,
    top: Annotated[int, typer.Option(metavar="K", help="The likeliest elements of each output; 0 for none.")] = 5,
    runs: Annotated[int, typer.Option(metavar="N", help="How many runs are timed.")] = 5,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Run a network in torch and tell what happened in each layer.

    Shapes, time, memory and values, as they happened. A NaN or an infinity is traced to the first layer that made
    one; exit code 1 then, and where a shape is not as stated.
    """
    words = (
        ("--format", format, FORMATS),
        ("--dtype", dtype, DTYPES),
        ("--init", init, common.INITS),
        ("--layout", layout, common.LAYOUTS),
    )
    for option, word, known in (*words, ("--color", color, common.COLORS), ("--normalize", normalize, NORMALIZE)):
        common.choose(option, word, known)
    for option, number, least in (("--batch", batch, 1), ("--runs", runs, 1), ("--top", top, 0)):
        if not least <= number <= LARGEST:
            raise common.fail(f"{option} must be between {least} and {LARGEST:,}, got {number}")
    gc.enable()  # networks and their tensors are worth collecting
    try:
        api.require_torch("running a network")
        common.load_plugins(plugin)
        loaded = common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)
        if loaded.findings:
            from cnninspect.reports.findings import render

            sys.stderr.write(render(loaded.findings, loaded.sources, color=common.colored(color, error_stream=True)))
        if loaded.graph is None or common.has_errors(loaded):
            return 1
        ran = api.run(
            loaded.graph,
            batch=batch,
            dtype=dtype,
            device=device,
            seed=seed,
            init=init,
            weights=weights,
            strict=strict,
            prefix=prefix,
            layout=layout,
            given=input_file,
            normalize=normalize,
            train=train,
            runs=runs,
            top=top,
            outside=allow_outside,
        )
    except api.CannotRun as stopped:
        notes = "".join([f"\n  = note: {note}" for note in stopped.problem.notes])
        raise common.fail(stopped.problem.message + notes, stopped.problem.help) from None
    except api.ModelError as wrong:
        from cnninspect.reports.findings import render

        sys.stderr.write(render(wrong.findings, loaded.sources, color=common.colored(color, error_stream=True)))
        return 1
    sources = [*[source.path for source in loaded.sources], weights, input_file]
    emit(_text(ran, format, color, output), output, sources)
    return int(ran.bad is not None or _unlike(ran))


def _unlike(ran: Ran) -> bool:
    return any(layer.shapes != ran.graph.nodes[layer.node].outputs for layer in ran.layers)


def class_names(graph: Graph, ran: Ran) -> list[str] | None:
    """The names of classes where the model has a param that lists as many as an output has elements."""
    counts = {head.shape[-1] for head in ran.heads if head.top}
    for listed in graph.params.values():
        if isinstance(listed, (list, tuple)) and {len(listed)} == counts and all(isinstance(n, str) for n in listed):
            return [str(name) for name in listed]
    return None


def _text(ran: Ran, format: str, color: str, output: str | None) -> str:
    names = class_names(ran.graph, ran)
    if format in ("json", "csv"):
        from cnninspect.reports import run_json

        return run_json.json(ran, names) if format == "json" else run_json.csv(ran)
    from cnninspect.reports import run as report

    if format == "markdown":
        return report.markdown(ran, names)
    here = output in (None, "-")
    terminal = here and sys.stdout.isatty()
    style = report.Style(_width() if terminal else None, color=common.colored(color) and (here or color == "always"))
    text = report.render(ran, names, style)
    readable = not here or (sys.stdout.encoding or "").lower().startswith("utf")
    return text if readable else text.translate(report.ASCII)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((120, 24)).columns
