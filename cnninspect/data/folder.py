"""A folder of pictures: a folder of its own for each class, in ``train`` and ``val`` or without such a split."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.data.files import Place
from cnninspect.data.gathered import Found, gathered, shortened
from cnninspect.data.pictures import ENDINGS
from cnninspect.data.splitting import HELD_OUT
from cnninspect.frontends.checkpoints.files import shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.data.sets import Data

TRAIN = ("train", "training")
HELD = ("val", "valid", "validation", "test")
DEEPEST = 6
"""Folders within the folder of a class."""
HELP = "FOLDER/CLASS/picture.png, or FOLDER/train/CLASS/picture.png and FOLDER/val/CLASS/picture.png"


class Scan:
    """What was found below a folder."""

    def __init__(self) -> None:
        self.others: list[str] = []
        """Files that are no pictures by their names."""
        self.marks: list[str] = []


def read(path: str, name: str, share: float = HELD_OUT, *, skip_bad: bool = False) -> Data:
    """The set; raises the Problem that there is none, or that pictures or folders are not as they should be."""
    if not os.path.isdir(path):
        code = "file-not-found" if not os.path.exists(path) else "bad-data"
        why = "there is no folder" if code == "file-not-found" else "no folder but a file is"
        raise Problem(code, f"{why} '{shown(path)}'", help=HELP)
    train = next((part for part in TRAIN if os.path.isdir(os.path.join(path, part))), None)
    held = next((part for part in HELD if os.path.isdir(os.path.join(path, part))), None)
    roots = [path] if train is None else [os.path.join(path, part) for part in (train, held) if part is not None]
    scan, notes = Scan(), list[str]()
    tables = [_classes(root, scan) for root in roots]
    classes = sorted(tables[0])
    _check(tables, roots, notes, skip_bad=skip_bad)
    classes = [word for word in classes if tables[0][word]]
    number = {word: place for place, word in enumerate(classes)}
    splits = []
    for table in tables:
        pairs = [(place, number[word]) for word in sorted(table) if word in number for place in table[word]]
        splits.append(Found([place for place, _ in pairs], [label for _, label in pairs]))
    if scan.others:
        notes.append(f"{len(scan.others):,} files are no pictures by their names: {shortened(scan.others)}")
    return gathered(
        name,
        splits,
        classes,
        source=f"folder '{shown(path)}'",
        marks=scan.marks,
        share=share,
        skip_bad=skip_bad,
        notes=notes,
    )


def _classes(root: str, scan: Scan) -> dict[str, list[Place]]:
    """The pictures of each folder of a class, in the order of their names."""
    try:
        folders = sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and not entry.name.startswith("."))
    except OSError as error:
        why = clip((error.strerror or str(error)).lower())
        raise Problem("unreadable-file", f"'{shown(root)}' cannot be read: {why}") from None
    if not folders:
        raise Problem("bad-data", f"'{shown(root)}' has no folder, and each class needs one", help=HELP)
    return {folder: _pictures(root, folder, scan, set(), DEEPEST) for folder in folders}


def _pictures(root: str, inner: str, scan: Scan, above: set[str], deep: int) -> list[Place]:
    """The pictures in a folder and below; a link back to a folder above is not followed."""
    folder = os.path.join(root, inner)
    real = os.path.realpath(folder)
    if real in above or not deep:
        return []
    found: list[Place] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        why = clip((error.strerror or str(error)).lower())
        raise Problem("unreadable-file", f"'{shown(folder)}' cannot be read: {why}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            found += _pictures(root, os.path.join(inner, entry.name), scan, above | {real}, deep - 1)
        elif not entry.name.lower().endswith(ENDINGS):
            scan.others.append(clip(entry.name, 40))
        else:
            found.append(Place(entry.path))
            scan.marks.append(f"{inner}/{entry.name} {_size(entry)}")
    return found


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:  # a link to nothing: it is told as a picture that cannot be used
        return -1


def _check(tables: list[dict[str, list[Place]]], roots: list[str], notes: list[str], *, skip_bad: bool) -> None:
    """Raise the Problem of folders that are no classes; with ``skip_bad`` tell of them."""
    from unicodedata import normalize

    if not any(tables[0].values()):
        raise Problem("bad-data", f"'{shown(roots[0])}' has folders and no picture in them", help=HELP)
    for table, root in zip(tables, roots, strict=True):
        meant: dict[str, str] = {}
        for word in table:
            same = meant.setdefault(normalize("NFKC", word).casefold().strip(), word)
            if same != word:
                message = f"'{shown(root)}' has two folders for one class: '{clip(same)}' and '{clip(word)}'"
                raise Problem("bad-data", message, help="put their pictures into one")
        empty = sorted(clip(word, 40) for word, places in table.items() if not places)
        if empty and root == roots[0]:
            _tell(f"{len(empty):,} of {len(table):,} folders of classes in '{shown(root)}' have no picture: {shortened(empty)}", notes, skip_bad=skip_bad)  # fmt: skip
    new = sorted(clip(word, 40) for word, places in tables[-1].items() if places and not tables[0].get(word))
    if new:
        _tell(f"'{shown(roots[-1])}' has classes that cannot be learnt, since '{shown(roots[0])}' has not: {shortened(new)}", notes, skip_bad=skip_bad)  # fmt: skip


def _tell(message: str, notes: list[str], *, skip_bad: bool) -> None:
    if not skip_bad:
        raise Problem("bad-data", message, help="mend that, or leave these folders out with --skip-bad")
    notes.append(f"left out: {message}")
