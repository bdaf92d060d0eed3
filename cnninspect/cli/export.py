"""``cnninspect export``: a network as a Python file, as ONNX, as a drawing, or as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnninspect import api
from cnninspect.cli import common, drawing
from cnninspect.cli.output import emit, emit_several
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph

FORMATS = ("pytorch", "onnx", "dot", "mermaid", "json")
PICTURES = ("svg", "png", "pdf")
OPSETS = range(18, 27)
"""What torch's exporter knows to write."""


def export(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="pytorch, onnx, dot, mermaid or json.")],
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    input: common.Inputs = None,
    depth: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="dot, mermaid: fold names of more than N parts into one box.")
    ] = None,
    render: Annotated[
        str | None, typer.Option(metavar="FILE", help="dot: have Graphviz draw it as .svg, .png or .pdf.")
    ] = None,
    batch: Annotated[int | None, typer.Option(metavar="N", min=1, help="onnx: one batch size; any without it.")] = None,
    opset: Annotated[
        int | None, typer.Option(metavar="N", help="onnx: version of the operator set; torch's own without it.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="onnx: draw the weights from this seed.")] = None,
    strict: common.Strict = True,
    init: Annotated[
        str | None, typer.Option(metavar="HOW", help=f"onnx: {common.INIT_HELP[0].lower()}{common.INIT_HELP[1:]}")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="FILE", help="onnx: a checkpoint, .pt, .pth or .safetensors.")
    ] = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Write a network in another form.

    pytorch: a Python file that needs nothing but torch, with the state_dict and the results of the model; onnx: through
    torch's exporter, with new weights or those of a checkpoint; dot and mermaid: a drawing; json: the graph for machines.
    """
    common.choose("--to", to, FORMATS)
    only = {"--depth": depth, "--render": render, "--batch": batch, "--opset": opset, "--seed": seed}
    _refuse_misfits(to, {**only, "--init": init, "--weights": weights})
    common.choose("--init", init or "torch", common.INITS)
    drawing.refuse_both("--render", render, output)
    if to == "onnx" and output in (None, "-"):
        raise common.fail("ONNX is not text and goes into a file", "write -o FILE.onnx")
    if opset is not None and opset not in OPSETS:
        raise common.fail(f"--opset takes {OPSETS[0]} to {OPSETS[-1]}, got {opset}")
    common.load_plugins(plugin)
    loaded = common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)
    failed = common.has_errors(loaded) or loaded.graph is None
    if loaded.findings:
        from cnninspect.reports.findings import render as findings_text

        stream = sys.stdout if failed else sys.stderr
        color = common.colored("auto", error_stream=not failed)
        stream.write(findings_text(loaded.findings, loaded.sources, color=color))
    if failed or loaded.graph is None:
        return 1
    sources = [*[source.path for source in loaded.sources], weights]
    if to == "onnx":
        options = {
            "batch": batch,
            "opset": opset,
            "seed": seed,
            "init": init or "torch",
            "weights": weights,
            "strict": strict,
        }
        _onnx(loaded.graph, output or "", sources, options)
        return 0
    if to == "pytorch":
        text = _python(model, loaded, variant, set, input, outside=allow_outside)
    else:
        text = _drawn(loaded.graph, to, depth)
    if render is not None:
        from cnninspect.cli.graphviz import draw

        emit(draw(text, render, PICTURES), render, sources)
    if output is not None or render is None:
        emit(text if output not in (None, "-") else _printable(text, to), output, sources)
    return 0


FITS = {
    "--depth": ("dot", "mermaid"),
    "--render": ("dot",),
    "--batch": ("onnx",),
    "--opset": ("onnx",),
    "--seed": ("onnx",),
    "--init": ("onnx",),
    "--weights": ("onnx",),
}
"""What each option is for."""


def _refuse_misfits(to: str, given: dict[str, object]) -> None:
    for option, value in given.items():
        if value is not None and to not in FITS[option]:
            raise common.fail(f"{option} means nothing to {to}", f"it is for --to {' or '.join(FITS[option])}")


def _onnx(graph: Graph, output: str, sources: list[str | None], options: dict[str, Any]) -> None:
    try:
        emit_several(lambda path: api.save_onnx(graph, path, **options), output, sources)
    except api.ModelError as stopped:
        raise common.fail(str(stopped)) from None
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None


def _python(
    model: str,
    loaded: Loaded,
    variant: str | None,
    sets: list[str] | None,
    inputs: list[str] | None,
    *,
    outside: bool,
) -> str:
    graph = loaded.graph
    assert graph is not None
    given, shapes = common.given(sets, inputs)
    text = loaded.sources[0].text if model == "-" else None

    def again(params: dict[str, object]) -> Graph | None:
        other = api.read(model, variant=variant, sets={**given, **params}, inputs=shapes, text=text, outside=outside)
        return None if common.has_errors(other) else other.graph

    try:
        return api.export_python(graph, again)
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None


def _drawn(graph: Graph, to: str, depth: int | None) -> str:
    if to == "json":
        from cnninspect.reports import graph_json

        return graph_json.render(graph)
    if to == "dot":
        from cnninspect.reports import dot

        return dot.render(graph, depth)
    from cnninspect.reports import mermaid

    text = mermaid.render(graph, depth)
    if mermaid.arrows(text) > mermaid.MOST_ARROWS:
        count = f"{mermaid.arrows(text)} arrows in '{clip(graph.name)}': Mermaid draws {mermaid.MOST_ARROWS} by default"
        sys.stderr.write(f"cnninspect: {count}\n  = help: fold blocks with --depth 2, or raise its maxEdges\n")
    return text


def _printable(text: str, to: str) -> str:
    """What this terminal can show of a drawing: the sign between sizes is no letter of every one."""
    if to not in ("dot", "mermaid") or (sys.stdout.encoding or "").lower().startswith("utf"):
        return text
    return text.replace("×", "x")
