"""Arrays of an .npz file as a set of images, by the names that people give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.data import arrays
from cnninspect.data.making import Part, made
from cnninspect.data.splitting import HELD_OUT
from cnninspect.frontends.checkpoints.files import shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from cnninspect.data.sets import Data

TRAIN = (
    ("x_train", "y_train"),
    ("train_images", "train_labels"),
    ("images", "labels"),
    ("x", "y"),
    ("data", "target"),
    ("arr_0", "arr_1"),
)
"""What images and labels are called: those of Keras, of MedMNIST, and those of nobody in particular."""
HELD = (
    ("x_val", "y_val"),
    ("val_images", "val_labels"),
    ("x_test", "y_test"),
    ("test_images", "test_labels"),
    ("arr_2", "arr_3"),
)
HELP = "x_train, y_train and, for a split of its own, x_val or x_test, y_val or y_test; or images and labels"


def read(path: str, name: str, share: float = HELD_OUT, *, skip_bad: bool = False) -> Data:
    """The set of a file; raises the Problem that there is none."""
    found = arrays.read(path)
    parts = parts_of(found, f"'{shown(path)}'")
    return made(name, parts, source=f"file '{shown(path)}'", share=share, skip_bad=skip_bad)


def parts_of(found: Mapping[str, Tensor], what: str) -> list[Part]:
    """The one or two parts of a set among named arrays; raises the Problem that there is none."""
    parts = []
    for names in (TRAIN, HELD):
        pair = next((pair for pair in names if pair[0] in found and pair[1] in found), None)
        if pair is not None:
            parts.append(Part(found[pair[0]], found[pair[1]], f"{what} ({pair[0]}, {pair[1]})"))
        elif names is TRAIN:
            have = ", ".join([clip(key, 30) for key in list(found)[:8]]) or "no array of numbers"
            raise Problem("bad-data", f"{what} has {have}, and no images with labels", help=HELP)
    return parts
