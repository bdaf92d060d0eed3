"""Shards of WebDataset: tar archives in which files of one name before its first dot are one sample.

``NAME.jpg`` (or another picture) with ``NAME.cls``, the number of its class, or ``NAME.json`` with a ``label``. Only the
headers are read beforehand; each picture is then read from its place, so that any order is as good as another.
Definition: https://github.com/webdataset/webdataset.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.data.files import Place
from cnninspect.data.folder import HELD, TRAIN
from cnninspect.data.gathered import Found, gathered, shortened
from cnninspect.data.making import MOST_CLASSES
from cnninspect.data.pictures import ENDINGS
from cnninspect.data.splitting import HELD_OUT
from cnninspect.data.tar import Plain, entries
from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.data.sets import Data
    from cnninspect.data.tar import Entry

LONGEST = 2**20
"""Bytes of the words about a sample."""
HELP = "webdataset:FOLDER with .tar files, perhaps in train and val, or webdataset:TRAIN,HELD-OUT; {000..012} counts"


class Sample:
    """What is known of a sample while its files come by."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.place: Place | None = None
        self.label: int | None = None
        self.size = 0


def read(given: str, name: str, share: float = HELD_OUT, *, skip_bad: bool = False) -> Data:
    """The set; raises the Problem that there is none, or that shards are damaged."""
    marks: list[str] = []
    notes: list[str] = []
    splits = [_split(shards, marks, notes, skip_bad=skip_bad) for shards in _shards(given)]
    classes = [str(place) for place in range(max([max(found.labels) for found in splits]) + 1)]
    return gathered(
        name,
        splits,
        classes,
        source=f"shards of '{clip(given)}'",
        marks=marks,
        share=share,
        skip_bad=skip_bad,
        notes=notes,
    )


def _shards(given: str) -> list[list[str]]:
    """The shards of each split."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) == 1 and os.path.isdir(parts[0]):
        train = next((part for part in TRAIN if os.path.isdir(os.path.join(parts[0], part))), None)
        held = next((part for part in HELD if os.path.isdir(os.path.join(parts[0], part))), None)
        if train is not None:
            parts = [os.path.join(parts[0], part) for part in (train, held) if part is not None]
    if not 1 <= len(parts) <= 2:  # noqa: PLR2004 - to learn from, and held out
        raise Problem("unknown-data", f"'webdataset:{clip(given)}' names {len(parts)} places", help=HELP)
    return [_tars(part) for part in parts]


def _tars(part: str) -> list[str]:
    if os.path.isdir(part):
        found = sorted(os.path.join(part, name) for name in os.listdir(part) if name.endswith(".tar"))
        if not found:
            raise Problem("file-not-found", f"'{shown(part)}' has no .tar file", help=HELP)
        return found
    before, brace, rest = part.partition("{")
    numbers, closed, after = rest.partition("}")
    first, dots, last = numbers.partition("..")
    if not brace:
        return [part]
    if not (closed and dots and first.isdecimal() and last.isdecimal() and 0 <= int(last) - int(first) < 10**6):
        raise Problem("unknown-data", f"'{clip(part)}' has braces that do not count", help=HELP)
    return [f"{before}{number:0{len(first)}}{after}" for number in range(int(first), int(last) + 1)]


def _split(shards: list[str], marks: list[str], notes: list[str], *, skip_bad: bool) -> Found:
    found = Found([], [])
    lacking: list[str] = []
    for path in shards:
        if path.endswith((".gz", ".tgz", ".zst")):
            message = f"'{shown(path)}' is packed: pictures in it cannot be read from their places"
            raise Problem("bad-data", message, help="unpack it to .tar; pictures are packed already")
        for sample in _samples(path):
            if sample.place is None or sample.label is None:
                what = "picture" if sample.place is None else "class"
                lacking.append(f"{clip(sample.key, 60)} has no {what}")
                continue
            found.places.append(sample.place)
            found.labels.append(sample.label)
            marks.append(f"{sample.key} {sample.size} {sample.label}")
    if lacking:
        message = f"{len(lacking):,} samples are incomplete: {shortened(lacking)}"
        if not skip_bad:
            raise Problem("bad-data", message, help="mend them, or leave them out with --skip-bad")
        notes.append(f"left out: {message}")
    if not found.labels:
        raise Problem("bad-data", f"'{shown(shards[0])}' has no picture with a class", help=HELP)
    return found


def _samples(path: str) -> list[Sample]:
    """The samples of a shard, in its order."""
    samples: list[Sample] = []
    what = f"'{shown(path)}'"
    with File(path) as file:
        for entry in entries(Plain(file, what), what):
            folder, slash, name = entry.name.rpartition("/")
            stem, _, ending = name.partition(".")
            key = f"{folder}{slash}{stem}"
            if not stem:
                continue
            if not samples or samples[-1].key != key:
                samples.append(Sample(key))
            _add(samples[-1], entry, ending.lower(), path)
    return samples


def _add(sample: Sample, entry: Entry, ending: str, path: str) -> None:
    if f".{ending}".endswith(ENDINGS):
        sample.place, sample.size = Place(path, entry.offset, entry.size), entry.size
    elif ending in ("cls", "json"):
        if entry.size > LONGEST:
            raise Problem("bad-data", f"'{clip(entry.name)}' in '{shown(path)}' has {entry.size:,} bytes", help=HELP)
        found = _label(entry, ending, path)
        sample.label = sample.label if found is None else found


def _label(entry: Entry, ending: str, path: str) -> int | None:
    """The class that a file states; None for a JSON file about other things."""
    words = entry.read().decode("utf-8", "replace").strip()
    found: object = words
    if ending == "json":
        from json import loads

        try:
            table = loads(words)
        except (ValueError, RecursionError):
            raise Problem("bad-data", f"'{clip(entry.name)}' in '{shown(path)}' is no JSON") from None
        found = table.get("label", table.get("cls")) if type(table) is dict else table
        if found is None:
            return None
        found = str(found) if type(found) is int else found
    if type(found) is not str or not found.isdecimal() or not len(found) < 9 or int(found) >= MOST_CLASSES:  # noqa: PLR2004
        message = f"'{clip(entry.name)}' in '{shown(path)}' has the class {clip(repr(found), 40)}"
        raise Problem("bad-data", message, help=f"a number from 0 to {MOST_CLASSES - 1:,}")
    return int(found)
