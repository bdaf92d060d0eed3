"""Pictures and arrays as input: what numpy and a plain PNG writer made is read back, what is broken is told."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from cnninspect.frontends import images
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from pathlib import Path


def png(
    width: int, height: int, depth: int, colour: int, raw: bytes, *more: tuple[bytes, bytes], lace: int = 0
) -> bytes:
    """A PNG of these lines, filters included."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colour, 0, 0, lace])
    chunks = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return images.PNG + b"".join(
        [
            len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
            for name, data in chunks
        ]
    )


def read(folder: Path, data: bytes) -> images.Array:
    path = folder / "file"
    path.write_bytes(data)
    return images.read(str(path))


@pytest.mark.parametrize(
    ("data", "shape", "pixels"),
    [
        (png(2, 1, 8, 2, bytes([0, 1, 2, 3, 4, 5, 6])), (1, 2, 3), [1, 2, 3, 4, 5, 6]),
        (png(2, 1, 8, 2, bytes([1, 1, 2, 3, 4, 5, 6])), (1, 2, 3), [1, 2, 3, 5, 7, 9]),  # each plus the pixel before
        (png(2, 2, 8, 0, bytes([0, 7, 9, 2, 1, 250])), (2, 2, 1), [7, 9, 8, 3]),  # plus the line above, modulo 256
        (png(2, 2, 8, 0, bytes([0, 8, 4, 3, 1, 2])), (2, 2, 1), [8, 4, 5, 6]),  # 1 + (0 + 8)//2, 2 + (5 + 4)//2
        (
            png(2, 2, 8, 0, bytes([0, 8, 4, 4, 1, 2])),
            (2, 2, 1),
            [8, 4, 9, 6],
        ),  # up is nearest to 8; 9+4-8=5: nearest is 4
        (png(3, 1, 1, 0, bytes([0, 0b10100000])), (1, 3, 1), [255, 0, 255]),
        (png(2, 1, 4, 0, bytes([0, 0x3F])), (1, 2, 1), [51, 255]),
        (png(2, 1, 2, 3, bytes([0, 0b01000000]), (b"PLTE", bytes([9, 8, 7, 1, 2, 3]))), (1, 2, 3), [1, 2, 3, 9, 8, 7]),
        (png(1, 1, 8, 6, bytes([0, 1, 2, 3, 4])), (1, 1, 4), [1, 2, 3, 4]),
    ],
)
def test_pictures(tmp_path: Path, data: bytes, shape: tuple[int, ...], pixels: list[int]) -> None:
    """Every filter, depth and kind of colour gives rows of pixels of channels."""
    found = read(tmp_path, data)
    assert (found.shape, [*found.data]) == (shape, pixels)
    assert (found.kind, found.size, found.picture) == ("u", 1, True)


def test_sixteen_bits(tmp_path: Path) -> None:
    """Numbers of 16 bits come with their high byte first."""
    found = read(tmp_path, png(1, 1, 16, 0, bytes([0, 1, 2])))
    assert (found.shape, found.size, found.swapped, found.data) == ((1, 1, 1), 2, True, b"\x01\x02")


def npy(header: str, body: bytes) -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def test_arrays(tmp_path: Path) -> None:
    """What numpy saves is read: type, order and shape."""
    numpy = pytest.importorskip("numpy")
    for array in (
        numpy.arange(6, dtype="<f4").reshape(2, 3),
        numpy.asfortranarray(numpy.arange(6, dtype=">i2").reshape(2, 3)),
        numpy.zeros((), "u1"),
    ):
        path = tmp_path / "a.npy"
        numpy.save(path, array)
        found = images.read(str(path))
        assert (found.shape, found.kind, found.size) == (array.shape, array.dtype.kind, array.dtype.itemsize)
        assert (found.fortran, found.swapped) == (array.dtype.kind == "i", array.dtype.kind == "i")
        assert found.data == array.tobytes("A")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a__", "it begins with b'GIF89a__': neither a PNG picture nor a NumPy array"),
        (b"\x93NUMPY\x01\x00\xff\xff", "byte 8: a header of 65,535 bytes is claimed, and 0 are there"),
        (npy("__import__('os')", b""), "byte 10: the header is no description of an array"),
        (npy("[1]", b""), "byte 10: the header is no description of an array"),
        (npy("{'descr': '|O', 'shape': (1,)}", b""), "byte 10: the type '|O' is not one of numbers"),
        (npy("{'descr': '<f4', 'shape': (-1,)}", b""), "byte 10: the shape (-1,) is none"),
        (
            npy("{'descr': '<f4', 'shape': (100000, 100000)}", b"1234"),
            "an array of (100000, 100000) has 40,000,000,000 bytes, and 4 are there",
        ),
        (images.PNG, "byte 8: the picture has no head"),
        (png(0, 1, 8, 0, b""), "byte 16: a picture of 0x1, 8 bits and colours of type 0 is none"),
        (png(9, 9, 8, 0, b"", lace=1), "it is interlaced, which is not read: save it without"),
        (
            png(99999, 99999, 8, 2, b""),
            "99999x99999 pixels take too long to read: scale it down, or save an array",
        ),
        (png(4, 4, 8, 0, b"\0"), "4 lines of 5 bytes are claimed, and 1 bytes are there"),
        (png(1, 1, 8, 0, b"\7\0"), "a line is filtered in the way 7, which is none"),
        (png(1, 1, 8, 3, b"\0\1", (b"PLTE", b"abc")), "a pixel has a colour that the palette has not"),
        (
            images.PNG + b"\xff\xff\xff\xffIHDR",
            "byte 8: a part of 4,294,967,295 bytes is claimed, and the file ends before",
        ),
        (
            png(1, 1, 8, 0, b"\0\1").replace(zlib.compress(b"\0\1"), b"x" * len(zlib.compress(b"\0\1"))),
            "its pixels are packed in a way that is broken",
        ),
    ],
)
def test_what_is_broken(tmp_path: Path, data: bytes, why: str) -> None:
    """A broken file is told with the byte or the numbers that collide."""
    with pytest.raises(Problem) as told:
        read(tmp_path, data)
    assert told.value.message == f"cannot read '{clip(str(tmp_path / 'file'))}': {why}"


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there, cannot be opened or is too large is told."""
    with pytest.raises(Problem, match="there is no file '"):
        images.read(str(tmp_path / "none"))
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    monkeypatch.setattr(images, "LARGEST", 4)
    with pytest.raises(Problem, match="it has 5 bytes, and 4 are read"):
        images.read(str(path))


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    """A folder or a pipe is not read as a picture."""
    with pytest.raises(Problem) as raised:
        images.read(str(tmp_path))
    assert raised.value.code == "bad-input-file"
    assert "it is no regular file" in raised.value.message
