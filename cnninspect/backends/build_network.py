"""The classes of which a built network is made: ordinary modules that can be copied, pickled, compiled and moved."""

from __future__ import annotations

import linecache
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary, finalize
from zlib import crc32

import torch
from torch import Tensor, nn

from cnninspect.backends.build_code import Code, identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from torch.utils.hooks import RemovableHandle

REFUSALS = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError, AssertionError)
"""What torch raises when it refuses something; other exceptions are not ours to explain."""


NOT_IN_PLACE = "a network built with in_place=False writes over nothing"
"""What helps where a hook wants to keep what an activation writes over."""


TAPS = "Hook a layer to see what it makes, or name it in the model's outputs"
"""What helps whoever wants what a part makes."""


class LayerError(RuntimeError):
    """A layer could not run; ``layer`` is its name and ``place`` where it is written. The original is the cause."""

    layer: str | None = None
    place: str | None = None


if TYPE_CHECKING:
    OutOfMemory = RuntimeError
else:
    OutOfMemory = torch.cuda.OutOfMemoryError  # of every device, whatever its name says


class LayerOutOfMemory(LayerError, OutOfMemory):
    """The device had not enough memory for a layer."""


def resolve(target: str) -> Callable[..., Any]:
    """The object behind ``module:name``."""
    module, _, path = target.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


class Holder(nn.Module):
    """A module whose children may have any name, that of its mode too: torch sets ``training`` and finds a child there."""

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - the signature of object
        if name == "training":
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)


class Scope(Holder):
    """Layers with a common name, as ``layer1`` in ``layer1.0.conv1``.

    It holds them and has no forward of its own: the network's forward calls every layer itself.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        del inputs
        raise NotImplementedError(
            f"a part of a built network holds layers; the network's own forward runs them. {TAPS}"
        )

    def register_forward_hook(self, *given: Any, **options: Any) -> RemovableHandle:  # noqa: ANN401 - as torch takes it
        _never_called()
        return super().register_forward_hook(*given, **options)

    def register_forward_pre_hook(self, *given: Any, **options: Any) -> RemovableHandle:  # noqa: ANN401 - the same
        _never_called()
        return super().register_forward_pre_hook(*given, **options)

    def register_full_backward_hook(self, *given: Any, **options: Any) -> RemovableHandle:  # noqa: ANN401 - the same
        _never_called()
        return super().register_full_backward_hook(*given, **options)

    def __getitem__(self, name: int | str) -> nn.Module:
        if isinstance(name, int) and name < 0:
            return [*self._modules.values()][name]  # type: ignore[return-value]
        return self._modules[str(name)]  # type: ignore[return-value]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[nn.Module]:
        return iter(self._modules.values())  # type: ignore[arg-type]


def _never_called() -> None:
    """One text for all parts, so that a tool which hooks every module is told once."""
    message = f"a hook on a part of a built network is never called: the network's own forward runs its layers. {TAPS}"
    warnings.warn(message, stacklevel=3)


class Borrower(nn.Module):
    """A layer that uses the weights of another with options of its own; it stores none of them itself."""

    def __init__(self, layer: nn.Module, owner: nn.Module) -> None:
        super().__init__()
        lend(owner, layer)
        self.__dict__["layer"] = layer  # not a child: its tensors are in the state_dict once, as the owner's

    def forward(self, *inputs: Tensor) -> Any:  # noqa: ANN401 - whatever the layer makes
        return self.__dict__["layer"].forward(*inputs)  # torch.fx would look for the layer among the children

    def train(self, mode: bool = True) -> Borrower:  # noqa: FBT001, FBT002 - torch's signature
        super().train(mode)
        self.__dict__["layer"].train(mode)
        return self

    def extra_repr(self) -> str:
        return repr(self.__dict__["layer"])


def lend(owner: nn.Module, borrower: nn.Module) -> None:
    """Let a module use the tensors of another, whatever becomes of them: the very tables of them are shared."""
    borrower._parameters = owner._parameters  # noqa: SLF001
    borrower._buffers = owner._buffers  # noqa: SLF001
    for name, child in borrower.named_children():
        lend(owner.get_submodule(name), child)


class Network(Holder):
    """A network whose forward was written for it; each has a class of its own below this one."""

    code: Code

    def __call__(self, *inputs: Any, **named: Any) -> Any:  # noqa: ANN401 - tensors, and one tensor or several by name
        try:
            return super().__call__(*inputs, **named)
        except REFUSALS as error:
            explained = explain(type(self), error, inputs, named)
            if explained is None:
                raise
            raise explained from error
        except KeyError as error:
            lost = _lost(type(self), error)
            if lost is None:
                raise
            raise lost from error

    def train(self, mode: bool = True) -> Network:  # noqa: FBT001, FBT002 - torch's signature
        """Switch between learning and inference, where activations that keep their input may write over it."""
        super().train(mode)
        each: Any
        for each in self.modules():
            if "overwrites_at_rest" in each.__dict__:
                each.inplace = not mode
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:  # noqa: ANN401 - the signature of object
        del protocol
        return _empty, (tuple(self.code),), self.__dict__


def _empty(code: tuple[Any, ...]) -> Network:
    """A network of that code without anything in it, to be filled by a copy or a pickle."""
    kind = network_class(Code(*code))
    return kind.__new__(kind)


_CLASSES: WeakValueDictionary[Code, type[Network]] = WeakValueDictionary()


def network_class(code: Code) -> type[Network]:
    """The class of a network; the same for the same code, as long as one is in use."""
    known = _CLASSES.get(code)
    if known is not None:
        return known
    file = f"<cnninspect {code.name} {crc32(code.source.encode()):08x}>"
    space: dict[str, Any] = {name: resolve(target) for name, target in code.functions}
    exec(compile(code.source, file, "exec"), space)  # noqa: S102 - our own text
    title = identifier(code.name)
    name = title[:1].upper() + title[1:]
    body = {"forward": space["forward"], "code": code, "__module__": __name__, "__doc__": f"The network {code.name}."}
    made = _CLASSES[code] = type(name, (Network,), body)
    linecache.cache[file] = (len(code.source), None, code.source.splitlines(keepends=True), file)
    finalize(made, linecache.cache.pop, file, None)
    return made


# --- what went wrong ----------------------------------------------------------------------


def explain(
    network: type[Network],
    error: Exception,
    inputs: tuple[object, ...],
    named: dict[str, object],
) -> LayerError | None:
    """The error of a layer with its name and place; None where it is not a layer's."""
    if isinstance(error, LayerError):
        return None
    code = network.code
    expected = _unlike(code, inputs, named)
    node = _failed(network, error.__traceback__)
    if node is None and not expected:
        return None
    kind = LayerOutOfMemory if isinstance(error, torch.cuda.OutOfMemoryError) else LayerError
    if node is None:
        return kind(f"{code.name} {expected}")
    layer, place = code.layers[node]
    told = [f"layer '{layer}' ({place}): {error}", *([f"{code.name} {expected}"] if expected else [])]
    found = kind("\n".join([*told, *([NOT_IN_PLACE] if "modified inplace" in str(error) else [])]))
    found.layer, found.place = layer, place
    return found


def _failed(network: type[Network], trace: TracebackType | None) -> int | None:
    """The node whose line was running."""
    while trace is not None:
        if trace.tb_frame.f_code is network.forward.__code__:
            node = network.code.lines[trace.tb_lineno - 1]
            return node if node >= 0 else None
        trace = trace.tb_next
    return None


def _lost(network: type[Network], error: KeyError) -> LayerError | None:
    """A layer that the forward looks for in vain; None where the key is another one's, of a layer's own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code is not network.forward.__code__:
        return None
    code = network.code
    node = next(node for node in code.lines[trace.tb_lineno - 1 :] if node >= 0)
    layer, place = code.layers[node]
    found = LayerError(
        f"layer '{layer}' ({place}) is not there any more: the forward of a built network runs every layer by itself, so a "
        "layer may take the place of a layer, not of a part that holds some"
    )
    found.layer, found.place = layer, place
    return found


def _unlike(code: Code, inputs: tuple[object, ...], named: dict[str, object]) -> str:
    """What the network is made for and what it was given, where they differ."""
    given = {name: value for (name, _), value in zip(code.inputs, inputs)}  # noqa: B905 - too few is the mistake
    given |= named
    shapes = {name: tuple(getattr(value, "shape", ())) for name, value in given.items()}
    fits = len(inputs) + len(named) == len(code.inputs) and all(
        len(shapes.get(name, ())) == len(shape) + 1 and shapes[name][1:] == shape for name, shape in code.inputs
    )
    if fits:
        return ""
    expected = ", ".join(f"{name} (N, {', '.join(map(str, shape))})" for name, shape in code.inputs)
    count = len(inputs) + len(named)
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in given.items()) or "nothing"
    extra = f" and {count - len(given)} more" if count > len(given) else ""
    return f"is made for {expected}, and was given {shown}{extra}"


def _shown(value: object) -> str:
    return str(tuple(value.shape)) if isinstance(value, Tensor) else type(value).__name__
