"""Checkpoints: held against a model without torch, or put into a network that was built."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, ModelError, find_source
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.analysis.weights import Inspection
    from cnninspect.api.reading import Path
    from cnninspect.backends.weights import Module
    from cnninspect.ir import Graph
    from cnninspect.passes.matching import Matching
    from cnninspect.values import Shape

LAYOUTS = ("torch", "keras")
"""Whose order of axes, and names, a checkpoint has."""


def weights(  # noqa: PLR0913 - what a caller may ask of a model and a checkpoint, by keyword
    model: Path,
    path: Path,
    *,
    strict: bool = True,
    prefix: str | None = None,
    layout: str = "torch",
    variant: str | None = None,
    sets: Mapping[str, object] | None = None,
    inputs: Mapping[str | None, Shape] | None = None,
    text: str | None = None,
    outside: bool = False,
) -> Inspection:
    """Hold a checkpoint against a model by names and shapes, without torch and without running anything.

    What is wrong with the model is in ``loaded``. CannotRun is raised where one of the two cannot be read, or no name
    begins with ``prefix``.
    """
    from cnninspect.analysis.weights import Inspection, Networks, inspect
    from cnninspect.frontends import checkpoints, locate
    from cnninspect.frontends.yaml.load import Wanted
    from cnninspect.frontends.yaml.source import BadText

    _check(layout)
    model = fspath(model)
    try:
        table = checkpoints.read(fspath(path), outside=outside)
        source, chosen = find_source(model, variant, text)
        networks = Networks(source, Wanted(chosen, sets or {}, inputs or {}), locate.Opener(outside=outside))
        return inspect(networks, table, strict=strict, prefix=prefix, layout=layout)
    except BadText as bad:
        return Inspection(locate.broken(model, bad), table, None, strict, layout, None)
    except Problem as problem:
        raise CannotRun(problem) from None


def load_weights(  # noqa: PLR0913 - what a caller may ask of a checkpoint, by keyword
    module: Module,
    graph: Graph,
    path: Path,
    *,
    strict: bool = True,
    prefix: str | None = None,
    layout: str = "torch",
    outside: bool = False,
) -> Matching:
    """Put the tensors of a checkpoint into a network that was built from this graph.

    Reads safetensors, what torch.save wrote, .npz, an index of shards and folders, straight from the bytes of the
    files: nothing in them is ever run. A known prefix that every name carries is taken away, or ``prefix`` is.
    ``layout="keras"`` moves axes and names as Keras has them. Where it does not fit nothing is changed, and ModelError
    holds a finding for each tensor; without ``strict`` names may differ, shapes may not. CannotRun is raised where the
    file cannot be read.
    """
    from cnninspect.analysis.weights import accepted, differences
    from cnninspect.api.running import require_torch
    from cnninspect.frontends import checkpoints
    from cnninspect.passes.matching import DEFAULTED, LOADS, match

    _check(layout)
    require_torch("loading weights")
    from cnninspect.backends.weights import fill

    try:
        table = checkpoints.read(fspath(path), outside=outside)
        stored = {tensor.key: tensor for tensor in table.tensors}
        shapes = {key: tensor.shape for key, tensor in stored.items()}
        found = match(graph, shapes, prefix=prefix, layout=layout)
        if not accepted(found, strict=strict):
            raise ModelError(tuple(differences(graph, found, table.name, strict=strict)))
        rows = [row for row in found.rows if row.status == LOADS]
        layers = {row.node for row in rows}
        zeroed = [row.key for row in found.rows if row.status == DEFAULTED and row.key and row.node in layers]
        fill(module, [(row.key, stored[row.stored], row.turn) for row in rows if row.key and row.stored], zeroed)
    except Problem as problem:
        raise CannotRun(problem) from None
    return found


def _check(layout: str) -> None:
    if layout not in LAYOUTS:
        message = f"unknown layout '{clip(layout)}': use {', '.join(LAYOUTS)}"
        raise ValueError(message)
