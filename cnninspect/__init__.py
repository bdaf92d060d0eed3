"""The type checker and cost model for convolutional networks.

``load`` reads a model file (or a shipped network by name) into a graph; ``summarize`` states what it costs.
"""

from __future__ import annotations

from cnninspect.api import CannotRun, ModelError, Summary, load, read, summarize

__version__ = "0.1.0"
__all__ = ["CannotRun", "ModelError", "Summary", "__version__", "load", "read", "summarize"]
