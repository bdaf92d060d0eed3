"""What a network can be run on: a PNG picture or a NumPy array, read without running anything in the file.

Sizes that a file claims are multiplied out and held against what it has before anything is unpacked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Problem, clip, product

if TYPE_CHECKING:
    from cnninspect.values import Shape

PNG = b"\x89PNG\r\n\x1a\n"
NPY = b"\x93NUMPY"
LARGEST = 300 * 10**6
"""Bytes of a file."""
MOST_SAMPLES = 3 * 10**6
"""Numbers in a picture: what can be read in a second or two."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of PNG's types of colour."""
HELP = "a .png picture, or an array that numpy.save wrote"


class Array(Record):
    """Numbers as a file has them."""

    shape: Shape
    kind: str
    """f, i, u or b."""
    size: int
    """Bytes of a number."""
    data: bytes
    swapped: bool = False
    """Whether the bytes of a number come in the other order."""
    fortran: bool = False
    """Whether the first axis runs fastest."""
    picture: bool = False
    """Whether these are rows of pixels of channels."""


def read(path: str) -> Array:
    """The picture or array of a file; Problem where there is none."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise _bad(path, "it is no regular file")
    if not os.path.isfile(path):
        raise Problem("file-not-found", f"there is no file '{clip(path)}'", help=HELP)
    size = os.path.getsize(path)
    if size > LARGEST:
        raise _bad(path, f"it has {size:,} bytes, and {LARGEST:,} are read")
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:  # pragma: no cover - a file that only others may read, and root reads all
        raise _bad(path, (error.strerror or str(error)).lower()) from None
    if data.startswith(PNG):
        return _png(path, data)
    if data.startswith(NPY):
        return _npy(path, data)
    raise _bad(path, f"it begins with {clip(repr(data[:8]), 40)}: neither a PNG picture nor a NumPy array")


def _bad(path: str, why: str) -> Problem:
    return Problem("bad-input-file", f"cannot read '{clip(path)}': {why}", help=HELP)


# --- arrays ------------------------------------------------------------------------------


def _npy(path: str, data: bytes) -> Array:
    """https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html."""
    wide = data[6:7] != b"\x01"
    start = 12 if wide else 10
    length = int.from_bytes(data[8:start], "little")
    if len(data) < start + length or length > 2**16:
        raise _bad(path, f"byte 8: a header of {length:,} bytes is claimed, and {len(data) - start:,} are there")
    head = _header(path, data[start : start + length])
    descr, shape = head.get("descr"), head.get("shape")
    if not isinstance(descr, str) or len(descr) < 3 or descr[1] not in "fiub" or not descr[2:].isdecimal():  # noqa: PLR2004
        raise _bad(path, f"byte {start}: the type {clip(repr(descr), 40)} is not one of numbers")
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise _bad(path, f"byte {start}: the shape {clip(repr(shape), 40)} is none")
    size = int(descr[2:4])
    body = data[start + length :]
    needed = product(shape) * size
    if len(body) != needed:
        raise _bad(path, f"an array of {clip(repr(shape), 60)} has {needed:,} bytes, and {len(body):,} are there")
    return Array(
        shape, descr[1], size, body, swapped=descr[0] == ">" and size > 1, fortran=bool(head.get("fortran_order"))
    )


def _header(path: str, text: bytes) -> dict[str, object]:
    import ast

    try:
        found = ast.literal_eval(text.decode("latin-1").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise _bad(path, "byte 10: the header is no description of an array") from None
    if not isinstance(found, dict):
        raise _bad(path, "byte 10: the header is no description of an array")
    return found


# --- pictures ----------------------------------------------------------------------------


def _png(path: str, data: bytes) -> Array:
    """https://www.w3.org/TR/png-3/; interlaced pictures are refused."""
    import zlib

    chunks = _chunks(path, data)
    head = chunks.get(b"IHDR", [b""])[0]
    if len(head) != 13:  # noqa: PLR2004 - as the standard has it
        raise _bad(path, "byte 8: the picture has no head")
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    depth, colour, interlaced = head[8], head[9], head[12]
    if colour not in CHANNELS or depth not in (1, 2, 4, 8, 16) or not width or not height:
        raise _bad(path, f"byte 16: a picture of {width}x{height}, {depth} bits and colours of type {colour} is none")
    if interlaced:
        raise _bad(path, "it is interlaced, which is not read: save it without")
    channels = CHANNELS[colour]
    if width * height * channels > MOST_SAMPLES:
        raise _bad(path, f"{width}x{height} pixels take too long to read: scale it down, or save an array")
    line = (width * channels * depth + 7) // 8
    unpack = zlib.decompressobj()
    try:
        raw = unpack.decompress(b"".join(chunks.get(b"IDAT", [])), (line + 1) * height)
    except zlib.error:
        raise _bad(path, "its pixels are packed in a way that is broken") from None
    if len(raw) != (line + 1) * height:
        raise _bad(path, f"{height} lines of {line + 1} bytes are claimed, and {len(raw):,} bytes are there")
    rows = _unfiltered(path, raw, line, max(1, channels * depth // 8))
    pixels = b"".join([_widened(row, depth, width * channels) if depth < 8 else bytes(row) for row in rows])  # noqa: PLR2004
    if colour == 3:  # noqa: PLR2004 - a palette
        palette = chunks.get(b"PLTE", [b""])[0]
        if len(palette) < 3 * (max(pixels, default=0) + 1):
            raise _bad(path, "a pixel has a colour that the palette has not")
        pixels = b"".join([palette[3 * place : 3 * place + 3] for place in pixels])
        return Array((height, width, 3), "u", 1, pixels, picture=True)
    if depth < 8:  # noqa: PLR2004 - grey of few bits, as one of 255
        pixels = bytes([value * 255 // (2**depth - 1) for value in pixels])
    return Array((height, width, channels), "u", 2 if depth == 16 else 1, pixels, swapped=depth == 16, picture=True)  # noqa: PLR2004


def _chunks(path: str, data: bytes) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    at = len(PNG)
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if at + 12 + length > len(data):
            raise _bad(path, f"byte {at}: a part of {length:,} bytes is claimed, and the file ends before")
        found.setdefault(name, []).append(data[at + 8 : at + 8 + length])
        if name == b"IEND":
            break
        at += 12 + length
    return found


def _unfiltered(path: str, raw: bytes, line: int, step: int) -> list[bytearray]:
    """The lines, each put back from its difference to the pixel on the left and the line above."""
    above = bytearray(line)
    rows = []
    for start in range(0, len(raw), line + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + line])
        if kind > 4:  # noqa: PLR2004 - the standard has five
            raise _bad(path, f"a line is filtered in the way {kind}, which is none")
        _FILTERS[kind](row, above, step)
        rows.append(row)
        above = row
    return rows


def _nothing(row: bytearray, above: bytearray, step: int) -> None:
    del row, above, step


def _left(row: bytearray, above: bytearray, step: int) -> None:
    del above
    for at in range(step, len(row)):
        row[at] = (row[at] + row[at - step]) & 255


def _up(row: bytearray, above: bytearray, step: int) -> None:
    del step
    for at, value in enumerate(above):
        row[at] = (row[at] + value) & 255


def _mean(row: bytearray, above: bytearray, step: int) -> None:
    for at, value in enumerate(above):
        row[at] = (row[at] + (((row[at - step] if at >= step else 0) + value) >> 1)) & 255


def _paeth(row: bytearray, above: bytearray, step: int) -> None:
    for at, b in enumerate(above):
        a, c = (row[at - step], above[at - step]) if at >= step else (0, 0)
        to_a, to_b, to_c = abs(b - c), abs(a - c), abs(a + b - 2 * c)
        row[at] = (row[at] + (a if to_a <= to_b and to_a <= to_c else b if to_b <= to_c else c)) & 255


_FILTERS = (_nothing, _left, _up, _mean, _paeth)


def _widened(row: bytearray, depth: int, count: int) -> bytes:
    """Samples of a few bits as a byte each."""
    each, mask = 8 // depth, 2**depth - 1
    return bytes([row[at // each] >> (8 - depth * (at % each + 1)) & mask for at in range(count)])
