"""`cnninspect memory`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import run
from tests.reports import BROKEN

if TYPE_CHECKING:
    from pathlib import Path

TINY = """
name: tiny
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: stem.conv}
  - {relu: {}, name: stem.relu}
  - flatten
  - linear: 10
"""
TABLE = """\
tiny  <stdin>, input 3x8x8, batch 2, float32

weights                   10,728  10.5 KiB
buffers                        0   0 bytes
peak activations           3,584  3.50 KiB  while stem.conv runs
inference                 14,312  14.0 KiB  weights + buffers + peak activations
gradients                 10,728  10.5 KiB  of trainable parameters
optimizer state           21,472  21.0 KiB  adam
saved for backward         3,584  3.50 KiB  activations, indices, masks and statistics
training step             46,512  45.4 KiB  weights + buffers + gradients + optimizer state + saved
device memory             20,000  19.5 KiB
largest batch, inference       5            one more is 1.45 KiB too much
largest batch, training        0            what does not grow with the batch is 22.4 KiB too much alone

name  type      alive  saved
stem  2 layers  3,584  3,584
2     flatten   2,048      0
3     linear    2,128      0
"""


def test_a_table() -> None:
    """Totals, what fits, and the course folded to blocks."""
    options = ("--batch", "2", "--optimizer", "adam", "--device-memory", "20kB", "--depth", "1")
    done = run("memory", "-", *options, stdin=TINY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(TABLE)


def test_json() -> None:
    """JSON has every figure as a raw integer, in all and for each layer."""
    done = run("memory", "-", "--format", "json", "--device-memory", "1MiB", stdin=TINY)
    found = json.loads(done.stdout)
    assert found["schema"] == "cnninspect.memory/1"
    assert found["totals"] == {
        "weight_bytes": 10728,
        "buffer_bytes": 0,
        "peak_activation_bytes": 1792,
        "peak_layer": "stem.conv",
        "inference_bytes": 12520,
        "gradient_bytes": 10728,
        "optimizer_bytes": 0,
        "saved_activation_bytes": 1792,
        "training_bytes": 23248,
    }
    assert found["device"] == {
        "memory_bytes": 2**20,
        "inference": {"largest_batch": 579, "bytes": 1048296, "bytes_at_next_batch": 1050088},
        "training": {"largest_batch": 573, "bytes": 1048272, "bytes_at_next_batch": 1050064},
    }
    assert found["layers"][1] == {
        "name": "stem.relu",
        "type": "relu",
        "alive_bytes": 1024,
        "saved_bytes": 1024,
        "in_place": True,
        "training": False,
    }


def test_csv_and_sorting() -> None:
    """CSV has a record for each line, the first ones by a figure where asked for."""
    done = run("memory", "-", "--format", "csv", "--sort", "saved", "--top", "2", stdin=TINY)
    assert done.stdout == (
        "name,type,layers,alive_bytes,saved_bytes,in_place,training,peak\n"
        "stem.relu,relu,1,1024,1024,true,false,false\n"
        "stem.conv,conv,1,1792,768,false,false,true\n"
    )


def test_a_plot(tmp_path: Path) -> None:
    """The course is drawn into a file; another suffix is refused."""
    target = tmp_path / "course.svg"
    assert run("memory", "-", "--plot", str(target), stdin=TINY).returncode == 0
    assert target.read_text("utf-8").startswith("<svg ")
    done = run("memory", "-", "--plot", "course.png", stdin=TINY)
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: --plot writes .svg, not 'course.png'\n  = help: end the name with .svg\n",
    )


@pytest.mark.parametrize("amount", ["lots", "", "-8GB", "0", "8iB", "nan", "1e99"])
def test_what_is_no_memory(amount: str) -> None:
    """An amount that is none is refused with examples."""
    done = run("memory", "-", "--device-memory", amount, stdin=TINY)
    assert done.returncode == 2
    assert done.stderr == (
        f"cnninspect: --device-memory needs an amount of memory, got '{amount}'\n"
        "  = help: for example 8GiB or 8G (powers of 1024), 8GB (powers of 1000), 1e9 (bytes)\n"
    )


def test_unknown_words() -> None:
    """Unknown words and impossible numbers are refused."""
    done = run("memory", "-", "--optimizer", "adan", stdin=TINY)
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: --optimizer has no 'adan'\n  = help: did you mean 'adam'?\n",
    )
    done = run("memory", "-", "--batch", "0", stdin=TINY)
    assert (done.returncode, done.stderr) == (2, "cnninspect: --batch must be at least 1, got 0\n")


def test_a_broken_model() -> None:
    """A model with a mistake gives its findings, unknown totals and exit code 1."""
    done = run("memory", "-", stdin=BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith("error[groups-do-not-divide]")
    assert "training step       ?" in done.stdout
