"""Pictures in files as bytes of pixels, by Pillow: what each needs to become one is done and told, what cannot is refused.

Before anything is unpacked the size that a picture claims is looked at. Only formats that are pictures and nothing else
are tried. What is seen counts: a picture is turned as its camera says, and what shines through it is white.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.frontends.checkpoints.files import File, shown
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from torch import Tensor

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "PPM", "TIFF")
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".pbm", ".tif", ".tiff")
MOST_PIXELS = 25_000_000
"""75 MB of colours, and three times that while they are unpacked: larger pictures are to be scaled down beforehand."""
LARGEST = 200 * 2**20
"""Bytes of a file."""
ORIENTATION = 0x0112
"""The number of EXIF's word about how a camera was held."""
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
WHITE = 255
GREY = ("L", "1", "I", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's words for pictures without colours."""
LINES = 64
"""Of a picture that are worked on together."""
MIRRORED = {2: (1,), 3: (0, 1), 4: (0,), 5: (), 6: (1,), 7: (0, 1), 8: (0,)}
"""Axes that are mirrored to undo each way but the first to hold a camera."""
SIDEWAYS = 5
"""From this number on a camera was held upright."""
HELP = "mend it or take it away, or leave such pictures out with --skip-bad"
CONVERTED = {
    "cmyk": "of four inks became red, green and blue",
    "deep": "of 16 bits became 8 bits",
    "palette": "with a palette became colours",
    "transparent": "with transparency were laid on white",
    "turned": "were turned as their camera says",
    "bits": "of one bit became grey",
}
"""What was done to pictures, as a note says it."""


class Picture(Record):
    """A picture and what was done to it."""

    pixels: Tensor | None
    """uint8: (1 or 3, height, width); None where only the head was looked at."""
    channels: int
    height: int
    width: int
    done: tuple[str, ...] = ()
    """Keys of ``CONVERTED``."""


class Bad(Exception):
    """Why bytes are no picture."""


def pillow() -> Any:  # noqa: ANN401 - a module
    """Pillow; raises the Problem that it is missing."""
    try:
        from PIL import Image
    except ImportError:
        message = "pictures need Pillow, which is not installed"
        raise Problem("cannot-run", message, help="pip install 'cnninspect[images]'") from None
    return Image


def read(path: str) -> Tensor:
    """The pixels of a file; raises the Problem that it holds no picture."""
    return read_part(path, None, None)


def read_part(path: str, offset: int | None, size: int | None) -> Tensor:
    """The pixels of a file, or of a stretch of one; raises the Problem that it holds no picture."""
    try:
        found = decoded(data_of(path, offset, size))
    except Bad as bad:
        where = f"'{shown(path)}'" if offset is None else f"byte {offset:,} of '{shown(path)}'"
        raise Problem("bad-data", f"{where} is no picture that can be used: {bad}", help=HELP) from None
    assert found.pixels is not None
    return found.pixels


def data_of(path: str, offset: int | None, size: int | None, most: int | None = None) -> bytes:
    """The bytes of a file, or of a stretch of one, or the first ``most`` of them; raises Bad or Problem."""
    with File(path) as file:
        count = file.size if size is None else size
        if count > LARGEST:
            raise Bad(f"it has {count:,} bytes; at most {LARGEST:,} are read")
        return file.read(offset or 0, count if most is None else min(count, most), "it")


def decoded(data: bytes, *, pixels: bool = True) -> Picture:
    """The picture that some bytes are; raises Bad. Without ``pixels`` only its head is looked at."""
    if not data:
        raise Bad("it is empty")
    Image = pillow()  # noqa: N806 - a module with the name of a class
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged words about a picture are not the picture
            if pixels and data.startswith(PNG):
                with Image.open(BytesIO(data), formats=FORMATS) as image:
                    _check_size(image)
                    image.verify()  # its checksums, which are not looked at otherwise
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                return _looked_at(image, pixels=pixels)
    except Bad:
        raise
    except Image.UnidentifiedImageError:
        known = ", ".join(FORMATS[:-1])
        raise Bad(f"it begins with {clip(repr(data[:8])[1:], 40)}, as no {known} or TIFF does") from None
    except Image.DecompressionBombError:
        raise Bad(f"it claims far more than {MOST_PIXELS:,} pixels") from None
    except Exception as error:  # noqa: BLE001 - whatever a decoder thinks of damaged bytes
        raise Bad(f"it cannot be unpacked: {clip(str(error) or type(error).__name__, 120)}") from None


def _looked_at(image: Any, *, pixels: bool) -> Picture:  # noqa: ANN401 - a picture of Pillow
    _check_size(image)
    if getattr(image, "is_animated", False) and image.format != "MPO":  # a camera's second picture is a preview
        raise Bad("it is animated or has several pages: which picture is meant is not known")
    done = _needed(image)
    if not pixels:
        width, height = image.size
        tall, wide = (width, height) if _turn(image) >= SIDEWAYS else (height, width)
        return Picture(None, 1 if image.mode in GREY and "transparent" not in done else 3, tall, wide, done)
    image.load()
    found = tensor_of(image)
    channels, height, width = found.shape
    return Picture(found, channels, height, width, done)


def _check_size(image: Any) -> None:  # noqa: ANN401 - a picture of Pillow
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Bad(f"it claims {width:,} x {height:,} pixels; at most {MOST_PIXELS:,} are unpacked")


def _turn(image: Any) -> int:  # noqa: ANN401 - a picture of Pillow
    """How the camera was held, as a number from 1 to 8; 1 where that is not known."""
    try:
        turn = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - damaged words about a picture are not the picture
        return 1
    return turn if type(turn) is int and 1 <= turn <= 8 else 1  # noqa: PLR2004


def _transparent(image: Any) -> bool:  # noqa: ANN401 - a picture of Pillow
    return "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La")


def _needed(image: Any) -> tuple[str, ...]:  # noqa: ANN401 - a picture of Pillow
    """What has to be done to a picture, as keys of ``CONVERTED``."""
    mode = image.mode
    asked = {
        "cmyk": mode == "CMYK",
        "deep": mode.startswith("I"),
        "palette": mode in ("P", "PA"),
        "transparent": _transparent(image),
        "turned": _turn(image) != 1,
        "bits": mode == "1",
    }
    return tuple([key for key, needed in asked.items() if needed])


def tensor_of(image: Any) -> Tensor:  # noqa: ANN401 - a picture of Pillow
    """The pixels of a picture of Pillow, in grey or in colours.

    What has to be done to it is done to a few lines at a time, so that a large one takes little more than its pixels.
    """
    width, height = image.size
    channels = 1 if image.mode in GREY and not _transparent(image) else 3
    found = torch.empty(channels, height, width, dtype=torch.uint8)
    for top in range(0, height, LINES):
        strip = _plain(image.crop((0, top, width, min(top + LINES, height))), transparent=_transparent(image))
        found[:, top : top + LINES] = strip
    return _turned(found, _turn(image))


def _plain(strip: Any, *, transparent: bool) -> Tensor:  # noqa: ANN401 - a picture of Pillow
    """The pixels of some lines of a picture."""
    strip = _shallow(strip)
    if transparent:
        strip = strip.convert("RGBA")
        below = pillow().new("RGBA", strip.size, (WHITE, WHITE, WHITE, WHITE))
        below.alpha_composite(strip)
        strip = below
    wanted = "L" if strip.mode in GREY else "RGB"
    strip = strip if strip.mode == wanted else strip.convert(wanted)
    width, height = strip.size
    flat = torch.frombuffer(bytearray(strip.tobytes()), dtype=torch.uint8)
    return flat.reshape(height, width, -1).permute(2, 0, 1)


def _turned(pixels: Tensor, turn: int) -> Tensor:
    """Pixels as they are to be seen, when a camera was held in one of eight ways."""
    if turn == 1:
        return pixels
    channels, height, width = pixels.shape
    found = torch.empty((channels, width, height) if turn >= SIDEWAYS else pixels.shape, dtype=torch.uint8)
    for plane, given in zip(found, pixels):  # noqa: B905 - as many
        plane.copy_((given.t() if turn >= SIDEWAYS else given).flip(MIRRORED[turn]))
    return found


def _shallow(image: Any) -> Any:  # noqa: ANN401 - a picture of Pillow
    """A picture of 8 bits: of 16 the upper half counts."""
    if image.mode == "F":
        raise Bad("its pixels are floats, of which nobody knows what is white")
    if not image.mode.startswith("I"):
        return image
    wide = 4 if image.mode == "I" else 2
    numbers = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(-1, wide)
    if image.mode.endswith("B"):
        numbers = numbers.flip(1)
    values = numbers.contiguous().view(torch.int32 if wide == 4 else torch.int16)[:, 0].int() & 0xFFFF  # noqa: PLR2004
    shallow = ((values * 255 + 32767) // 65535).to(torch.uint8)
    from ctypes import string_at

    return pillow().frombytes("L", image.size, string_at(shallow.data_ptr(), len(shallow)))
