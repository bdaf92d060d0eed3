"""Arrays of numpy, by their headers: names, data types and shapes of an .npz file without numpy.

Definition: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.files import broken, shown
from cnninspect.frontends.checkpoints.stored import MOST_TENSORS, SIZES, Checkpoint, Region, Stored, checked_shape
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.checkpoints.archive import Archive, Member
    from cnninspect.frontends.checkpoints.files import File
    from cnninspect.values import Shape

LONGEST_HEADER = 4096
DTYPES = {
    "<f8": "float64", "<f4": "float32", "<f2": "float16", "<c8": "complex64", "<c16": "complex128",
    "<i8": "int64", "<i4": "int32", "<i2": "int16", "|i1": "int8",
    "<u8": "uint64", "<u4": "uint32", "<u2": "uint16", "|u1": "uint8", "|b1": "bool",
}  # fmt: skip


def read_all(file: File, archive: Archive, members: Sequence[Member]) -> Checkpoint:
    """The table of every array of a zip file."""
    if len(members) > MOST_TENSORS:
        raise Problem(
            "file-too-large", f"'{shown(file.path)}' has {len(members):,} arrays; at most {MOST_TENSORS:,} are read"
        )
    tensors, others = [], []
    for member in members:
        found = _array(file, archive, member)
        tensors += [] if found is None else [found]
        others += [clip(member.name, 40)] if found is None else []
    notes = [f"{len(others):,} without numbers of a known type: {', '.join(others[:5])}"] if others else []
    return Checkpoint(shown(file.path), "npz", tuple(tensors), tuple(notes), (file.path,))


def _array(file: File, archive: Archive, member: Member) -> Stored | None:
    """The tensor of an array; None where its elements are no plain numbers."""
    what = f"'{clip(member.name)}'"
    head = archive.read(member, LONGEST_HEADER, part=True)
    wide = 2 if head[6:7] == b"\x01" else 4
    start = 8 + wide + int.from_bytes(head[8 : 8 + wide], "little")
    if head[:6] != b"\x93NUMPY" or start > len(head):
        raise broken(file, f"{what} is no array of numpy")
    fields = _fields(head[8 + wide : start].decode("latin-1"))
    if fields is None:
        raise broken(file, f"the header of {what} cannot be read")
    descr, fortran, sizes = fields
    dtype = DTYPES.get(descr)
    if dtype is None:
        return None
    try:
        shape = checked_shape(sizes, what)
    except Problem as problem:
        raise broken(file, problem.message) from None
    expected = product(shape) * SIZES[dtype]
    if start + expected != member.size:
        raise broken(file, f"{what} has {member.size - start:,} bytes of elements, and its shape needs {expected:,}")
    region = archive.region(member)
    if region.packed is None:
        region = Region(region.file, region.offset + start, expected)
        start = 0
    if start % SIZES[dtype]:
        raise broken(file, f"the elements of {what} begin at byte {start}, which no multiple of their size is")
    strides = _fortran(shape) if fortran else None
    return Stored(member.name.removesuffix(".npy"), dtype, shape, region, start // SIZES[dtype], strides)


def _fortran(shape: Shape) -> tuple[int, ...]:
    return tuple([product(shape[:axis]) for axis in range(len(shape))])


def _fields(text: str) -> tuple[str, bool, list[int]] | None:
    """Data type, order and sizes of a header such as ``{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }``."""
    body = text.strip()
    first, _, rest = body.partition("'shape':")
    sizes, _, last = rest.partition(")")
    parts = [part.strip() for part in sizes.strip().removeprefix("(").split(",")]
    if not body.startswith("{") or not body.endswith("}") or not all(part.isdecimal() or not part for part in parts):
        return None
    if any(len(part) > 19 for part in parts):  # noqa: PLR2004 - digits of 2^63
        return None
    others = first + last
    _, found, descr = others.partition("'descr':")
    _, said, order = others.partition("'fortran_order':")
    if not found or not said or not rest:
        return None
    word = descr.strip()[1:].partition("'")[0] if descr.strip()[:1] == "'" else ""
    return word, order.strip().startswith("True"), [int(part) for part in parts if part]
