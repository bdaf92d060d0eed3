"""`cnninspect run`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import run

if TYPE_CHECKING:
    from pathlib import Path

torch = pytest.importorskip("torch")

TINY = """
name: tiny
input: [1, 2, 2]
params: {labels: [cat, dog, owl]}
layers:
  - {conv: {out: 2, kernel: 1, bias: false}, name: mix}
  - {relu: {}, name: act}
  - {flatten: {}, name: flat}
  - {linear: {out: len($labels), bias: false}, name: fc}
"""


def saved(folder: Path, **tensors: object) -> str:
    """A checkpoint of these weights."""
    path = folder / "weights.pt"
    found = {"mix.weight": torch.tensor([[1.0], [-1.0]]).reshape(2, 1, 1, 1), "fc.weight": torch.eye(3, 8)}
    torch.save(found | {key.replace("_", ".", 1): torch.tensor(rows) for key, rows in tensors.items()}, path)
    return str(path)


def ones(folder: Path) -> str:
    """The numbers 1 to 4 as numpy would save them."""
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 2), }\n"
    path = folder / "x.npy"
    numbers = torch.tensor([1.0, 2, 3, 4]).numpy().tobytes()
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + numbers)
    return str(path)


def test_known_numbers(tmp_path: Path) -> None:
    """With weights and an input that are known every figure is: one channel is handed on, its negative is dead."""
    options = ("--weights", saved(tmp_path), "--input-file", ones(tmp_path), "--top", "2", "--format", "json")
    done = run("run", "-", "--device", "cpu", *options, stdin=TINY)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["schema"], found["device"], found["dtype"], found["training"]) == (
        "cnninspect.run/1",
        "cpu",
        "float32",
        False,
    )
    mix, act, flat, fc = found["layers"]
    assert mix["values"] == {
        "count": 8, "mean": 0.0, "std": 7.5**0.5, "min": -4.0, "max": 4.0, "nan": 0, "infinite": 0, "channels": 2,
        "dead_channels": 0,
    }  # fmt: skip
    assert (act["values"]["mean"], act["values"]["channels"], act["values"]["dead_channels"]) == (1.25, 2, 1)
    assert (mix["output_shapes"], flat["output_shapes"], fc["output_shapes"]) == ([[2, 2, 2]], [[8]], [[3]])
    assert [layer["alive_bytes"] for layer in found["layers"]] == [16 + 32, 32, 32, 32 + 12]
    (head,) = found["outputs"]
    assert [(entry["index"], entry["name"], entry["value"]) for entry in head["top"][0]] == [
        (2, "owl", 3.0),
        (1, "dog", 2.0),
    ]
    assert found["first_bad"] is None
    assert found["totals"]["peak_activation_bytes"] == 48


def test_a_table(tmp_path: Path) -> None:
    """The table is plain in a pipe; the largest elements have their names."""
    options = ("--weights", saved(tmp_path), "--input-file", ones(tmp_path), "--device", "cpu")
    done = run("run", "-", *options, stdin=TINY)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "tiny  <stdin>, input 1x2x2, batch 1, float32, cpu, at inference"
    assert lines[2].split() == [
        "name",
        "type",
        "output",
        "ms",
        "share",
        "alive",
        "mean",
        "std",
        "least",
        "most",
        "dead",
    ]
    assert [lines[4].split()[at] for at in (0, 1, 2, 5, 6, 8, 9)] == ["act", "relu", "2x2x2", "32", "1.25", "0", "4"]
    assert lines[4].endswith("1 of 2")
    assert lines[8] == "output 'fc' 1x3: mean 2, std 0.8165, 1 to 3"
    assert [line.split()[:2] for line in lines[9:12]] == [["owl", "3"], ["dog", "2"], ["cat", "1"]]
    assert "input: the file" in lines


def test_the_nearest_is_the_likeliest() -> None:
    """Of distances, as LeNet-5 answers with, the smallest comes first and has the largest share."""
    done = run("run", "lenet5", "--format", "json", "--runs", "1")
    [output] = json.loads(done.stdout)["outputs"]
    numbers, shares = zip(*[(one["value"], one["share"]) for one in output["top"][0]], strict=True)
    assert numbers[0] == output["values"]["min"]
    assert ([*numbers], [*shares]) == (sorted(numbers), sorted(shares, reverse=True))


def test_a_nan_is_traced(tmp_path: Path) -> None:
    """The first layer with a NaN is named with its line and where it has it from; the exit code is 1."""
    weights = saved(tmp_path, fc_weight=[[float("nan")] * 8, [0.0] * 8, [0.0] * 8])
    done = run("run", "-", "--weights", weights, stdin=TINY)
    assert done.returncode == 1
    told = "'fc' (<stdin>:9) is the first layer with 1 NaN of 3 numbers: its weight 'fc.weight' has some"
    assert told in done.stdout.splitlines()


def test_an_infinity_that_a_layer_made(tmp_path: Path) -> None:
    """Where weights and input are finite, the layer itself made the number that is none: 4 * 3e4 is beyond float16."""
    weights = saved(tmp_path, mix_weight=[[[[3e4]]], [[[1.0]]]])
    options = ("--dtype", "float16", "--format", "json", "--weights", weights, "--input-file", ones(tmp_path))
    done = run("run", "-", *options, stdin=TINY)
    found = json.loads(done.stdout)
    assert (done.returncode, found["dtype"]) == (1, "float16")
    assert found["first_bad"] == {
        "layer": "mix",
        "at": "<stdin>:6",
        "what": "2 infinite of 8 numbers",
        "why": "all that it reads, and its weights, are finite",
    }


def test_csv() -> None:
    """CSV has a layer a record with raw numbers."""
    done = run("run", "-", "--format", "csv", "--batch", "3", "--train", stdin=TINY)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["name"], row["output"], row["stated"], row["nan"]) for row in rows] == [
        ("mix", "2x2x2", "2x2x2", "0"),
        ("act", "2x2x2", "2x2x2", "0"),
        ("flat", "8", "8", "0"),
        ("fc", "3", "3", "0"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lenet5", "--batch", "0"), "--batch must be between 1 and 16,777,216, got 0"),
        (("lenet5", "--dtype", "int8"), "--dtype has no 'int8'"),
        (("lenet5", "--input-file", "/nowhere.png"), "there is no file '/nowhere.png'"),
        (("lenet5", "--device", "abacus"), "the device 'abacus' cannot be used"),
        (("resnet18", "--train", "--input", "3x32x32"), "layer 'layer4.0.bn1' (resnet50.yaml:"),
    ],
)
def test_refusals(arguments: tuple[str, ...], message: str) -> None:
    """What cannot be done is told in a sentence, with exit code 2."""
    done = run("run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"cnninspect: {message}")


def test_too_large() -> None:
    """What would not fit is refused with what was foretold and the largest batch that should fit."""
    done = run("run", "vgg16", "--device", "cpu", "--batch", "9000000")
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert lines[0].startswith("cnninspect: vgg16 with batch 9,000,000 would need 2")
    assert lines[1].startswith("  = note: stated: weights and buffers 553,430,176 bytes, activations at most 2")
    assert lines[2].startswith("  = note: the largest batch that should fit into ")
    assert lines[3] == "  = help: a smaller --batch or --input"


def notes(*options: str, text: str = TINY) -> list[str]:
    """What a run says beside its figures."""
    done = run("run", "-", "--device", "cpu", "--runs", "1", "--format", "json", *options, stdin=text)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[str] = json.loads(done.stdout)["notes"]
    return found


def test_how_weights_began() -> None:
    """A run says how its weights began: by the option, and where the model says so of a layer."""
    assert notes()[0] == "weights: as torch begins them, seed 0"
    text = TINY.replace("name: mix}", "name: mix, init: 1}")
    assert (
        notes("--init", "xavier", "--seed", "3", text=text)[0]
        == "weights: xavier, seed 3; in 1 layer as the model says"
    )
    done = run("run", "-", "--init", "he", stdin=TINY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cnninspect: --init has no 'he'\n"
        "  = help: it takes torch, kaiming, xavier, trunc_normal, orthogonal, zero_residual\n"
    )


def test_checkpoints_that_differ(tmp_path: Path) -> None:
    """Without strict a checkpoint loads as far as it goes, and a prefix of the caller's own is taken away."""
    path = tmp_path / "w.pt"
    torch.save({"encoder.mix.weight": torch.ones(2, 1, 1, 1), "encoder.head": torch.ones(1)}, path)
    done = run("run", "-", "--device", "cpu", "--weights", str(path), stdin=TINY)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[tensor-missing]" in done.stderr
    found = notes("--weights", str(path), "--no-strict", "--prefix", "encoder.")
    rest = "1 of 2 tensors load: 1 missing, 1 unexpected; the others as torch begins them, seed 0"
    assert found[0] == f"weights: {path}, {rest}"
