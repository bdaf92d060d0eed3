"""A network as an ONNX file, through torch's own exporter."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph

NEEDED = ("onnx", "onnxscript")
"""What torch's exporter works with and torch does not bring."""


def require_onnx() -> None:
    """Raise Problem where what torch's exporter needs is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        message = f"writing ONNX needs {' and '.join(missing)}, which torch does not bring with it"
        raise Problem("missing-onnx", message, help="pip install 'cnninspect[onnx]'")


LARGEST = 2**31 - 2**24
"""What the weights in one file may take: it is a message of Protocol Buffers, which end at 2 GiB."""


def onnx_bytes(graph: Graph, network: Network, *, batch: int | None, opset: int | None) -> bytes:
    """The file; its batch may have any size where ``batch`` is None. Raises Problem where torch cannot say it in ONNX."""
    size = _weight_bytes(network)
    if size > LARGEST:
        message = f"'{clip(graph.name)}' has {size:,} bytes of weights, and one ONNX file holds less than 2 GiB"
        raise Problem("cannot-export", message, help="save it to a path: the weights go into a second file beside it")
    data: bytes = _program(graph, network, batch, opset).model_proto.SerializeToString()
    return data


def onnx_files(graph: Graph, network: Network, path: str, *, batch: int | None, opset: int | None) -> list[str]:
    """Write the file, and weights that are too much for it into a second one; returns the paths, the network's last."""
    large = _weight_bytes(network) > LARGEST
    _program(graph, network, batch, opset).save(path, external_data=large)
    return [f"{path}.data", path] if large else [path]


def _weight_bytes(network: Network) -> int:
    return sum([tensor.numel() * tensor.element_size() for tensor in network.state_dict().values()])


def _program(graph: Graph, network: Network, batch: int | None, opset: int | None) -> Any:  # noqa: ANN401 - torch's own
    """What torch's exporter makes."""
    require_onnx()
    network = network.eval()
    device = next((weight.device for weight in network.parameters()), torch.device("cpu"))
    inputs = tuple([torch.zeros(batch or 2, *one.shape, device=device) for one in graph.inputs])
    options: dict[str, Any] = {} if opset is None else {"opset_version": opset}
    if batch is None:
        free = torch.export.Dim("batch", min=1)
        options["dynamic_shapes"] = tuple([{0: free} for _ in inputs])
    names = [one.name for one in graph.inputs]
    heads = [output.name for output in graph.outputs if not output.training]
    told = io.StringIO()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network,
                inputs,
                dynamo=True,
                input_names=names,
                output_names=heads,
                **options,
            )
    except Exception as error:  # whatever torch's exporter refuses with
        why = clip(str(error).strip().partition("\n")[0], 300)
        raise Problem("cannot-export", f"torch cannot write '{clip(graph.name)}' as ONNX: {why}") from error
    assert program is not None
    return program
