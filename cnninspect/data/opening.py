"""A set of images by the name that the user gives it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.data.sets import Data

DATA_DIR = "data"
"""Where files are looked for, unless another folder is named."""
NAMES = ("digits", "mnist", "fashion-mnist", "kmnist", "cifar10", "cifar100", "synthetic")
FORMS = (
    "folder:PATH",
    "idx:FOLDER",
    "npz:FILE",
    "webdataset:FOLDER",
    "synthetic:train=1000,classes=10",
    "MODULE:FUNCTION",
)


def open_data(  # noqa: PLR0913 - what a command may say of its data
    spec: str,
    *,
    data_dir: str | None = None,
    download: bool = False,
    skip_bad: bool = False,
    held_out: float | None = None,
    shape: tuple[int, ...] | None = None,
    classes: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Data:
    """The set that ``spec`` names; raises the Problem that there is none.

    Files are looked for below ``data_dir``; what is missing there is fetched only with ``download``. Damaged images
    are left out, and told of, only with ``skip_bad``. ``held_out`` is the share of the images that are not learned from
    where the set has no split of its own. ``shape`` and ``classes`` are the network's, for images that are
    made; ``progress`` is told what has been fetched: name of the file, bytes so far, bytes of all.
    """
    name, colon, rest = spec.partition(":")
    if held_out is not None and not 0 < held_out < 1:
        raise Problem("bad-value", f"a share of {held_out:g} cannot be held out", help="a number between 0 and 1")
    if not colon:
        return _by_name(
            name, data_dir or DATA_DIR, shape, classes, download=download, skip_bad=skip_bad, progress=progress
        )
    from cnninspect.data.splitting import HELD_OUT

    share = HELD_OUT if held_out is None else held_out
    if name in ("folder", "idx", "npz", "webdataset") and not rest.strip():
        raise Problem("unknown-data", f"'{clip(spec)}' names no file", help=f"known are {', '.join(FORMS)}")
    if name == "folder":
        from cnninspect.data import folder

        return folder.read(rest, spec, share, skip_bad=skip_bad)
    if name == "idx":
        return _idx(rest, spec, share, skip_bad=skip_bad)
    if name == "npz":
        from cnninspect.data import npz

        return npz.read(rest, spec, share, skip_bad=skip_bad)
    if name == "webdataset":
        from cnninspect.data import webdataset

        return webdataset.read(rest, spec, share, skip_bad=skip_bad)
    if name == "synthetic":
        from cnninspect.data.synthetic import synthetic

        return synthetic(rest, shape, classes)
    if all(part.isidentifier() for part in (*name.split("."), rest)):
        from cnninspect.data import function

        return function.read(spec, share, skip_bad=skip_bad)
    raise _unknown(spec)


def _by_name(  # noqa: PLR0913 - what a command may say of its data
    name: str,
    data_dir: str,
    shape: tuple[int, ...] | None,
    classes: int | None,
    *,
    download: bool,
    skip_bad: bool,
    progress: Callable[[str, int, int], None] | None,
) -> Data:
    if name == "digits":
        from cnninspect.data.digits import digits

        return digits()
    if name == "synthetic":
        from cnninspect.data.synthetic import synthetic

        return synthetic("", shape, classes)
    from cnninspect.data.catalogue import known

    found = known(name)
    if found is None:
        raise _unknown(name)
    from cnninspect.data import named

    return named.read(found, data_dir, download=download, skip_bad=skip_bad, progress=progress)


def _idx(given: str, spec: str, share: float, *, skip_bad: bool) -> Data:
    from cnninspect.data import idx
    from cnninspect.data.making import Part, made
    from cnninspect.frontends.checkpoints.files import shown

    four = idx.files(given)
    pairs = [(four.images, four.labels), (four.held_images, four.held_labels)]
    parts = [
        Part(idx.read(images), idx.read(labels), f"'{shown(images)}'") for images, labels in pairs if images and labels
    ]
    return made(spec, parts, source=f"IDX files '{clip(given, 200)}'", share=share, skip_bad=skip_bad)


def _unknown(spec: str) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    meant = near(spec, NAMES)
    if meant is None and (os.path.isdir(spec) or spec.endswith(".npz")):
        meant = f"{'folder' if os.path.isdir(spec) else 'npz'}:{spec}"
    hint = f"did you mean {clip(meant)}? " if meant else ""
    remedy = f"{hint}known are {', '.join(NAMES)}, {', '.join(FORMS)}"
    return Problem("unknown-data", f"there is no data set '{clip(spec)}'", help=remedy)
