"""The type checker and cost model for convolutional networks.

``load`` reads a model file (or a shipped network by name) into a graph; ``summarize`` states what it costs;
``build`` makes a module of torch of it, ``train`` trains it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api import CannotRun, ModelError, Summary, load, read, summarize

if TYPE_CHECKING:
    from cnninspect.api import build, train

__version__ = "0.1.0"
__all__ = ["CannotRun", "ModelError", "Summary", "__version__", "build", "load", "read", "summarize", "train"]


def __getattr__(name: str) -> object:
    from cnninspect import api

    if name not in api.LATER:
        message = f"module 'cnninspect' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(api, name)
