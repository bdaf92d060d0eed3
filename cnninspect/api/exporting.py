"""A network in another form: a Python file, an ONNX file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.api.reading import CannotRun
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """The network as an ONNX file, for any batch unless one is given; ``options`` are those of ``build``."""
    from cnninspect.api.running import build, require_torch

    require_torch("writing ONNX")
    from cnninspect.backends.export_onnx import onnx_bytes, require_onnx

    try:
        require_onnx()
        return onnx_bytes(graph, build(graph, in_place=False, **options), batch=batch, opset=opset)
    except Problem as problem:
        raise CannotRun(problem) from None
