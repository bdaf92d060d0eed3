"""A layer in torch's words, as lines that can be pasted behind ``import torch``."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.values import Call

TENSORS = "xyzuvw"


def lines(call: Call, inputs: int) -> list[str]:
    """The statements that build the layer and, where it takes more than a plain call, run it on x (y, z …)."""
    module, _, name = call.target.partition(":")
    own = not module.startswith("torch")
    found = [f"from {module} import {name}"] if own else []
    path = name if own else f"{module}.{name}"
    named = [f"{key}={literal(value)}" for key, value in call.arguments.items()]
    names = [f"x{index}" for index in range(inputs)] if inputs > len(TENSORS) else list(TENSORS[:inputs])
    if call.pad:
        value = f", value={literal(call.pad_value)}" if call.pad_mode == "constant" and call.pad_value else ""
        names[0] = f"torch.nn.functional.pad(x, {call.pad}, mode={call.pad_mode!r}{value})"
    given = [f"[{', '.join(names)}]"] if call.listed else names
    if not name[:1].isupper():
        return [*found, f"{path}({', '.join([*given, *named])})"]
    built = f"{path}({', '.join(named)})"
    if not call.pad and inputs == 1:
        return [*found, built]
    return [*found, f"layer = {built}", f"layer({', '.join(given)})"]


def literal(value: object) -> str:
    """A value as Python reads it."""
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(literal, value))
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return f"float('{value}')" if isinstance(value, float) and (value != value or abs(value) == inf) else repr(value)  # noqa: PLR0124
