"""Checkpoints as tables of names and shapes, read without torch: nothing in a file is ever called or imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.checkpoints.stored import Checkpoint

KNOWN = "safetensors, .pt and .pth of torch.save, .npz, a shard index or a folder of .safetensors"
KERAS = (
    "save it as .npz: numpy.savez('weights.npz', **{w.path: w.numpy() for w in model.weights}), then add --layout keras"
)
OTHERS = ((b"GGUF", "a GGUF file"), (b"\x08", "perhaps an ONNX file"), (b"ustar", "a tar file"))


def read(path: str, *, outside: bool = False) -> Checkpoint:
    """The table of a checkpoint: a file, an index of shards, or a folder; raises the Problem that there is none.

    ``outside`` lets an index name files that lie outside its own folder.
    """
    from cnninspect.frontends.checkpoints import shards

    if os.path.isdir(path):
        return shards.read_folder(path, outside=outside)
    with File(path) as file:
        head = file.read(0, min(file.size, 16), "its first bytes")
        if head.lstrip()[:1] == b"{" and b"\0" not in head:
            return shards.read_index(file, outside=outside)
        return read_file(file, head)


def read_file(file: File, head: bytes) -> Checkpoint:
    """The table of one file, by what it begins with."""
    if not head:
        raise Problem("bad-checkpoint", f"'{shown(file.path)}' is empty", help=f"known are {KNOWN}")
    if head[3:9] == b"\0\0\0\0\0{":  # asked first: the length of the header may look like anything
        from cnninspect.frontends.checkpoints import safetensors

        return safetensors.read(file)
    if head[:4] == b"PK\x03\x04":
        from cnninspect.frontends.checkpoints import zipped

        return zipped.read(file)
    if head[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        from cnninspect.frontends.checkpoints import legacy

        return legacy.read(file)
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        message = f"'{shown(file.path)}' is an HDF5 file, as Keras writes it, and is not read here"
        raise Problem("unknown-checkpoint", message, help=KERAS)
    if head[8:9] == b"{" or head[3:8] == bytes(5) or file.path.endswith(".safetensors"):
        from cnninspect.frontends.checkpoints import safetensors

        return safetensors.read(file)
    guess = next((f": {word}" for mark, word in OTHERS if head.startswith(mark)), "")
    message = f"'{shown(file.path)}' is no checkpoint that is known{guess}; it begins with {clip(repr(head[:8])[1:])}"
    raise Problem("unknown-checkpoint", message, help=f"known are {KNOWN}")
