"""Checkpoints that are zip files: those of torch.save, and .npz of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.archive import Archive
from cnninspect.frontends.checkpoints.files import broken, shown
from cnninspect.frontends.checkpoints.stored import SIZES, Checkpoint, Region
from cnninspect.frontends.checkpoints.torch_table import SAVE, table, unpickle, weights_of
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.checkpoints.files import File
    from cnninspect.frontends.checkpoints.pickles import Storage

LARGEST_PICKLE = 16 * 2**20


def read(file: File) -> Checkpoint:
    """The table of a zip file."""
    archive = Archive(file)
    pickles = [name for name in archive.members if name == "data.pkl" or name.endswith("/data.pkl")]
    folder = pickles[0].removesuffix("data.pkl") if len(pickles) == 1 else ""
    if f"{folder}constants.pkl" in archive.members:
        message = f"'{shown(file.path)}' is a TorchScript program, not a state_dict"
        raise Problem("unknown-checkpoint", message, help=SAVE)
    if len(pickles) == 1:
        return _torch(file, archive, folder)
    arrays = [member for name, member in archive.members.items() if name.endswith(".npy")]
    if arrays:
        from cnninspect.frontends.checkpoints import npy

        return npy.read_all(file, archive, arrays)
    if "model.weights.h5" in archive.members:
        from cnninspect.frontends.checkpoints import KERAS

        message = f"'{shown(file.path)}' is a .keras file, whose weights are HDF5 and are not read here"
        raise Problem("unknown-checkpoint", message, help=KERAS)
    names = ", ".join([clip(name, 30) for name in list(archive.members)[:3]]) or "nothing"
    message = f"'{shown(file.path)}' is a zip file of {names}: neither of torch.save nor of numpy"
    raise Problem("unknown-checkpoint", message)


def _torch(file: File, archive: Archive, folder: str) -> Checkpoint:
    order = archive.members.get(f"{folder}byteorder")
    if order is not None and archive.read(order, 16, part=True) != b"little":
        raise Problem(
            "unknown-checkpoint", f"'{shown(file.path)}' was written by a big-endian machine", help="save it on another"
        )
    member = archive.members[f"{folder}data.pkl"]
    data = archive.read(member, LARGEST_PICKLE)
    base = archive.region(member).offset if not member.method else 0
    regions: dict[str, Region] = {}

    def place(storage: Storage, what: str) -> Region:
        held = archive.members.get(f"{folder}data/{storage.key}")
        if held is None:
            raise broken(file, f"the elements of {what}, {clip(folder)}data/{clip(storage.key, 40)}, are missing")
        if storage.key not in regions:
            regions[storage.key] = archive.region(held)
        size = storage.size * (SIZES[storage.dtype] if storage.dtype is not None else 1)
        if size > held.size:
            raise broken(file, f"the elements of {what} claim {size:,} bytes, and there are {held.size:,}")
        return regions[storage.key]

    try:
        found, _ = unpickle(data, 0, base)
        tensors, notes = weights_of(found, shown(file.path))
        stored = table(tensors, place)
    except Problem as problem:
        if shown(file.path) in problem.message:
            raise
        raise Problem(problem.code, f"'{shown(file.path)}': {problem.message}", help=problem.help) from None
    return Checkpoint(shown(file.path), "torch", tuple(stored), tuple(notes), (file.path,))
