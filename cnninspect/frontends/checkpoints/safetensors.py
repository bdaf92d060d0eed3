"""The header of a safetensors file: eight bytes of length, then JSON, then the elements.

Definition: https://huggingface.co/docs/safetensors. The format allows a header of 100 MB; 16 MB, room for 50,000
tensors, keep every file within the memory that a look at it may take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.checkpoints.files import broken, shown
from cnninspect.frontends.checkpoints.stored import MOST_TENSORS, SIZES, Checkpoint, Region, Stored, checked_shape
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from cnninspect.frontends.checkpoints.files import File

LARGEST_HEADER = 16 * 2**20
MOST_VALUES = 600_000
"""Commas, colons and opening brackets: a tensor has about ten."""
LONGEST_NUMBER = 20
DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "C64": "complex64",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
KEYS = {"dtype", "shape", "data_offsets"}


class Pairs(list[Any]):
    """A JSON object as it is written: its keys in order, those too that stand there twice."""


def read(file: File) -> Checkpoint:
    """The table of a safetensors file."""
    length = int.from_bytes(file.read(0, 8, "the length of the header"), "little")
    if length > file.size - 8:
        raise broken(file, f"its header claims {length:,} bytes, and {file.size - 8:,} follow")
    if length > LARGEST_HEADER:
        message = f"'{shown(file.path)}' has a header of {length:,} bytes; at most {LARGEST_HEADER:,} are read"
        raise Problem("file-too-large", message, help="is this the right file?")
    start = 8 + length
    found = parse(file, file.read(8, length, "the header"), 8)
    tensors = [_tensor(file, key, entry, start) for key, entry in found if key != "__metadata__"]
    if len(tensors) > MOST_TENSORS:
        raise Problem(
            "file-too-large", f"'{shown(file.path)}' has {len(tensors):,} tensors; at most {MOST_TENSORS:,} are read"
        )
    seen: set[str] = set()
    for tensor in tensors:
        if tensor.key in seen:
            raise broken(file, f"'{clip(tensor.key)}' stands in its header twice", "write the file anew")
        seen.add(tensor.key)
    _check_regions(file, tensors, start)
    return Checkpoint(shown(file.path), "safetensors", tuple(tensors), (), (file.path,))


def parse(file: File, data: bytes, at: int) -> Pairs:
    """A JSON object of bounded size; raises the Problem that the bytes are none."""
    import json

    marks = data.count(b",") + data.count(b":") + data.count(b"[") + data.count(b"{")
    if marks > MOST_VALUES:
        message = f"'{shown(file.path)}' has about {marks:,} values in its header; at most {MOST_VALUES:,} are read"
        raise Problem("file-too-large", message, help="is this the right file?")
    try:
        text = data.decode("utf-8")
        found = json.loads(
            text, object_pairs_hook=Pairs, parse_int=_whole, parse_float=_refused, parse_constant=_refused
        )
    except UnicodeDecodeError as error:
        raise broken(file, f"its header is no UTF-8 at byte {at + error.start:,}") from None
    except json.JSONDecodeError as error:
        raise broken(
            file, f"its header is no JSON at byte {at + len(text[: error.pos].encode()):,}: {error.msg.lower()}"
        ) from None
    except RecursionError:
        raise broken(file, "its header is nested too deeply", "a header has three levels") from None
    except ValueError as error:
        raise broken(file, str(error), "sizes and offsets are whole numbers below 2^63") from None
    if type(found) is not Pairs:
        raise broken(file, f"its header must be an object, got {_kind(found)}", "is this a safetensors file?")
    return found


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"its header has a number of {len(text):,} digits")
    return int(text)


def _refused(text: str) -> int:
    raise ValueError(f"its header has the number {clip(text, 40)}")


def _kind(value: object) -> str:
    names = {Pairs: "an object", list: "a list", str: "a text", int: "a number", bool: "true or false"}
    return names.get(type(value), "null")


def _tensor(file: File, key: str, entry: object, start: int) -> Stored:
    what = f"'{clip(key)}'"
    if type(entry) is not Pairs:
        raise broken(file, f"{what} must be an object of dtype, shape and data_offsets, got {_kind(entry)}")
    fields = dict(entry)
    if len(fields) != len(entry) or fields.keys() != KEYS:
        keys = ", ".join([clip(name, 20) for name, _ in entry[:5]]) or "nothing"
        raise broken(file, f"{what} must have dtype, shape and data_offsets, each once, got {keys}")
    word = fields["dtype"]
    dtype = DTYPES.get(word) if isinstance(word, str) else None
    if dtype is None:
        said = f"'{clip(word, 40)}'" if isinstance(word, str) else _kind(word)
        raise broken(file, f"{what} has the dtype {said}", f"known are {', '.join(DTYPES)}")
    try:
        shape = checked_shape(fields["shape"], what)
    except Problem as problem:
        raise broken(file, problem.message) from None
    begin, end = _offsets(file, what, fields["data_offsets"], start)
    expected = product(shape) * SIZES[dtype]
    if expected != end - begin:
        sizes = "x".join(map(str, shape)) or "one number"
        raise broken(file, f"{what} takes {end - begin:,} bytes, and {word} of {sizes} takes {expected:,}")
    return Stored(key, dtype, shape, Region(file.path, start + begin, end - begin, None), 0, None)


def _offsets(file: File, what: str, given: object, start: int) -> tuple[int, int]:
    if not (isinstance(given, list) and len(given) == 2 and all(type(offset) is int for offset in given)):  # noqa: PLR2004
        raise broken(file, f"{what} must have two whole numbers as its data_offsets")
    begin, end = given
    if not 0 <= begin <= end:
        raise broken(file, f"{what} begins at byte {begin:,} of the data and ends at {end:,}")
    if start + end > file.size:
        raise broken(file, f"{what} ends at byte {start + end:,}, and the file has {file.size:,}")
    return begin, end


def _check_regions(file: File, tensors: list[Stored], start: int) -> None:
    """Refuse tensors that lie over each other, and holes."""
    end, before = start, ""
    for tensor in sorted(tensors, key=lambda tensor: (tensor.region.offset, tensor.region.size)):
        if tensor.region.offset < end:
            raise broken(file, f"'{clip(tensor.key)}' begins at byte {tensor.region.offset:,}, inside '{clip(before)}'")
        if tensor.region.offset > end:
            raise broken(file, f"{tensor.region.offset - end:,} bytes before '{clip(tensor.key)}' belong to no tensor")
        end, before = end + tensor.region.size, tensor.key
    if end < file.size:
        raise broken(file, f"{file.size - end:,} bytes at its end belong to no tensor")
