"""What ``summary`` shows beyond a layer's own costs: fields, memory, other tools' totals, estimated times."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# conv a: 3·3·2·4 = 72 weights, 4·8·8 outputs of 18 MACs = 4,608; it reads 2·8·8 and writes 4·8·8 numbers
# conv b: 3·3·4·4 = 144 weights, 4·4·4 outputs of 36 MACs = 2,304; it reads 4·8·8 and writes 4·4·4 numbers
MODEL = """\
input: [2, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1, bias: false}, name: a}
  - {conv: {out: 4, kernel: 3, stride: 2, padding: 1, bias: false}, name: b}
  - {global_avg_pool: , name: c}
"""
DEVICE = """\
name: a desk
kind: cpu
peak: {float32: 1e6}
bandwidth: 1e6
source: https://example.org/desk
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and a device, which is the current one."""
    (tmp_path / "m.yaml").write_text(MODEL, "utf-8")
    (tmp_path / "desk.yaml").write_text(DEVICE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the current folder, its output piped."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "cnninspect", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment,
    )


def rows(*arguments: str) -> list[dict[str, str]]:
    """The records of a CSV."""
    return list(csv.DictReader(io.StringIO(run("summary", "m.yaml", "--format", "csv", *arguments).stdout)))


@pytest.mark.usefixtures("folder")
def test_fields() -> None:
    """Size, jump, start and centre of each layer's field; what reads everything is global."""
    found = rows("--columns", "name,field,jump,start,centre")
    assert found == [
        {"name": "a", "field": "3×3", "jump": "1", "start": "-1", "centre": "0"},
        {"name": "b", "field": "5×5", "jump": "2", "start": "-2", "centre": "0"},
        {"name": "c", "field": "global", "jump": "0", "start": "0", "centre": "3.5"},
    ]


@pytest.mark.usefixtures("folder")
def test_memory() -> None:
    """What is alive while a layer runs is what it reads and writes; backward keeps what the convolutions read."""
    found = rows("--columns", "name,alive_bytes,saved_bytes", "--batch", "2")
    assert found == [
        {"name": "a", "alive_bytes": str(2 * 4 * (128 + 256)), "saved_bytes": str(2 * 4 * 128)},
        {"name": "b", "alive_bytes": str(2 * 4 * (256 + 64)), "saved_bytes": str(2 * 4 * 256)},
        {"name": "c", "alive_bytes": str(2 * 4 * (64 + 4)), "saved_bytes": "0"},
    ]
    totals = json.loads(run("summary", "m.yaml", "--format", "json").stdout)["totals"]
    assert (totals["peak_activation_bytes"], totals["saved_activation_bytes"]) == (4 * (128 + 256), 4 * (128 + 256))


@pytest.mark.usefixtures("folder")
def test_estimates() -> None:
    """A layer takes the longer of computing and moving; without a device there is nothing to estimate."""
    found = rows("--columns", "name,moved_bytes,intensity,bound,time", "--roofline", "desk.yaml")
    bytes_a, flops_a = 4 * (72 + 128 + 256), 2 * 4608
    assert found[0] == {
        "name": "a",
        "moved_bytes": str(bytes_a),
        "intensity": str(flops_a / bytes_a),
        "bound": "compute",
        "time": str(flops_a / 1e6),
    }
    document = json.loads(run("summary", "m.yaml", "--format", "json", "--roofline", "desk.yaml").stdout)
    assert document["roofline"]["device"]["name"] == "a desk"
    assert document["layers"][0]["estimate"]["seconds"] == flops_a / 1e6
    text = run("summary", "m.yaml", "--roofline", "desk.yaml").stdout
    assert "An estimate, not a measurement: a desk, batch 1, float32." in text
    without = run("summary", "m.yaml", "--columns", "name,time")
    assert without.returncode == 2
    assert "'time' is estimated for a device" in without.stderr


@pytest.mark.usefixtures("folder")
def test_devices_that_are_none() -> None:
    """An unknown device and a device file with a mistake are told, and nothing is run."""
    unknown = run("summary", "m.yaml", "--roofline", "h100_sxn")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "did you mean 'h100_sxm'?" in unknown.stderr
    with open("desk.yaml", "a", encoding="utf-8") as file:
        file.write("speed: 3\n")
    broken = run("summary", "m.yaml", "--roofline", "desk.yaml")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "desk.yaml:6:1" in broken.stderr


@pytest.mark.usefixtures("folder")
def test_other_tools() -> None:
    """The total of another tool stands below the table and in JSON; why it differs replaces the table."""
    line = next(line for line in run("summary", "m.yaml", "--flops-as", "torch").stdout.split("\n") if "torch" in line)
    assert line.split()[:3] == ["torch", "FLOPs", f"{2 * (4608 + 2304):,}"]
    totals = json.loads(run("summary", "m.yaml", "--format", "json", "--flops-as", "paper").stdout)["totals"]
    assert totals["flops_as"] == {"tool": "paper", "total": 4608 + 2304}
    why = run("summary", "m.yaml", "--why-different", "torch").stdout
    assert "as torch's FlopCounterMode" in why
    document = json.loads(run("summary", "m.yaml", "--why-different", "torch", "--format", "json").stdout)
    assert (document["schema"], document["total"]) == ("cnninspect.why-different/1", 2 * (4608 + 2304))
    assert run("summary", "m.yaml", "--why-different", "torch", "--format", "csv").returncode == 2
    several = json.loads(run("summary", "m.yaml", "m.yaml", "--why-different", "torch", "--format", "json").stdout)
    assert [one["total"] for one in several["models"]] == [document["total"]] * 2
    two = run("summary", "m.yaml", "--why-different", "torch", "--flops-as", "thop")
    assert (two.returncode, "name two tools" in two.stderr) == (2, True)
    assert run("summary", "-", "--roofline", "-").stderr.startswith("cnninspect: standard input can be read once")
    wrong = run("summary", "m.yaml", "--flops-as", "fvcor")
    assert (wrong.returncode, "did you mean 'fvcore'?" in wrong.stderr) == (2, True)


@pytest.mark.usefixtures("folder")
def test_all_columns() -> None:
    """All columns can be asked for at once; without a device its columns are unknown."""
    (first, *_) = rows("--columns", "all")
    assert (first["name"], first["field"], first["time"]) == ("a", "3×3", "")


@pytest.mark.usefixtures("folder")
def test_one_missing_model_keeps_none_from_being_told() -> None:
    """Models that can be read are reported although another cannot, with exit code 2."""
    done = run("summary", "m.yaml", "nothere.yaml", "--format", "json")
    assert done.returncode == 2
    assert "there is no file 'nothere.yaml'" in done.stderr
    assert [model["model"]["name"] for model in json.loads(done.stdout)["models"]] == ["m"]
    assert run("summary", "nothere.yaml").returncode == 2
