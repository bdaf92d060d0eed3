"""`cnninspect weights`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.passes.matching import wanted
from tests.cli.test_summary import run
from tests.reports import BROKEN
from tests.support.checkpoints import safetensors, written
from tests.test_imports import OWN, loaded

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.values import Shape

TINY = """
name: tiny
input: [3, 8, 8]
params: {classes: 10, width: 4}
variants:
  wide: {width: 6}
layers:
  - {conv: {out: $width, kernel: 3, padding: 1}, name: stem.conv}
  - {batch_norm: , name: stem.bn}
  - global_avg_pool
  - flatten
  - {linear: $classes, name: fc}
"""
TABLE = """\
tiny  <stdin>, against w.safetensors: safetensors, 8 tensors, 550 bytes

status       tensor            network  checkpoint       layer      line
missing      stem.conv.weight  4x3x3x3                   stem.conv  <stdin>:8
  did you mean stem.conv.weigth?
wrong shape  fc.weight         10x4     7x4 float32      fc         <stdin>:12
wrong shape  fc.bias           10       7 bfloat16       fc         <stdin>:12
unexpected   stem.conv.weigth           4x3x3x3 float32
  did you mean stem.conv.weight?

float32   7 tensors  %s bytes
bfloat16   1 tensor   14 bytes

--set classes=7 fits better: 7 of 8 tensors load

5 of 8 tensors load: 1 missing, 1 unexpected, 2 of another shape
"""


def tensors(**wanted_as: object) -> dict[str, tuple[str, Shape]]:
    """Every tensor that the tiny network wants, for a file."""
    graph = api.read("tiny", text=TINY, **wanted_as).graph  # type: ignore[arg-type]
    assert graph is not None
    return {key: ("I64" if want.shape == () else "F32", want.shape) for key, want in wanted(graph).items()}


def different() -> dict[str, tuple[str, Shape]]:
    """A file of another name, other classes, another type, and without what batch norm counts."""
    found = tensors(sets={"classes": "7"})
    del found["stem.bn.num_batches_tracked"]
    found["stem.conv.weigth"] = found.pop("stem.conv.weight")
    return {**found, "fc.bias": ("BF16", (7,))}


def test_a_checkpoint_that_fits(tmp_path: Path) -> None:
    """A checkpoint that fits says so, and exits with 0; a missing count of batches is no difference."""
    found = tensors()
    path = written(tmp_path, safetensors(found), "w.safetensors")
    done = run("weights", "-", path, stdin=TINY)
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "all 9 tensors load", "")
    del found["stem.bn.num_batches_tracked"]
    path = written(tmp_path, safetensors(found), "w.safetensors")
    assert run("weights", "-", path, "-q", stdin=TINY).stdout == "all 8 tensors load\n"
    lines = run("weights", "-", path, "--verbose", stdin=TINY).stdout.splitlines()
    assert "begins at 0  stem.bn.num_batches_tracked  one number                   stem.bn    <stdin>:9" in lines


def test_a_table(tmp_path: Path) -> None:
    """Every tensor that differs has its layer, line and near name; what would fit is told; the exit code is 1."""
    path = written(tmp_path, safetensors(different()), "w.safetensors")
    done = run("weights", "-", path, stdin=TINY)
    assert (done.returncode, done.stderr) == (1, "")
    total = 4 * (108 + 4 + 4 * 4 + 28)
    expected = TABLE.replace("8 tensors, 550 bytes", f"8 tensors, {total + 14} bytes").replace("%s", str(total))
    assert done.stdout.replace(path, "w.safetensors") == expected


def test_not_strict(tmp_path: Path) -> None:
    """Without strictness names may differ, shapes may not."""
    found = {**tensors(), "more": ("F32", (1,))}
    path = written(tmp_path, safetensors(found), "w.safetensors")
    assert run("weights", "-", path, stdin=TINY).returncode == 1
    assert run("weights", "-", path, "--no-strict", stdin=TINY).returncode == 0
    path = written(tmp_path, safetensors({**found, "fc.bias": ("F32", (9,))}), "w.safetensors")
    assert run("weights", "-", path, "--no-strict", stdin=TINY).returncode == 1


def test_which_variant_fits(tmp_path: Path) -> None:
    """The variant that fits is named, with the params that make it fit; so is the network without a variant."""
    path = written(tmp_path, safetensors(tensors(variant="wide", sets={"classes": "3"})), "w.safetensors")
    assert (
        "the variant wide with --set classes=3 fits: 9 of 9 tensors load\n"
        in run("weights", "-", path, stdin=TINY).stdout
    )
    path = written(tmp_path, safetensors(tensors()), "w.safetensors")
    done = run("weights", "-", path, "--variant", "wide", stdin=TINY)
    assert "the network without a variant fits: 9 of 9 tensors load\n" in done.stdout


def test_prefixes(tmp_path: Path) -> None:
    """A prefix that was taken away is told, one that only some names carry is mentioned."""
    named = {f"module.{key}": value for key, value in tensors().items()}
    path = written(tmp_path, safetensors(named), "w.safetensors")
    done = run("weights", "-", path, stdin=TINY)
    assert done.returncode == 0
    assert "\n'module.' was taken from the beginning of the names\n" in done.stdout
    path = written(tmp_path, safetensors({**named, "loss": ("F32", (1,))}), "w.safetensors")
    assert (
        "9 of 10 names begin with 'module.': --prefix module. takes it away"
        in run("weights", "-", path, stdin=TINY).stdout
    )
    done = run("weights", "-", path, "--prefix", "module", "--no-strict", stdin=TINY)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all 9 tensors load: 1 unexpected")
    done = run("weights", "-", path, "--prefix", "x", stdin=TINY)
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: no name of the checkpoint begins with 'x'\n  = help: the first one is 'module.stem.conv.weight'\n",
    )


def test_keras_layout(tmp_path: Path) -> None:
    """A checkpoint in Keras's layout is recognised, and loads with --layout keras; other classes are seen there too."""
    keras: dict[str, tuple[str, Shape]] = {
        "stem/conv/kernel": ("F32", (3, 3, 3, 4)),
        "stem/conv/bias": ("F32", (4,)),
        **{f"stem/bn/{word}": ("F32", (4,)) for word in ("gamma", "beta", "moving_mean", "moving_variance")},
        "fc/kernel": ("F32", (4, 10)),
        "fc/bias": ("F32", (10,)),
    }
    path = written(tmp_path, safetensors(keras), "w.safetensors")
    assert "\nlooks like Keras's layout; --layout keras converts\n" in run("weights", "-", path, stdin=TINY).stdout
    done = run("weights", "-", path, "--layout", "keras", stdin=TINY)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all 8 tensors load")
    path = written(
        tmp_path, safetensors({**keras, "fc/kernel": ("F32", (4, 7)), "fc/bias": ("F32", (7,))}), "w.safetensors"
    )
    done = run("weights", "-", path, "--layout", "keras", stdin=TINY)
    assert "--set classes=7 fits: 8 of 8 tensors load\n" in done.stdout


def test_torch_layout_that_is_read_as_keras(tmp_path: Path) -> None:
    """A file that is in torch's layout already is told so, with the shape that Keras would keep."""
    square = "input: [16, 8, 8]\nlayers: [{conv: {out: 16, kernel: 3, bias: false}}]\n"
    path = written(tmp_path, safetensors({"0.weight": ("F32", (16, 16, 3, 3))}), "w.safetensors")
    done = run("weights", "-", path, "--layout", "keras", stdin=square)
    assert done.returncode == 1
    assert "wrong shape  0.weight  16x16x3x3, in Keras 3x3x16x16  16x16x3x3 float32" in done.stdout
    assert "\nis in torch's layout already: leave out --layout keras\n" in done.stdout


def test_json(tmp_path: Path) -> None:
    """JSON has every tensor with both shapes, and the totals."""
    path = written(tmp_path, safetensors(different()), "w.safetensors")
    done = run("weights", "-", path, "--format", "json", stdin=TINY)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(found) == [
        *("schema", "model", "checkpoint", "strict", "layout", "stripped", "fits", "totals", "better", "advice"),
        *("tensors", "findings"),
    ]
    assert (found["schema"], found["fits"], found["strict"]) == ("cnninspect.weights/1", False, True)
    assert found["checkpoint"] == {
        "file": path,
        "format": "safetensors",
        "tensors": 8,
        "bytes": 4 * 156 + 14,
        "notes": [],
    }
    assert found["totals"] == {
        "of": 8,
        "loads": 5,
        "missing": 1,
        "unexpected": 1,
        "shape": 2,
        "defaulted": 1,
        "tied": 0,
    }
    assert found["better"] == {"variant": None, "params": {"classes": 7}, "loads": 7, "of": 8}
    assert found["tensors"][0] == {
        "status": "missing", "key": "stem.conv.weight", "stored": None, "network_shape": [4, 3, 3, 3],
        "checkpoint_shape": None, "dtype": None, "bytes": None, "layer": "stem.conv", "file": "<stdin>", "line": 8,
        "near": "stem.conv.weigth",
    }  # fmt: skip


def test_csv_and_markdown(tmp_path: Path) -> None:
    """CSV has a record for each tensor, Markdown a table of those that differ."""
    path = written(tmp_path, safetensors(different()), "w.safetensors")
    lines = run("weights", "-", path, "--format", "csv", stdin=TINY).stdout.splitlines()
    assert lines[:3] == [
        "status,key,stored,network_shape,checkpoint_shape,dtype,bytes,layer,file,line,near",
        "missing,stem.conv.weight,,4x3x3x3,,,,stem.conv,<stdin>,8,stem.conv.weigth",
        "loads,stem.conv.bias,stem.conv.bias,4,4,float32,16,stem.conv,<stdin>,8,",
    ]
    text = run("weights", "-", path, "--format", "markdown", stdin=TINY).stdout
    assert (
        "| wrong shape | fc.bias          | 10      | 7 bfloat16      | fc        | \\<stdin>:12 |                  |"
        in text
    )


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A file that cannot be read is a failure to run, with its reason."""
    done = run("weights", "-", str(tmp_path / "none.pt"), stdin=TINY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"cnninspect: there is no file '{tmp_path / 'none.pt'}'")
    path = written(tmp_path, safetensors(tensors())[:-1], "w.safetensors")
    done = run("weights", "-", path, stdin=TINY)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is damaged: " in done.stderr
    assert run("weights", "nothing", path, stdin="").returncode == 2


def test_a_broken_model(tmp_path: Path) -> None:
    """A model with a mistake gives its findings and exit code 1, in JSON as well."""
    path = written(tmp_path, safetensors({}), "w.safetensors")
    done = run("weights", "-", path, stdin=BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith("error[groups-do-not-divide]")
    done = run("weights", "-", path, "--format", "json", stdin=BROKEN)
    found = json.loads(done.stdout)
    assert (done.returncode, found["fits"], found["totals"], found["tensors"]) == (1, False, None, [])
    assert [finding["code"] for finding in found["findings"]] == ["groups-do-not-divide"]
    assert run("weights", "-", path, stdin="a: [").returncode == 1


@pytest.mark.parametrize(("option", "value"), [("--format", "xml"), ("--layout", "tf"), ("--color", "red")])
def test_unknown_words(option: str, value: str) -> None:
    """Unknown words are refused."""
    assert run("weights", "-", "w.pt", option, value, stdin=TINY).returncode == 2


def test_the_checkpoint_is_not_written_over(tmp_path: Path) -> None:
    """A report never replaces what it was made from."""
    path = written(tmp_path, safetensors(tensors()), "w.safetensors")
    assert run("weights", "-", path, "-o", path, stdin=TINY).returncode == 2
    assert run("weights", "-", path, "-o", str(tmp_path / "report.txt"), stdin=TINY).returncode == 0


def test_it_stays_light(tmp_path: Path) -> None:
    """No torch, no numpy and nothing else that is heavy looks at a checkpoint."""
    path = written(tmp_path, safetensors({}), "w.safetensors")
    code, modules = loaded("weights", "lenet5", path)
    assert code == 1
    assert not modules & OWN
