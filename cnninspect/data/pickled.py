"""A batch of CIFAR out of its pickle: a mapping with pictures in an array of bytes and a list of classes.

It is run on the machine that reads the pickles of checkpoints, which calls nothing and imports nothing. Beside plain
values it may mention four names, all of them numpy's way to write down an array of bytes.
"""

from __future__ import annotations

from typing import Any

from cnninspect.frontends.checkpoints.pickles import Machine, Name
from cnninspect.values import Problem, clip

RECONSTRUCT = {f"numpy.{core}.multiarray._reconstruct" for core in ("core", "_core")}
KNOWN = {*RECONSTRUCT, "numpy.ndarray", "numpy.dtype", "_codecs.encode"}
STATE = 5
"""Of an array: version, shape, type, order, bytes."""
HELP = "take the binary form of the set, which is no program"


class Numbers:
    """An array of bytes, or its type, as it is put together."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.data = b""


class Batch(Machine):
    """The machine with the four names."""

    def name(self, module: Any, name: Any, at: int) -> None:  # noqa: ANN401
        """One of the names that are known."""
        full = f"{module}.{name}"
        if full not in KNOWN:
            raise self.refused(f"the name '{clip(full)}'", at)
        self.push(Name(full, at))

    def build(self) -> None:
        """The state of an array or of a type."""
        state = self.pop()
        target = self.stack[-1] if self.stack else None
        if type(target) is not Numbers:
            raise self.refused("attributes for what is no array")
        if target.kind != "array":
            return
        if type(state) is not tuple or len(state) != STATE or type(state[2]) is not Numbers or state[2].kind != "u1":
            raise self.refused("an array of other numbers than bytes")
        data = state[4].encode("latin-1", "replace") if type(state[4]) is str else state[4]
        if type(data) is not bytes or (state[3] is True and type(state[1]) is tuple and len(state[1]) > 1):
            raise self.refused("an array whose bytes are in another order")
        target.data = data

    def items(self, found: list[Any]) -> None:
        """Keys may be bytes, as Python 2 has them."""
        found[::2] = [key.decode("latin-1") if type(key) is bytes else key for key in found[::2]]
        super().items(found)


def _called(machine: Machine, function: Name, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if function.name in RECONSTRUCT:
        return Numbers("array")
    if function.name == "numpy.dtype" and arguments and arguments[0] in ("u1", "uint8", b"u1"):
        return Numbers("u1")
    if function.name == "_codecs.encode" and arguments and type(arguments[0]) is str:
        return arguments[0].encode("latin-1", "replace")
    raise machine.refused(f"a call of '{clip(function.name)}'", function.at)


def batch_of(data: bytes, key: str, where: str) -> tuple[bytes, list[int]]:
    """The bytes of the pictures and the classes of a batch; raises the Problem that there are none."""
    machine = Batch(data, 0, lambda function, arguments: _called(machine, function, arguments))
    try:
        found = machine.run()
    except Problem as problem:
        if problem.code == "unsafe-checkpoint":
            message = problem.message.replace("which the tensors of a state_dict do not need", "which no batch needs")
            raise Problem("unsafe-data", f"{where}: {message}", help=HELP) from None
        raise Problem("bad-data", f"{where}: {problem.message}", help=problem.help) from None
    pixels = found.get("data") if type(found) is dict else None
    labels = found.get(key) if type(found) is dict else None
    if type(pixels) is not Numbers or type(labels) is not list or not all(type(label) is int for label in labels):
        raise Problem(
            "bad-data", f"{where} has no pictures under 'data' with a list of classes under '{key}'", help=HELP
        )
    if not all(0 <= label < 2**31 for label in labels):
        raise Problem("bad-data", f"{where} has a class that is no number from 0 on", help=HELP)
    return pixels.data, labels
