"""Every form of data set is read back as it was written."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

import numpy as np
import torch

from cnninspect.data import arrays, idx
from cnninspect.data.digits import FILE
from cnninspect.data.fetching import md5_of
from cnninspect.data.opening import open_data
from cnninspect.data.sets import Arrays, Data, Images
from cnninspect.values import Problem
from tests.datasets import writing

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

pytestmark = pytest.mark.torch


def tensor(split: Images) -> Tensor:
    """All images of a split."""
    return split.images if isinstance(split, Arrays) else torch.stack([split.read(n) for n in range(len(split))])


def sizes(data: Data) -> tuple[int, ...]:
    return data.channels, data.height, data.width, len(data.train), len(data.validation), len(data.classes)


def test_digits_come_with_the_program() -> None:
    """1,797 digits of 8 x 8 are there without any file; the split is the same on every machine, and no digit is in both."""
    data = open_data("digits")
    assert sizes(data) == (1, 8, 8, 1438, 359, 10)
    assert torch.bincount(torch.cat([data.train.labels, data.validation.labels])).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # as the UCI repository counts them  # fmt: skip
    assert data.identity == "14f58206c634d32f11ba61926c8066a59401d4c094ac8e9330cbdca46ad33e5f"
    first = arrays.read(FILE)["images"][0].flatten()[:16].tolist()
    assert first == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]  # the first line of UCI's optdigits.tes
    assert (data.licence, "13 people" in data.split, "doi:10.24432/C50P49" in data.source) == ("CC BY 4.0", True, True)
    assert torch.bincount(data.validation.labels).min() == 35


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "kmnist"])
def test_sets_like_mnist(name: str, packed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four files are found below the data folder, where torchvision puts them too; packed ones are checksummed."""
    from cnninspect.data import catalogue

    known = catalogue.known(name)
    assert known is not None
    for place in known.folders:
        folder = tmp_path / place.replace("/", "-")
        train, held = writing.write_mnist(folder / place, packed)
        if packed:
            with pytest.raises(Problem, match="is not the file that the set's authors published"):
                open_data(name, data_dir=str(folder))
            files = tuple(remote._replace(md5=md5_of(str(folder / place / remote.name))) for remote in known.files)
            monkeypatch.setattr(catalogue, "known", lambda _, files=files: known._replace(files=files))
        data = open_data(name, data_dir=str(folder))
        assert sizes(data) == (1, 28, 28, 30, 12, 10)
        assert torch.equal(tensor(data.train)[:, 0], train)
        assert torch.equal(tensor(data.validation)[:, 0], held)
        assert data.train.labels.tolist() == (list(range(10)) * 3)
        assert data.classes == known.classes
        assert bool(data.notes) != bool(packed)
        monkeypatch.undo()


@pytest.mark.parametrize("dtype", list(writing.TYPES))
@pytest.mark.parametrize("packed", ["", ".gz"])
def test_idx_numbers(dtype: torch.dtype, packed: str, tmp_path: Path) -> None:
    """Numbers of every type of IDX are read with the highest byte first, plain and packed."""
    given = (torch.arange(24).reshape(2, 3, 4) * 5 - 60 * (dtype != torch.uint8)).to(dtype)
    assert torch.equal(idx.read(str(writing.write_idx(tmp_path / f"x{packed}", given))), given)


def test_idx_by_name(tmp_path: Path) -> None:
    """``idx:`` takes a folder, two files, which are split, or four."""
    train, held = writing.write_mnist(tmp_path, train=50)
    whole = open_data(f"idx:{tmp_path}")
    names = [f"{tmp_path}/{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    four, two = open_data(f"idx:{','.join(names)}"), open_data(f"idx:{names[0]},{names[1]}")
    assert sizes(whole) == sizes(four) == (1, 28, 28, 50, 12, 10)
    assert whole.identity == four.identity != two.identity
    assert torch.equal(tensor(four.validation)[:, 0], held)
    assert sizes(two) == (1, 28, 28, 40, 10, 10)
    both = torch.cat([tensor(two.train), tensor(two.validation)])[:, 0].flatten(1).tolist()
    assert sorted(both) == sorted(train.flatten(1).tolist())


def test_gzip_of_several_parts(tmp_path: Path) -> None:
    """A gzip file may be several behind each other, with zeros at its end."""
    given = writing.images(20, 5, 5)
    data = writing.idx_bytes(given)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(data[:100]) + gzip.compress(data[100:]) + bytes(7))
    assert torch.equal(idx.read(str(path)), given)


CIFAR = [("cifar10", "cifar-10-batches-bin", "cifar-10-binary.tar.gz"), ("cifar100", "cifar-100-binary", "cifar-100-binary.tar.gz")]  # fmt: skip
PICKLED = [("cifar10", "cifar-10-batches-py", "cifar-10-python.tar.gz"), ("cifar100", "cifar-100-python", "cifar-100-python.tar.gz")]  # fmt: skip


def cifar_files(name: str, *, pickled: bool) -> tuple[dict[str, bytes], Tensor, Tensor]:
    """The files of a small CIFAR, and all pictures of its two splits."""
    five = name == "cifar10"
    train, held = writing.images(50, 3, 32, 32), writing.images(8, 3, 32, 32, seed=2)
    ending = "" if pickled else ".bin"
    named = [(f"data_batch_{place + 1}", train[place * 10 : place * 10 + 10]) for place in range(5)] if five else [("train", train)]  # fmt: skip
    files = {}
    for word, part in [*named, ("test_batch" if five else "test", held)]:
        fine, coarse = writing.labels(len(part), 10), writing.labels(len(part), 20)
        if pickled:
            files[word] = writing.python2_batch(part, "labels" if five else "fine_labels", fine.tolist())
        else:
            files[f"{word}{ending}"] = writing.records(part, *([fine] if five else [coarse, fine]))
    return files, train, held


@pytest.mark.parametrize(("name", "folder", "archive", "pickled"), [*[(*row, False) for row in CIFAR], *[(*row, True) for row in PICKLED]])  # fmt: skip
@pytest.mark.parametrize("unpacked", [True, False], ids=["folder", "archive"])
def test_cifar(
    *,
    name: str,
    folder: str,
    archive: str,
    pickled: bool,
    unpacked: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CIFAR is read in both forms, out of its archive or unpacked."""
    from cnninspect.data import catalogue

    files, train, held = cifar_files(name, pickled=pickled)
    if unpacked:
        (tmp_path / folder).mkdir()
        for word, content in files.items():
            (tmp_path / folder / word).write_bytes(content)
    else:
        members = {
            f"{folder}/readme.html": b"not wanted",
            **{f"{folder}/{word}": content for word, content in files.items()},
        }
        path = tmp_path / archive
        path.write_bytes(writing.tar_bytes(members, packed=True))
        known = catalogue.known(name)
        assert known is not None
        mark = md5_of(str(path))
        swapped = known._replace(
            files=tuple(remote._replace(md5=mark) for remote in known.files),
            others=tuple(remote._replace(md5=mark) for remote in known.others),
        )
        monkeypatch.setattr(catalogue, "known", lambda _: swapped)
    data = open_data(name, data_dir=str(tmp_path))
    assert sizes(data) == (3, 32, 32, 50, 8, 10 if name == "cifar10" else 100)
    assert torch.equal(tensor(data.train), train)
    assert torch.equal(tensor(data.validation), held)
    assert data.train.labels.tolist() == list(range(10)) * 5


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_a_batch_that_python_3_pickled(protocol: int) -> None:
    """A batch that was pickled anew by Python 3 and numpy is read as well, with keys of text or of bytes."""
    from cnninspect.data.pickled import batch_of

    given = writing.images(4, 3072)
    for key in ("data", b"data"):
        labels = "labels" if key == "data" else b"labels"
        data = pickle.dumps({key: given.numpy(), labels: [3, 1, 0, 2]}, protocol=protocol)
        pixels, classes = batch_of(data, "labels", "it")
        assert (pixels, classes) == (bytes(given.flatten().tolist()), [3, 1, 0, 2])


@pytest.mark.parametrize("names", [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "val_images", "val_labels"), ("arr_0", "arr_1", "arr_2", "arr_3")])  # fmt: skip
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("last", [True, False], ids=["channels-last", "channels-first"])
def test_npz(*, names: tuple[str, ...], packed: bool, last: bool, tmp_path: Path) -> None:
    """Arrays of an .npz file are found by Keras's names, by MedMNIST's and without any; labels may be a column."""
    train, held = writing.images(20, 3, 6, 5), writing.images(10, 3, 6, 5, seed=1)
    parts = [train, writing.labels(20, 4).unsqueeze(1), held, writing.labels(10, 4).to(torch.uint8)]
    given = [array.permute(0, 2, 3, 1) if last and array.dim() == 4 else array for array in parts]
    (np.savez_compressed if packed else np.savez)(tmp_path / "set.npz", **{name: array.numpy() for name, array in zip(names, given, strict=True)})  # type: ignore[arg-type]  # fmt: skip
    data = open_data(f"npz:{tmp_path / 'set.npz'}")
    assert sizes(data) == (3, 6, 5, 20, 10, 4)
    assert torch.equal(tensor(data.train), train)
    assert torch.equal(tensor(data.validation), held)
    assert data.validation.labels.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


def test_npz_of_floats_without_a_split(tmp_path: Path) -> None:
    """Floats stay as they are; grey images may lack the axis of channels; a fifth of each class is held out."""
    given = np.random.default_rng(0).normal(size=(40, 7, 7)).astype("f8")
    np.savez(tmp_path / "set.npz", images=given, labels=np.arange(40, dtype="u2") % 4)
    data = open_data(f"npz:{tmp_path / 'set.npz'}")
    assert sizes(data) == (1, 7, 7, 32, 8, 4)
    assert tensor(data.train).dtype == torch.float32
    assert torch.bincount(data.validation.labels).tolist() == [2, 2, 2, 2]
    assert data.split == "20% of each class, chosen by a fixed chance, is held out: the set has no split of its own"
    half = open_data(f"npz:{tmp_path / 'set.npz'}", held_out=0.5)
    assert (len(half.train), len(half.validation), half.split[:4]) == (20, 20, "50% ")
    for share in (0.0, 1.0):
        with pytest.raises(Problem, match="cannot be held out"):
            open_data(f"npz:{tmp_path / 'set.npz'}", held_out=share)


def test_synthetic() -> None:
    """Made images follow from the options alone; sizes are the network's where they are not said; classes differ."""
    data = open_data("synthetic:train=40,held=20,shape=2x5x6,classes=4,seed=3")
    assert sizes(data) == (2, 5, 6, 40, 20, 4)
    again = open_data(data.name)
    assert (again.identity, torch.equal(tensor(again.train), tensor(data.train))) == (data.identity, True)
    other = open_data(data.name.replace("seed=3", "seed=4"))
    assert other.identity != data.identity
    assert not torch.equal(tensor(other.train), tensor(data.train))
    assert sizes(open_data("synthetic", shape=(1, 9, 9), classes=3)) == (1, 9, 9, 1000, 200, 3)
    pictures = tensor(data.train).float()
    within = (pictures[0] - pictures[4]).abs().mean()  # both of class 0
    assert within < (pictures[0] - pictures[1]).abs().mean()


def test_synthetic_too_large_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images that would not fit are made when they are wanted, and are the same."""
    from cnninspect.data import synthetic

    expected = tensor(open_data("synthetic:train=20,held=10").train)
    monkeypatch.setattr(synthetic, "IN_MEMORY", 0)
    found = open_data("synthetic:train=20,held=10").train
    assert not isinstance(found, Arrays)
    assert torch.equal(tensor(found), expected)


MODULE = """
import numpy, torch
from PIL import Image

def arrays():
    x = numpy.arange(8 * 3 * 4 * 4, dtype="u1").reshape(8, 3, 4, 4)
    return {"x_train": x, "y_train": [0, 1] * 4, "x_test": torch.tensor(x[:2]), "y_test": numpy.array([1, 0]), "classes": ["cat", "dog"]}

def data():
    from cnninspect.data.opening import open_data
    return open_data("digits")

def items():
    train = [(torch.full((3, 3), n, dtype=torch.uint8), n % 2) for n in range(6)]
    return train, [(Image.new("RGB", (3, 3), (9, 8, 7)), 1)]
"""


def test_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of one's own gives arrays by name, or two lists of an image and a class."""
    (tmp_path / "own_set.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    data = open_data("own_set:arrays")
    assert (sizes(data), data.classes) == ((3, 4, 4, 8, 2, 2), ("cat", "dog"))
    items = open_data("own_set:items")
    assert (len(items.train), items.train.labels.tolist(), items.train.read(5)[0, 0].tolist()) == (
        6,
        [0, 1] * 3,
        [5] * 3,
    )
    assert items.validation.read(0)[:, 0, 0].tolist() == [9, 8, 7]
    assert open_data("own_set:data").name == "digits"
    assert "own_set" in sys.modules


def test_tar_headers(tmp_path: Path) -> None:
    """Names of any length are read as GNU's tar and as POSIX writes them; folders and links are passed over."""
    import tarfile

    from cnninspect.data.tar import Plain, entries
    from cnninspect.frontends.checkpoints.files import File

    long = "a" * 60 + "/" + "b" * 150 + ".txt"
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
        path = tmp_path / f"{kind}.tar"
        with tarfile.open(path, "w", format=kind) as archive:
            for name in ("one", long if kind != tarfile.USTAR_FORMAT else "p" * 90 + "/" + "n" * 90, "three"):
                info = tarfile.TarInfo(name)
                info.size = 700
                archive.addfile(info, io.BytesIO(b"x" * 700))
            for name, type_ in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE)):
                info = tarfile.TarInfo(name)
                info.type = type_
                archive.addfile(info)
        with tarfile.open(path) as archive:
            expected = [(info.name, info.size, info.offset_data) for info in archive if info.isreg()]
        with File(str(path)) as file:
            found = list(entries(Plain(file, "it"), "it"))
        assert [(entry.name, entry.size, entry.offset) for entry in found] == expected


def test_words_are_not_run() -> None:
    """What pickles can name is a list of four: the classic attack is refused by name and never called."""
    from cnninspect.data.pickled import batch_of

    evil = b"\x80\x02cos\nsystem\n(U\x04trueitR."
    with pytest.raises(Problem) as caught:
        batch_of(evil, "labels", "'x'")
    assert caught.value.code == "unsafe-data"
    assert (
        caught.value.message
        == "'x': its pickle has the name 'os.system' at byte 2, which no batch needs: it is not run"
    )


def test_struct_is_right() -> None:
    """The writer of the tests and numpy agree on the bytes of an IDX file."""
    given = writing.images(2, 3)
    assert writing.idx_bytes(given) == struct.pack(">BBBBII", 0, 0, 8, 2, 2, 3) + given.numpy().tobytes()
