"""From a graph to a module of torch that is that network: its names, its weights, its forward."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from cnninspect.backends.build_code import write
from cnninspect.backends.build_init import INITS, branch_ends, initialise
from cnninspect.backends.build_lines import Plan
from cnninspect.backends.build_network import Borrower, Network, Scope, network_class, resolve
from cnninspect.holds import IN_PLACE_BY_COPY, Holds
from cnninspect.passes import liveness
from cnninspect.passes.usage import at_inference
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from cnninspect.ir import Graph, Start
    from cnninspect.values import Call, Shape


Device = str | torch.device
Dtype = str | torch.dtype
SEEDS = range(-(2**63), 2**64)
"""What torch's generators take."""


def build_graph(  # noqa: PLR0913 - what a caller may ask of a network, by keyword
    graph: Graph,
    *,
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: int | None = None,
    init: str = "torch",
    in_place: bool | Sequence[bool] = True,
) -> Network:
    """The network of a graph, with weights drawn on the CPU so that a seed means the same on every device.

    Activations overwrite their input where nothing else needs it, unless ``in_place`` is false, or at the nodes for
    which it is true. Raises Problem for what torch cannot be: an unknown shape, a layer without a spelling in torch.
    """
    if init not in INITS:
        raise Problem("bad-value", f"unknown init '{clip(init)}'", help=f"use {', '.join(INITS)}")
    if seed is not None:
        check_seed(seed)
    where = choose_device(device)
    born = where if where.type == "meta" else torch.device("cpu")
    with torch.random.fork_rng(devices=[], enabled=seed is not None), born:
        if seed is not None:
            torch.default_generator.manual_seed(seed)
        maker = _Maker(graph, _placed(graph, in_place), overwriting(graph, resting=True) if in_place is True else ())
        network = maker.network()
        ends = branch_ends(graph) if init == "zero_residual" else []
        with torch.no_grad():
            initialise(network, init, [maker.built[index] for index in ends if index in maker.built], maker.told())
    return network.to(device=where, dtype=choose_dtype(dtype))


def _placed(graph: Graph, in_place: bool | Sequence[bool]) -> Sequence[bool]:  # noqa: FBT001 - as build_graph takes it
    if not isinstance(in_place, bool):
        return in_place
    return overwriting(graph) if in_place else [False] * len(graph.nodes)


def choose_device(device: Device, *, runs: bool = False) -> torch.device:
    """A device that can be used; ``auto`` is the first of cuda, mps and cpu that is there, meta none that ``runs``."""
    if device != "auto":
        try:
            found = torch.device(device)
            torch.empty(0, device=found)
        except TypeError:
            raise _no_device(device, "a device is a name or a torch.device") from None
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise _no_device(device, str(error).partition("\n")[0]) from None
        if runs and found.type == "meta":
            raise _no_device(device, "it has shapes and no values, so that nothing runs on it")
        return found
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _no_device(device: Device, why: str) -> Problem:
    message = f"the device '{clip(device)}' cannot be used: {clip(why, 200)}"
    return Problem("bad-value", message, help="auto takes what is there; or cpu, cuda, cuda:1, mps")


def check_seed(seed: object) -> None:
    """Refuse what torch draws no numbers from."""
    if isinstance(seed, int) and seed in SEEDS:
        return
    message = f"seed must be a whole number from -2^63 to 2^64 - 1, got {clip(seed)}"
    raise Problem("bad-value", message)


def choose_dtype(dtype: Dtype) -> torch.dtype:
    """A floating-point data type by its name."""
    found = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
    if not isinstance(found, torch.dtype) or not found.is_floating_point:
        raise Problem("bad-value", f"unknown dtype '{clip(dtype)}'", help="use float32, bfloat16, float16 or float64")
    return found


def overwriting(graph: Graph, *, resting: bool = False) -> list[bool]:
    """For each node whether it may write over its input in every mode, with gradients and without.

    What training allows is not enough where a dropout stands between: in eval mode it hands on the very tensor that
    the layer above it may have kept. Gradients may be wanted of the inputs and of frozen weights, too. With ``resting`` the nodes that may do so as well, and for backward would copy
    their input first: it pays where there is none.
    """
    holds = liveness.holds_of(graph)

    def behind_dropout(index: int) -> bool:
        source = graph.nodes[index].inputs[0].node
        above = holds[source] if source >= 0 else None
        return above is not None and (above.idle or (bool(above.view) and behind_dropout(source)))

    return [found and not behind_dropout(index) for index, found in enumerate(_plan(graph, holds, resting=resting))]


def _plan(graph: Graph, holds: list[Holds | None], *, resting: bool) -> list[bool]:
    if not resting:
        return liveness.plan(graph, training=True, holds=holds, whole=True).in_place
    copying = [one if one is None or not _copies(one) else Holds(in_place=True) for one in holds]
    found = liveness.plan(graph, training=True, holds=copying, whole=True).in_place
    return [placed and one is not None and _copies(one) for placed, one in zip(found, holds, strict=True)]


def _copies(holds: Holds) -> bool:
    """Whether a layer that keeps its input keeps a copy of it instead when it writes over it."""
    return holds == IN_PLACE_BY_COPY


class _Maker:
    """Makes the modules of a graph and hangs them into a tree."""

    def __init__(self, graph: Graph, in_place: Sequence[bool], resting: Sequence[bool]) -> None:
        self.graph = graph
        self.in_place = in_place
        self.resting = resting
        """Nodes that write over their input in eval mode; empty where none may."""
        self.calls = tuple(self.call(index) for index in range(len(graph.nodes)))
        self.built: dict[int, nn.Module] = {}
        """The modules that nodes made, by node."""
        self.paths: list[str | None] = [None] * len(graph.nodes)
        self.tensors: list[Any] = [None] * len(graph.nodes)

    def shapes(self, index: int) -> tuple[Shape, ...]:
        """The shapes that a node reads."""
        return tuple([self.graph.shape(tensor) or () for tensor in self.graph.nodes[index].inputs])

    def call(self, index: int) -> Call:
        """How torch spells a node."""
        node = self.graph.nodes[index]
        if node.layer is None or node.facts is None:
            raise Problem("cannot-build", f"layer '{node.name}' ({node.span}) has no known shape")
        call = node.layer.call(self.shapes(index))
        if not call.target:
            message = f"layer '{node.name}' ({node.span}): {node.op} does not say how torch spells it"
            raise Problem("cannot-build", message, help="its class needs torch = 'module:Name'")
        return call

    def network(self) -> Network:
        """The whole network."""
        found = [(index, self.place(index)) for index in range(len(self.graph.nodes))]
        placed = [(index, module) for index, module in found if module is not None]
        code = write(self.graph, self.plan())
        network = network_class(code)()
        self.hang(network, placed)
        if [*network.state_dict(keep_vars=True)] != self.keys():  # what has weights has to open its scopes first
            network = network_class(code)()
            self.hang(network, sorted(placed, key=lambda pair: not [*pair[1].state_dict(keep_vars=True)]))
        return network

    def place(self, index: int) -> nn.Module | None:
        """Say what runs a node; returns the module that it adds, None for a function or another node's module."""
        node, call = self.graph.nodes[index], self.calls[index]
        owner = index if node.shares is None else node.shares
        target = resolve(call.target)
        if not (isinstance(target, type) and issubclass(target, nn.Module)):
            return None
        assert node.facts is not None
        if owner != index and "" not in node.facts.weights and _bare(self.calls[owner]) == _bare(call):
            self.paths[index] = self.paths[owner]
            return None
        arguments = dict(call.arguments)
        if self.in_place[index] and "inplace" in inspect.signature(target).parameters:
            arguments["inplace"] = True
        made: nn.Module = target(**arguments)
        if self.resting and self.resting[index] and hasattr(made, "inplace"):
            made.__dict__["overwrites_at_rest"] = True
        if "" in node.facts.weights:  # the weight is its scope's own, and a function takes it
            direct: Any = made
            self.tensors[index] = (self.graph.nodes[owner].name, direct.function, tuple(direct.arguments().items()))
        else:
            self.paths[index] = node.name
        if owner != index:
            return None if self.tensors[index] else Borrower(made, self.built[owner])
        self.built[index] = made
        if not getattr(node.layer, "trainable", True):
            made.requires_grad_(requires_grad=False)
        return made

    def told(self) -> list[tuple[Start, Tensor]]:
        """The weights of which the model says how they begin."""
        return [
            (start, module.get_parameter(start.weight) if start.weight else next(module.parameters()))
            for index, module in self.built.items()
            for start in self.graph.nodes[index].init
        ]

    def keys(self) -> list[str]:
        """The keys of the ``state_dict``: of each scope its own, then its children's, as the layers name them."""
        tree: dict[str, Any] = {}
        for index in self.built:
            node = self.graph.nodes[index]
            assert node.facts is not None
            for key in [*node.facts.weights, *node.facts.buffers]:
                *scopes, last = node.weight_key(key).split(".")
                inner = tree
                for scope in scopes:
                    inner = inner.setdefault(scope + ".", {})
                inner[last] = None
        return [*_keys(tree, "")]

    def plan(self) -> Plan:
        """What the forward is written from."""
        runs = at_inference(self.graph)
        return Plan(self.calls, tuple(self.paths), tuple(self.tensors), tuple(runs), tuple(self.in_place))

    def hang(self, network: Network, placed: list[tuple[int, nn.Module]]) -> None:
        """Hang every module into the tree of scopes, under names too that add_module would refuse, such as 'type'."""
        for index, module in placed:
            name = self.graph.nodes[index].name
            *scopes, last = name.split(".")
            parent: nn.Module = network
            for depth, scope in enumerate(scopes, 1):
                inner = parent._modules.get(scope)  # noqa: SLF001
                if inner is None:
                    _free(parent, scope, ".".join(scopes[:depth]))
                    inner = parent._modules[scope] = Scope()  # noqa: SLF001
                parent = inner
            if self.tensors[index] is not None:
                _free(parent, last, name)
                parent._parameters[last] = next(module.parameters())  # noqa: SLF001
                continue
            children = parent._modules.pop(last, None)  # noqa: SLF001 - a scope that the layer's name is, too
            _free(parent, last, name)
            for key, child in children._modules.items() if children is not None else ():  # noqa: SLF001
                _free(module, key, f"{name}.{key}")
                module._modules[key] = child  # noqa: SLF001
            parent._modules[last] = module  # noqa: SLF001


def _bare(call: Call) -> Call:
    """A call without what comes before it."""
    return call._replace(pad=(), pad_mode="", pad_value=0.0)


def _free(parent: nn.Module, key: str, name: str) -> None:
    """Refuse a name that stands for something else in its module."""
    if any(key in table for table in (parent._parameters, parent._buffers, parent._modules)):  # noqa: SLF001
        message = f"'{name}' is the name of a layer, and of a part of another layer in torch"
        raise Problem("cannot-build", message, help="give one of the layers another name")


def _keys(tree: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, inner in tree.items():
        if inner is None:
            yield prefix + name
    for name, inner in tree.items():
        if inner is not None:
            yield from _keys(inner, prefix + name)
