"""`cnninspect memory`, as a user runs it."""

from __future__ import annotations

import json
from importlib.util import find_spec
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
    """The course is drawn into a file of its own; another suffix is refused."""
    target = tmp_path / "course.svg"
    assert run("memory", "-", "--plot", str(target), stdin=TINY).returncode == 0
    assert target.read_text("utf-8").startswith("<svg ")
    done = run("memory", "-", "--plot", "course.pdf", stdin=TINY)
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: --plot writes .svg and .png, not 'course.pdf'\n  = help: end the name with .svg\n",
    )
    done = run("memory", "-", "--plot", str(target), "-o", str(target), stdin=TINY)
    assert (done.returncode, done.stderr) == (
        2,
        f"cnninspect: --plot and --output both name '{target}'\n  = help: name another file for one of them\n",
    )


@pytest.mark.skipif(find_spec("PIL") is None, reason="needs Pillow")
def test_a_plot_in_pixels(tmp_path: Path) -> None:
    """The course is drawn as a PNG too."""
    target = tmp_path / "course.png"
    assert run("memory", "-", "--plot", str(target), stdin=TINY).returncode == 0
    assert target.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_quiet(format: str) -> None:
    """With -q what the figures mean is left out, and nothing else."""
    whole = run("memory", "-", "--format", format, stdin=TINY).stdout
    brief = run("memory", "-", "--format", format, "-q", stdin=TINY).stdout
    assert whole.startswith(brief)
    assert whole[len(brief) :].startswith("\nalive: ")


def test_where_nothing_is_saved() -> None:
    """A network that saves nothing still needs in training what inference needs."""
    done = run("memory", "-", "-q", "--device-memory", "1MiB", stdin="name: r\ninput: [3, 4, 4]\nlayers: [relu]\n")
    assert done.stdout.splitlines()[-5:-3] == [
        "largest batch, inference      2,730             one more is 128 bytes too much",
        "largest batch, training       2,730             one more is 128 bytes too much",
    ]


def test_layers_that_only_training_runs() -> None:
    """Nothing is alive at inference where a layer does not run: a blank, not a question mark."""
    model = (
        "name: m\ninput: [4]\nlayers:\n  - {linear: 2, name: main}\n  - {linear: 3, name: aux, from: input}\n"
        "outputs: {main: main, aux: {from: aux, training: true}}\n"
    )
    done = run("memory", "-", "-q", stdin=model)
    assert done.stdout.splitlines()[-3:] == [
        "name   type    alive  saved",
        "main   linear     24      0",
        "aux †  linear            16",
    ]


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
    assert "\n\n1 error\n\n" in done.stdout
    assert "training step       ?" in done.stdout
    assert "\n?: unknown until the mistakes are mended.\n" in done.stdout
    done = run("memory", "-", "--format", "csv", stdin=BROKEN)
    assert (done.returncode, done.stdout[:10], done.stderr[:6]) == (1, "name,type,", "error[")


def test_json_of_nothing() -> None:
    """A model that cannot be read is a document with its mistakes, everything else unknown."""
    done = run("memory", "-", "--format", "json", "--batch", "3", stdin="layers: [")
    found = json.loads(done.stdout)
    assert [finding["code"] for finding in found.pop("findings")] == ["yaml-syntax"]
    assert {*found.pop("totals").values()} == {None}
    assert (done.returncode, found) == (
        1,
        {
            "schema": "cnninspect.memory/1",
            "model": {"name": "-", "source": "-", "variant": None, "params": None},
            "inputs": [],
            "batch": 3,
            "dtype": "float32",
            "optimizer": "sgd",
            "device": None,
            "layers": [],
            "unknown": [],
        },
    )
