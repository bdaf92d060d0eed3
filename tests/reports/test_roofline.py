"""Estimated times as text and for machines."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.frontends.devices import Device
from cnninspect.reports.roofline import as_json, cells, conventions, duration, lookup, ratio, render, share, total_lines

if TYPE_CHECKING:
    from cnninspect.passes.roofline import Roofline

DEVICE = Device("toy", "gpu", {"float32": 5e8}, 1e8, None, 0.0, "https://example.org", "toy.yaml")
TEXT = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3, padding: 1}}, relu, flatten, {linear: 10}]\n"


def roof(dtype: str = "float32", device: Device = DEVICE, text: str = TEXT) -> Roofline:
    graph = api.read("tiny", text=text).graph
    assert graph is not None
    return api.roofline(graph, device, batch=2, dtype=dtype)


def test_in_a_pipe() -> None:
    """Every layer with what it asks, the bound and the time; the sums; and that all of it is an estimate of what."""
    assert render(roof(), "tiny") == dedent(
        """\
        tiny on toy, batch 2, float32: estimated times

        layer   FLOPs  bytes moved  FLOPs/byte  bound       time   share
        0      28,160        4,032        6.98  compute  56.3 us   25.4%
        1         512        4,096       0.125  memory   41.0 us   18.5%
        2           0            0           -  -              0      0%
        3      10,260       12,408       0.827  memory    124 us   56.1%
        total  38,932       20,536        1.90  memory    221 us  100.0%

        bytes moved     20,536  weights, inputs and outputs of each layer once
        FLOPs/byte        1.90  computing is the bound from 5.00 on
        estimated time  221 us  9.04K samples a second, mostly memory-bound

        An estimate, not a measurement: toy, batch 2, float32.
        500M operations/s, 100M bytes/s (https://example.org).
        Time is the greater of FLOPs / peak and bytes / bandwidth for each layer; only fused layers can be faster.
        Views move nothing, layers in place read and write.
        """
    )


def test_in_a_narrow_terminal() -> None:
    """A narrow terminal does without columns rather than digits, as few as must go, and breaks sentences."""
    heads = [render(roof(), "tiny", width=width).split("\n")[2] for width in (80, 60, 50, 40, 30, 10)]
    assert [head.replace("bytes moved", "bytes").split() for head in heads] == [
        ["layer", "FLOPs", "bytes", "FLOPs/byte", "bound", "time", "share"],
        ["layer", "bytes", "FLOPs/byte", "bound", "time", "share"],
        ["layer", "bytes", "bound", "time", "share"],
        ["layer", "bound", "time", "share"],
        ["layer", "bound", "time"],
        ["layer", "bound", "time"],
    ]
    assert max(map(len, render(roof(), "tiny", width=70).split("\n"))) <= 70
    colored = render(roof(), "tiny", width=70, color=True)
    assert colored.count("\x1b[1m") == 2


def test_a_type_without_a_peak() -> None:
    """Times are question marks where the device has no figure for the data type, and the reason is told."""
    int8 = roof("int8")
    assert render(int8, "tiny").split("\n")[3:13] == [
        "0      28,160        1,008        27.9  ?         ?      ?",
        "1         512        1,024       0.500  ?         ?      ?",
        "2           0            0           -  -         0      ?",
        "3      10,260        3,102        3.31  ?         ?      ?",
        "total  38,932        5,134        7.58  ?         ?      ?",
        "",
        "bytes moved     5,134  weights, inputs and outputs of each layer once",
        "FLOPs/byte       7.58  toy has no int8 peak in toy.yaml",
        "estimated time      ?",
        "",
    ]
    assert conventions(int8)[1] == "no known int8 peak, 100M bytes/s (https://example.org)."


def test_starting_a_layer_is_told() -> None:
    """Where the device has a time to start a layer, it is named."""
    assert conventions(roof(device=DEVICE._replace(launch=5e-6)))[-1] == "5.00 us are added for starting each layer."


def test_a_faster_type_in_place_of_float32_is_told() -> None:
    """Where libraries may compute float32 in TF32, that is told for float32 alone, and only if it is faster."""
    fast = DEVICE._replace(peak={"float32": 2e9, "tf32": 8e9, "float16": 4e9})
    told = "TF32, which libraries may take for float32, has 8.00G operations/s: not counted on."
    assert told in conventions(roof(device=fast))
    assert told not in conventions(roof("float16", device=fast))
    even = DEVICE._replace(peak={"float32": 2e9, "tf32": 2e9})
    assert conventions(roof(device=even)) == conventions(roof(device=DEVICE._replace(peak={"float32": 2e9})))


def test_nothing_to_do() -> None:
    """A network that moves nothing takes no time at all."""
    still = roof(text="input: [3, 8, 8]\nlayers: [flatten]\n")
    assert total_lines(still) == [
        ("bytes moved", "0", "weights, inputs and outputs of each layer once"),
        ("FLOPs/byte", "", "computing is the bound from 5.00 on"),
        ("estimated time", "0", ""),
    ]
    assert share(still.total, still) == 0.0


def test_a_mistake() -> None:
    """Of a layer without a shape everything is a question mark."""
    broken = roof(text="input: [3, 8, 8]\nlayers: [conv: {out: 4, kernel: 9}]\n")
    assert cells(broken.total, broken) == ["?", "?", "?", "?", "?", "?"]


def test_several_layers_together() -> None:
    """A line of a folded table has the sum of its layers, found by their names."""
    whole = roof()
    part = lookup(whole, ["0", "1"])
    assert (part.flops, part.bytes, part.bound) == (28_672, 8_128, "compute")
    assert cells(part, whole) == ["28,672", "8,128", "3.53", "compute", "97.3 us", "43.9%"]


def test_durations() -> None:
    """Three digits and a unit, rounded into the next unit where that is what they round to."""
    times = {
        None: "?",
        0.0: "0",
        12.34: "12.3 s",
        0.9996: "1.00 s",
        0.00128: "1.28 ms",
        4.57e-4: "457 us",
        1e-9: "1.00 ns",
    }
    assert {seconds: duration(seconds) for seconds in times} == times
    assert duration(2.6e-12) == "0.003 ns"
    assert duration(1234.0) == "1,234 s"


def test_ratios() -> None:
    """FLOPs a byte with three digits; nothing where nothing is moved."""
    assert [ratio(number) for number in (None, 0.125, 9.996, 12.5, 99.96, 4321.0)] == [
        "",
        "0.125",
        "10.0",
        "12.5",
        "100",
        "4,321",
    ]


def test_for_machines() -> None:
    """JSON says that it is an estimate, of which device, and has raw numbers, null where unknown."""
    document = as_json(roof("int8"), "tiny")
    layers = document.pop("layers")
    assert document == {
        "schema": "cnninspect.roofline/1",
        "model": "tiny",
        "estimate": True,
        "batch": 2,
        "dtype": "int8",
        "device": {
            "name": "toy",
            "kind": "gpu",
            "peak": {"float32": 5e8},
            "bandwidth": 1e8,
            "memory": None,
            "launch": 0.0,
            "source": "https://example.org",
            "file": "toy.yaml",
        },
        "ridge": None,
        "total": {
            "flops": 38_932,
            "bytes": 5_134,
            "intensity": 38_932 / 5_134,
            "bound": None,
            "seconds": None,
            "compute_seconds": None,
            "memory_seconds": 5_134 / 1e8,
        },
    }
    assert isinstance(layers, list)
    assert [layer["name"] for layer in layers] == ["0", "1", "2", "3"]
    assert layers[2] == {
        "name": "2",
        "flops": 0,
        "bytes": 0,
        "intensity": None,
        "bound": None,
        "seconds": 0.0,
        "compute_seconds": 0.0,
        "memory_seconds": 0.0,
    }
