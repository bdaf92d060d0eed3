"""The log of a run for TensorBoard, where it is installed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "tensorboard"
LEFT_OUT = ("step", "epoch")
"""Where a record stands, and no measure."""


class Board:
    """Writes the numbers of each record beside the log; what is not finite is left out."""

    def __init__(self, folder: str, step: int) -> None:
        """``step`` is where the run goes on: what TensorBoard has of later ones is not shown. Raises Problem."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            message = "writing for TensorBoard needs the package tensorboard, which is not installed"
            raise Problem("missing-tensorboard", message, help="pip install 'cnninspect[tensorboard]'") from error
        self._writer: Any = SummaryWriter(os.path.join(folder, FOLDER), purge_step=step + 1)

    def write(self, entry: Mapping[str, object]) -> None:
        """Write the numbers of a record."""
        for name, value in entry.items():
            if name not in LEFT_OUT and type(value) in (int, float):
                self._writer.add_scalar(_tag(name), value, entry["step"])
        self._writer.flush()

    def close(self) -> None:
        """End the file."""
        self._writer.close()


def _tag(name: str) -> str:
    """Measures of one kind stand in one chart: loss/train beside loss/validation."""
    if name.startswith("train_"):
        return f"{name.removeprefix('train_')}/train"
    return f"{name}/validation" if name in ("loss", "accuracy") else name
