"""What a network does when it runs: how it went, and whether it is what was stated of it."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun
from cnninspect.api.running import require_torch
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnninspect.api.reading import Path
    from cnninspect.backends.build import Device
    from cnninspect.backends.running import Ran
    from cnninspect.backends.verify import Verified
    from cnninspect.ir import Graph
    from cnninspect.passes.memory import Memory
    from cnninspect.values import Shape

SIDES = (32, 48, 64, 75, 96, 128, 160, 192, 224, 256, 320)
"""The sizes of an axis that are tried in place of a larger one."""
DEEP = (4, 8, 16, 32)
"""Those of the first of three axes."""
CHEAP = 10**9
"""Multiply-accumulates of a batch below which a network is computed with its own input."""


def verify(  # noqa: PLR0913 - what to hold against what, by keyword
    graph: Graph,
    *,
    small: Graph | None = None,
    meta: bool = False,
    batch: int = 2,
    seed: int = 0,
    device: Device = "cpu",
    thorough: bool = False,
    training: bool = True,
) -> Verified:
    """Hold every figure that is stated of a network against the network itself, built by torch and run.

    With ``small``, the same network for a smaller input, shapes, weights and computation are torch's for the
    graph itself, with nothing computed, and what needs values is measured on the small one. With ``meta``
    nothing is computed at all. ``thorough`` measures the receptive field of every layer, ``training=False`` leaves out what training needs. A batch norm cannot
    train on one value: the batch should be 2 at least.

    Raises CannotRun where there is no torch, where the network cannot be built, and, before anything is
    allocated, where it would not fit.
    """
    require_torch("verifying a network")
    from cnninspect.backends.build import check_seed, choose_device
    from cnninspect.backends.running_memory import available
    from cnninspect.backends.verify import verify_graph

    try:
        check_seed(seed)
        where = choose_device("meta") if meta else choose_device(device, runs=True)
        if not meta:
            _refuse_too_large(small or graph, batch, available(where))
        return verify_graph(
            graph, small=small, batch=batch, seed=seed, device=where, thorough=thorough, training=training
        )
    except Problem as problem:
        raise CannotRun(problem) from None


def run(  # noqa: PLR0913 - how to run, by keyword
    graph: Graph,
    *,
    batch: int = 1,
    dtype: str = "float32",
    device: Device = "auto",
    seed: int = 0,
    init: str = "torch",
    weights: Path | None = None,
    strict: bool = True,
    prefix: str | None = None,
    layout: str = "torch",
    given: Path | None = None,
    normalize: str = "none",
    train: bool = False,
    runs: int = 5,
    top: int = 5,
    outside: bool = False,
) -> Ran:
    """Build a network, run it, and tell how it went: what each layer made, its time, its memory, its values.

    ``init`` is how weights begin, as for ``build``; ``weights`` is a checkpoint in place of them, which ``strict``,
    ``prefix`` and ``layout`` say how to load; ``given`` a .png picture or a .npy array to run it on, in
    place of random numbers. Raises CannotRun where there is no torch, where the network cannot be built or does
    not run, where a file cannot be read, and where it would not fit, before anything is allocated, or did not.
    """
    require_torch("running a network")
    from cnninspect.backends.build import build_graph, choose_device
    from cnninspect.backends.running import Wanted, run_network
    from cnninspect.backends.running_memory import available
    from cnninspect.frontends import images

    try:
        where = choose_device(device, runs=True)
        wanted = Wanted(batch, seed, train, runs, top, None if given is None else images.read(fspath(given)), normalize)
        free = available(where)
        _refuse_to_run(graph, batch, dtype, free)
        network = build_graph(graph, device=where, dtype=dtype, seed=seed, init=init)
        begun = _begun(graph, init, seed)
        if weights is not None:
            from cnninspect.analysis.weights import verdict
            from cnninspect.api.checkpoints import load_weights

            loaded = load_weights(network, graph, weights, strict=strict, prefix=prefix, layout=layout, outside=outside)
            others = f"; the others {begun[9:]}" if loaded.differences else ""
            begun = f"weights: {clip(weights)}, {verdict(loaded)}{others}"
        ran = run_network(graph, network, wanted)
    except Problem as problem:
        if problem.code == "out-of-memory" and not problem.notes:
            problem.notes = tuple(_foretold(graph, batch, dtype, free))
        raise CannotRun(problem) from None
    return ran._replace(notes=(begun, *ran.notes))


def _begun(graph: Graph, init: str, seed: int) -> str:
    """How the weights began."""
    own = sum([bool(node.init) for node in graph.nodes])
    told = f"; in {own:,} layer{'s' if own > 1 else ''} as the model says" if own else ""
    return f"weights: {'as torch begins them' if init == 'torch' else init}, seed {seed}{told}"


def _refuse_to_run(graph: Graph, batch: int, dtype: str, free: int | None) -> None:
    from cnninspect.passes.memory import memory

    needs = memory(graph, batch=batch, dtype=dtype).inference
    if free is None or needs is None or needs <= free:
        return
    message = f"{graph.name} with batch {batch:,} would need {needs:,} bytes, and {free:,} are available"
    raise Problem(
        "out-of-memory", message, notes=_foretold(graph, batch, dtype, free), help="a smaller --batch or --input"
    )


def _foretold(graph: Graph, batch: int, dtype: str, free: int | None) -> list[str]:
    """What the network was said to need, and the largest batch that should fit."""
    from cnninspect.passes.memory import largest_batch, memory

    found = memory(graph, batch=batch, dtype=dtype)
    at = "" if found.peak_layer is None else f" while '{found.peak_layer}' runs"
    notes = []
    if found.peak is not None and found.stored.inference is not None:
        notes = [
            f"stated: weights and buffers {found.stored.inference:,} bytes, activations at most {found.peak:,}{at}"
        ]
    if free is not None:
        most = largest_batch(graph, free, dtype=dtype).inference.batch
        if most is not None:
            notes.append(f"the largest batch that should fit into {free:,} bytes is {most:,}")
    return notes


def smaller(graph: Graph, read: Callable[[Mapping[str | None, Shape]], Graph | None], batch: int = 2) -> Graph | None:
    """The same network for the smallest input that it accepts among some usual ones; None to leave it as it is.

    ``read`` gives the network for other inputs, None where it refuses them.
    """
    from cnninspect.passes.cost import costs

    if sum([cost.macs or 0 for cost in costs(graph, batch)]) <= CHEAP:
        return None
    whole = {given.name: given.shape for given in graph.inputs}
    for shapes in _candidates(whole):
        if shapes == whole:
            return None
        for written in (shapes, {name: (*shape[1:], shape[0]) for name, shape in shapes.items()}):
            found = read(dict(written.items()))
            if found is not None and found.complete and {one.name: one.shape for one in found.inputs} == shapes:
                return found
    return None


def _candidates(whole: dict[str, Shape]) -> Iterator[dict[str, Shape]]:
    for index, side in enumerate(SIDES):
        deep = DEEP[min(index, len(DEEP) - 1)]
        yield {name: _cut(shape, side, deep) for name, shape in whole.items()}


def _cut(shape: Shape, side: int, deep: int) -> Shape:
    channels, *sizes = shape
    volume = len(sizes) > 2  # noqa: PLR2004 - the first of three axes is the short one
    return (channels, *[min(size, deep if volume and not axis else side) for axis, size in enumerate(sizes)])


def _refuse_too_large(graph: Graph, batch: int, free: int | None) -> None:
    from cnninspect.passes.memory import memory

    found = memory(graph, batch=batch)
    needs = _needs(found)
    if free is None or needs is None or needs <= free:
        return
    message = f"verifying {graph.name} with batch {batch} would need {needs:,} bytes, and {free:,} are available"
    notes = [f"weights {found.stored.weights:,} twice, gradients {found.stored.gradients:,}, saved {found.saved:,}"]
    helped = "--meta computes nothing, --small measures on a smaller input, --input and --batch choose one"
    raise Problem("out-of-memory", message, notes=notes, help=helped)


def _needs(found: Memory) -> int | None:
    """The network twice, its gradients, what backward holds and what runs at once."""
    parts = (found.stored.inference, found.training, found.peak)
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
