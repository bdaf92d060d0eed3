"""A set that is known by name: its files found below the data folder, or fetched, or said to be missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.data import cifar, idx
from cnninspect.data.fetching import fetch, md5_of
from cnninspect.data.making import Part, made
from cnninspect.frontends.checkpoints.files import shown
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.data.catalogue import Known, Remote
    from cnninspect.data.sets import Data

PAIRS = (("train-images", "train-labels"), ("t10k-images", "t10k-labels"))


def read(
    known: Known,
    data_dir: str,
    *,
    download: bool = False,
    skip_bad: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Data:
    """The set; raises the Problem that files are missing, or are others than the authors published."""
    notes: list[str] = []
    parts = _cifar(known, data_dir, notes) if known.name.startswith("cifar") else _idx(known, data_dir, notes)
    if parts is None and download:
        for remote in known.files:
            if not _whole(os.path.join(data_dir, known.folders[0], remote.name), remote):
                fetch(remote, known.mirrors, os.path.join(data_dir, known.folders[0]), progress)
        parts = _cifar(known, data_dir, notes) if known.name.startswith("cifar") else _idx(known, data_dir, notes)
    if parts is None:
        raise missing(known, data_dir)
    return made(
        known.name,
        parts,
        classes=known.classes,
        source=known.source,
        licence=known.licence,
        skip_bad=skip_bad,
        notes=notes,
    )


def missing(known: Known, data_dir: str) -> Problem:
    """The problem that files are not there: which, how large, where from and where to put them."""
    folder = os.path.join(data_dir, known.folders[0])
    lacking = [remote for remote in known.files if not os.path.exists(os.path.join(folder, remote.name))] or known.files
    total = sum([remote.size for remote in lacking])
    files = ", ".join([f"{remote.name} ({_size(remote.size)})" for remote in lacking])
    message = f"the files of {known.name} are not in '{shown(folder)}': {files}"
    notes = tuple([f"from {mirror}{remote.name}" for remote in lacking for mirror in known.mirrors[:1]])
    remedy = f"add --download to fetch {_size(total)}, or put them there; --data-dir names another folder"
    return Problem("missing-data", message, notes=notes, help=remedy)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"  # noqa: PLR2004


def _whole(path: str, remote: Remote) -> bool:
    return os.path.isfile(path) and md5_of(path) == remote.md5


def _idx(known: Known, data_dir: str, notes: list[str]) -> list[Part] | None:
    """The two parts of a set in IDX files; None where some are missing."""
    for place in known.folders:
        folder = os.path.join(data_dir, place)
        names = [(idx.find(folder, images, 3), idx.find(folder, labels, 1)) for images, labels in PAIRS]
        if all(path for pair in names for path in pair):
            paths = [path for pair in names for path in pair if path is not None]
            _check(known.files, paths, notes)
            found = [idx.read(path) for path in paths]
            return [
                Part(images, labels, f"'{shown(path)}'")
                for images, labels, path in zip(found[::2], found[1::2], paths[::2], strict=True)
            ]
    return None


def _cifar(known: Known, data_dir: str, notes: list[str]) -> list[Part] | None:
    """The two parts of CIFAR in a folder or an archive, in either form; None where there is none."""
    forms = cifar.CIFAR10 if known.name == "cifar10" else cifar.CIFAR100
    for place in known.folders:
        for form, remote in zip(forms, (*known.files, *known.others), strict=True):
            folder, archive = os.path.join(data_dir, place, form.folder), os.path.join(data_dir, place, remote.name)
            if os.path.isdir(folder):
                _check((), [folder], notes)
                return cifar.read(folder, form)
            if os.path.isfile(archive):
                _check((remote,), [archive], notes)
                return cifar.read(archive, form)
    return None


def _check(remotes: tuple[Remote, ...], paths: list[str], notes: list[str]) -> None:
    """Raise the Problem that a packed file is another than was published; tell of files whose checksum is not known."""
    expected = {remote.name: remote.md5 for remote in remotes}
    unknown = []
    for path in paths:
        md5 = expected.get(os.path.basename(path))
        if md5 is None:
            unknown.append(f"'{shown(path)}'")
        elif md5_of(path) != md5:
            message = f"'{shown(path)}' is not the file that the set's authors published: its MD5 is not {md5}"
            raise Problem(
                "bad-data", message, help="remove it and fetch it anew, or name it by itself: --data idx:FOLDER"
            )
    if unknown:
        notes.append(f"taken as they are, since checksums are known of packed files alone: {', '.join(unknown)}")
