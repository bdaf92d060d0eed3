"""Pictures in files: what each needs to become pixels, and which are refused, by name and with the reason."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("PIL")

import torch
from PIL import Image

from cnninspect.data import pictures
from cnninspect.data.loading import Loader, Loading, prepared
from cnninspect.data.opening import open_data
from cnninspect.data.sets import Arrays
from cnninspect.data.transform import Transform
from cnninspect.values import Problem
from tests.datasets import writing

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from cnninspect.data.sets import Data

pytestmark = pytest.mark.torch


def encoded(image: Any, format: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def colours(seed: int = 0, size: tuple[int, int] = (7, 5)) -> Any:
    """A picture by chance, 7 wide and 5 high."""
    return Image.frombytes("RGB", size, bytes(writing.images(size[0] * size[1] * 3, seed=seed).tolist()))


def flat(width: int, height: int, colour: Any = (10, 20, 30), mode: str = "RGB") -> Any:
    return Image.new(mode, (width, height), colour)


def pixels_of(image: Any) -> Tensor:
    channels = len(image.getbands())
    raw = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return raw.reshape(image.size[1], image.size[0], channels).permute(2, 0, 1)


def seen(data: bytes) -> pictures.Picture:
    """The picture, after it was made sure that its head alone says the same of it."""
    whole, head = pictures.decoded(data), pictures.decoded(data, pixels=False)
    assert whole._replace(pixels=None) == head
    return whole


def pixels(data: bytes) -> Tensor:
    found = seen(data).pixels
    assert found is not None
    return found


# --- what becomes pixels ------------------------------------------------------------------


@pytest.mark.parametrize("format", ["PNG", "BMP", "PPM", "TIFF", "WEBP"])
def test_colours_are_those_of_the_file(format: str) -> None:
    """A picture that loses nothing has the pixels that were written."""
    image = colours()
    options = {"lossless": True} if format == "WEBP" else {}
    assert torch.equal(pixels(encoded(image, format, **options)), pixels_of(image))


def test_grey() -> None:
    """A grey picture has one channel, and as colours it is repeated."""
    image = colours().convert("L")
    found = seen(encoded(image))
    assert (found.channels, found.done) == (1, ())
    assert torch.equal(pixels(encoded(image)), pixels_of(image))
    batch = prepared(pixels(encoded(image)), Transform(3, 5, 7, (0.0,) * 3, (1.0,) * 3))
    assert torch.equal(batch[0, 0], batch[0, 2])
    assert torch.allclose(batch[0, 1], pixels_of(image)[0] / 255)


def test_one_bit() -> None:
    """Black and white are 0 and 255."""
    found = seen(encoded(flat(9, 2, 1, "1")))
    assert (found.done, found.channels) == (("bits",), 1)
    assert bool((pixels(encoded(flat(9, 2, 1, "1"))) == 255).all())


def test_cmyk() -> None:
    """Four inks become the colours that Pillow makes of them."""
    image = colours().convert("CMYK")
    data = encoded(image, "TIFF")
    assert (seen(data).done, torch.equal(pixels(data), pixels_of(image.convert("RGB")))) == (("cmyk",), True)
    assert seen(encoded(image, "JPEG")).done == ("cmyk",)


def test_sixteen_bits() -> None:
    """0 to 65,535 become 0 to 255, rounded; nothing is cut off."""
    values = [0, 128, 129, 32767, 32768, 65535]
    image = Image.frombytes("I;16", (3, 2), struct.pack("<6H", *values))
    for kind in ("PNG", "TIFF"):
        found = seen(encoded(image, kind))
        assert found.done == ("deep",)
        assert found.pixels is not None
        assert found.pixels.flatten().tolist() == [round(value / 257) for value in values]


def test_palette() -> None:
    """A palette becomes its colours."""
    image = flat(4, 4, (200, 0, 0)).quantize(4)
    data = encoded(image)
    assert (seen(data).done, pixels(data)[:, 0, 0].tolist()) == (("palette",), [200, 0, 0])


def test_transparency_is_laid_on_white() -> None:
    """What shines through is white: in colours, in grey, and in a palette."""
    clear, half, full = (flat(2, 2, (0, 0, 0, alpha), "RGBA") for alpha in (0, 128, 255))
    assert [pixels(encoded(image))[0, 0, 0].item() for image in (clear, half, full)] == [255, 127, 0]
    assert seen(encoded(clear)).done == ("transparent",)
    grey = pixels(encoded(flat(2, 2, (50, 0), "LA")))
    assert bool((grey == 255).all())
    image = flat(3, 3, (200, 0, 0)).quantize(2)
    data = encoded(image, transparency=image.getpixel((0, 0)))
    assert (seen(data).done, bool((pixels(data) == 255).all())) == (("palette", "transparent"), True)


@pytest.mark.parametrize("turn", range(1, 9))
def test_turned_as_the_camera_says(turn: int) -> None:
    """Each of the eight ways to hold a camera is undone, as Pillow undoes it."""
    from PIL import ImageOps

    image = colours()
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(image, "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert expected is not None
    assert torch.equal(pixels(data), pixels_of(expected))
    assert seen(data).done == (() if turn == 1 else ("turned",))


def test_damaged_words_about_a_picture() -> None:
    """EXIF that cannot be read does not make a picture unusable."""
    data = encoded(colours(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f nonsense")
    assert seen(data).pixels is not None


def test_a_second_picture_of_a_camera() -> None:
    """Cameras add a small preview: the first picture is the picture."""
    data = encoded(colours(), "MPO", save_all=True, append_images=[flat(2, 2)])
    assert (seen(data).width, seen(data).height) == (7, 5)


# --- what is refused ----------------------------------------------------------------------


def png(width: int, height: int, rest: bytes = b"") -> bytes:
    """A picture that claims any size and has nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rest or zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def animated() -> bytes:
    return encoded(flat(4, 4), "GIF", save_all=True, append_images=[flat(4, 4, (90, 0, 0)), flat(4, 4, (0, 90, 0))])


BAD = {
    "empty": (b"", "it is empty"),
    "text": (b"<html>not found</html>", "it begins with '<html>no', as no JPEG, PNG, BMP, GIF, WEBP, PPM or TIFF does"),
    "truncated jpeg": (encoded(colours(size=(64, 64)), "JPEG")[:700], "it cannot be unpacked: "),
    "truncated png": (encoded(colours(size=(64, 64)))[:9000], "it cannot be unpacked: "),
    "corrupt png": (
        b"".join((encoded(colours())[:60], b"\0\0\0\0", encoded(colours())[64:])),
        "it cannot be unpacked: ",
    ),
    "animated": (animated(), "it is animated or has several pages: which picture is meant is not known"),
    "pages": (
        encoded(flat(3, 3), "TIFF", save_all=True, append_images=[flat(3, 3)]),
        "it is animated or has several pages",
    ),
    "huge": (png(20_000, 3_000), "it claims 20,000 x 3,000 pixels; at most 25,000,000 are unpacked"),
    "bomb": (png(60_000, 60_000), "it claims far more than 25,000,000 pixels"),
    "floats": (encoded(flat(2, 2, 0.5, "F"), "TIFF"), "its pixels are floats, of which nobody knows what is white"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it begins with '%!PS-Ado'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_pictures_are_refused_with_the_reason(name: str) -> None:
    """What is no picture that can be used says why; a size is looked at before anything is unpacked."""
    data, why = BAD[name]
    with pytest.raises(pictures.Bad) as caught:
        pictures.decoded(data)
    assert str(caught.value).startswith(why)


def test_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture by its path: its pixels, or a sentence; a file that is too long is not read."""
    path = write(tmp_path, x=encoded(colours()), y=b"") / "x.png"
    assert torch.equal(pictures.read(str(path)), pixels_of(colours()))
    with pytest.raises(Problem, match=r"y\.png' is no picture that can be used: it is empty"):
        pictures.read(str(tmp_path / "y.png"))
    with pytest.raises(Problem, match="there is no file"):
        pictures.read(str(tmp_path / "z.png"))
    monkeypatch.setattr(pictures, "LARGEST", 10)
    with pytest.raises(Problem, match="bytes; at most 10 are read"):
        pictures.read(str(path))


def test_without_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow is missing a sentence says how to get it."""
    import sys

    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Problem) as caught:
        open_data(f"folder:{write(tmp_path, train__a__x=b'1', val__a__x=b'1')}")
    assert (caught.value.code, caught.value.help) == ("cannot-run", "pip install 'cnninspect[images]'")


def test_a_bomb_costs_nothing() -> None:
    """A file of a few bytes that claims billions of pixels is refused without room for them."""
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(pictures.Bad):
        pictures.decoded(png(60_000, 60_000, zlib.compress(bytes(10**6))))
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()


MEASURE = """
import resource, sys
from cnninspect.data import pictures
import PIL.Image, PIL.PngImagePlugin
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert pictures.read(sys.argv[1]).shape == (3, 5000, 5000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)
"""


def test_the_largest_picture_takes_300_mb(tmp_path: Path) -> None:
    """A small file of the most pixels, transparent and turned, takes less than 300 MB beside the program."""
    import subprocess
    import sys

    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "x.png").write_bytes(encoded(flat(5000, 5000, (1, 2, 3, 99), "RGBA"), exif=exif))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "x.png")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 300 * 1024


# --- folders ------------------------------------------------------------------------------


def write(folder: Path, **files: bytes) -> Path:
    """Files below a folder; two underscores stand for a slash, and the ending is .png."""
    for name, data in files.items():
        path = folder / (name.replace("__", "/") + ("" if "." in name else ".png"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def set_of(folder: Path, splits: tuple[str, ...] = ("train", "val"), each: int = 3, classes: str = "ab") -> Path:
    """A folder of pictures of one size in classes."""
    for split in splits:
        for word in classes:
            for number in range(each):
                name = f"{split}/{word}" if split else word
                write(folder / name, **{f"p{number}": encoded(colours(ord(word) + number))})
    return folder


def sizes(data: Data) -> tuple[int, ...]:
    return data.channels, data.height, data.width, len(data.train), len(data.validation), len(data.classes)


@pytest.mark.parametrize("names", [("train", "val"), ("training", "valid"), ("train", "test")])
def test_folder_with_a_split(names: tuple[str, str], tmp_path: Path) -> None:
    """Folders of classes in one folder to learn from and one held out; classes are in the order of their names."""
    data = open_data(f"folder:{set_of(tmp_path, names)}")
    assert (sizes(data), data.classes, data.notes) == ((3, 5, 7, 6, 6, 2), ("a", "b"), ())
    assert data.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert torch.equal(data.train.read(4), pixels_of(colours(ord("b") + 1)))
    assert isinstance(data.train, Arrays)  # of one size, and small


def test_folder_without_a_split(tmp_path: Path) -> None:
    """A fifth of each class is held out, always the same."""
    data, again = (open_data(f"folder:{set_of(tmp_path, ('',), each=10)}") for _ in range(2))
    assert (sizes(data), data.identity) == ((3, 5, 7, 16, 4, 2), again.identity)
    assert torch.bincount(data.validation.labels).tolist() == [2, 2]
    write(tmp_path, a__new=encoded(colours(9)))
    assert open_data(f"folder:{tmp_path}").identity != data.identity


def test_pictures_of_several_kinds(tmp_path: Path) -> None:
    """Pictures of several sizes stay in their files; what was converted is counted."""
    exif = Image.Exif()
    exif[0x0112] = 6
    write(set_of(tmp_path), train__a__grey=encoded(colours().convert("L")), train__a__ink=encoded(flat(9, 4).convert("CMYK"), "TIFF"), val__b__turned=encoded(flat(5, 3), exif=exif), val__a__sixteen=encoded(Image.frombytes("I;16", (2, 2), bytes(8))))  # fmt: skip
    write(
        tmp_path, **{"train__a__Thumbs.db": b"x", "train__a__deep__inner": encoded(colours()), "train__.hidden__p": b""}
    )
    data = open_data(f"folder:{tmp_path}")
    assert (sizes(data), data.same_size, isinstance(data.train, Arrays)) == ((3, 5, 7, 9, 8, 2), False, False)
    assert data.notes == (
        "1 files are no pictures by their names: Thumbs.db",
        "1 of 17 pictures of four inks became red, green and blue",
        "1 of 17 pictures of 16 bits became 8 bits",
        "1 of 17 pictures were turned as their camera says",
        "2 of 17 pictures are grey among colours: their one channel is repeated",
    )
    transform = Transform(3, 6, 6, (0.0,) * 3, (1.0,) * 3)
    batches = list(Loader(data.train, transform, Loading(4)).epoch(0))
    assert [tuple(batch.images.shape) for batch in batches] == [(4, 3, 6, 6), (4, 3, 6, 6), (1, 3, 6, 6)]
    assert torch.equal(batches[0].images[:1], prepared(data.train.read(0), transform))


def test_bad_pictures_of_a_folder_are_named_and_counted(tmp_path: Path) -> None:
    """Every picture that cannot be used is named; they are left out only when that is asked for."""
    write(set_of(tmp_path), **{f"train__a__x{place}": data for place, (data, _) in enumerate(BAD.values())})
    with pytest.raises(Problem) as caught:
        open_data(f"folder:{tmp_path}")
    problem = caught.value
    assert (
        problem.message
        == f"{len(BAD)} of {12 + len(BAD)} pictures cannot be used: {tmp_path}/train/a/x0.png: it is empty"
    )
    assert len(problem.notes) == len(BAD) - 1
    assert problem.help == "mend them or take them away, or leave them out with --skip-bad"
    data = open_data(f"folder:{tmp_path}", skip_bad=True)
    assert sizes(data) == (3, 5, 7, 6, 6, 2)
    assert data.notes[0].startswith(f"left out: {len(BAD)} of {12 + len(BAD)} pictures cannot be used: ")
    assert "x5.png: it is animated" in data.notes[0]


def test_bad_pictures_are_found_by_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether one process looks at pictures or several, the same are found."""
    from cnninspect.data import files

    write(set_of(tmp_path), train__a__x=b"", val__b__y=BAD["truncated png"][0])
    alone = open_data(f"folder:{tmp_path}", skip_bad=True)
    monkeypatch.setattr(files, "MANY", 2)
    several = open_data(f"folder:{tmp_path}", skip_bad=True)
    assert alone[:5] == several[:5]
    assert alone[7:] == several[7:]


def test_a_picture_that_breaks_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many pictures only the heads are looked at beforehand; a damaged one then stops the run, with its name."""
    from cnninspect.data import files

    monkeypatch.setattr(files, "DECODED", 5)
    monkeypatch.setattr(files, "IN_MEMORY", 0)
    write(set_of(tmp_path), train__a__x=BAD["truncated png"][0])
    data = open_data(f"folder:{tmp_path}")
    assert data.notes == ("only the heads of 13 pictures were looked at; --skip-bad unpacks each one beforehand",)
    for workers in (0, 2):
        loader = Loader(data.train, Transform(3, 5, 7, (0.0,) * 3, (1.0,) * 3), Loading(4, workers=workers))
        with pytest.raises(Problem) as caught:
            list(loader.epoch(0))
        assert (caught.value.code, f"'{tmp_path}/train/a/x.png' is no picture" in caught.value.message) == (
            "bad-data",
            True,
        )
    assert len(open_data(f"folder:{tmp_path}", skip_bad=True).train) == 6


FOLDERS: dict[str, tuple[dict[str, bytes], str]] = {
    "no folder": ({}, "'{}' has no folder, and each class needs one"),
    "no picture": ({"train__a__x.txt": b"", "val__a__y": b""}, "'{}/train' has folders and no picture in them"),
    "an empty class": (
        {"train__a__x": encoded(flat(2, 2)), "train__b__x.txt": b"", "val__a__y": encoded(flat(2, 2))},
        "1 of 2 folders of classes in '{}/train' have no picture: b",
    ),
    "one class twice": (
        {"train__cat__x": encoded(flat(2, 2)), "train__Cat__x": encoded(flat(2, 2)), "val__cat__x": encoded(flat(2, 2))},
        "'{}/train' has two folders for one class: 'Cat' and 'cat'",
    ),
    "a class that is only held out": (
        {"train__a__x": encoded(flat(2, 2)), "val__a__x": encoded(flat(2, 2)), "val__c__x": encoded(flat(2, 2))},
        "'{0}/val' has classes that cannot be learnt, since '{0}/train' has not: c",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_that_are_no_set(name: str, tmp_path: Path) -> None:
    """A folder of classes that lacks what it needs is told before anything is trained."""
    given, why = FOLDERS[name]
    write(tmp_path, **given)
    with pytest.raises(Problem) as caught:
        open_data(f"folder:{tmp_path}")
    assert (caught.value.code, caught.value.message) == ("bad-data", why.format(tmp_path))
    assert caught.value.help


@pytest.mark.parametrize("name", ["an empty class", "a class that is only held out"])
def test_folders_that_can_be_left_out(name: str, tmp_path: Path) -> None:
    """Folders of classes that cannot be used are left out when that is asked for, and told of."""
    given, why = FOLDERS[name]
    write(tmp_path, **given)
    data = open_data(f"folder:{tmp_path}", skip_bad=True)
    assert (data.classes, data.notes[0]) == (("a",), f"left out: {why.format(tmp_path)}")


def test_the_same_name_in_two_forms_of_unicode(tmp_path: Path) -> None:
    """An é of one letter and one of two are one class."""
    for name in ("caf\u00e9", "cafe\u0301"):
        write(tmp_path / name, x=encoded(flat(2, 2)))
    with pytest.raises(Problem, match="has two folders for one class"):
        open_data(f"folder:{tmp_path}")


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A file is no folder of pictures."""
    write(tmp_path, x=b"")
    with pytest.raises(Problem, match=r"no folder but a file is '.*x\.png'"):
        open_data(f"folder:{tmp_path}/x.png")


def test_too_few_to_hold_out(tmp_path: Path) -> None:
    """One picture a class leaves nothing to hold out."""
    with pytest.raises(Problem, match="has no picture held out"):
        open_data(f"folder:{set_of(tmp_path, ('',), each=1)}")


def test_links(tmp_path: Path) -> None:
    """Links to pictures are followed, one in a circle is not, and one to nothing is a picture that cannot be used."""
    set_of(tmp_path)
    os.symlink(tmp_path / "train" / "a", tmp_path / "train" / "a" / "again")
    os.symlink(tmp_path / "train" / "a" / "p0.png", tmp_path / "train" / "b" / "linked.png")
    assert sizes(open_data(f"folder:{tmp_path}")) == (3, 5, 7, 7, 6, 2)
    os.symlink(tmp_path / "nothing", tmp_path / "train" / "b" / "lost.png")
    with pytest.raises(Problem, match=r"lost\.png: there is no file"):
        open_data(f"folder:{tmp_path}")


def test_heads_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of large sets a few bytes of each picture are read, all of it where these do not suffice; what is told is the same."""
    from cnninspect.data import files

    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x9286] = b"x" * 40_000  # a comment, longer than the head
    write(set_of(tmp_path), train__a__long=encoded(colours(size=(90, 80)), "JPEG", exif=exif), val__b__anim=animated())
    write(
        tmp_path,
        train__a__noise=encoded(colours(size=(200, 200))),
        train__b__grey=encoded(colours().convert("L"), "BMP"),
    )
    looked = []
    for few in (5000, 0):
        monkeypatch.setattr(files, "DECODED", few)
        with pytest.raises(Problem, match=r"1 of 16 pictures cannot be used: .*val/b/anim\.png: it is animated"):
            open_data(f"folder:{tmp_path}")
        every = files.Files([files.Place(str(path)) for path in sorted(tmp_path.glob("train/*/*"))], torch.zeros(9))
        looked.append(files.seen(every, whole=bool(few), workers=0))
    assert looked[0] == looked[1]
    assert len(looked[0].pictures) == 9


def test_large_pictures_are_not_unpacked_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few but very large files are looked at by their heads as well."""
    from cnninspect.data import files

    monkeypatch.setattr(files, "DECODED_BYTES", 100)
    assert "only the heads of 12 pictures were looked at" in open_data(f"folder:{set_of(tmp_path)}").notes[0]


def test_a_worker_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed is told of in a sentence, with what may help."""
    import signal

    from cnninspect.data import files

    monkeypatch.setattr(files, "IN_MEMORY", 0)
    data = open_data(f"folder:{set_of(tmp_path)}")
    monkeypatch.setattr(files, "read_part", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    loader = Loader(data.train, Transform(3, 5, 7, (0.0,) * 3, (1.0,) * 3), Loading(2, workers=1))
    with pytest.raises(Problem) as caught:
        list(loader.epoch(0))
    assert (caught.value.code, caught.value.message.startswith("a process that decodes pictures is gone: ")) == (
        "cannot-run",
        True,
    )


def test_loaders_travel_between_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes begin afresh (macOS, Windows) what a worker needs is packed and sent to it."""
    import pickle

    from cnninspect.data import files

    monkeypatch.setattr(files, "IN_MEMORY", 0)
    data = open_data(f"folder:{set_of(tmp_path)}")
    loader = Loader(data.train, Transform(3, 5, 7, (0.0,) * 3, (1.0,) * 3), Loading(2, seed=1, shuffle=True))
    sent = pickle.loads(pickle.dumps(loader))
    for one, other in zip(loader.epoch(0), sent.epoch(0), strict=True):
        assert torch.equal(one.images, other.images)


def test_the_place_of_a_folder_does_not_matter(tmp_path: Path) -> None:
    """A set that was moved is the same set, with bad pictures left out too."""
    marks = set()
    for place in ("here", "there"):
        write(set_of(tmp_path / place), train__a__x=b"")
        marks.add(open_data(f"folder:{tmp_path / place}", skip_bad=True).identity)
    assert len(marks) == 1


# --- shards -------------------------------------------------------------------------------


def shard(first: int, count: int) -> dict[str, bytes]:
    """Samples of a shard: a picture and its class, every second one as JSON."""
    files: dict[str, bytes] = {}
    for number in range(first, first + count):
        files[f"s/{number:04}.png"] = encoded(colours(number))
        label = number % 3
        files[f"s/{number:04}.{'cls' if number % 2 else 'json'}"] = (
            b"%d" % label if number % 2 else b'{"label": %d}' % label
        )
    return files


def test_shards(tmp_path: Path) -> None:
    """Samples of tar archives are read from their places; braces count, two parts are a split."""
    for number in range(3):
        (tmp_path / f"part-{number:03}.tar").write_bytes(writing.tar_bytes(shard(number * 10, 10)))
    data = open_data(f"webdataset:{tmp_path}/part-{{000..001}}.tar,{tmp_path}/part-002.tar")
    assert sizes(data) == (3, 5, 7, 20, 10, 3)
    assert data.train.labels.tolist() == [number % 3 for number in range(20)]
    assert torch.equal(data.validation.read(4), pixels_of(colours(24)))
    whole = open_data(f"webdataset:{tmp_path}")
    assert (len(whole.train), len(whole.validation)) == (24, 6)


def test_shards_with_a_split(tmp_path: Path) -> None:
    """Shards may lie in train and val; files beside the samples, and words about other things, do not matter."""
    for split, first in (("train", 0), ("val", 10)):
        (tmp_path / split).mkdir()
        words = {f"s/{first:04}.txt": b"a caption", f"s/{first + 1:04}.json": b'{"width": 7}'}
        other = {"s/.hidden": b"x", **words, **shard(first, 10)}
        (tmp_path / split / "x.tar").write_bytes(writing.tar_bytes(dict(sorted(other.items()))))
    data = open_data(f"webdataset:{tmp_path}")
    assert (len(data.train), len(data.validation), data.train.labels.tolist()) == (10, 10, [n % 3 for n in range(10)])
    (tmp_path / "train" / "x.tar").unlink()
    with pytest.raises(Problem, match=r"/train' has no \.tar file"):
        open_data(f"webdataset:{tmp_path}")


def test_samples_that_can_be_left_out(tmp_path: Path) -> None:
    """Incomplete samples are left out when that is asked for, and counted."""
    (tmp_path / "x.tar").write_bytes(writing.tar_bytes({**shard(0, 10), "s/lone.png": b"x", "s/lost.cls": b"1"}))
    data = open_data(f"webdataset:{tmp_path / 'x.tar'}", skip_bad=True)
    assert len(data.train) + len(data.validation) == 10
    assert data.notes[0] == "left out: 2 samples are incomplete: s/lone has no class, s/lost has no picture"


def test_shards_stay_in_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of shards that are too many for memory are read when they are wanted, by workers too."""
    from cnninspect.data import files

    (tmp_path / "x.tar").write_bytes(writing.tar_bytes(shard(0, 20)))
    transform = Transform(3, 4, 4, (0.5,) * 3, (0.2,) * 3)
    kept = open_data(f"webdataset:{tmp_path}").train
    monkeypatch.setattr(files, "IN_MEMORY", 0)
    left = open_data(f"webdataset:{tmp_path}").train
    assert isinstance(kept, Arrays) is not isinstance(left, Arrays)
    for one, other in zip(Loader(kept, transform, Loading(5)).epoch(0), Loader(left, transform, Loading(5, workers=2)).epoch(0), strict=True):  # fmt: skip
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)


SHARDS: dict[str, tuple[dict[str, bytes], str]] = {
    "no class": ({"a.png": encoded(flat(2, 2))}, "1 samples are incomplete: a has no class"),
    "no picture": ({"a.cls": b"1"}, "1 samples are incomplete: a has no picture"),
    "a word as class": ({"a.png": b"x", "a.cls": b"cat"}, "'a.cls' in '{}/x.tar' has the class 'cat'"),
    "a class below zero": ({"a.png": b"x", "a.cls": b"-1"}, "'a.cls' in '{}/x.tar' has the class '-1'"),
    "a class beyond all": ({"a.png": b"x", "a.cls": b"99999999"}, "'a.cls' in '{}/x.tar' has the class '99999999'"),
    "no JSON": ({"a.png": b"x", "a.json": b"{"}, "'a.json' in '{}/x.tar' is no JSON"),
    "nested JSON": ({"a.png": b"x", "a.json": b"[" * 100_000}, "'a.json' in '{}/x.tar' is no JSON"),
    "nothing": ({}, "'{}/x.tar' has no picture with a class"),
}


@pytest.mark.parametrize("name", SHARDS)
def test_shards_that_are_no_set(name: str, tmp_path: Path) -> None:
    """What a sample lacks is said with its name."""
    files, why = SHARDS[name]
    (tmp_path / "x.tar").write_bytes(writing.tar_bytes(files))
    with pytest.raises(Problem) as caught:
        open_data(f"webdataset:{tmp_path}/x.tar")
    assert (caught.value.code, caught.value.message) == ("bad-data", why.format(tmp_path))


def test_shards_that_are_damaged(tmp_path: Path) -> None:
    """An archive that is cut off, packed, or none is refused; so is one whose header claims more than there is."""
    whole = writing.tar_bytes(shard(0, 4))
    path = tmp_path / "x.tar"
    liar = bytearray(whole)
    liar[124:136] = b"77777777777\0"
    liar[148:156] = b"%06o\0 " % (sum(liar[:148]) + 8 * 32 + sum(liar[156:512]))
    for data, why in (
        (whole[:900], "is cut off"),
        (whole[:1100], "is cut off"),
        (b"PK\3\4" + bytes(2000), "has no header of a tar archive at byte 0"),
        (bytes(liar), "is cut off in the file that begins at byte 512"),
    ):
        path.write_bytes(data)
        with pytest.raises(Problem, match=why) as caught:
            open_data(f"webdataset:{path}")
        assert caught.value.code == "bad-data"
    (tmp_path / "x.tar.gz").write_bytes(writing.tar_bytes({}, packed=True))
    with pytest.raises(Problem, match="is packed: pictures in it cannot be read from their places"):
        open_data(f"webdataset:{path}.gz")
