"""A network in another form: a Python file, an ONNX file."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING, Any

from cnninspect.api.reading import CannotRun
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.api.reading import Path
    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph

    Again = Callable[[dict[str, object]], Graph | None]


def export_python(graph: Graph, again: Again | None = None) -> str:
    """The network as a Python file of torch modules, with the ``state_dict`` and the results of ``build``.

    ``again`` reads the model with other params. A whole number among them that only stands for itself in layers, as
    the number of classes does, becomes an argument of the network in the file. Raises CannotRun for what has no
    spelling in torch. Nothing of torch is imported.
    """
    from cnninspect.backends.python import write_python
    from cnninspect.backends.python.marks import find_marks

    try:
        return write_python(graph, find_marks(graph, again) if again is not None else {})
    except Problem as problem:
        raise CannotRun(problem) from None


def export_onnx(graph: Graph, *, batch: int | None = None, opset: int | None = None, **options: Any) -> bytes:  # noqa: ANN401 - those of build
    """The network as an ONNX file, for any batch unless one is given; ``options`` are those of ``build``.

    Raises CannotRun where torch cannot write it, and for weights of 2 GiB, which no one file holds.
    """
    from cnninspect.api.running import require_torch

    require_torch("writing ONNX")
    from cnninspect.backends.export_onnx import onnx_bytes

    try:
        return onnx_bytes(graph, _onnx_network(graph, options), batch=batch, opset=opset)
    except Problem as problem:
        raise CannotRun(problem) from None


def save_onnx(
    graph: Graph,
    path: Path,
    *,
    batch: int | None = None,
    opset: int | None = None,
    **options: Any,  # noqa: ANN401 - those of build
) -> list[str]:
    """Write the network as ONNX to a path, for any batch unless one is given; ``options`` are those of ``build``.

    Weights of 2 GiB and more go into a second file, ``path`` with ``.data`` behind it, to which the first refers by name.
    Returns the files that were written. Raises CannotRun where torch cannot write it.
    """
    from cnninspect.api.running import require_torch

    require_torch("writing ONNX")
    from cnninspect.backends.export_onnx import onnx_files

    try:
        return onnx_files(graph, _onnx_network(graph, options), fspath(path), batch=batch, opset=opset)
    except Problem as problem:
        raise CannotRun(problem) from None


def _onnx_network(graph: Graph, options: dict[str, Any]) -> Network:
    from cnninspect.api.running import build
    from cnninspect.backends.export_onnx import require_onnx

    require_onnx()
    return build(graph, in_place=False, **options)
