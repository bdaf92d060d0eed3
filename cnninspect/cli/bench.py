"""``cnninspect bench``: how long networks take in torch, and what memory they need, in turn with others."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, drawing
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.backends.bench_records import Bench
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph

FORMATS = ("table", "json", "csv", "markdown")
MODES = ("forward", "train", "step")
DTYPES = ("float32", "bfloat16", "float16", "float64")
OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
LARGEST = 2**24
SEED = 2**63


def bench(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Files, or shipped networks.")],
    batch: Annotated[str, typer.Option(metavar="N,N", help="Samples in a batch, one or several: 1,8,32.")] = "1",
    mode: Annotated[str, typer.Option(metavar="MODES", help="forward, train and step, one or several.")] = "forward",
    dtype: Annotated[str, typer.Option(metavar="TYPE", help="float32, bfloat16, float16 or float64.")] = "float32",
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    compile: Annotated[
        bool, typer.Option("--compile", help="Compile as one graph, for each batch anew; tell where graphs break.")
    ] = False,
    channels_last: Annotated[
        bool, typer.Option("--channels-last", help="Keep channels next to each other in memory.")
    ] = False,
    threads: Annotated[int | None, typer.Option(metavar="N", help="How many threads torch has on the CPU.")] = None,
    runs: Annotated[int, typer.Option(metavar="N", help="Time at least so many runs of each.")] = 10,
    seconds: Annotated[float, typer.Option(metavar="S", help="Time each for at least so long.")] = 1.0,
    optimizer: Annotated[str, typer.Option(metavar="NAME", help="sgd, momentum, adam or adamw.")] = "sgd",
    vs: Annotated[
        list[str] | None, typer.Option("--vs", metavar="MODEL", help="Run another network in turn; tell the ratio.")
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="MODULE:NAME", help="The same with any module that imports: torchvision:resnet50."),
    ] = None,
    layers: Annotated[bool, typer.Option("--layers", help="Tell what each layer takes of a forward.")] = False,
    top: Annotated[int | None, typer.Option(metavar="N", help="Show the N layers that take longest.")] = None,
    largest_batch: Annotated[
        bool, typer.Option("--largest-batch", help="Find the largest batch that fits, by trying.")
    ] = False,
    memory: Annotated[
        str | None, typer.Option(metavar="BYTES", help="What the largest batch may take, such as 2GiB.")
    ] = None,
    give_back: Annotated[
        bool, typer.Option("--give-back", help="Let malloc return memory between runs, as it does by itself.")
    ] = False,
    plot: Annotated[str | None, typer.Option(metavar="FILE.svg", help="Draw times and throughput by batch.")] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    samples: Annotated[bool, typer.Option("--samples", help="Every run's time in the JSON.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="For weights and inputs.")] = 0,
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Measure how long networks take in torch.

    Median, spread and throughput of inference, of forward and backward, and of a whole step, and the memory that
    they need beside its prediction; with --vs and --compare in turn with others, and the ratio. Exit code 1 where a
    case could not run, for lack of memory say: the others are still told.
    """
    modes = _words("--mode", mode, MODES)
    named = (("--format", format, FORMATS), ("--color", color, common.COLORS), ("--dtype", dtype, DTYPES))
    for option, word, known in (*named, ("--optimizer", optimizer, OPTIMIZERS)):
        common.choose(option, word, known)
    for option, number in (("--runs", runs), ("--threads", threads), ("--top", top)):
        if number is not None and number < 1:
            raise common.fail(f"{option} must be at least 1, got {number}")
    if not 0 <= seconds < float("inf"):
        raise common.fail(f"--seconds must be a number of seconds, got {seconds}")
    if not 0 <= seed < SEED:
        raise common.fail(f"--seed must be between 0 and {SEED - 1}, got {seed}")
    if plot is not None and not plot.lower().endswith(".svg"):
        raise common.fail(f"--plot writes .svg, not '{clip(plot)}'", "end the name with .svg")
    drawing.refuse_both("--plot", plot, output)
    limit = None if memory is None else _bytes(memory)
    for option, given, other in (("--memory", limit, largest_batch), ("--top", top, layers)):
        if given is not None and not other:
            needed = "--largest-batch" if option == "--memory" else "--layers"
            raise common.fail(f"{option} needs {needed}", f"add {needed}, or leave {option} out")
    batches = _batches(batch)
    common.load_plugins(plugin)
    common.refuse_second_stdin([*models, *(vs or [])])
    loaded = [
        common.read_model(name, variant=variant, sets=set, inputs=input, outside=allow_outside) for name in models
    ]
    rivals = [common.read_model(name, inputs=input, outside=allow_outside) for name in vs or []]
    broken = [_broken(one, format, color) for one in (*loaded, *rivals)]
    if any(broken):
        return 1
    if compare and os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())  # the console script starts without the working folder
    graphs = [one.graph for one in rivals if one.graph is not None]

    def measure(graph: Graph) -> Bench:
        return api.bench(
            graph,
            vs=graphs,
            compare=compare or [],
            batches=batches,
            modes=modes,
            dtype=dtype,
            device=device,
            compile=compile,
            channels_last=channels_last,
            threads=threads,
            runs=runs,
            seconds=seconds,
            optimizer=optimizer,
            seed=seed,
            layers=layers,
            largest=largest_batch,
            memory=limit,
            give_back=give_back,
            told=_tell if sys.stderr.isatty() else None,
        )

    found = _measured([one.graph for one in loaded if one.graph is not None], measure)
    sources = [source.path for one in (*loaded, *rivals) for source in one.sources]
    if plot is not None:
        from cnninspect.reports.bench_plot import drawing as draw
        from cnninspect.reports.svg import write

        emit(write(draw(found)), plot, sources)
    emit(_text(found, loaded, format, color, output, top, samples=samples), output, sources)
    if any(one.interrupted for one in found):
        return 130
    return 1 if any(one.failed for one in found) else 0


def _words(option: str, text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Words between commas, each once."""
    words = [word.strip() for word in text.split(",")]
    for word in words:
        common.choose(option, word, known)
    return tuple(dict.fromkeys(words))


def _batches(text: str) -> tuple[int, ...]:
    """Numbers between commas, each once."""
    words = [word.strip().replace("_", "") for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() and 1 <= int(word[:20]) <= LARGEST for word in words):
        message = f"--batch needs numbers from 1 to {LARGEST:,}, got '{clip(text, 40)}'"
        raise common.fail(message, "for example --batch 1,8,32")
    return tuple(dict.fromkeys(int(word) for word in words))


def _bytes(text: str) -> int:
    from cnninspect.reports.memory_words import parse_bytes

    found = parse_bytes(text)
    if found is None:
        raise common.fail(f"--memory needs an amount of memory, got '{clip(text, 40)}'", "for example 2GiB or 512M")
    return found


def _broken(loaded: Loaded, format: str, color: str) -> bool:
    """Show what is wrong with a model; whether it cannot be run."""
    failed = common.has_errors(loaded)
    if loaded.findings:
        from cnninspect.reports.findings import render

        aside = not failed or format != "table"
        stream = sys.stderr if aside else sys.stdout
        stream.write(render(loaded.findings, loaded.sources, color=common.colored(color, error_stream=aside)))
    return failed or loaded.graph is None


def _measured(graphs: Sequence[Graph], measure: Callable[[Graph], Bench]) -> list[Bench]:
    """Each model with all of its rivals, one after another; an interruption ends it."""
    found: list[Bench] = []
    try:
        for graph in graphs:
            found.append(measure(graph))
            if found[-1].interrupted:
                break
    except KeyboardInterrupt:  # while the next one is built
        if not found:
            raise
        found[-1] = found[-1]._replace(interrupted=True)
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    finally:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
    return found


def _tell(what: str) -> None:
    """Tell a person at a terminal what is going on, on one line."""
    sys.stderr.write(f"\r\x1b[K{clip(what, 70)}")
    sys.stderr.flush()


def _text(
    found: list[Bench],
    loaded: list[Loaded],
    format: str,
    color: str,
    output: str | None,
    top: int | None,
    *,
    samples: bool,
) -> str:
    here = output in (None, "-")
    if format in ("json", "csv"):
        from cnninspect.reports import bench_json

        if format == "csv":
            return bench_json.csv(found)
        return bench_json.json(found, [finding for one in loaded for finding in one.findings], samples=samples)
    from cnninspect.reports import bench as report

    if format == "markdown":
        return "\n".join([report.markdown(one, top=top) for one in found])
    width = None
    if here and sys.stdout.isatty():
        from shutil import get_terminal_size

        width = get_terminal_size((80, 24)).columns
    style = report.Style(width, color=common.colored(color) and (here or color == "always"))
    text = "\n".join([report.render(one, top=top, style=style) for one in found])
    plain = here and not (sys.stdout.encoding or "").lower().startswith("utf")
    return text.translate(report.ASCII) if plain else text
