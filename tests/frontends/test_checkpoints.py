"""Checkpoints as tables: what each format holds, and every way in which a file may lie about itself."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnninspect.frontends import checkpoints
from cnninspect.values import Problem
from tests.support.budget import EXAMPLES
from tests.support.checkpoints import (
    integer,
    mapping,
    npy,
    refusal,
    safetensors,
    table,
    tensor,
    text,
    torch_file,
    with_header,
    written,
    zipped,
)

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {"a.weight": ("F32", (2, 3)), "a.bias": ("BF16", (2,)), "n": ("I64", ())}
SMALL_TABLE = [("a.weight", "float32", (2, 3)), ("a.bias", "bfloat16", (2,)), ("n", "int64", ())]
PICKLE = mapping(tensor("a.weight", "0", (2, 3)), tensor("a.bias", "1", (2,), "HalfStorage"))
STORAGES = {"0": bytes(24), "1": bytes(4)}
PICKLE_TABLE = [("a.weight", "float32", (2, 3)), ("a.bias", "float16", (2,))]


# --- safetensors ---------------------------------------------------------------------------


def test_safetensors(tmp_path: Path) -> None:
    """The header of a safetensors file gives names, types, shapes and places; its metadata is no tensor."""
    found = checkpoints.read(written(tmp_path, safetensors(SMALL, __metadata__={"format": "pt"})))
    assert (found.format, table(found)) == ("safetensors", SMALL_TABLE)
    first, second, third = found.tensors
    assert [first.bytes, second.bytes, third.bytes] == [24, 4, 8]
    assert second.region.offset - first.region.offset == 24


@pytest.mark.parametrize("length", [0x227B, 0x0280, 0x0380, 0x2020])
def test_a_length_that_looks_like_another_format(length: int, tmp_path: Path) -> None:
    """A header whose length begins as JSON or a pickle does is a header."""
    assert checkpoints.read(written(tmp_path, with_header(b"{" + b" " * (length - 2) + b"}"))).format == "safetensors"


def test_safetensors_without_tensors(tmp_path: Path) -> None:
    """A file of no tensors is a checkpoint of none."""
    assert checkpoints.read(written(tmp_path, with_header(b"{}"))).tensors == ()


def entry(dtype: object = "F32", shape: object = (1,), offsets: object = (0, 4)) -> str:
    return json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": offsets}})


BAD_HEADERS = {
    "[]": "its header must be an object, got a list",
    "{": "its header is no JSON at byte 9: expecting property name enclosed in double quotes",
    '{"a": 1}': "'a' must be an object of dtype, shape and data_offsets, got a number",
    '{"a": {}}': "'a' must have dtype, shape and data_offsets, each once, got nothing",
    '{"a": {"dtype": "F32", "dtype": "F32", "shape": [1]}}': "'a' must have dtype, shape and data_offsets, each once, got dtype, dtype, shape",
    entry(dtype="F33"): "'a' has the dtype 'F33'",
    entry(dtype=None): "'a' has the dtype null",
    entry(shape=[-1]): "'a' has the size -1 in its shape; sizes are whole numbers from 0 on",
    entry(shape=[True]): "'a' has the size bool in its shape; sizes are whole numbers from 0 on",
    entry(shape="x"): "'a' must have a list of sizes as its shape",
    entry(shape=[1] * 65): "'a' has 65 axes; a tensor has at most 64",
    entry(shape=[2]): "'a' takes 4 bytes, and F32 of 2 takes 8",
    entry(shape=[], offsets=[0, 0]): "'a' takes 0 bytes, and F32 of one number takes 4",
    entry(offsets=[4, 0]): "'a' begins at byte 4 of the data and ends at 0",
    entry(offsets=[0]): "'a' must have two whole numbers as its data_offsets",
    entry(shape=[2**62], offsets=[0, 2**64]): "'a' ends at byte 18,446,744,073,709,551,722, and the file has 110",
    entry(offsets=[0, 10**30]): "its header has a number of 31 digits",
    '{"a": 1.5}': "its header has the number 1.5",
    '{"a": NaN}': "its header has the number NaN",
    '{"__metadata__": {}}': "4 bytes at its end belong to no tensor",
    entry(offsets=[1, 5], shape=[1]): "'a' ends at byte 74, and the file has 73",
}


@pytest.mark.parametrize(("header", "why"), BAD_HEADERS.items(), ids=range(len(BAD_HEADERS)))
def test_a_header_that_lies(header: str, why: str, tmp_path: Path) -> None:
    """Every claim of a header is held against the others and against the size of the file."""
    path = written(tmp_path, with_header(header.encode(), bytes(4)))
    assert refusal(path, tmp_path) == ("bad-checkpoint", f"'file.bin' is damaged: {why}")


def test_overlaps_holes_and_doubles(tmp_path: Path) -> None:
    """Tensors lie behind each other, each once."""
    one = '"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}'
    over = '"b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]}'
    far = '"b": {"dtype": "F32", "shape": [1], "data_offsets": [5, 9]}'
    said = [
        refusal(written(tmp_path, with_header(f"{{{one}, {other}}}".encode(), bytes(size))), tmp_path)[1]
        for other, size in ((over, 6), (far, 9), (one, 4))
    ]
    assert said == [
        "'file.bin' is damaged: 'b' begins at byte 132, inside 'a'",
        "'file.bin' is damaged: 1 bytes before 'b' belong to no tensor",
        "'file.bin' is damaged: 'a' stands in its header twice",
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (struct.pack("<Q", 2**63) + b"{}", "bad-checkpoint"),
        (struct.pack("<Q", 2**24 + 1) + b"{" + bytes(2**24), "file-too-large"),
        (with_header(b'{"a":' + b"[" * 500_000 + b"}"), "bad-checkpoint"),
        (with_header(b'{"a":[' + b"1," * 2_000_000 + b"1]}"), "file-too-large"),
        (with_header(b'{"a":"' + b"x" * 16_000_000 + b'"}'), "bad-checkpoint"),
        (with_header(b'{"a":"\xff"}'), "bad-checkpoint"),
        (with_header(b"{" + b",".join(b'"%d":[]' % i for i in range(150_000)) + b"}"), "bad-checkpoint"),
    ],
    ids=["claim", "long", "nested", "values", "text", "utf-8", "pairs"],
)
def test_headers_that_keep_a_reader_busy(data: bytes, code: str, tmp_path: Path) -> None:
    """A header is refused before it takes more memory than a look may."""
    path = written(tmp_path, data)
    del data
    tracemalloc.start()
    assert refusal(path, tmp_path)[0] == code
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 2**20


# --- shards --------------------------------------------------------------------------------


def shards(folder: Path, index: object) -> str:
    """A folder of two shards and an index; returns the path of the index."""
    written(folder, safetensors({"a": ("F32", (2,))}), "one.safetensors")
    written(folder, safetensors({"b": ("F16", (3,))}), "two.safetensors")
    return written(folder, json.dumps(index).encode(), "model.safetensors.index.json")


GOOD_INDEX = {"metadata": {"total_size": 14}, "weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}


def test_an_index_and_its_folder(tmp_path: Path) -> None:
    """An index, and the folder in which it stands, give the tensors of all shards."""
    for path in (shards(tmp_path, GOOD_INDEX), str(tmp_path)):
        found = checkpoints.read(path)
        assert (found.format, table(found)) == (
            "safetensors, 2 files",
            [("a", "float32", (2,)), ("b", "float16", (3,))],
        )
    os.remove(tmp_path / "model.safetensors.index.json")
    assert len(checkpoints.read(str(tmp_path)).tensors) == 2


@pytest.mark.parametrize(
    ("index", "why"),
    [
        ({}, "'model.safetensors.index.json' is JSON without a weight_map: no index of shards"),
        (
            {"weight_map": {"a": "two.safetensors"}},
            "'model.safetensors.index.json' says that 'a' is in 'two.safetensors', and it is not",
        ),
        ({"weight_map": {"a": "gone.safetensors"}}, "there is no file 'gone.safetensors'"),
        ({"weight_map": {"a": 3}}, "'model.safetensors.index.json' is damaged: 'a' has no file name"),
        ({"weight_map": {"a": "../x"}}, "the shard '../x' lies outside the folder of its index"),
        ({"weight_map": {"a": "/etc/passwd"}}, "the shard '/etc/passwd' lies outside the folder of its index"),
        ({"weight_map": {"a": "x\0y"}}, "the shard 'x\\x00y' lies outside the folder of its index"),
        ({"weight_map": {"a": "."}}, "the shard '.' lies outside the folder of its index"),
        (
            {"weight_map": {str(i): f"{i}.safetensors" for i in range(1001)}},
            "'model.safetensors.index.json' has 1,001 files; at most 1,000 are read",
        ),
        (
            {"weight_map": {"a": "model.safetensors.index.json"}},
            "'model.safetensors.index.json' is no checkpoint that is known; it begins with '{\"weight'",
        ),
    ],
)
def test_an_index_that_lies(index: object, why: str, tmp_path: Path) -> None:
    """An index names files of its own folder, which have what it says."""
    assert refusal(shards(tmp_path, index), tmp_path)[1] == why


def test_shards_that_nobody_lists(tmp_path: Path) -> None:
    """A tensor that a shard has and the index has not is told; so is one that two files have."""
    path = shards(tmp_path, {"weight_map": {"a": "one.safetensors"}})
    written(tmp_path, safetensors({"a": ("F32", (2,)), "c": ("F32", (2,))}), "one.safetensors")
    assert (
        refusal(path, tmp_path)[1] == "'c' is in 'one.safetensors', and 'model.safetensors.index.json' does not list it"
    )
    os.remove(path)
    written(tmp_path, safetensors({"c": ("F32", (2,))}), "two.safetensors")
    assert refusal(str(tmp_path), tmp_path)[1] == "'c' is both in 'one.safetensors' and 'two.safetensors'"


def test_links_out_of_the_folder(tmp_path: Path) -> None:
    """A shard that is a link to elsewhere is followed where that is allowed only."""
    (tmp_path / "inner").mkdir()
    path = shards(tmp_path / "inner", GOOD_INDEX)
    os.rename(tmp_path / "inner" / "one.safetensors", tmp_path / "blob")
    os.symlink(tmp_path / "blob", tmp_path / "inner" / "one.safetensors")
    assert refusal(path, tmp_path)[1] == "the shard 'one.safetensors' lies outside the folder of its index"
    assert len(checkpoints.read(path, outside=True).tensors) == 2


def test_a_folder_without_a_checkpoint(tmp_path: Path) -> None:
    """A folder of other files is refused."""
    written(tmp_path, b"", "a.pt")
    assert refusal(str(tmp_path), tmp_path)[0] == "unknown-checkpoint"


# --- torch ---------------------------------------------------------------------------------


def test_a_file_of_torch(tmp_path: Path) -> None:
    """The pickle of a file of torch.save gives names, types and shapes."""
    found = checkpoints.read(written(tmp_path, torch_file(PICKLE, STORAGES)))
    assert (found.format, table(found)) == ("torch", PICKLE_TABLE)


SYSTEM = b"\x80\x02cposix\nsystem\n" + text("touch MARKER") + b"\x85R."
GETATTR = mapping(text("a"), b"c__builtin__\ngetattr\n)R")
NEWOBJ = mapping(text("a"), b"ccollections\nOrderedDict\n)\x81")


@pytest.mark.parametrize(
    ("pickle", "why"),
    [
        (SYSTEM, "its pickle has the name 'posix.system' at byte {}, which"),
        (GETATTR, "its pickle has the name '__builtin__.getattr' at byte {}, which"),
        (NEWOBJ, "its pickle has the word '\\x81' at byte {}, which"),
        (mapping(text("a"), b"ctorch\nload\n)R"), "its pickle has a call of 'torch.load' at byte {}, which"),
        (mapping(text("a"), b"ctorch.hub\nload\n)R"), "its pickle has a call of 'torch.hub.load' at byte {}, which"),
        (mapping(b"(t", text("a")), "its pickle has a key that is neither a text nor a number at byte {}, which"),
        (
            mapping(text("a"), b"\x8b\xff\xff\xff\x00", bytes(2**24 - 1)),
            "its pickle has a number of 16,777,215 bytes at byte {}, which",
        ),
        (b"\x80\x02K\x01}b.", "its pickle has attributes for what is neither a dict nor a tensor at byte {}, which"),
        (b"\x80\x02)Q.", "its pickle has a reference to what is no storage at byte {}, which"),
        (mapping(tensor("a", "0", (1,), "Storage")), "its pickle has the name 'torch.Storage' at byte {}, which"),
    ],
)
def test_what_a_pickle_may_not_say(pickle: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name or word that no state_dict needs is refused with its place; nothing of it runs."""
    monkeypatch.chdir(tmp_path)
    if len(pickle) > 2**23:
        pickle = mapping(text("a"), b"\x8b\xff\xff\x00\x00", bytes(2**16 - 1))
        why = why.replace("16,777,215", "65,535")
    for data in (torch_file(pickle, {}), zipped({"x/data.pkl": pickle}, zipfile.ZIP_DEFLATED)):
        code, message = refusal(written(tmp_path, data), tmp_path)
        assert code == "unsafe-checkpoint"
        start, _, rest = why.partition("{}")
        assert message.startswith(f"'file.bin': {start}")
        at = int(message.partition(" at byte ")[2].partition(",")[0].replace(",", ""))
        assert 0 <= at < len(data)
        assert rest.strip(", ") in message
    assert not (tmp_path / "MARKER").exists()


def test_a_place_is_a_place_in_the_file(tmp_path: Path) -> None:
    """The byte that a refusal names is where the word stands in the file."""
    data = torch_file(SYSTEM, {})
    _, message = refusal(written(tmp_path, data), tmp_path)
    assert f"at byte {data.index(b'cposix'):,}," in message


@pytest.mark.parametrize(
    ("pickle", "storages", "why"),
    [
        (PICKLE[:-40], STORAGES, "its pickle"),
        (b"\x80\x02", {}, "its pickle ends without its last word"),
        (b"\x80\x09.", {}, "its pickle is of a protocol that is not known"),
        (b"\x80\x02u.", {}, "its pickle goes back to a mark that is not there"),
        (b"\x80\x02.", {}, "its pickle takes a value that is not there"),
        (b"\x80\x02q\x00.", {}, "its pickle remembers a value that is not there"),
        (b"\x80\x02h\x00.", {}, "its pickle recalls what it never remembered"),
        (b"\x80\x02K\x01K\x02a.", {}, "its pickle adds to what is no list"),
        (b"\x80\x02K\x01K\x02R.", {}, "its pickle calls what is no name"),
        (b"\x80\x02K\x01K\x02\x93.", {}, "its pickle names a thing with what is no text"),
        (b"\x80\x02cabc", {}, "its pickle has a name without an end"),
        (b"\x80\x02X\x01\0\0\0\xff.", {}, "its pickle has a text that is no UTF-8"),
        (b"\x80\x02}(K\x01u.", {}, "its pickle has a key without a value"),
        (
            mapping(text("a"), b"ctorch._utils\n_rebuild_tensor_v2\n(NK\0))tR"),
            {},
            "its pickle has a tensor without a storage",
        ),
        (mapping(tensor("a", "0", (2,), numel=1)), {"0": bytes(8)}, "'a' reaches to byte 8 of a storage of 4"),
        (mapping(tensor("a", "0", (2,))), {"0": bytes(7)}, "the elements of 'a' claim 8 bytes, and there are 7"),
        (mapping(tensor("a", "0", (2**40, 2**40), numel=4)), {"0": bytes(16)}, "'a' reaches to byte"),
        (
            mapping(tensor("a", "0", (1,), numel=2**60)),
            {"0": bytes(4)},
            "the elements of 'a' claim 4,611,686,018,427,387,904 bytes, and there are 4",
        ),
        (mapping(tensor("a", "0", (-1,), numel=1)), {"0": bytes(4)}, "'a' has the size -1 in its shape"),
        (mapping(tensor("a", "7", (1,))), {}, "the elements of 'a', archive/data/7, are missing"),
    ],
)
def test_a_pickle_that_lies(pickle: bytes, storages: dict[str, bytes], why: str, tmp_path: Path) -> None:
    """What a pickle claims is held against the members of its file."""
    code, message = refusal(written(tmp_path, torch_file(pickle, storages)), tmp_path)
    assert code == "bad-checkpoint"
    assert why in message


@pytest.mark.parametrize(
    ("pickle", "why"),
    [
        (b"\x80\x02].", "'file.bin' holds a list, and no state_dict"),
        (mapping(text("epoch"), b"K\x01"), "'file.bin' holds a mapping of epoch, and no state_dict"),
        (b"\x80\x02K\x01.", "'file.bin' holds no mapping, and no state_dict"),
    ],
)
def test_a_pickle_without_weights(pickle: bytes, why: str, tmp_path: Path) -> None:
    """A file that holds something else says what."""
    assert refusal(written(tmp_path, torch_file(pickle, {})), tmp_path) == ("unknown-checkpoint", why)


def test_weights_within_a_checkpoint(tmp_path: Path) -> None:
    """Weights are found where training programs put them, which is told with what stands beside them."""
    inner = PICKLE[2:-1]
    ema = mapping(tensor("e", "2", (1,)))[2:-1]
    pickle = mapping(text("epoch"), b"K\x03", text("model"), inner, text("model_ema"), ema)
    found = checkpoints.read(written(tmp_path, torch_file(pickle, {**STORAGES, "2": bytes(4)})))
    assert table(found) == PICKLE_TABLE
    assert found.notes == (
        "the weights stand under 'model'",
        "beside 'model' there are weights under 'model_ema', which are not looked at",
    )


def test_entries_that_are_no_tensors(tmp_path: Path) -> None:
    """What is no tensor is counted and left out."""
    found = checkpoints.read(
        written(tmp_path, torch_file(mapping(tensor("a", "0", (1,)), text("step"), b"K\x01"), {"0": bytes(4)}))
    )
    assert (table(found), found.notes) == ([("a", "float32", (1,))], ("1 entry is no tensor: step",))


def test_pickles_that_keep_a_reader_busy(tmp_path: Path) -> None:
    """Deep, long and self-containing pickles are refused or read within bounds."""
    deep = b"\x80\x02" + b")" + b"\x85" * 900_000 + b"."
    assert refusal(written(tmp_path, torch_file(deep, {})), tmp_path)[0] == "unknown-checkpoint"
    key = b"\x80\x02}(" + b")" + b"\x85" * 900_000 + b"Nu."
    assert refusal(written(tmp_path, torch_file(key, {})), tmp_path)[0] == "unsafe-checkpoint"
    long = b"\x80\x02" + b"]" * 1_000_001 + b"."
    assert refusal(written(tmp_path, torch_file(long, {})), tmp_path)[0] == "file-too-large"
    bomb = zipped({"x/data.pkl": b"\x80\x02" + bytes(2**24)}, zipfile.ZIP_DEFLATED)
    assert refusal(written(tmp_path, bomb), tmp_path)[0] == "file-too-large"
    cycle = b"\x80\x02}q\x00(" + text("model") + b"h\x00u."
    assert refusal(written(tmp_path, torch_file(cycle, {})), tmp_path)[0] == "unknown-checkpoint"


# --- other files ---------------------------------------------------------------------------


def test_arrays_of_numpy(tmp_path: Path) -> None:
    """The headers of arrays give names, types and shapes, packed or not; what has no plain numbers is told."""
    arrays = {
        "a/kernel:0.npy": npy("<f4", "(2, 3)", bytes(24)),
        "b.npy": npy("<f2", "(3,)", bytes(6)),
        "n.npy": npy("<i8", "()", bytes(8)),
        "o.npy": npy("|O", "(1,)", b"\x80\x02N."),
    }
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found = checkpoints.read(written(tmp_path, zipped(arrays, method)))
        assert table(found) == [("a/kernel:0", "float32", (2, 3)), ("b", "float16", (3,)), ("n", "int64", ())]
        assert found.notes == ("1 without numbers of a known type: o.npy",)


@pytest.mark.parametrize(
    ("array", "why"),
    [
        (b"", "'a.npy' is no array of numpy"),
        (npy("<f4", "(2,)", bytes(4)), "'a.npy' has 4 bytes of elements, and its shape needs 8"),
        (npy("<f4", "(9999999999999999999999,)", b""), "the header of 'a.npy' cannot be read"),
        (npy("<f4", "(-1,)", b""), "the header of 'a.npy' cannot be read"),
        (npy("<f4", "(1" + ",1" * 70 + ")", bytes(4)), "'a.npy' has 71 axes; a tensor has at most 64"),
        (npy("<f4", "(2,)", bytes(8)).replace(b"'shape'", b"'shapf'"), "the header of 'a.npy' cannot be read"),
    ],
)
def test_an_array_that_lies(array: bytes, why: str, tmp_path: Path) -> None:
    """The header of an array is held against its size."""
    path = written(tmp_path, zipped({"a.npy": array}))
    assert refusal(path, tmp_path) == ("bad-checkpoint", f"'file.bin' is damaged: {why}")


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (b"", "bad-checkpoint", "'file.bin' is empty"),
        (
            b"\x89HDF\r\n\x1a\n" + bytes(99),
            "unknown-checkpoint",
            "'file.bin' is an HDF5 file, as Keras writes it, and is not read here",
        ),
        (
            b"GGUF" + bytes(range(1, 99)),
            "unknown-checkpoint",
            "'file.bin' is no checkpoint that is known: a GGUF file; it begins with 'GGUF\\x01\\x02\\x03\\x04'",
        ),
        (
            b"name: x\nlayers: []",
            "unknown-checkpoint",
            "'file.bin' is no checkpoint that is known; it begins with 'name: x\\n'",
        ),
        (
            zipped({"a.txt": b""}),
            "unknown-checkpoint",
            "'file.bin' is a zip file of a.txt: neither of torch.save nor of numpy",
        ),
        (zipped({}), "bad-checkpoint", ""),
        (
            zipped({"config.json": b"", "model.weights.h5": b""}),
            "unknown-checkpoint",
            "'file.bin' is a .keras file, whose weights are HDF5 and are not read here",
        ),
        (
            zipped({"x/data.pkl": b"", "x/constants.pkl": b""}),
            "unknown-checkpoint",
            "'file.bin' is a TorchScript program, not a state_dict",
        ),
        (
            zipped({"x/data.pkl": PICKLE, "x/byteorder": b"big"}),
            "unknown-checkpoint",
            "'file.bin' was written by a big-endian machine",
        ),
        (b"\x80\x02N.", "unknown-checkpoint", "'file.bin' is a pickle, and not one of torch.save"),
        (
            b"PK\x03\x04" + bytes(99),
            "bad-checkpoint",
            "'file.bin' is damaged: a zip file ends with a list of its members, and this one does not",
        ),
    ],
)
def test_other_files(data: bytes, code: str, why: str, tmp_path: Path) -> None:
    """What is no checkpoint is named as what it is."""
    found = refusal(written(tmp_path, data), tmp_path)
    assert found[0] in (code, "unknown-checkpoint")
    assert why in found[1]


def test_files_that_are_none(tmp_path: Path) -> None:
    """Only regular files that are there are read; a near name is given."""
    written(tmp_path, b"", "resnet.safetensors")
    with pytest.raises(Problem) as raised:
        checkpoints.read(str(tmp_path / "resnett.safetensors"))
    assert raised.value.help == f"did you mean '{tmp_path / 'resnet.safetensors'}'?"
    os.mkfifo(tmp_path / "pipe")
    assert refusal(str(tmp_path / "pipe"), tmp_path) == ("not-a-file", "'pipe' is a named pipe")
    assert refusal("/dev/zero", tmp_path)[0] == "not-a-file"
    assert refusal("a\0b", tmp_path) == (
        "unreadable-file",
        "'a\\x00b' cannot be read: a name contains no NUL character",
    )
    assert refusal(str(tmp_path / "no" / "x"), tmp_path)[0] == "file-not-found"


def test_names_are_escaped(tmp_path: Path) -> None:
    """What a file says is shown without control characters."""
    data = safetensors({"\x1b[31m\u202e": ("F32", (1,))}).replace(b"F32", b"F\\u001b")
    data = struct.pack("<Q", struct.unpack("<Q", data[:8])[0] + 4) + data[8:]
    _, message = refusal(written(tmp_path, data), tmp_path)
    assert message == "'file.bin' is damaged: '\\x1b[31m\\u202e' has the dtype 'F\\x1b'"


# --- whatever happens to a file --------------------------------------------------------------

WHOLE = {
    "safetensors": safetensors(SMALL, __metadata__={"format": "pt"}),
    "torch": torch_file(PICKLE, STORAGES),
    "pickle": PICKLE,
    "npz": zipped({"a.npy": npy("<f4", "(2, 3)", bytes(24)), "b.npy": npy("<f2", "(3,)", bytes(6))}),
    "packed": zipped({"a.npy": npy("<f4", "(2, 3)", bytes(24))}, zipfile.ZIP_DEFLATED),
}


@given(st.sampled_from(sorted(WHOLE)), st.data())
@settings(max_examples=EXAMPLES * 2, deadline=None)
def test_flipped_and_cut(tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject) -> None:
    """A file with some bytes changed, cut off, put in or doubled is a table or refused, never anything else."""
    whole = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "put", "word"]))
        if change == "flip":
            whole[at] ^= 1 << data.draw(st.integers(0, 7))
        elif change == "put":
            whole[at:at] = data.draw(st.binary(min_size=1, max_size=9))
        elif change == "word":
            whole[at : at + 8] = integer(data.draw(st.sampled_from([-1, 2**31, 2**32 - 1, 2**63 - 1])))[2:]
        elif at > 16:
            del whole[at:]
    data_ = bytes(whole)
    if kind == "pickle":
        data_ = torch_file(data_, STORAGES)
    path = tmp_path_factory.getbasetemp() / "changed.bin"
    path.write_bytes(data_)
    try:
        found = checkpoints.read(str(path))
    except Problem as problem:
        known = {"bad-checkpoint", "unknown-checkpoint", "unsafe-checkpoint", "file-too-large", "file-not-found"}
        assert problem.code in known  # noqa: PT017
        assert problem.message.isprintable()  # noqa: PT017
        return
    for held in found.tensors:
        region = held.region
        assert region.offset + (region.size if region.packed is None else region.packed) <= len(data_)


def test_a_pickle_that_breaks_off_is_not_torchs(tmp_path: Path) -> None:
    """A pickle that torch did not write is told to be one, also where it breaks off."""
    code, message = refusal(str(written(tmp_path, b"\x80\x02}q\x00(", "cut.pt")), tmp_path)
    assert (code, message) == ("unknown-checkpoint", "'cut.pt' is a pickle, and not one of torch.save")
