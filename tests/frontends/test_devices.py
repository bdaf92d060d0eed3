"""Device files: what is shipped, what may stand in one, and what is said of mistakes."""

from __future__ import annotations

import pytest

from cnninspect.frontends import devices
from cnninspect.frontends.devices import Device, names, read
from cnninspect.frontends.yaml.source import Unreadable
from cnninspect.passes.cost import DTYPES
from cnninspect.values import Problem

GOOD = "name: toy\npeak: {float32: 2e9, int8: 8000000000}\nbandwidth: 1e8\nsource: https://example.org\n"


def said(text: str) -> list[str]:
    """One line for each finding: ``line:column code: message | help``."""
    found = read("toy.yaml", text)
    assert found.device is None
    return [f"{f.span.line}:{f.span.column} {f.code}: {f.message} | {f.help}" for f in found.findings]


def test_every_shipped_device_reads() -> None:
    """Every shipped device has no mistake, a kind, float32 and a page that its figures stand on."""
    found = {name: read(name) for name in names()}
    assert len(found) == 11
    for name, result in found.items():
        device = result.device
        assert device is not None
        assert result.findings == ()
        assert device.file == f"{name}.yaml"
        assert device.source.startswith("https://")
        assert device.kind in ("gpu", "cpu")
        speeds = [device.peak[kind] for kind in ("float64", "float32", "tf32", "float16") if kind in device.peak]
        assert speeds == sorted({*speeds})
        assert speeds[0] > 1e10
        assert 1e10 < device.bandwidth < 1e13


def test_known_figures() -> None:
    """The A100 in the vendor's words: 19.5 and 312 teraFLOPS, 2,039 GB/s, 80 GB; a name may have hyphens and capitals."""
    device = read("A100-SXM-80GB").device
    assert device is not None
    assert device.peak == {
        "float64": 9.7e12, "float32": 19.5e12, "tf32": 156e12, "bfloat16": 312e12, "float16": 312e12, "int8": 624e12,
    }  # fmt: skip
    assert (device.bandwidth, device.memory, device.launch) == (2.039e12, 80e9, 0.0)


def test_ones_own_device(tmp_path: object) -> None:
    """A file by path is a device of one's own; what is optional may be left out."""
    path = f"{tmp_path}/toy.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(GOOD)
    toy = Device("toy", None, {"float32": 2e9, "int8": 8e9}, 1e8, None, 0.0, "https://example.org", path)
    assert read(path).device == toy
    whole = read("toy.yaml", f"{GOOD}kind: npu\nmemory: 1e9\nlaunch: 5e-6\n").device
    assert whole == toy._replace(kind="npu", memory=1e9, launch=5e-6, file="toy.yaml")


def test_types_are_those_of_the_costs() -> None:
    """A peak may be given for each data type that costs are counted in, and for what libraries put in its place."""
    assert set(devices.DTYPES) == {*DTYPES, "tf32"}


def test_a_layer_may_start_in_no_time() -> None:
    """A launch of 0 is what no launch means."""
    device = read("toy.yaml", f"{GOOD}launch: 0\n").device
    assert device is not None
    assert device.launch == 0.0


def test_what_is_missing() -> None:
    """Each key that a device needs is asked for, but not where it was meant and misspelled."""
    assert said("name: toy\nbandwith: 3\n") == [
        "1:1 missing-option: a device needs 'peak': operations a second by data type, such as {float32: 19.5e12}"
        " | write peak: …",
        "1:1 missing-option: a device needs 'source': where the figures stand, a URL | write source: …",
        "2:1 unknown-option: 'bandwith' is no key of a device | did you mean 'bandwidth'?",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("1e8", "fast"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got 'fast' | write it as 2.039e12"),
        (("1e8", "0"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got '0' | write it as 2.039e12"),
        (("1e8", "true"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got 'true' | write it as 2.039e12"),
        (("1e8", ".inf"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got '.inf' | write it as 2.039e12"),
        (("1e8", ".nan"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got '.nan' | write it as 2.039e12"),
        (("1e8", "[1]"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got a list or mapping | write it as 2.039e12"),
        (("1e8", ""), "3:10 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got nothing | write it as 2.039e12"),
        (("2e9", "-2e9"), "2:17 bad-value: float32 must be a number of operations a second from 1 to 1e+24, got '-2e9' | write it as 19.5e12"),
        (("int8", "int4"), "2:22 unknown-option: 'int4' is no data type | did you mean 'int8'?"),
        (("int8", "quick"), "2:22 unknown-option: 'quick' is no data type | known are float64, float32, tf32, float16, bfloat16, float8, int8"),
        (("{float32: 2e9, int8: 8000000000}", "{}"), "2:7 bad-value: peak must be a mapping, got an empty mapping | peak is operations a second by data type, such as {float32: 19.5e12}"),
        (("{float32: 2e9, int8: 8000000000}", "2e9"), "2:7 bad-value: peak must be a mapping, got '2e9' | peak is operations a second by data type, such as {float32: 19.5e12}"),
        (("toy", "[toy]"), "1:7 bad-value: name must be text, got a list or mapping | name is what to call it"),
        (("https://example.org", "a book"), "4:9 bad-value: source must be a URL, got 'a book' | name the page that the figures stand on: https://…"),
        (("https://example.org", "7"), "4:9 bad-value: source must be text, got '7' | source is where the figures stand, a URL"),
        (("name: toy", "name: toy\nkind: abacus"), "2:7 bad-value: kind must be gpu, cpu or npu, got 'abacus' | "),
        (("name: toy", "name: toy\nkind: 3"), "2:7 bad-value: kind must be text, got '3' | kind is gpu, cpu or npu"),
        (("1e8", "1e-20"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got '1e-20' | write it as 2.039e12"),
        (("1e8", "1e400"), "3:12 bad-value: bandwidth must be a number of bytes a second from 1 to 1e+24, got '1e400' | write it as 2.039e12"),
        (("name: toy", "name: toy\nlaunch: -1e-6"), "2:9 bad-value: launch must be a number of seconds from 0 to 1, got '-1e-6' | write it as 5e-6"),
        (("name: toy", "name: toy\nlaunch: 3"), "2:9 bad-value: launch must be a number of seconds from 0 to 1, got '3' | write it as 5e-6"),
        (("name: toy", "name: toy\nmemory: x"), "2:9 bad-value: memory must be a number of bytes from 1 to 1e+24, got 'x' | write it as 80e9"),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_mistakes(change: tuple[str, str], expected: str) -> None:
    """Each mistake has its place, what was expected and what stood there."""
    assert said(GOOD.replace(*change)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1]", "1:1 bad-section: a device is a mapping with name, peak, bandwidth and source | "),
        ("", "1:1 empty-file: toy.yaml is empty | a device begins with name:, peak: and bandwidth:"),
        ("name: [", "1:7 yaml-syntax: this '[' is never closed | write ']' where it ends"),
    ],
    ids=repr,
)
def test_no_device_at_all(text: str, expected: str) -> None:
    """What is no mapping, no text or no YAML is said to be so."""
    assert said(text) == [expected]


@pytest.mark.parametrize(
    ("name", "message", "help"),
    [
        ("h100", "there is no file and no shipped device called 'h100'", "did you mean 'h100_sxm'?"),
        ("../devices/t4", "there is no file and no shipped device called '../devices/t4'", None),
        ("", "there is no file and no shipped device called ''", None),
    ],
)
def test_no_such_device(name: str, message: str, help: str | None) -> None:
    """A name that is neither shipped nor a file is refused, with the nearest one or all."""
    with pytest.raises(Problem) as caught:
        read(name)
    assert (caught.value.code, caught.value.message) == ("file-not-found", message)
    assert caught.value.help == (help or f"shipped devices are {', '.join(names())}")


def test_a_folder_is_no_device(tmp_path: object) -> None:
    """Only regular files are read."""
    with pytest.raises(Unreadable, match=r"is a folder$"):
        read(str(tmp_path))


def test_an_installation_without_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no devices came with the program there are none to name."""
    monkeypatch.setattr(devices, "FOLDER", "/nowhere")
    assert names() == []
