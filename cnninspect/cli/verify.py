"""``cnninspect verify``: every stated figure of a network against the network itself, built and run by torch."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnninspect.ir import Graph
    from cnninspect.reports.verify import Outcome
    from cnninspect.values import Shape

FORMATS = ("table", "json", "markdown", "junit")
LARGEST = 2**16
WIDE = 120


def verify(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL...", help="A file, - for standard input, or a shipped network.")
    ] = None,
    zoo: Annotated[bool, typer.Option("--zoo", "--all", help="Every network that comes with the program.")] = False,
    meta: Annotated[
        bool, typer.Option("--meta", help="Compute nothing: shapes, weights, MACs and what backward keeps.")
    ] = False,
    small: Annotated[
        bool, typer.Option("--small", help="Compute large networks with the smallest input that they accept.")
    ] = False,
    thorough: Annotated[bool, typer.Option("--thorough", help="The receptive field of every layer.")] = False,
    batch: Annotated[int, typer.Option(metavar="N", help="Samples in a batch: a batch norm needs 2 to train.")] = 2,
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "cpu",
    seed: Annotated[int, typer.Option(metavar="N", help="Of weights and inputs.")] = 0,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="table, json, markdown or junit.")
    ] = "table",
    input: Annotated[
        list[str] | None, typer.Option(metavar="SIZES", help="Another input, such as 3x64x64 or left=3x64x64.")
    ] = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    color: common.Color = "auto",
    output: common.Output = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
) -> int:
    """Hold all that is stated of networks against them in torch.

    Each is built and run by torch: shapes, weights, MACs, what backward keeps, what is alive at once, receptive
    fields, gradients, and whether two runs are the same. Exit code 1 where anything differs.
    """
    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    if not 1 <= batch <= LARGEST:
        raise common.fail(f"--batch must be between 1 and {LARGEST:,}, got {batch}")
    if bool(models) == zoo:
        raise common.fail(
            "name the networks to verify, or give --zoo for all", "for example cnninspect verify resnet18"
        )
    try:
        api.require_torch("verifying a network")
    except api.CannotRun as stopped:
        raise common.fail(stopped.problem.message, stopped.problem.help) from None
    common.load_plugins(plugin)
    common.refuse_second_stdin(models or [])
    sets, inputs = common.given(set, input)
    wish = _Wish(variant, sets, inputs, outside=allow_outside, small=small or zoo, meta=meta)
    names = [one.name for one in api.shipped()] if zoo else list(dict.fromkeys(models or []))
    work = _Work(wish, batch, device, seed, thorough=thorough)
    outcomes = [*work.outcomes(names)]
    emit(_text(outcomes, format, color, output), output, work.sources)
    return work.code or int(any(one.verified is not None and one.verified.differs for one in outcomes))


class _Wish:
    """How models are read."""

    def __init__(
        self,
        variant: str | None,
        sets: Mapping[str, object],
        inputs: Mapping[str | None, Shape],
        *,
        outside: bool,
        small: bool,
        meta: bool,
    ) -> None:
        self.variant = variant
        self.sets = sets
        self.inputs = inputs
        self.outside = outside
        self.small = small
        self.meta = meta


class _Work:
    """Verifies one network after the other."""

    def __init__(self, wish: _Wish, batch: int, device: str, seed: int, *, thorough: bool) -> None:
        self.wish = wish
        self.batch = batch
        self.device = device
        self.seed = seed
        self.thorough = thorough
        self.code = 0
        self.sources: list[str | None] = []

    def outcomes(self, names: list[str]) -> Iterator[Outcome]:
        """What became of each; the next is begun whatever became of the one before."""
        from cnninspect.reports.verify import Outcome

        gc.enable()  # a network that is done with makes room for the next
        shown = len(names) > 1 and sys.stderr.isatty()
        for place, name in enumerate(names, 1):
            if shown:
                sys.stderr.write(f"\r\x1b[K{place}/{len(names)} {name}")
                sys.stderr.flush()
            try:
                graph = self._read(name)
                if graph is None:
                    continue
                small = self._small(name, graph)
                found = api.verify(
                    graph,
                    small=small,
                    meta=self.wish.meta,
                    batch=self.batch,
                    seed=self.seed,
                    device=self.device,
                    thorough=self.thorough,
                )
                yield Outcome(graph.name if name == "-" else name, found)
            except api.CannotRun as stopped:
                if len(names) == 1:
                    notes = "".join([f"\n  = note: {note}" for note in stopped.problem.notes])
                    raise common.fail(stopped.problem.message + notes, stopped.problem.help) from None
                self.code = 2
                yield Outcome(name, None, stopped.problem.message)
            finally:
                graph = small = None
                gc.collect()
                if shown:
                    sys.stderr.write("\r\x1b[K")

    def _read(self, name: str) -> Graph | None:
        wish = self.wish
        loaded = api.read(name, variant=wish.variant, sets=wish.sets, inputs=wish.inputs, outside=wish.outside)
        self.sources += [source.path for source in loaded.sources]
        if loaded.findings:
            from cnninspect.reports.findings import render

            sys.stderr.write(render(loaded.findings, loaded.sources, color=common.colored("auto", error_stream=True)))
        if loaded.graph is None or common.has_errors(loaded):
            self.code = max(self.code, 1)
            return None
        return loaded.graph

    def _small(self, name: str, graph: Graph) -> Graph | None:
        wish = self.wish
        if not wish.small or wish.meta or wish.inputs or name == "-":
            return None

        def read(inputs: Mapping[str | None, Shape]) -> Graph | None:
            loaded = api.read(name, variant=wish.variant, sets=wish.sets, inputs=inputs, outside=wish.outside)
            return None if common.has_errors(loaded) else loaded.graph

        return api.smaller(graph, read, self.batch)


def _text(outcomes: list[Outcome], format: str, color: str, output: str | None) -> str:
    if format in ("json", "junit"):
        from cnninspect.reports import verify_json

        return verify_json.json(outcomes) if format == "json" else verify_json.junit(outcomes)
    if not outcomes:
        return ""
    from cnninspect.reports import verify as report

    if format == "markdown":
        return report.markdown(outcomes)
    here = output in (None, "-")
    terminal = here and sys.stdout.isatty()
    style = report.Style(_width() if terminal else None, color=common.colored(color) and (here or color == "always"))
    text = report.render(outcomes, style)
    readable = not here or (sys.stdout.encoding or "").lower().startswith("utf")
    return text if readable else text.translate(report.ASCII)


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size((WIDE, 24)).columns
