"""``torch.compile`` with the best that this machine can do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import nn

COMPILERS = ("c++", "g++", "clang++", "cl")


def compiled(module: nn.Module, device: torch.device) -> tuple[Any, str, str]:
    """The module compiled for inputs of one shape, what compiles it, and what is to be said of that."""
    backend, note = "inductor", ""
    if device.type == "cpu" and not has_compiler():
        backend = "aot_eager"
        note = (
            "No C++ compiler was found, which inductor needs: compiled with aot_eager, which traces and fuses nothing."
        )
    return torch.compile(module, dynamic=False, backend=backend), backend, note


def has_compiler() -> bool:
    """Whether there is a compiler for what inductor writes."""
    from shutil import which

    return any(which(name) is not None for name in (os.environ.get("CXX") or COMPILERS[0], *COMPILERS))
