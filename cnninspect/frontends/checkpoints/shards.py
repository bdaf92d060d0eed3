"""Checkpoints of several files: an index that tells which tensor lies where, or a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.files import CUT, File, broken, shown
from cnninspect.frontends.checkpoints.safetensors import LARGEST_HEADER, Pairs, parse
from cnninspect.frontends.checkpoints.stored import MOST_TENSORS, Checkpoint, Stored
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterable

INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
MOST_FILES = 1000
MOST_READ = 2 * LARGEST_HEADER
"""Bytes that are read of all shards together."""


def read_folder(folder: str, *, outside: bool) -> Checkpoint:
    """The checkpoint of a folder: what its index lists, otherwise every .safetensors file in it."""
    for name in INDEXES:
        path = os.path.join(folder, name)
        if os.path.lexists(path):
            with File(path) as file:
                return read_index(file, outside=outside)
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry, _ in zip(entries, range(100_000)) if not entry.is_dir())  # noqa: B905
    except OSError as error:  # pragma: no cover - a folder that may not be listed
        why = clip((error.strerror or str(error)).lower())
        raise Problem("unreadable-file", f"'{shown(folder)}' cannot be read: {why}") from None
    found = [name for name in names if name.endswith(".safetensors")]
    if not found:
        others = [clip(name) for name in names if name.endswith((".pt", ".pth", ".bin", ".npz"))][:3]
        message = f"the folder '{shown(folder)}' has neither an index nor a .safetensors file"
        raise Problem("unknown-checkpoint", message, help=f"name a file of it: {', '.join(others)}" if others else "")
    return _joined(folder, folder, found, None, outside=outside)


def read_index(file: File, *, outside: bool) -> Checkpoint:
    """The checkpoint of an index: ``weight_map`` names the file of each tensor."""
    if file.size > LARGEST_HEADER:
        message = f"'{shown(file.path)}' has {file.size:,} bytes; an index has at most {LARGEST_HEADER:,}"
        raise Problem("file-too-large", message, help="is this the right file?")
    pairs = parse(file, file.read(0, file.size, "the index"), 0)
    maps = [value for key, value in pairs if key == "weight_map"]
    if len(maps) != 1 or type(maps[0]) is not Pairs:
        raise Problem("unknown-checkpoint", f"'{shown(file.path)}' is JSON without a weight_map: no index of shards")
    where: dict[str, str] = {}
    for key, name in maps[0]:
        if not isinstance(name, str) or key in where:
            why = f"its weight_map has '{clip(key)}' twice" if key in where else f"'{clip(key)}' has no file name"
            raise broken(file, why, "write the index anew")
        where[key] = name
    folder = os.path.dirname(file.path)
    return _joined(file.path, folder, list(dict.fromkeys(where.values())), where, outside=outside)


def _joined(path: str, folder: str, names: list[str], where: dict[str, str] | None, *, outside: bool) -> Checkpoint:
    """The tensors of all shards; ``where`` tells which one each key should be in."""
    from cnninspect.frontends.checkpoints import read_file

    if len(names) > MOST_FILES:
        raise Problem("file-too-large", f"'{shown(path)}' has {len(names):,} files; at most {MOST_FILES:,} are read")
    tensors: dict[str, Stored] = {}
    homes: dict[str, str] = {}
    formats: list[str] = []
    files: list[str] = []
    notes: list[str] = []
    taken = 0
    for name in names:
        with File(_inside(folder, name, outside=outside)) as file:
            found = read_file(file, file.read(0, min(file.size, 16), "its first bytes"))
        formats.append(found.format)
        files += found.files
        notes += [note for note in found.notes if note not in notes]
        for tensor in found.tensors:
            if tensor.key in tensors:
                both = f"'{clip(homes[tensor.key])}' and '{clip(name)}'"
                help_ = "name the one file that is meant" if where is None else "save the shards anew"
                raise Problem("bad-checkpoint", f"'{clip(tensor.key)}' is both in {both}", help=help_)
            tensors[tensor.key], homes[tensor.key] = tensor, name
        taken += file.taken
        if len(tensors) > MOST_TENSORS or taken > MOST_READ:
            raise Problem(
                "file-too-large",
                f"'{shown(path)}' has more than {MOST_TENSORS:,} tensors, or their tables are too long",
            )
    if where is not None:
        _check_homes(path, where, homes)
    kinds = " and ".join(dict.fromkeys(formats)) or "empty index"
    count = f"{kinds}, {len(files)} {'file' if len(files) == 1 else 'files'}"
    return Checkpoint(shown(path), count, tuple(tensors.values()), tuple(notes), tuple(files))


def _inside(folder: str, name: str, *, outside: bool) -> str:
    """The path of a shard, which lies in the folder of the index."""
    path = os.path.join(folder, name)
    real, base = os.path.realpath(path.replace("\0", "?")), os.path.realpath(folder or ".")
    if not name or "\0" in name or (not outside and not real.startswith(base.rstrip(os.sep) + os.sep)):
        message = f"the shard '{clip(name)}' lies outside the folder of its index"
        help_ = "only files below that folder are followed; --allow-outside lifts that"
        raise Problem("bad-checkpoint", message, help=help_)
    return path


def _check_homes(path: str, where: dict[str, str], homes: dict[str, str]) -> None:
    wrong: Iterable[str] = [key for key in where if homes.get(key) != where[key]]
    for key in wrong:
        message = f"'{shown(path)}' says that '{clip(key)}' is in '{clip(where[key])}', and it is not"
        raise Problem("bad-checkpoint", message, help=CUT)
    for key in homes.keys() - where.keys():
        message = f"'{clip(key)}' is in '{clip(homes[key])}', and '{shown(path)}' does not list it"
        raise Problem("bad-checkpoint", message, help="save the shards anew")
