"""``cnninspect explain``: a layer type, a block, a word of the language, the code of a finding; or a layer of a model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.yaml.load import Loaded

FORMATS = ("text", "json")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
LARGEST = 2**53


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A layer type, block, word, option of training or code; or a model with LAYER."
        ),
    ],
    layer: Annotated[
        str | None, typer.Argument(metavar="LAYER", help="A layer of the model, as summary names it.")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json (with LAYER).")] = "text",
    variant: common.Variant = None,
    set: common.Sets = None,
    input: common.Inputs = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch, for costs and activations.")] = 1,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float64, float32, float16, bfloat16, float8 or int8.")
    ] = "float32",
    color: common.Color = "auto",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Explain a layer, a word, an error code, or a layer's figures.

    With one NAME: a layer type with its options, a word of the language, a figure, an option of a training or all of them
    (recipe), or what a finding means and how to mend it.
    With a model and a LAYER of it: every figure of that layer with the arithmetic behind it.

    JSON, cnninspect.explain/1: model, batch, dtype, layer, type, source, yaml, means, calls, inputs, output_shapes,
    read_by, outputs, shares, init, training, copies, weights, buffer_shapes, figures (parameters, trainable, buffers, macs,
    flops, weight_bytes, activation_bytes), torch, and workings: by section the lines (of, symbol, expression,
    unrounded, value, note). null is unknown.
    """
    common.choose("--color", color, common.COLORS)
    common.choose("--format", format, FORMATS)
    common.choose("--dtype", dtype, DTYPES)
    if not 1 <= batch <= LARGEST:
        raise common.fail(f"--batch must be {'at least 1' if batch < 1 else f'at most {LARGEST:,}'}, got {batch}")
    common.load_plugins(plugin)
    if layer is None:
        used = {"--variant": variant, "--set": set, "--input": input, "--format": format != "text"}
        used |= {"--batch": batch > 1, "--dtype": dtype != "float32"}
        return _word(name, [option for option, value in used.items() if value], color, output)
    loaded = common.read_model(name, variant=variant, sets=set, inputs=input, outside=allow_outside)
    if _broken(loaded, color):
        return 1
    text = _layer(loaded, layer, batch, dtype, format, color, output)
    emit(text, output, [source.path for source in loaded.sources])
    return 0


def _word(name: str, used: Sequence[str], color: str, output: str | None) -> int:
    if used:
        raise common.fail(
            f"{' and '.join(used)} belong{'s' if len(used) == 1 else ''} to a layer of a model",
            f"name the layer too: cnninspect explain {clip(name, 40)} LAYER",
        )
    from cnninspect.cli.explaining import signs, width_for
    from cnninspect.reports import explain as report

    shown = common.colored(color) and (output in (None, "-") or color == "always")
    text = report.explain(name, width=width_for(output), color=shown)
    if text is None:
        raise common.fail(f"there is nothing called '{clip(name)}' to explain", _hint(name) or report.hint(name))
    emit(signs(text, output), output)
    return 0


def _hint(name: str) -> str:
    """What to write where the name is that of a command or a model."""
    from cnninspect import api
    from cnninspect.cli import COMMANDS

    if name in COMMANDS:
        return f"it is a command: cnninspect {name} --help tells its options"
    if name == "-":
        return ""
    try:
        graph = api.read(name).graph
    except api.CannotRun:
        return ""
    layer = graph.nodes[0].name if graph is not None and graph.nodes else "LAYER"
    return f"it is a model: name a layer too, such as cnninspect explain {clip(name, 40)} {clip(layer, 40)}"


def _broken(loaded: Loaded, color: str) -> bool:
    """Whether the model has a mistake; all findings are told."""
    failed = common.has_errors(loaded) or loaded.graph is None
    if loaded.findings:
        from cnninspect.reports.findings import render

        shown = common.colored(color, error_stream=not failed)
        (sys.stdout if failed else sys.stderr).write(render(loaded.findings, loaded.sources, color=shown))
    return failed


def _layer(loaded: Loaded, name: str, batch: int, dtype: str, format: str, color: str, output: str | None) -> str:
    from cnninspect.reports.working import explain_layer, written
    from cnninspect.reports.working_names import missing, position

    graph = loaded.graph
    assert graph is not None  # the caller looked
    index = position(graph, name)
    if index is None:
        raise common.fail(*missing(graph, name))
    found = explain_layer(graph, index, batch, dtype)
    yaml = written(found.node, loaded.sources)
    if format == "json":
        from cnninspect.reports.working_json import explanation

        return explanation(found, yaml)
    from cnninspect.cli.explaining import drawn
    from cnninspect.reports.working_text import page

    return drawn(lambda style: page(found, yaml, style), color, output)
