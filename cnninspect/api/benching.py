"""Measuring: how long a network takes, beside others, and what memory it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, graph_of
from cnninspect.api.running import require_torch
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api.reading import Path
    from cnninspect.backends.bench_records import Bench, Wish
    from cnninspect.ir import Graph


def bench(  # noqa: PLR0913 - what a caller may ask of a benchmark, by keyword
    model: Path | Graph,
    /,
    *,
    vs: Sequence[Path | Graph] = (),
    compare: Sequence[str] = (),
    batches: Sequence[int] = (1,),
    modes: Sequence[str] = ("forward",),
    dtype: str = "float32",
    device: str = "auto",
    compile: bool = False,
    channels_last: bool = False,
    threads: int | None = None,
    runs: int = 10,
    seconds: float = 1.0,
    optimizer: str = "sgd",
    seed: int = 0,
    layers: bool = False,
    largest: bool = False,
    memory: int | None = None,
    give_back: bool = False,
    told: Callable[[str], None] | None = None,
) -> Bench:
    """Measure a network: of a graph, or of what ``load`` makes of a name or path.

    ``vs`` are other networks, ``compare`` modules to import by ``module:callable``, which take the same inputs; all
    of them run in turn. ``modes`` are forward (inference), train (forward and backward) and step (with the optimizer
    too). Each runs at least ``runs`` times and for ``seconds``, once it is warm. ``layers`` asks for the time of
    each layer, ``largest`` for the largest batch that fits into ``memory`` bytes, or on CUDA into what is free.
    ``give_back`` lets malloc return memory to the system between runs, as it does by itself. ``told`` is called with what is being done.

    Interrupted by Ctrl-C it returns what it has, and says so. Raises CannotRun where there is no torch or something
    cannot be built, imported or had, and what ``load`` raises.
    """
    require_torch("benchmarking")
    from cnninspect.backends.bench_records import Wish

    wish = Wish(
        tuple(batches), tuple(modes), dtype, device, compile, channels_last, threads, runs, seconds, optimizer, seed,
        layers, largest, memory, give_back,
    )  # fmt: skip
    _check(wish)
    others = [graph_of(other) for other in vs]
    from cnninspect.backends.bench import bench

    try:
        return bench(graph_of(model), [*others, *compare], wish, told)
    except Problem as problem:
        raise CannotRun(problem) from None


def _check(wish: Wish) -> None:
    """Refuse what no benchmark can be."""
    from cnninspect.backends.bench_records import DTYPES, MODES, OPTIMIZERS

    words: list[tuple[str, str, tuple[str, ...]]] = [("mode", mode, MODES) for mode in wish.modes]
    words += [("dtype", wish.dtype, DTYPES), ("optimizer", wish.optimizer, OPTIMIZERS)]
    for what, word, known in words:
        if word not in known:
            raise CannotRun(Problem("bad-value", f"unknown {what} '{clip(word)}'", help=f"use {', '.join(known)}"))
    numbers = [("batch", batch) for batch in wish.batches]
    optional = [("threads", wish.threads), ("memory", wish.memory)]
    numbers += [("runs", wish.runs), *[(what, number) for what, number in optional if number is not None]]
    for what, number in numbers:
        if number < 1:
            raise CannotRun(Problem("bad-value", f"{what} must be at least 1, got {number}"))
    if not 0 <= wish.seconds < float("inf"):
        raise CannotRun(Problem("bad-value", f"seconds must be at least 0, got {wish.seconds}"))
    if not wish.batches or not wish.modes:
        raise CannotRun(Problem("bad-value", "there is nothing to measure", help="name a batch and a mode"))
    for what, given in (("batch", wish.batches), ("mode", wish.modes)):
        if len({*given}) < len(given):
            raise CannotRun(Problem("bad-value", f"a {what} is named twice", help="each is measured once"))
