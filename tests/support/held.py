"""What torch really holds: a graph run layer by layer, its saved tensors and its live storages counted."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cnninspect.passes.liveness import plan
from tests.support.oracle import realize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.ir import Graph, Node

Values = dict[tuple[int, int], torch.Tensor]


class Saved:
    """The storages that backward holds, each once, those of parameters and buffers apart."""

    def __init__(self, owned: list[torch.Tensor]) -> None:
        self.storages = {tensor.untyped_storage().data_ptr() for tensor in owned}
        self.kept: list[torch.Tensor] = []
        """Keeps what was saved alive, so that no address is used twice."""
        self.bytes = 0

    @contextmanager
    def watch(self) -> Iterator[None]:
        with saved_tensors_hooks(self._pack, lambda tensor: tensor):
            yield

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self.storages:
            self.storages.add(storage.data_ptr())
            self.kept.append(tensor.detach())
            self.bytes += storage.nbytes()
        return tensor.detach()


class Linears(TorchFunctionMode):
    """Under a dispatch mode torch adds the bias of a linear layer with a result of its own, else in place."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.inside = func is torch.nn.functional.linear
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.inside = False


class Alive(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The bytes of all storages that operators made and that are still referred to, and their peak."""

    def __init__(self, owned: list[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.ignored = {tensor.untyped_storage()._cdata for tensor in owned}
        self.linears = Linears()
        self.live: dict[int, Any] = {}
        self.bytes = 0
        self.peak = 0

    def add(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self.ignored or key in self.live:
            return
        self.bytes += size
        self.live[key] = weakref.ref(storage, lambda _: self._drop(key, size))
        self.peak = max(self.peak, self.bytes)

    def _drop(self, key: int, size: int) -> None:
        del self.live[key]
        self.bytes -= size

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        added = self.linears.inside and func is torch.ops.aten.add.Tensor
        made = (torch.ops.aten.add_.Tensor if added else func)(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, torch.Tensor):
                self.add(leaf)
        return made


class Network:
    """The layers of a graph as torch modules, run in order, each value dropped after its last use."""

    def __init__(self, graph: Graph, *, training: bool, dtype: torch.dtype = torch.float32) -> None:
        self.graph = graph
        self.training = training
        self.plan = plan(graph, training=training)
        self.modules: list[Any] = []
        self.calls: list[Callable[..., Any] | None] = []
        self.owned: list[torch.Tensor] = []
        for index, node in enumerate(graph.nodes):
            self._build(index, node, dtype)
        self.last = self._last_uses()

    def _build(self, index: int, node: Node, dtype: torch.dtype) -> None:
        if not self.plan.runs[index]:
            self.modules.append(None)
            self.calls.append(None)
            return
        assert node.layer is not None
        module, call = realize(node.layer.call([self.graph.shape(tensor) or () for tensor in node.inputs]))
        if node.shares is not None:
            module, call = self.modules[node.shares], self.calls[node.shares]  # type: ignore[assignment]
        elif module is not None:
            module.to(dtype).train(self.training)
            for parameter in module.parameters():
                parameter.requires_grad_(bool(getattr(node.layer, "trainable", True)))
            if self.plan.in_place[index]:
                assert hasattr(module, "inplace"), node.op
                module.inplace = True  # type: ignore[assignment]
            self.owned += [*module.parameters(), *module.buffers()]
        self.modules.append(module)
        self.calls.append(call)

    def _last_uses(self) -> dict[tuple[int, int], int]:
        last = {
            (index, number): index for index, node in enumerate(self.graph.nodes) for number in range(len(node.outputs))
        }
        for index in self.plan.order:
            if self.plan.runs[index]:
                last.update(dict.fromkeys(self.graph.nodes[index].inputs, index))
        outputs = [output.tensor for output in self.graph.outputs if self.training or not output.training]
        last.update(dict.fromkeys(outputs, len(self.graph.nodes)))
        return last

    def inputs(self, batch: int, dtype: torch.dtype = torch.float32) -> Values:
        """Random values for every input."""
        return {(-1 - i, 0): torch.randn(batch, *given.shape, dtype=dtype) for i, given in enumerate(self.graph.inputs)}

    def run(self, values: Values, seen: Callable[[int], None] | None = None) -> None:
        """Run every layer; ``seen`` is told which, after each."""
        dying: dict[int, list[tuple[int, int]]] = {}
        for place, index in self.last.items():
            dying.setdefault(index, []).append(place)
        for index in self.plan.order:
            call = self.calls[index]
            if call is None:
                continue
            self._step(index, call(*[values[tensor] for tensor in self.graph.nodes[index].inputs]), values)
            for place in dying.get(index, ()):
                values.pop(place, None)
            if seen is not None:
                seen(index)

    @staticmethod
    def _step(index: int, made: Any, values: Values) -> None:
        for number, tensor in enumerate(made if isinstance(made, (tuple, list)) else (made,)):
            values[index, number] = tensor


def saved_bytes(graph: Graph, batch: int = 2, dtype: torch.dtype = torch.float32) -> tuple[int, list[int]]:
    """The bytes that backward of a training step holds, in all and as each layer adds to them."""
    network = Network(graph, training=True, dtype=dtype)
    saved = Saved(network.owned)
    each = [0] * len(graph.nodes)
    values = network.inputs(batch, dtype)
    keep: list[Any] = [*values.values()]

    def seen(index: int) -> None:
        each[index] = saved.bytes - sum(each)

    with saved.watch():
        network.run(values, seen)
    del keep
    return saved.bytes, each


def peak_bytes(graph: Graph, batch: int = 2, dtype: torch.dtype = torch.float32) -> int:
    """The most bytes of activations that are alive at once at inference."""
    network = Network(graph, training=False, dtype=dtype)
    alive = Alive(network.owned)
    values = network.inputs(batch, dtype)
    for tensor in values.values():
        alive.add(tensor)
    del tensor
    with torch.no_grad(), alive.linears, alive:
        network.run(values)
    return alive.peak


def perturbed(graph: Graph) -> bool:
    """Whether the peak is not to be compared.

    Under a dispatch mode torch makes indices for max pools in 1-D; the library behind a transposed conv in 3-D may
    hand out a storage larger than the map; a sparse_conv lays its weights out before its
    output is there, which matters where the output is smaller.
    """
    flat = {node.op for node in graph.nodes if len(node.outputs[0] or ()) == 2}
    deep = {node.op for node in graph.nodes if len(node.outputs[0] or ()) == 4}
    return "max_pool" in flat or "conv_transpose" in deep or any(node.op == "sparse_conv" for node in graph.nodes)


def roomy(graph: Graph) -> bool:
    """Whether a storage may be larger than the map in it: behind a transposed conv in 3-D, as its library pleases."""
    return any(node.op == "conv_transpose" and len(node.outputs[0] or ()) == 4 for node in graph.nodes)


KERNELS = (
    *("aten::mkldnn_convolution", "aten::_slow_conv2d_forward", "aten::slow_conv3d_forward"),
    "aten::native_batch_norm",
)


def allocator_peak(graph: Graph, batch: int) -> int:
    """The most bytes that torch's allocator has given out at once at inference.

    What a kernel allocates and frees within itself is left out: a convolution's weights and maps in the order that
    its library wants, a factor and an offset a channel of a batch_norm.
    """
    network = Network(graph, training=False)
    network.run(network.inputs(batch))  # what is made once is made
    with (
        torch.no_grad(),
        torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profiler,
    ):
        network.run(network.inputs(batch))
    events = profiler.profiler.kineto_results.events()
    inside = [(event.start_ns(), event.end_ns()) for event in events if event.name() in KERNELS]
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    return _peak(changes, inside)


def _peak(changes: list[tuple[int, int]], inside: list[tuple[int, int]]) -> int:
    private = set()
    for start, end in inside:
        own = [index for index, (time, _) in enumerate(changes) if start <= time <= end]
        private |= _paired([(index, changes[index][1]) for index in own])
    now = peak = 0
    for index, (_, size) in enumerate(changes):
        now += 0 if index in private else size
        peak = max(peak, now)
    return peak


def _paired(changes: list[tuple[int, int]]) -> set[int]:
    """Allocations with the frees of as many bytes that follow them."""
    found: set[int] = set()
    for index, size in changes:
        if size < 0:
            mate = next((at for at, made in changes if at < index and made == -size and at not in found), None)
            if mate is not None:
                found |= {mate, index}
    return found
