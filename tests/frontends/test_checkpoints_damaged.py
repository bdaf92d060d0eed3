"""Archives and old files of torch, taken apart byte by byte: each claim that does not hold is told."""

from __future__ import annotations

import json
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from cnninspect.frontends import checkpoints
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

ARRAY = npy("<f4", "(2,)", bytes(8))
ZIP = zipped({"aa.npy": ARRAY, "bb.npy": ARRAY})
CENTRAL = ZIP.index(b"PK\x01\x02")
JUNK = zipped({"aa.npy": b"\xff" * 40})
FULL = 0xFFFFFFFF


def patched(data: bytes, at: int, form: str, value: int) -> bytes:
    """The bytes with a number put over some of them."""
    new = struct.pack(form, value)
    return data[:at] + new + data[at + len(new) :]


def wide(name: str, data: bytes) -> bytes:
    """A zip file whose sizes and places all stand in the fields for long ones."""
    key = name.encode()
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, 0, FULL, FULL, len(key), 20)
    local += key + struct.pack("<HHQQ", 1, 16, len(data), len(data)) + data
    extra = struct.pack("<HHH", 7, 2, 0) + struct.pack("<HHQQQ", 1, 24, len(data), len(data), 0)
    central = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, 0, FULL, FULL, len(key), len(extra), 0, 0, 0, 0, FULL
    )
    central += key + extra
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, len(central), len(local))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(local) + len(central), 1)
    return local + central + end + locator + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0)


def test_long_sizes(tmp_path: Path) -> None:
    """Sizes and places in the fields for long ones are read from there."""
    found = checkpoints.read(written(tmp_path, wide("a.npy", ARRAY)))
    assert table(found) == [("a", "float32", (2,))]
    assert found.tensors[0].region.offset == 30 + 5 + 20 + len(ARRAY) - 8


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ZIP.replace(b"bb.npy", b"aa.npy"), "it has 'aa.npy' twice"),
        (patched(ZIP, CENTRAL, "<I", 0), "the list of its members is cut off"),
        (patched(ZIP, CENTRAL + 30, "<H", 0xFFFF), "the list of its members is cut off"),
        (patched(ZIP, CENTRAL + 24, "<I", FULL), "the size of 'aa.npy' is missing"),
        (
            patched(ZIP, CENTRAL + 20, "<I", 0x7FFFFFFF),
            f"'aa.npy' ends behind byte 2,147,483,647, and the file has {len(ZIP)}",
        ),
        (patched(ZIP, CENTRAL + 42, "<I", 1), "'aa.npy' does not begin at byte 1"),
        (patched(ZIP, CENTRAL + 8, "<H", 1), "'aa.npy' is encrypted or packed in a way that is not known"),
        (patched(ZIP, CENTRAL + 10, "<H", 12), "'aa.npy' is encrypted or packed in a way that is not known"),
        (patched(ZIP, CENTRAL + 24, "<I", 9), f"'aa.npy' has two sizes, {len(ARRAY)} and 9"),
        (
            patched(ZIP, 28, "<H", 0xFFFF),
            f"'aa.npy' ends at byte {36 + 0xFFFF + len(ARRAY):,}, and the file has {len(ZIP)}",
        ),
        (patched(JUNK, JUNK.index(b"PK\x01\x02") + 10, "<H", 8), "'aa.npy' cannot be unpacked"),
        (wide("a.npy", ARRAY)[:-42] + wide("a.npy", ARRAY)[-22:], "its end record is incomplete"),
        (
            patched(wide("a.npy", ARRAY), len(wide("a.npy", ARRAY)) - 34, "<Q", 1),
            "its end record is not where it should be",
        ),
        (patched(wide("a.npy", ARRAY), len(wide("a.npy", ARRAY)) - 34, "<Q", 2**60), "its end record ends at byte"),
        (patched(ZIP, len(ZIP) - 6, "<I", 2**31), "the list of its members ends at byte"),
    ],
    ids=range(15),
)
def test_a_list_of_members_that_lies(data: bytes, why: str, tmp_path: Path) -> None:
    """Every claim of a zip file about its members is held against its bytes."""
    code, message = refusal(written(tmp_path, data), tmp_path)
    assert code == "bad-checkpoint"
    assert message.startswith(f"'file.bin' is damaged: {why}")


def test_lists_that_are_too_long(tmp_path: Path) -> None:
    """Lists of members, arrays, tensors and shards have an end."""
    many = patched(patched(ZIP, len(ZIP) - 14, "<H", 65_000), len(ZIP) - 12, "<H", 65_000)
    assert "has 65,000 members listed in" in refusal(written(tmp_path, many), tmp_path)[1]
    arrays = zipped({f"{index}.npy": b"" for index in range(50_001)})
    assert refusal(written(tmp_path, arrays), tmp_path) == (
        "file-too-large",
        "'file.bin' has 50,001 arrays; at most 50,000 are read",
    )
    entry = '"dtype":"F32","shape":[],"data_offsets":[0,0]}'.replace("[]", "[0]")
    header = "{" + ",".join([f'"{index}":{{{entry}' for index in range(50_001)]) + "}"
    path = written(tmp_path, with_header(header.encode()))
    assert refusal(path, tmp_path) == ("file-too-large", "'file.bin' has 50,001 tensors; at most 50,000 are read")
    index = tmp_path / "long.json"
    with index.open("wb") as file:
        file.write(b"{")
        file.truncate(2**24 + 1)
    assert refusal(str(index), tmp_path)[0] == "bad-checkpoint"  # the zeros make it a length of 123 bytes
    index.write_bytes(b'{"weight_map":' + b" " * 2**24 + b"}")
    assert refusal(str(index), tmp_path)[0] == "file-too-large"


def test_shards_that_are_long_together(tmp_path: Path) -> None:
    """What is read of all shards together has an end."""
    for number in range(3):
        written(tmp_path, with_header(b"{" + b" " * (2**24 - 2) + b"}"), f"{number}.safetensors")
    assert refusal(str(tmp_path), tmp_path)[0] == "file-too-large"


def test_many_tensors_in_a_pickle(tmp_path: Path) -> None:
    """A pickle may name one tensor often; there is a limit to that as well."""
    keys = b"".join([text(str(index)) + b"h\x00" for index in range(50_001)])
    one = tensor("first", "0", (1,))
    data = b"\x80\x02}(" + one + b"q\x00" + keys + b"u."
    assert refusal(written(tmp_path, torch_file(data, {"0": bytes(4)})), tmp_path) == (
        "file-too-large",
        "'file.bin': it has 50,002 tensors; at most 50,000 are read",
    )


def test_odd_arrays(tmp_path: Path) -> None:
    """A packed array whose elements begin at an odd place is refused."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }  \n"
    odd = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header) - len(header) % 4 + 1)
    odd += header[: len(header) - len(header) % 4 - 1].ljust(len(header) - len(header) % 4 + 1) + bytes(4)
    path = written(tmp_path, zipped({"a.npy": odd}, zipfile.ZIP_DEFLATED))
    assert "which no multiple of their size is" in refusal(path, tmp_path)[1]


# --- more that torch writes -----------------------------------------------------------------

PERSISTENT = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + integer(1)
VIEW = b"(" + text("a") + integer(0) + integer(1) + b"t"
PLAIN = b"(" + text("storage") + b"ctorch.storage\nUntypedStorage\n" + text("0") + text("cpu") + integer(4) + b"tQ"
REBUILT = b"(K\x00(K\x01t(K\x01t\x89N"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (PERSISTENT + VIEW + b"tQ", "a view of a storage"),
        (
            b"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch\nload\nctorch\nTensor\n)tR",
            "a call of 'torch._tensor._rebuild_from_type_v2'",
        ),
        (b"ctorch._utils\n_rebuild_tensor_v2\n(" + PLAIN + REBUILT[1:] + b"tR", "a tensor of unknown type"),
        (
            b"ctorch._utils\n_rebuild_tensor_v3\n(" + PLAIN + REBUILT[1:] + b"ctorch\nqint8\ntR",
            "a tensor of torch.qint8",
        ),
    ],
)
def test_kinds_of_tensors_that_are_not_read(value: bytes, why: str, tmp_path: Path) -> None:
    """Views of storages, subclasses that are not torch's, and quantised tensors are refused."""
    path = written(tmp_path, torch_file(mapping(text("a"), value), {"0": bytes(4)}))
    code, message = refusal(path, tmp_path)
    assert code == "unsafe-checkpoint"
    assert message.startswith(f"'file.bin': its pickle has {why} at byte ")


def test_tensors_that_share_a_storage(tmp_path: Path) -> None:
    """Two tensors may be views of one storage."""
    pickle = mapping(tensor("a", "0", (2,)), tensor("b", "0", (1,), numel=2))
    found = checkpoints.read(written(tmp_path, torch_file(pickle, {"0": bytes(8)})))
    assert [one.region for one in found.tensors] == [found.tensors[0].region] * 2


def test_words_of_pickle(tmp_path: Path) -> None:
    """Words that say nothing about tensors are followed: what is dropped, framed, a set, a counter."""
    before = b"\x80\x04\x95" + bytes(8) + b"K\x010(K\x011"
    others = text("set") + b"\x8f(K\x01\x90" + text("old set") + b"c__builtin__\nset\n(](K\x01etR"
    others += text("counter") + b"ccollections\nCounter\n)R" + text("size") + b"ctorch\nSize\n((K\x01t\x85R"
    others = others.replace(b"((K\x01t\x85R", b"(K\x01t\x85R")
    path = written(tmp_path, torch_file(before + b"}(" + tensor("a", "0", (1,)) + others + b"u.", {"0": bytes(4)}))
    assert table(checkpoints.read(path)) == [("a", "float32", (1,))]


def test_strides_of_another_length(tmp_path: Path) -> None:
    """A tensor has a stride for each axis."""
    value = b"ctorch._utils\n_rebuild_tensor_v2\n(" + PERSISTENT + b"tQK\x00(K\x01t(t\x89NtR"
    path = written(tmp_path, torch_file(mapping(text("a"), value), {"0": bytes(4)}))
    assert refusal(path, tmp_path) == ("bad-checkpoint", "'file.bin': 'a' has 1 sizes and 0 strides")


def test_deep_wrappers(tmp_path: Path) -> None:
    """Weights are looked for a few mappings deep."""
    inner = mapping(tensor("a", "0", (1,)))[2:-1]
    for _ in range(2):
        inner = b"}(" + text("model") + inner + b"u"
    found = checkpoints.read(written(tmp_path, torch_file(b"\x80\x02" + inner + b".", {"0": bytes(4)})))
    assert (table(found), found.notes) == ([("a", "float32", (1,))], ("the weights stand under 'model.model'",))
    for _ in range(3):
        inner = b"}(" + text("model") + inner + b"u"
    path = written(tmp_path, torch_file(b"\x80\x02" + inner + b".", {"0": bytes(4)}))
    assert refusal(path, tmp_path) == ("unknown-checkpoint", "'file.bin' holds a mapping of model, and no state_dict")
    alone = b"\x80\x02}(" + text("mine") + mapping(tensor("a", "0", (1,)))[2:-1] + b"u."
    assert checkpoints.read(written(tmp_path, torch_file(alone, {"0": bytes(4)}))).notes == (
        "the weights stand under 'mine'",
    )


# --- files of torch before 1.6 -----------------------------------------------------------------

MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
VERSION = b"\x80\x02M\xe9\x03."


def old(
    machine: bytes = b"}",
    pickle: bytes = mapping(tensor("a", "7", (2,))),
    keys: bytes = b"](" + text("7") + b"e",
    data: bytes = struct.pack("<q", 2) + bytes(8),
) -> bytes:
    """A file as torch wrote it before 1.6."""
    return MAGIC + VERSION + b"\x80\x02" + machine + b"." + pickle + b"\x80\x02" + keys + b"." + data


def test_an_old_file(tmp_path: Path) -> None:
    """An old file gives names, types, shapes and places."""
    found = checkpoints.read(written(tmp_path, old()))
    assert (found.format, table(found)) == ("torch, before 1.6", [("a", "float32", (2,))])
    assert found.tensors[0].region.offset == len(old()) - 8


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (old(machine=b"}" + text("little_endian") + b"\x89s"), "'file.bin' was written by a big-endian machine"),
        (old(keys=b"K\x01"), "'file.bin' is damaged: the list of its storages is none"),
        (old(keys=b"]"), "'file.bin' is damaged: the elements of 'a', 7, are missing"),
        (old(keys=b"](" + text("8") + b"e"), "'file.bin' is damaged: the type of its storage 8 is not known"),
        (
            old(data=struct.pack("<q", 3) + bytes(12)),
            "'file.bin' is damaged: its storage 7 has 3 elements, and 2 are spoken of",
        ),
        (
            old(data=struct.pack("<q", 2) + bytes(7)),
            f"'file.bin' is damaged: its storage 7 ends at byte {len(old())}, and the file has {len(old()) - 1}",
        ),
        (old()[:40], "'file.bin': its pickle"),
        (old(pickle=b"\x80\x02cos\nsystem\n)R."), "'file.bin': its pickle has the name 'os.system' at byte 27, which"),
        (b"\x80\x02cos\nsystem\n)R.", "'file.bin': its pickle has the name 'os.system' at byte 2, which"),
    ],
    ids=range(9),
)
def test_an_old_file_that_lies(data: bytes, why: str, tmp_path: Path) -> None:
    """Every claim of an old file is held against its bytes."""
    assert refusal(written(tmp_path, data), tmp_path)[1].startswith(why)


def test_shards_of_torch(tmp_path: Path) -> None:
    """Shards may be files of torch, and of several formats; what is said of each is said once."""
    written(tmp_path, torch_file(mapping(tensor("a", "0", (1,)), text("n"), b"K\x01"), {"0": bytes(4)}), "one.bin")
    written(tmp_path, safetensors({"b": ("F32", (1,))}), "two.bin")
    index = {"weight_map": {"a": "one.bin", "b": "two.bin"}}
    written(tmp_path, json.dumps(index).encode(), "pytorch_model.bin.index.json")
    found = checkpoints.read(str(tmp_path))
    assert (found.format, found.notes) == ("torch and safetensors, 2 files", ("1 entry is no tensor: n",))
    assert table(found) == [("a", "float32", (1,)), ("b", "float32", (1,))]
