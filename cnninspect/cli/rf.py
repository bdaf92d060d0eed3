"""``cnninspect rf``: what every layer, and every unit of it, sees of the input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common, drawing, telling
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.reports.rf_effective import Measured
    from cnninspect.reports.rf_layer import Unit
    from cnninspect.reports.svg import Drawing

FORMATS = ("table", "json", "csv", "markdown")
PIPE = (100, 34)
"""Columns and lines of a picture that no terminal asked for."""
UNMEASURED = (0, 16, "cpu")
"""What --seed, --samples and --device are where nobody gives them."""


def rf(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")],
    layer: Annotated[str | None, typer.Option(metavar="NAME", help="Show what a unit of this layer sees.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="ROW,COL", help="The unit, such as 3,3; without it the middle one.")
    ] = None,
    through_gates: Annotated[
        bool, typer.Option("--through-gates", help="Leave out what only weighs, such as squeeze-excite's pooling.")
    ] = False,
    of: Annotated[
        str | None, typer.Option(metavar="INPUT", help="The input to look at, where there are several.")
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw into an .svg or .png: growth over depth; with --layer the field."),
    ] = None,
    image: Annotated[
        str | None, typer.Option(metavar="PHOTO", help="Draw the field over this picture, with --layer and --plot.")
    ] = None,
    effective: Annotated[
        bool, typer.Option("--effective", help="Measure with torch how much of its field a unit really looks at.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Where the random numbers of --effective begin.")] = 0,
    samples: Annotated[int, typer.Option(metavar="N", help="Random networks that --effective measures.")] = 16,
    device: Annotated[
        str, typer.Option(metavar="DEVICE", help="For --effective: auto, cpu, cuda, cuda:1 or mps.")
    ] = "cpu",
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")] = "table",
    color: common.Color = "auto",
    output: common.Output = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Leave out what the figures mean.")] = False,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Show the receptive field of each layer, or what one unit sees.

    Show what every layer sees of the input: the size of its receptive field, its jump and its start, how much of it
    is padding, and what that means for the network. With --layer, what one unit of it sees, with a picture.

    JSON, cnninspect.rf/1: inputs (name, shape, suitable: smallest and largest size by axis, exceeded_from,
    unproductive, unread), through_gates, layers (name, type, inputs, output_shape, receptive_field, and
    receptive_fields by input where there are several), misaligned (layer, input, axis, paths, centres, strides).
    A receptive_field has size, stride, start, global, centre, whole by axis, varies (units of one period,
    moved back to the first, see unlike sets, and size and start are those of their union), smallest and largest
    of single units, seen, holes, period, the middle unit and of its window share and padding, exceeds_input,
    misaligned, unproductive. With --layer also unit (layer, input, at, window, seen, share, padding); with
    --effective also effective (samples, seed, boxes, area, theoretical_area, part, radius, centre). null is unknown.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    drawing.check(plot, output)
    if not effective and (seed, samples, device) != UNMEASURED:
        raise common.fail("--seed, --samples and --device need --effective", "add --effective, or leave them out")
    _together(layer, at, plot, image, format, samples, seed, effective=effective)
    common.load_plugins(plugin)
    loaded = common.read_model(model, variant=variant, sets=set, inputs=input, outside=allow_outside)
    failed = common.has_errors(loaded)
    telling.tell(loaded, color, aside=not failed or format != "table", quiet=quiet)
    if loaded.graph is None:
        if format == "json":
            from cnninspect.reports import rf_json

            emit(rf_json.nothing(model, loaded.findings), output, [source.path for source in loaded.sources])
        return 1
    report = api.receptive_fields(loaded.graph, through_gates=through_gates)
    given = _input(report, of)
    unit = None if layer is None and not effective else _unit(report, layer, at, given)
    measured = _measured(report, unit, given, seed, samples, device) if effective and unit is not None else None
    sources = [*[source.path for source in loaded.sources], image]
    here = output in (None, "-")
    if plot is not None:
        emit(drawing.drawn(plot, _drawing(report, given, unit, measured, image), image), plot, sources)
    only = None if of is None else given
    emit(_report(report, loaded, format, color, unit, measured, only, here=here, notes=not quiet), output, sources)
    return 1 if failed else 0


def _together(
    layer: str | None,
    at: str | None,
    plot: str | None,
    image: str | None,
    format: str,
    samples: int,
    seed: int,
    *,
    effective: bool,
) -> None:
    """Refuse options that mean nothing together."""
    if at is not None and layer is None:
        raise common.fail("--at needs --layer", "name the layer whose unit it is: --layer NAME --at ROW,COL")
    if image is not None and (plot is None or layer is None):
        raise common.fail("--image needs --layer and --plot", "--layer NAME --plot field.svg --image photo.jpg")
    if image is not None and plot is not None and os.path.realpath(image) == os.path.realpath(plot):
        raise common.fail("--plot would write over --image", "name another file for the drawing")
    if image is not None and effective:
        raise common.fail("--image and --effective draw over each other", "leave one of them out")
    if layer is not None and format in ("csv", "markdown"):
        raise common.fail(f"--layer is told as a table or as json, not as {format}", "leave out --layer or --format")
    if effective and format in ("csv", "markdown"):
        raise common.fail(f"--effective is told as a table or as json, not as {format}", "leave out one of them")
    if not 0 <= seed < 2**62:
        raise common.fail(f"--seed must be between 0 and 2^62, got {clip(str(seed), 40)}")
    if not 1 <= samples <= 10_000:  # noqa: PLR2004 - an hour of a small network
        raise common.fail(f"--samples must be between 1 and 10,000, got {samples}")


def _input(report: api.ReceptiveFields, of: str | None) -> int:
    """The input that is looked at: the one that was named, else the first."""
    if of is None:
        return 0
    names = [given.name for given in report.graph.inputs]
    common.choose("--of", of, names)
    return names.index(of)


def _unit(report: api.ReceptiveFields, layer: str | None, at: str | None, given: int) -> Unit:
    from cnninspect.reports.rf_layer import unit
    from cnninspect.reports.rf_words import last_map

    names = [node.name for node in report.graph.nodes]
    if layer is None:
        last = last_map(report, given)
        if last is None:
            name = clip(report.graph.inputs[given].name)
            raise common.fail(f"no layer has a map of what it sees of {name}", "name a layer: --layer NAME")
        layer = last
    if layer not in names:
        from cnninspect.reports.working_names import missing

        raise common.fail(*missing(report.graph, layer))
    index = names.index(layer)
    if given not in report.fields[index]:
        raise common.fail(f"'{clip(layer)}' does not depend on {clip(report.graph.inputs[given].name)}")
    shape = report.graph.nodes[index].outputs[0]
    return unit(report, index, given, None if at is None else _position(at, (shape or ())[1:], layer))


def _position(at: str, sizes: Sequence[int], layer: str) -> tuple[int, ...]:
    """The position that was asked for, which the layer must have."""
    parts = [part.strip() for part in at.replace("x", ",").split(",")]
    example = ",".join([str(size // 2) for size in sizes])
    if not sizes:
        raise common.fail(f"'{clip(layer)}' has no places, so --at means nothing there", "leave out --at")
    if len(parts) != len(sizes) or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):  # noqa: PLR2004
        count = {1: "one number", 2: "two numbers", 3: "three numbers"}.get(len(sizes), f"{len(sizes)} numbers")
        raise common.fail(
            f"--at needs {count} for '{clip(layer)}', got '{clip(at, 40)}'", f"for example --at {example}"
        )
    found = tuple([int(part) for part in parts])
    if any(place >= size for place, size in zip(found, sizes, strict=True)):
        low_high = ", ".join([f"0 to {size - 1}" for size in sizes])
        raise common.fail(
            f"'{clip(layer)}' has no unit {clip(at, 40)}: its map is {' × '.join(map(str, sizes))}",
            f"--at takes {low_high}, for example {example}",
        )
    return found


def _measured(report: api.ReceptiveFields, unit: Unit, given: int, seed: int, samples: int, device: str) -> Measured:
    from cnninspect.reports.rf_effective import beside

    if len(unit.image) == 1:
        raise common.fail(f"the input {clip(unit.input)} is a vector: it has no places", "another input: --of NAME")
    if unit.window is None or not unit.seen:
        raise common.fail(f"what '{clip(unit.line.node.name)}' could see is unknown, so nothing can be held against it")
    layer = report.graph.nodes.index(unit.line.node)
    try:
        found = api.effective_field(report.graph, layer, given, unit.at, seed=seed, samples=samples, device=device)
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    return beside(unit, found, seed)


# --- pictures and text -------------------------------------------------------------------


def _drawing(
    report: api.ReceptiveFields, given: int, unit: Unit | None, measured: Measured | None, image: str | None
) -> Drawing:
    from cnninspect.reports import rf_plot

    if unit is None:
        if len(report.graph.inputs[given].shape) == 1:
            raise common.fail("a vector has no places, so there is no field to draw")
        return rf_plot.curve(report, given)
    if unit.window is None:
        raise common.fail(f"the field of '{clip(unit.line.node.name)}' is unknown, so it cannot be drawn")
    if measured is not None:
        return rf_plot.effective(unit, measured)
    return rf_plot.on_input(unit, None if image is None else drawing.photo(image))


def _report(
    report: api.ReceptiveFields,
    loaded: Loaded,
    format: str,
    color: str,
    unit: Unit | None,
    measured: Measured | None,
    only: int | None,
    *,
    here: bool,
    notes: bool,
) -> str:
    if format == "json":
        from cnninspect.reports import rf_json

        return rf_json.render(report, loaded.findings, unit, measured)
    from cnninspect.reports import rf

    if format != "table":
        return rf.csv(report, only) if format == "csv" else rf.markdown(report, only, notes=notes)
    from shutil import get_terminal_size

    terminal = here and sys.stdout.isatty()
    size = get_terminal_size(PIPE) if terminal or color == "always" else PIPE
    dyed = common.colored(color) and (here or color == "always")
    unicode = not here or (sys.stdout.encoding or "").lower().startswith("utf")
    if unit is None:
        width = size[0] if terminal or color == "always" else None
        text = rf.render(report, width=width, color=dyed, only=only, notes=notes)
    else:
        from cnninspect.reports import rf_page

        room = {"width": size[0], "height": size[1]}
        text = rf_page.page(unit, measured, **room, color=dyed, unicode=unicode, notes=notes)
    return text if unicode else text.translate(rf.SIGNS)
