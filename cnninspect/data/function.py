"""A set that a function of the user's own gives: ``module:function``.

It returns a mapping of arrays by the names that an .npz file may have, or two splits whose items are pairs of an image
and a class, as those of ``torch.utils.data.Dataset`` are. The function is the user's program: it alone is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from cnninspect.data import npz
from cnninspect.data.making import OWN_SPLIT, absent, labelled, made
from cnninspect.data.sets import Data
from cnninspect.data.splitting import HELD_OUT
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

HELP = "a mapping such as {'x_train': …, 'y_train': …}, or two lists or Datasets of (image, class)"


class Items:
    """Images of one split of the user's own."""

    def __init__(self, items: Any, labels: Tensor, where: str) -> None:  # noqa: ANN401 - whatever can be counted and indexed
        self.items = items
        self.labels = labels
        self.where = where

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, number: int) -> Tensor:
        """One image; a picture of Pillow is taken apart as one of a file."""
        try:
            image = self.items[number][0]
        except Exception as error:
            raise _failed(f"{self.where}[{number}]", error) from error
        if hasattr(image, "convert") and hasattr(image, "getbands"):
            from cnninspect.data.pictures import tensor_of

            return tensor_of(image)
        tensor = torch.as_tensor(image)
        if tensor.dim() == 2:  # noqa: PLR2004 - height, width
            tensor = tensor.unsqueeze(0)
        if tensor.dim() != 3 or tensor.dtype not in (torch.uint8, torch.float32):  # noqa: PLR2004
            said = f"{tuple(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')}"
            raise Problem(
                "bad-data", f"{self.where}[{number}] is {said}", help="(channels, height, width), uint8 or float32"
            )
        return tensor


def read(spec: str, share: float = HELD_OUT, *, skip_bad: bool = False) -> Data:
    """The set; raises the Problem that there is no such function, that it fails, or what it gives is no set."""
    from importlib import import_module

    module, _, name = spec.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (Exception, SystemExit) as error:
        raise Problem("unknown-data", f"'{clip(spec)}' cannot be imported: {clip(f'{type(error).__name__}: {error}', 200)}", help="MODULE:FUNCTION, a module that Python can import") from error  # fmt: skip
    try:
        found = function()
    except Problem:
        raise
    except (Exception, SystemExit) as error:
        raise _failed(spec, error) from error
    if isinstance(found, Data):
        return found
    if isinstance(found, dict):
        arrays = {str(key): torch.as_tensor(value) for key, value in found.items() if key != "classes"}
        parts, classes = npz.parts_of(arrays, clip(spec)), found.get("classes")
        source = f"function {clip(spec)}"
        return made(spec, parts, classes=classes, source=source, share=share, skip_bad=skip_bad)
    if isinstance(found, (list, tuple)) and len(found) == 2:  # noqa: PLR2004 - two splits
        return _of_items(spec, found)
    raise Problem("bad-data", f"{clip(spec)} gives {type(found).__name__}", help=HELP)


def _of_items(spec: str, found: Sequence[Any]) -> Data:
    splits = []
    for items, part in zip(found, ("train", "held out"), strict=True):
        where = f"{clip(spec)}, {part}"
        try:
            labels = torch.tensor([int(items[number][1]) for number in range(len(items))], dtype=torch.int64)
        except Exception as error:
            raise _failed(where, error) from error
        if not len(labels):
            raise Problem("bad-data", f"{where} is empty", help=HELP)
        splits.append(Items(items, labelled(labels, len(items), where), where))
    lowest = min([int(split.labels.min()) for split in splits])
    if lowest < 0:
        raise Problem("bad-data", f"{clip(spec)} has the class {lowest}", help="classes count from 0")
    first = splits[0].read(0)
    count = max([int(split.labels.max()) for split in splits]) + 1
    words = tuple([str(place) for place in range(count)])
    told: list[str] = []
    absent(splits[0].labels, words, told)
    from cnninspect.data.arrays import identity

    mark = identity((splits[0].labels, splits[1].labels), spec)
    channels, height, width = first.shape
    return Data(
        spec,
        words,
        channels,
        height,
        width,
        splits[0],
        splits[1],
        OWN_SPLIT,
        f"function {clip(spec)}",
        "unknown",
        mark,
        same_size=False,
        notes=tuple(told),
    )


def _failed(what: str, error: BaseException) -> Problem:
    return Problem("bad-data", f"{clip(what)} failed: {clip(f'{type(error).__name__}: {error}', 200)}", help=HELP)
