"""``torch.compile`` with the best that this machine can do: as one graph, or told where it breaks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections import Counter

    from torch import nn

COMPILERS = ("c++", "g++", "clang++", "cl")


def compiled(module: nn.Module, device: torch.device, *, whole: bool) -> tuple[Any, str, str]:
    """The module compiled for inputs of one shape, what compiles it, and what is to be said of that.

    ``whole`` is torch's ``fullgraph``: what cannot be one graph is refused at the first call.
    """
    backend, note = "inductor", ""
    if device.type == "cpu" and not has_compiler():
        backend = "aot_eager"
        note = (
            "No C++ compiler was found, which inductor needs: compiled with aot_eager, which traces and fuses nothing."
        )
    return torch.compile(module, dynamic=False, backend=backend, fullgraph=whole), backend, note


def refused(error: BaseException) -> bool:
    """Whether a module cannot be compiled as one graph, by what torch's compiler says."""
    from torch._dynamo.exc import TorchDynamoException

    found: BaseException | None = error
    while found is not None and not isinstance(found, TorchDynamoException):
        found = found.__cause__
    return found is not None


class Breaks:
    """Counts the places at which graphs break while it is open, by torch's own count of them."""

    def __enter__(self) -> Breaks:  # noqa: PYI034 - Self is not there in Python 3.10
        self.reasons: Counter[str] = _reasons()
        self.reasons.clear()
        return self

    def __exit__(self, *error: object) -> None:
        self.count = sum(self.reasons.values())
        self.first = next(iter(self.reasons), "").strip().partition("\n")[0]


def _reasons() -> Counter[str]:
    from torch._dynamo.utils import counters

    found: Counter[str] = counters["graph_break"]
    return found


def has_compiler() -> bool:
    """Whether there is a compiler for what inductor writes."""
    from shutil import which

    return any(which(name) is not None for name in (os.environ.get("CXX") or COMPILERS[0], *COMPILERS))
