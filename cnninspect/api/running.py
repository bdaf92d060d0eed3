"""What needs torch: the network as a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, graph_of
from cnninspect.values import Problem

if TYPE_CHECKING:
    from cnninspect.api.reading import Path
    from cnninspect.backends.build import Device, Dtype
    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph
    from cnninspect.values import Shape


def require_torch(work: str) -> None:
    """Raise CannotRun where torch is not installed; ``work`` is what needs it."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        message = f"{work} needs PyTorch, which is not installed"
        raise CannotRun(Problem("missing-torch", message, help="pip install 'cnninspect[torch]'"))


def build(  # noqa: PLR0913 - what a caller may ask of a network, by keyword
    model: Path | Graph,
    /,
    *,
    variant: str | None = None,
    input: Shape | None = None,
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: int | None = None,
    init: str = "torch",
    in_place: bool = True,
    weights: Path | None = None,
    strict: bool = True,
    **params: object,
) -> Network:
    """The network as a ``torch.nn.Module``: of a graph, or of what ``load`` makes of a name or path.

    ``device`` may be ``auto``: cuda, else mps, else cpu. With a ``seed`` the weights are the same on every device and
    the caller's random numbers go on as if nothing had been drawn. ``init`` is one of torch (each layer as torch
    begins it), kaiming, xavier, trunc_normal, orthogonal and zero_residual; what each does stands in
    ``cnninspect.backends.build_init``. ``in_place`` lets activations overwrite what nothing else reads, those of which
    backward needs the input (relu6, silu) in eval mode only; without it hooks can keep what a layer makes. ``weights`` is
    a checkpoint that is loaded as ``load_weights`` does, without ``strict`` as far as its tensors go.

    The module gives a tensor, or where the network has several outputs a dict of them by name; heads for training
    are among them in training mode. Raises CannotRun where there is no torch, and what ``load`` raises.
    """
    require_torch("building a network")
    from cnninspect.backends.build import build_graph

    graph = graph_of(model, variant=variant, input=input, **params)
    try:
        network = build_graph(graph, device=device, dtype=dtype, seed=seed, init=init, in_place=in_place)
    except Problem as problem:
        raise CannotRun(problem) from None
    if weights is not None:
        from cnninspect.api.checkpoints import load_weights

        load_weights(network, graph, weights, strict=strict)
    return network
