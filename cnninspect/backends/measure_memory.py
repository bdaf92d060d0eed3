"""What torch really holds while a network runs: what backward keeps, and the storages that are alive at once."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cnninspect.backends.measure import Probe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from cnninspect.backends.build_network import Network


LARGE = "an operator's library asked for more than its result takes"


def owned(network: Network) -> set[int]:
    """The storages of parameters and buffers."""
    return {_key(tensor) for tensor in (*network.parameters(), *network.buffers())}


def _key(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - an address, which the meta device has not


class Saving(Probe):
    """The bytes that backward holds, each storage once, those of parameters and buffers apart."""

    def __init__(self, network: Network) -> None:
        self.storages = owned(network)
        self.kept: list[Tensor] = []
        """Keeps what was saved alive, so that no address is used twice."""
        self.bytes = 0
        self.each: dict[int, int] = {}
        """What each layer was the first to keep."""
        self.born: dict[int, Any] = {}
        """The storages of inputs and outputs that are still there: the address of one that is gone is given again."""
        self.large: dict[int, str] = {}
        """Layers whose output lies in a storage that was asked for larger than it is."""

    def given(self, value: Tensor) -> Tensor:
        self._bear(value)
        return value

    def _bear(self, tensor: Tensor) -> None:
        key, storage = _key(tensor), tensor.untyped_storage()
        if key not in self.born:
            self.born[key] = weakref.ref(storage, lambda _: self.born.pop(key, None))

    def hooks(self) -> saved_tensors_hooks:
        """The context in which tensors are saved."""
        return saved_tensors_hooks(self._pack, lambda tensor: tensor)

    def _pack(self, tensor: Tensor) -> Tensor:
        key = _key(tensor)
        if key not in self.storages:
            self.storages.add(key)
            self.kept.append(tensor.detach())
            self.bytes += tensor.untyped_storage().nbytes()
        return tensor.detach()

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        for tensor in made:
            key = _key(tensor)
            if key not in self.born and tensor.untyped_storage().nbytes() > tensor.numel() * tensor.element_size():
                self.large[node] = LARGE
            self._bear(tensor)
        self.each[node] = self.bytes - sum(self.each.values())


class InLinear(TorchFunctionMode):
    """Knows whether a linear layer is being run.

    Watched, torch adds its bias with a result of its own where it is added to the product itself otherwise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        del types
        self.inside = func is torch.nn.functional.linear
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.inside = False


class Alive(TorchDispatchMode, Probe):
    """The bytes of all storages that operators made and that are still referred to; their height at each layer.

    Give the network its inputs as lists of one tensor each: they are taken out, so that nothing but the network
    holds them.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.ignored = owned(network)
        self.linear = InLinear()
        self.live: dict[int, Any] = {}
        self.bytes = 0
        self.height = 0
        """The most since a layer began."""
        self.each: dict[int, int] = {}
        """The height of each layer."""
        self.notes: dict[int, str] = {}
        """Why what a layer had alive is not what it has without being watched."""
        self.node = -1
        self.read: tuple[Tensor, ...] = ()
        """What a layer reads is there until it has run, though it may do without for its last steps."""

    @property
    def peak(self) -> int:
        """The most at once."""
        return max(self.each.values(), default=0)

    def given(self, value: list[Tensor]) -> Tensor:
        tensor = value.pop()
        self.add(tensor)
        return tensor

    def before(self, node: int, read: tuple[Tensor, ...]) -> None:
        self.read = read
        self.node, self.height = node, self.bytes

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        del made
        self.read = ()
        self.each[node] = self.height

    def add(self, tensor: Tensor) -> None:
        """Count a storage, once."""
        storage = tensor.untyped_storage()
        key, size = _key(tensor), storage.nbytes()
        if key in self.ignored or key in self.live:
            return
        if size > tensor.numel() * tensor.element_size():
            self.notes[self.node] = LARGE
        self.bytes += size
        self.live[key] = weakref.ref(storage, lambda _: self._drop(key, size))
        self.height = max(self.height, self.bytes)

    def _drop(self, key: int, size: int) -> None:
        del self.live[key]
        self.bytes -= size

    def __enter__(self) -> Alive:  # noqa: PYI034 - Self is not there in Python 3.10
        self.linear.__enter__()  # type: ignore[no-untyped-call]
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)  # type: ignore[no-untyped-call]
        self.linear.__exit__(*raised)  # type: ignore[no-untyped-call]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        del types
        if self.linear.inside and func is torch.ops.aten.add.Tensor:
            func = torch.ops.aten.add_.Tensor
        made = func(*args, **(kwargs or {}))
        self.watch(func, args)
        for leaf in tree_leaves(made):
            if isinstance(leaf, torch.Tensor):
                self.add(leaf)
        return made

    def watch(self, func: Any, args: Iterable[Any]) -> None:  # noqa: ANN401 - torch's operators have no type
        """Note what torch does in another way because it is watched."""
        if func.overloadpacket is torch.ops.aten.max_pool2d_with_indices:
            (x, *_) = args
            if 1 in x.shape[-2:]:
                self.notes[self.node] = "watched, torch pools a line with indices that it does not make otherwise"
