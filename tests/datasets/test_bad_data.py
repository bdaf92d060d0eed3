"""Files that are not what they claim: each is refused with its name, what was expected and what is there."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

import numpy as np
import torch

from cnninspect.data import cifar, idx
from cnninspect.data.opening import open_data
from cnninspect.values import Problem
from tests.datasets import writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnninspect.data.sets import Data

pytestmark = pytest.mark.torch

WHOLE = writing.idx_bytes(writing.images(4, 3, 3))


def header(kind: int, *sizes: int) -> bytes:
    return bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)


IDX = {
    "empty": (b"", "'{}' is no IDX file: it begins with ''"),
    "text": (b"hello world", "'{}' is no IDX file: it begins with 'hell'"),
    "unknown type": (header(0x07, 3) + bytes(3), "'{}' is no IDX file: it begins with '\\x00\\x00\\x07\\x01'"),
    "too many axes": (header(0x08, 1, 1, 1, 1, 1) + b"x", "'{}' is no IDX file: it begins with '\\x00\\x00\\x08\\x05'"),
    "no axis": (b"\0\0\x08\0x", "'{}' is no IDX file: it begins with '\\x00\\x00\\x08\\x00'"),
    "sizes cut off": (WHOLE[:9], "'{}' ends within the sizes of its 3 axes"),
    "cut off": (WHOLE[:-5], "'{}' claims 4 x 3 x 3 numbers, which are 36 bytes, and there are 31"),
    "longer": (WHOLE + b"xy", "'{}' claims 4 x 3 x 3 numbers, which are 36 bytes, and there are more than 36"),
    "claims": (
        header(0x0E, 2**32 - 1, 2**32 - 1, 2**32 - 1) + b"x",
        "'{}' claims 4,294,967,295 x 4,294,967,295 x 4,294,967,295 numbers, which are 633,825,299,671,336,345,304,269,029,"
        "000 bytes, and there are 1",
    ),
    "packed claims": (
        gzip.compress(header(0x08, 2**32 - 1, 28, 28) + bytes(100)),
        "'{}', 4,294,967,295 x 28 x 28, claims 3,367,254,359,280 bytes, packed in ",
    ),
    "packed bomb": (
        gzip.compress(header(0x08, 150_000, 28, 28) + bytes(150_000 * 784), 9),
        "'{}', 150,000 x 28 x 28, claims 117,600,000 bytes, packed in ",
    ),
    "packed, cut off": (gzip.compress(WHOLE)[:-12], "'{}' is cut off: it ends after "),
    "packed, damaged": (gzip.compress(WHOLE)[:10] + b"\xff" * 20, "'{}' is damaged: it cannot be unpacked near byte "),
    "packed, longer": (gzip.compress(WHOLE + b"x"), "'{}' claims 4 x 3 x 3 numbers, which are 36 bytes, and there are more"),
    "packed, shorter": (gzip.compress(WHOLE[:-4]), "'{}' claims 4 x 3 x 3 numbers, which are 36 bytes, and there are 32"),
}  # fmt: skip


@pytest.mark.parametrize("name", IDX)
def test_idx(name: str, tmp_path: Path) -> None:
    """An IDX file that is damaged or lies about its sizes is refused before room is made for what it claims."""
    data, why = IDX[name]
    path = tmp_path / "x"
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(Problem) as caught:
        idx.read(str(path))
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()
    expected = why.format(path)
    if name == "claims":
        expected = expected.split("which are")[0]
    assert caught.value.code == "bad-data"
    assert caught.value.message.startswith(expected)
    assert caught.value.help


def test_idx_wrong_in_any_byte(tmp_path: Path) -> None:
    """Whatever byte of a packed file is wrong, and wherever it is cut, the answer is the right numbers or a Problem."""
    packed = gzip.compress(WHOLE)
    path = tmp_path / "x"
    for place in range(len(packed)):
        for data in (packed[:place], packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :]):
            path.write_bytes(data)
            try:
                found = idx.read(str(path))
            except Problem as problem:
                assert problem.code == "bad-data"  # noqa: PT017 - either is right
            else:
                assert torch.equal(found, writing.images(4, 3, 3)), place


def test_idx_is_a_folder_or_not_there(tmp_path: Path) -> None:
    """What is missing or of another kind is told as that."""
    rows = {
        f"idx:{tmp_path}/none": ("file-not-found", f"there is no folder '{tmp_path}/none'"),
        f"idx:{tmp_path}": ("file-not-found", f"'{tmp_path}' has no train-images-idx3-ubyte and train-labels-idx1-ubyte, with or without .gz"),
        f"idx:{tmp_path},{tmp_path}": ("not-a-file", f"'{tmp_path}' is a folder"),
        "idx:a,b,c": ("unknown-data", "'idx:a,b,c' names 3 files"),
        "idx:": ("unknown-data", "'idx:' names no file"),
    }  # fmt: skip
    for spec, (code, message) in rows.items():
        with pytest.raises(Problem) as caught:
            open_data(spec)
        assert (caught.value.code, caught.value.message) == (code, message)


# --- images and labels that do not fit ----------------------------------------------------


def pair(folder: Path, images: torch.Tensor, labels: torch.Tensor) -> str:
    writing.write_idx(folder / "images", images)
    writing.write_idx(folder / "labels", labels)
    return f"idx:{folder}/images,{folder}/labels"


MISFITS: dict[str, tuple[torch.Tensor, torch.Tensor, str]] = {
    "fewer labels": (writing.images(6, 3, 3), torch.zeros(5, dtype=torch.uint8), "'{}/images' has 6 images and 5 labels"),
    "labels of two axes": (writing.images(6, 3, 3), torch.zeros(6, 2, dtype=torch.uint8), "'{}/images' has labels of (6, 2)"),
    "images of two axes": (writing.images(6, 3), torch.zeros(6, dtype=torch.uint8), "'{}/images' has images of (6, 3)"),
    "nothing": (writing.images(0, 3, 3), torch.zeros(0, dtype=torch.uint8), "'{}/images' is empty: its images are (0, 1, 3, 3)"),
    "images of no size": (writing.images(3, 0, 3), torch.zeros(3, dtype=torch.uint8), "'{}/images' is empty: its images are (3, 1, 0, 3)"),
    "labels below zero": (writing.images(6, 3, 3), torch.tensor([0, 1, -1, 0, -5, 1], dtype=torch.int32), "2 of 6 labels of '{}/images' lie outside the 2 classes from 0 on: image 2 has -1, image 4 has -5"),
    "labels without end": (writing.images(2, 3, 3), torch.tensor([0, 10**9], dtype=torch.int32), "'{}/images' has a label of 1,000,000,000; at most 100,000 classes are known"),
    "labels in between": (writing.images(2, 3, 3), torch.tensor([0, 0.5]), "'{}/images' has labels that are no whole numbers"),
    "numbers beyond bytes": (writing.images(2, 3, 3).to(torch.int32) * 9, torch.zeros(2, dtype=torch.uint8), "'{}/images' has images of int32"),
    "no numbers": (torch.full((2, 3, 3), float("nan")), torch.zeros(2, dtype=torch.uint8), "'{}/images' has NaN or infinity in 2 of 2 images"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_images_and_labels_that_do_not_fit(name: str, tmp_path: Path) -> None:
    """Images and labels are held against each other before anything is trained."""
    images, labels, why = MISFITS[name]
    with pytest.raises(Problem) as caught:
        open_data(pair(tmp_path, images, labels))
    assert (caught.value.code, caught.value.message) == ("bad-data", why.format(tmp_path))


def test_labels_outside_can_be_left_out(tmp_path: Path) -> None:
    """Mislabelled images are left out when that is asked for, and counted; where none is left that is an error."""
    images = writing.images(12, 3, 3)
    labels = torch.tensor([0, 1] * 5 + [-1, -2], dtype=torch.int32)
    data = open_data(pair(tmp_path, images, labels), skip_bad=True)
    assert len(data.train) + len(data.validation) == 10
    assert data.notes[0].startswith("left out: 2 of 12 labels of ")
    with pytest.raises(Problem, match=r"lie outside the 0 classes .*; nothing is left"):
        open_data(pair(tmp_path, images, torch.full((12,), -1, dtype=torch.int32)), skip_bad=True)


def test_labels_outside_a_known_set(tmp_path: Path) -> None:
    """A set of ten classes has no eleventh."""
    writing.write_mnist(tmp_path / "kmnist")
    writing.write_idx(tmp_path / "kmnist" / "train-labels-idx1-ubyte", torch.tensor([10] + [0] * 29, dtype=torch.uint8))
    with pytest.raises(Problem, match=r"1 of 30 labels of .* lie outside the 10 classes from 0 on: image 0 has 10"):
        open_data("kmnist", data_dir=str(tmp_path))
    data = open_data("kmnist", data_dir=str(tmp_path), skip_bad=True)
    assert len(data.train) == 29
    assert "no image to learn from in 9 of 10 classes: ki, su, tsu, …" in data.notes


def test_splits_of_different_sizes(tmp_path: Path) -> None:
    """Both splits have images of one size."""
    np.savez(tmp_path / "x.npz", x_train=np.zeros((4, 5, 5), "u1"), y_train=np.arange(4), x_test=np.zeros((4, 6, 5), "u1"), y_test=np.arange(4))  # fmt: skip
    with pytest.raises(Problem, match=r"has images of \(1, 5, 5\), and .* of \(1, 6, 5\)"):
        open_data(f"npz:{tmp_path / 'x.npz'}")


# --- npz ----------------------------------------------------------------------------------


def npz(**arrays: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in arrays.items():
            archive.writestr(f"{name}.npy", data)
    return out.getvalue()


def npy(shape: tuple[int, ...], data: bytes, descr: str = "|u1") -> bytes:
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() + data


def small() -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, images=writing.images(6, 3, 3).numpy(), labels=np.arange(6) % 2)
    return out.getvalue()


def flipped() -> bytes:
    """Arrays that are not packed, with one bit of a pixel wrong: only the checksum knows."""
    out = io.BytesIO()
    np.savez(out, images=np.full((6, 30, 30), 77, "u1"), labels=np.arange(6))
    data = bytearray(out.getvalue())
    data[data.index(b"M" * 100) + 50] ^= 1
    return bytes(data)


def lying() -> bytes:
    """A packed array whose list entry and header agree on far more bytes than were packed."""
    data = bytearray(npz(images=npy((3000, 300, 300), b""), labels=npy((6,), bytes(6))))
    for at in (data.index(b"PK\x01\x02") + 24,):
        struct.pack_into("<I", data, at, 3000 * 300 * 300 + 128)
    return bytes(data)


NPZ: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "'{}' is damaged: a zip file ends with a list of its members, and this one does not"),
    "no zip": (lambda: b"hello" * 9, "'{}' is damaged: a zip file ends with a list of its members, and this one does not"),
    "cut off": (lambda: small()[:-100], "'{}' is damaged: a zip file ends with a list of its members"),
    "other names": (lambda: npz(a=npy((2,), b"xx"), b=npy((1,), b"x")), "'{}' has a, b, and no images with labels"),
    "no arrays": (npz, "'{}' has no array of numbers, and no images with labels"),
    "objects": (lambda: npz(images=npy((2,), b"x" * 16, "|O"), labels=npy((2,), b"xx")), "'{}' has labels, and no images with labels"),
    "shape beyond bytes": (lambda: npz(images=npy((6, 3, 4), bytes(54)), labels=npy((6,), bytes(6))), "'{}' is damaged: 'images.npy' has 54 bytes of elements, and its shape needs 72"),
    "endless shape": (lambda: npz(images=npy((2**62, 2**62, 2**62), bytes(54))), "'{}' is damaged: 'images.npy' has 54 bytes of elements"),
    "a wrong bit": (flipped, "'{}': 'images' is damaged: its checksum is another"),
    "a bomb": (lying, "'{}': 'images.npy' claims 270,000,128 bytes, packed in "),
}  # fmt: skip


@pytest.mark.parametrize("name", NPZ)
def test_npz(name: str, tmp_path: Path) -> None:
    """An .npz file that is damaged, has other arrays, or claims more than it has is refused without room for it."""
    make, why = NPZ[name]
    path = tmp_path / "x.npz"
    path.write_bytes(make())
    tracemalloc.start()
    with pytest.raises(Problem) as caught:
        open_data(f"npz:{path}")
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()
    assert caught.value.code == "bad-data"
    assert caught.value.message.startswith(why.format(path))


def test_npz_wrong_in_any_byte(tmp_path: Path) -> None:
    """Whatever byte of a file is wrong, the answer is the right set or a Problem; never another set, never a crash."""
    whole = small()
    path = tmp_path / "x.npz"
    path.write_bytes(whole)
    expected = open_data(f"npz:{path}").identity
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x11]) + whole[place + 1 :])
        try:
            found = open_data(f"npz:{path}")
        except Problem:
            continue
        assert found.identity == expected, place


@pytest.mark.parametrize("dtype", ["u2", "i4", "u4", "i8", "u8"])
def test_wider_numbers(dtype: str, tmp_path: Path) -> None:
    """Images of wider whole numbers are bytes where they fit into them; so are labels of any whole type."""
    given = writing.images(10, 3, 3)
    np.savez(tmp_path / "x.npz", images=given.numpy().astype(dtype), labels=(np.arange(10) % 2).astype(dtype))
    data = open_data(f"npz:{tmp_path / 'x.npz'}")
    assert data.train.read(0).dtype == torch.uint8
    np.savez(tmp_path / "x.npz", images=given.numpy().astype(dtype) * 3, labels=np.arange(10) % 2)
    with pytest.raises(Problem, match="has images of int"):
        open_data(f"npz:{tmp_path / 'x.npz'}")


def test_arrays_in_another_order(tmp_path: Path) -> None:
    """Arrays whose first axis runs fastest are read as what they are; one without elements is empty."""
    given = writing.images(10, 3, 5)
    np.savez(tmp_path / "x.npz", images=np.asfortranarray(given.numpy()), labels=np.arange(10) % 2)
    data = open_data(f"npz:{tmp_path / 'x.npz'}", held_out=0.1)
    assert torch.equal(torch.cat([data.train.read(0), data.train.read(1)]), given[[int(n) for n in kept(given, data)]])
    np.savez(tmp_path / "x.npz", images=np.zeros((0, 3, 3), "u1"), labels=np.zeros(0, "u1"))
    with pytest.raises(Problem, match=r"is empty: its images are \(0, 1, 3, 3\)"):
        open_data(f"npz:{tmp_path / 'x.npz'}")


def kept(given: torch.Tensor, data: Data) -> list[int]:
    """Which images the first two of a split are."""
    return [next(n for n in range(10) if torch.equal(given[n], data.train.read(place)[0])) for place in range(2)]


# --- CIFAR --------------------------------------------------------------------------------


def test_cifar_files_that_are_damaged(tmp_path: Path) -> None:
    """Records that are cut, files that are missing, archives that end within one: each is told."""
    pictures, marks = writing.images(3, 3, 32, 32), writing.labels(3, 10)
    whole = writing.records(pictures, marks)
    form = cifar.CIFAR10[0]
    folder = tmp_path / form.folder
    folder.mkdir()
    for name in (*form.train, *form.held):
        (folder / name).write_bytes(whole)
    (folder / "data_batch_3.bin").write_bytes(whole[:-1])
    with pytest.raises(
        Problem, match=r"data_batch_3\.bin' has 9,218 bytes, which are no whole number of records of 3,073"
    ):
        open_data("cifar10", data_dir=str(tmp_path))
    (folder / "data_batch_3.bin").unlink()
    with pytest.raises(Problem, match=r"has no data_batch_3\.bin"):
        open_data("cifar10", data_dir=str(tmp_path))
    archive = tmp_path / "x.tar.gz"
    members = {f"{form.folder}/{name}": whole for name in (*form.train, *form.held)}
    packed = writing.tar_bytes(members, packed=True)
    plain = zlib.decompress(packed, 31)
    for data, why in (
        (packed[:-2000], "is cut off"),
        (gzip.compress(plain[:20_000]), "is cut off"),
        (gzip.compress(plain[:30_720]), r"has no data_batch_4\.bin"),
        (gzip.compress(b"no archive" * 200), "has no header of a tar archive at byte 0"),
        (b"no archive", "is damaged: it cannot be unpacked"),
    ):
        archive.write_bytes(data)
        with pytest.raises(Problem, match=why) as caught:
            cifar.read(str(archive), form)
        assert caught.value.code == "bad-data"


PICKLES = {
    "no pictures": (b"\x80\x02}U\x06labels](K\x01es.", "'x' has no pictures under 'data' with a list of classes under 'labels'"),
    "a list": (b"\x80\x02].", "'x' has no pictures under 'data' with a list of classes under 'labels'"),
    "cut off": (writing.python2_batch(writing.images(2, 3, 32, 32), "labels", [1, 2])[:-9], "'x': its pickle is cut off, at byte "),
    "fewer classes": (writing.python2_batch(writing.images(2, 3, 32, 32), "labels", [1]), "'x' has 6,144 bytes of pictures and 1 labels of 3,072 bytes each"),
    "a call": (b"\x80\x02cbuiltins\neval\n(U\x011tR.", "'x': its pickle has the name 'builtins.eval' at byte 2, which no batch needs: it is not run"),
    "a name by parts": (b"\x80\x04\x8c\x02os\x8c\x06system\x93(U\x011tR.", "'x': its pickle has the name 'os.system' at byte 14, which no batch needs"),
    "another array": (writing.python2_batch(writing.images(2, 3, 32, 32), "labels", [1, 2]).replace(b"u1", b"f4", 1), "'x': its pickle has a call of 'numpy.dtype' at byte "),
    "attributes of a text": (b"\x80\x02U\x01x}b.", "'x': its pickle has attributes for what is no array at byte "),
    "an array of another kind": (writing.python2_batch(writing.images(2, 3, 32, 32), "labels", [1, 2]).replace(b"\x89T", b"\x88T", 1), "'x': its pickle has an array whose bytes are in another order at byte "),
    "a class that is no number": (writing.python2_batch(writing.images(1, 3, 32, 32), "labels", [1]).replace(b"](K\x01e", b"](J\xff\xff\xff\xffe", 1), "'x' has a class that is no number from 0 on"),
    "an array without bytes": (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntRK\x01b.", "'x': its pickle has an array of other numbers than bytes at byte "),
    "an instance": (b"\x80\x02(cposix\nsystem\nU\x011o.", "'x': its pickle has the name 'posix.system' at byte 3"),
    "an extension": (b"\x80\x02\x82\x01.", "'x': its pickle has the word '\\x82' at byte 2, which no batch needs"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICKLES)
def test_pickles(name: str) -> None:
    """A pickle that has no batch, or names anything beyond numpy's array of bytes, is refused and not run."""
    data, why = PICKLES[name]
    with pytest.raises(Problem) as caught:
        cifar.batch_part(data, cifar.CIFAR10[1], "'x'")
    assert caught.value.message.startswith(why)
    assert caught.value.code == ("unsafe-data" if "pickle has" in why else "bad-data")


# --- names --------------------------------------------------------------------------------

SPECS = {
    "mnits": "did you mean mnist? known are digits, mnist,",
    "MNIST": "did you mean mnist? ",
    "nonsense": "known are digits, ",
    "http://example.org/x": "known are digits, ",
    "\x1b[31mred": "known are digits, ",
    "synthetic:train=0": "synthetic:train=1000,held=200,shape=3x32x32,classes=10,seed=0",
    "synthetic:size=3": "synthetic:train=1000,",
    "synthetic:shape=3x32": "synthetic:train=1000,",
    "synthetic:shape=3x99999999x99999999": "synthetic:train=1000,",
    "synthetic:train=99999999999999": "synthetic:train=1000,",
    "webdataset:a,b,c": "webdataset:FOLDER",
    "webdataset:x{1..}.tar": "webdataset:FOLDER",
    "no_such_module_here:function": "MODULE:FUNCTION, a module that Python can import",
    "own_exit:function": "MODULE:FUNCTION, a module that Python can import",
    "os:no_such_function": "MODULE:FUNCTION, a module that Python can import",
}


@pytest.mark.parametrize("spec", SPECS)
def test_names_that_are_not_known(spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not known says which are; nothing of it reaches the terminal as it is."""
    (tmp_path / "own_exit.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Problem) as caught:
        open_data(spec)
    assert caught.value.code == "unknown-data"
    assert caught.value.help.startswith(SPECS[spec])
    assert caught.value.message.isprintable()


def test_paths_without_their_form(tmp_path: Path) -> None:
    """A path alone is told how to be named."""
    with pytest.raises(Problem) as caught:
        open_data(str(tmp_path))
    assert caught.value.help.startswith(f"did you mean folder:{tmp_path}? ")


FUNCTIONS = {
    "ends": ("import sys\ndef f(): sys.exit(3)", "own_bad:f failed: SystemExit: 3"),
    "one class twice": ("def f(): return {'images': [[[0]], [[1]]], 'labels': [0, 1], 'classes': ['a', 'a']}", "own_bad:f (images, labels) has two classes of one name: 'a'"),
    "an item that fails": ("class Items(list):\n    def __getitem__(self, n): return (1 / 0, 0) if self else (None, 0)\ndef f():\n    return Items([1]), Items([1])", "own_bad:f, train failed: ZeroDivisionError"),
    "nothing": ("def f(): return None", "own_bad:f gives NoneType"),
    "fails": ("def f(): raise RuntimeError('no disk')", "own_bad:f failed: RuntimeError: no disk"),
    "empty": ("def f(): return [], []", "own_bad:f, train is empty"),
    "no classes": ("def f(): return [(1, 'cat')], [(1, 0)]", "own_bad:f, train failed: ValueError"),
    "below zero": ("import torch\ndef f(): return [(torch.zeros(1, 2, 2), -1)], [(torch.zeros(1, 2, 2), 0)]", "own_bad:f has the class -1"),
    "odd images": ("import torch\ndef f(): return [(torch.zeros(4), 0)], [(torch.zeros(4), 0)]", "own_bad:f, train[0] is (4,) of float32"),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_give_no_set(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function of one's own gives or raises is told in a sentence."""
    import sys

    text, why = FUNCTIONS[name]
    (tmp_path / "own_bad.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "own_bad", raising=False)
    with pytest.raises(Problem) as caught:
        open_data("own_bad:f")
    assert (caught.value.code, caught.value.message.startswith(why)) == ("bad-data", True)
