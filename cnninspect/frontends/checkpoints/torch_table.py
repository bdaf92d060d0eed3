"""What torch writes into a pickle: how tensors are put together, and where among other things the weights stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.checkpoints.pickles import Machine, Name, Storage, Tensor
from cnninspect.frontends.checkpoints.stored import LARGEST, MOST_TENSORS, SIZES, Region, Stored, checked_shape, dense
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable

WRAPPERS = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params")
AVERAGED = ("model_ema", "state_dict_ema", "ema_state_dict", "ema", "params_ema")
"""Where training programs put the weights, and their moving average."""
DEEPEST = 4
TENSOR_V2 = ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor")
PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")


def unpickle(data: bytes, at: int, base: int) -> tuple[Any, int]:
    """What a pickle of torch holds, and where it ends; raises Problem."""

    def call(function: Name, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
        return _called(machine, function, arguments)

    machine = Machine(data, at, call, base)
    return machine.run(), machine.at


def _called(machine: Machine, function: Name, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
    name = function.name
    if name in TENSOR_V2 and len(arguments) >= 4:  # noqa: PLR2004 - storage, start, sizes, strides
        return _tensor(machine, arguments, None)
    if name == "torch._utils._rebuild_tensor_v3" and len(arguments) >= 7:  # noqa: PLR2004 - and the data type
        return _tensor(machine, arguments, arguments[6])
    if name in PARAMETERS and arguments and type(arguments[0]) is Tensor:
        return arguments[0]
    if name == "torch._tensor._rebuild_from_type_v2" and len(arguments) >= 3:  # noqa: PLR2004
        inner, given = arguments[0], arguments[2]
        if type(inner) is Name and type(given) is tuple and inner.name in (*TENSOR_V2, *PARAMETERS):
            return _called(machine, inner, given)
    if name in ("collections.OrderedDict", "builtins.dict", "__builtin__.dict") and not arguments:
        return {}
    if name == "collections.Counter":
        return {}
    if name in ("builtins.set", "__builtin__.set"):
        return []
    if name == "torch.Size" and len(arguments) == 1 and type(arguments[0]) in (tuple, list):
        return tuple(arguments[0])
    if name == "torch.device":
        return None
    raise machine.refused(f"a call of '{clip(name)}'", function.at)


def _tensor(machine: Machine, given: tuple[Any, ...], dtype: Any) -> Tensor:  # noqa: ANN401
    storage, start, shape, strides = given[:4]
    if type(storage) is not Storage or type(start) is not int or not 0 <= start < LARGEST:
        raise machine.wrong("has a tensor without a storage")
    word = storage.dtype
    if dtype is not None:
        word = dtype.name.removeprefix("torch.") if type(dtype) is Name else None
    if word not in SIZES:
        raise machine.refused(f"a tensor of {clip(getattr(dtype, 'name', None) or 'unknown type', 40)}")
    return Tensor(storage, start, shape, strides, word)


def weights_of(found: Any, file: str) -> tuple[dict[str, Tensor], list[str]]:  # noqa: ANN401
    """The tensors of a state_dict and what to say of where they stood; raises the Problem that there is none."""
    path: list[str] = []
    notes: list[str] = []
    while len(path) < DEEPEST:
        if type(found) is not dict:
            break
        inner = next((key for key in (*WRAPPERS, *AVERAGED) if _holds(found.get(key))), None)
        if inner is None and not _tensors(found):
            several = [key for key, value in found.items() if type(key) is str and _tensors(value)]
            inner = several[0] if len(several) == 1 else None
        if inner is None:
            break
        others = [key for key in (*WRAPPERS, *AVERAGED) if key != inner and _holds(found.get(key))]
        if others:
            notes.append(
                f"beside '{clip(inner)}' there are weights under {', '.join(map(repr, others))}, which are not looked at"
            )
        path.append(inner)
        found = found[inner]
    if type(found) is not dict or (found and not _tensors(found)):
        raise Problem("unknown-checkpoint", f"'{file}' holds {_described(found)}, and no state_dict", help=SAVE)
    if path:
        notes.insert(0, f"the weights stand under '{clip('.'.join(path))}'")
    tensors = {key: value for key, value in found.items() if type(key) is str and type(value) is Tensor}
    others = [clip(key, 40) for key, value in found.items() if type(value) is not Tensor]
    if others:
        shown = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")  # noqa: PLR2004
        notes.append(f"{len(others):,} {'entry is' if len(others) == 1 else 'entries are'} no tensor: {shown}")
    return tensors, notes


SAVE = "save it with torch.save(model.state_dict(), FILE)"


def _tensors(value: Any) -> bool:  # noqa: ANN401
    return type(value) is dict and any(type(key) is str and type(inner) is Tensor for key, inner in value.items())


def _holds(value: Any) -> bool:  # noqa: ANN401
    """Whether it is a state_dict, or a mapping with one in it."""
    return _tensors(value) or (type(value) is dict and any(_tensors(value.get(key)) for key in (*WRAPPERS, *AVERAGED)))


def _described(value: Any) -> str:  # noqa: ANN401
    if type(value) is dict:
        keys = [clip(key, 30) for key in value if type(key) is str][:5]
        return f"a mapping of {', '.join(keys)}" if keys else "a mapping without names"
    return {list: "a list", tuple: "a tuple", Tensor: "one tensor", str: "a text"}.get(type(value), "no mapping")


def table(tensors: dict[str, Tensor], place: Callable[[Storage, str], Region]) -> list[Stored]:
    """Every tensor with its place; raises the Problem that one reaches past its storage."""
    if len(tensors) > MOST_TENSORS:
        raise Problem("file-too-large", f"it has {len(tensors):,} tensors; at most {MOST_TENSORS:,} are read")
    return [_stored(key, tensor, place) for key, tensor in tensors.items()]


def _stored(key: str, tensor: Tensor, place: Callable[[Storage, str], Region]) -> Stored:
    what = f"'{clip(key)}'"
    shape = checked_shape(tensor.shape, what)
    strides = checked_shape(tensor.strides, f"the stride of {what}")
    if len(strides) != len(shape):
        raise Problem("bad-checkpoint", f"{what} has {len(shape)} sizes and {len(strides)} strides")
    storage = tensor.storage
    size = SIZES[storage.dtype] if storage.dtype is not None else 1
    region = place(storage, what)
    last = tensor.start + sum([(n - 1) * step for n, step in zip(shape, strides)])  # noqa: B905
    if 0 not in shape and (last + 1) * SIZES[tensor.dtype] > storage.size * size:
        have = storage.size * size
        raise Problem(
            "bad-checkpoint", f"{what} reaches to byte {(last + 1) * SIZES[tensor.dtype]:,} of a storage of {have:,}"
        )
    return Stored(key, tensor.dtype, shape, region, tensor.start, None if dense(shape, strides) else strides)
