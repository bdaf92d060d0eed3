"""What a checkpoint says of its tensors: names, data types, shapes and where the bytes lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from cnninspect.values import Shape

SIZES = {
    **dict.fromkeys(("float64", "int64", "uint64", "complex64"), 8),
    **dict.fromkeys(("float32", "int32", "uint32"), 4),
    **dict.fromkeys(("float16", "bfloat16", "int16", "uint16"), 2),
    **dict.fromkeys(("int8", "uint8", "bool", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu"), 1),
    **dict.fromkeys(("float8_e4m3fnuz", "float8_e5m2fnuz"), 1),
    "complex128": 16,
}
"""Bytes of one element, by torch's name of the data type."""

MOST_TENSORS = 50_000
MOST_AXES = 64
LARGEST = 2**63
"""Sizes are below this."""


class Region(Record):
    """A stretch of a file that holds the elements of one or more tensors."""

    file: str
    offset: int
    size: int
    """Bytes of it, when it is unpacked."""
    packed: int | None = None
    """Bytes that it takes in the file where it is deflated."""


class Stored(Record):
    """A tensor of a checkpoint."""

    key: str
    dtype: str
    shape: Shape
    region: Region
    start: int = 0
    """Its first element, counted in the region."""
    strides: tuple[int, ...] | None = None
    """Elements between neighbours on each axis; None where they lie behind each other."""

    @property
    def bytes(self) -> int:
        """What its elements take."""
        return product(self.shape) * SIZES[self.dtype]


class Checkpoint(Record):
    """A checkpoint: every tensor of it, in its order."""

    name: str
    format: str
    tensors: tuple[Stored, ...]
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def checked_shape(sizes: object, what: str) -> Shape:
    """A shape out of a file; raises the Problem that it is none."""
    if type(sizes) not in (list, tuple):
        raise Problem("bad-checkpoint", f"{what} must have a list of sizes as its shape")
    assert isinstance(sizes, (list, tuple))
    if len(sizes) > MOST_AXES:
        raise Problem("bad-checkpoint", f"{what} has {len(sizes):,} axes; a tensor has at most {MOST_AXES}")
    for size in sizes:
        if type(size) is not int or not 0 <= size < LARGEST:
            said = clip(size, 40) if type(size) in (int, str) else type(size).__name__
            raise Problem(
                "bad-checkpoint", f"{what} has the size {said} in its shape; sizes are whole numbers from 0 on"
            )
    return tuple(sizes)


def dense(shape: Shape, strides: tuple[int, ...]) -> bool:
    """Whether elements lie behind each other, last axis first."""
    expected = 1
    for size, stride in zip(reversed(shape), reversed(strides)):  # noqa: B905 - as many of each
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
