"""Files of torch.save before 1.6: five pickles behind each other, then the elements of every storage.

The first two pickles are fixed bytes, so that no other file is taken for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.files import broken, shown
from cnninspect.frontends.checkpoints.pickles import Storage, Tensor
from cnninspect.frontends.checkpoints.stored import SIZES, Checkpoint, Region
from cnninspect.frontends.checkpoints.torch_table import SAVE, table, unpickle, weights_of
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from typing import Any

    from cnninspect.frontends.checkpoints.files import File

MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
LARGEST_PICKLES = 16 * 2**20


def read(file: File) -> Checkpoint:
    """The table of an old file of torch.save."""
    data = file.read(0, min(file.size, LARGEST_PICKLES), "its pickles")
    if data[2 : 2 + len(MAGIC)] != MAGIC:
        _tell_names(file, data)
        message = f"'{shown(file.path)}' is a pickle, and not one of torch.save"
        raise Problem("unknown-checkpoint", message, help=SAVE)
    try:
        return _read(file, data)
    except Problem as problem:
        if shown(file.path) in problem.message:
            raise
        raise Problem(problem.code, f"'{shown(file.path)}': {problem.message}", help=problem.help) from None


def _tell_names(file: File, data: bytes) -> None:
    """Raise the Problem that a pickle names what is not run, where it does."""
    try:
        unpickle(data, 0, 0)
    except Problem as problem:
        if problem.code == "unsafe-checkpoint":
            raise Problem(problem.code, f"'{shown(file.path)}': {problem.message}", help=problem.help) from None


def _read(file: File, data: bytes) -> Checkpoint:
    _, at = unpickle(data, 2 + len(MAGIC), 0)
    machine, at = unpickle(data, at, 0)
    if type(machine) is dict and machine.get("little_endian") is False:
        raise Problem(
            "unknown-checkpoint", f"'{shown(file.path)}' was written by a big-endian machine", help="save it on another"
        )
    found, at = unpickle(data, at, 0)
    keys, at = unpickle(data, at, 0)
    tensors, notes = weights_of(found, shown(file.path))
    regions = _regions(file, at, keys, _storages(found))

    def place(storage: Storage, what: str) -> Region:
        if storage.key not in regions:
            raise broken(file, f"the elements of {what}, {clip(storage.key, 40)}, are missing")
        return regions[storage.key]

    return Checkpoint(shown(file.path), "torch, before 1.6", tuple(table(tensors, place)), tuple(notes), (file.path,))


def _storages(found: Any) -> dict[str, Storage]:  # noqa: ANN401 - whatever a pickle holds
    """Every storage that a value refers to, of whatever tensors in it."""
    storages: dict[str, Storage] = {}
    waiting, seen = [found], set()
    while waiting:
        value = waiting.pop()
        if type(value) is Tensor:
            storages.setdefault(value.storage.key, value.storage)
        elif type(value) in (dict, list, tuple) and id(value) not in seen:
            seen.add(id(value))
            waiting.extend(value.values() if type(value) is dict else value)
    return storages


def _regions(file: File, at: int, keys: object, storages: dict[str, Storage]) -> dict[str, Region]:
    """Where each storage lies: before each stands the number of its elements."""
    if type(keys) is not list or not all(type(key) is str for key in keys):
        raise broken(file, "the list of its storages is none")
    regions: dict[str, Region] = {}
    for key in keys:
        storage = storages.get(key)
        if storage is None or storage.dtype is None or key in regions:
            raise broken(file, f"the type of its storage {clip(key, 40)} is not known")
        count = int.from_bytes(file.read(at, 8, "a storage"), "little")
        if count != storage.size:
            raise broken(
                file, f"its storage {clip(key, 40)} has {count:,} elements, and {storage.size:,} are spoken of"
            )
        size = count * SIZES[storage.dtype]
        if at + 8 + size > file.size:
            raise broken(
                file, f"its storage {clip(key, 40)} ends at byte {at + 8 + size:,}, and the file has {file.size:,}"
            )
        regions[key] = Region(file.path, at + 8, size)
        at += 8 + size
    return regions
