"""`cnninspect bench`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import ROOT, run
from tests.reports import BROKEN

if TYPE_CHECKING:
    from pathlib import Path

TINY = "name: tiny\ninput: [8]\nlayers:\n  - {linear: 4, name: fc}\n  - {relu: , name: act}\n"
QUICK = ("--runs", "2", "--seconds", "0", "--threads", "1", "--device", "cpu")
IMPATIENT = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        if self.calls == 40:
            raise KeyboardInterrupt
        return x
"""
WITHOUT_TORCH = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        return None
for finder in list(sys.meta_path):
    find = finder.find_spec
    finder_find = lambda name, *rest, find=find: None if name.split(".")[0] == "torch" else find(name, *rest)
    sys.meta_path[sys.meta_path.index(finder)] = type("Finder", (), {"find_spec": staticmethod(finder_find)})
from cnninspect.cli import main
sys.argv = ["cnninspect", "bench", "lenet5"]
main()
"""


@pytest.mark.torch
def test_everything_at_once() -> None:
    """A table of each case, ratios, layers and the largest batch, all on one page in plain text."""
    pytest.importorskip("torch")
    options = (
        "--vs",
        "lenet5",
        "--input",
        "1x32x32",
        "--batch",
        "1,2",
        "--mode",
        "forward,step",
        "--layers",
        "--top",
        "2",
    )
    done = run("bench", "lenet5", *options, *QUICK, "--largest-batch", "--memory", "2MiB")
    assert (done.returncode, done.stderr) == (0, "")
    blocks = done.stdout.split("\n\n")
    assert blocks[0].split("\n")[:2] == ["lenet5  lenet5.yaml, input 1x32x32", "lenet5 (2)  lenet5.yaml, input 1x32x32"]
    assert [line.split("  ")[0] for line in blocks[1].split("\n")] == ["network", *["lenet5", "lenet5 (2)"] * 4]
    assert [line.split("  ")[0] for line in blocks[2].split("\n")] == ["lenet5 over", *["lenet5 (2)"] * 4]
    assert len(blocks[3].split("\n")) == 1 + 2 + 1
    assert [line.partition(":")[0] for line in blocks[4].split("\n")] == [
        "largest batch, forward",
        "largest batch, step",
    ]


@pytest.mark.torch
def test_json_of_several(tmp_path: Path) -> None:
    """Each model is a benchmark of its own, in one document, with the samples on request; the plot is drawn beside."""
    pytest.importorskip("torch")
    model, plot, page = tmp_path / "tiny.yaml", tmp_path / "tiny.svg", tmp_path / "page.json"
    model.write_text(TINY, "utf-8")
    options = (
        "--mode",
        "train",
        "--batch",
        "3,1",
        "--format",
        "json",
        "--samples",
        "--seed",
        "7",
        "--optimizer",
        "adam",
    )
    done = run("bench", str(model), str(model), *options, *QUICK, "--plot", str(plot), "-o", str(page))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = json.loads(page.read_text("utf-8"))
    assert found["schema"] == "cnninspect.bench/1"
    assert [one["networks"][0]["name"] for one in found["benches"]] == ["tiny", "tiny"]
    for one in found["benches"]:
        assert [(case["mode"], case["batch"], len(case["samples"])) for case in one["cases"]] == [
            ("train", 3, 2),
            ("train", 1, 2),
        ]
        assert (one["settings"]["seed"], one["settings"]["optimizer"]) == (7, "adam")
    drawn = plot.read_text("utf-8")
    assert drawn.startswith("<svg ")
    assert drawn.count("<circle") == 2 * 2 * 2  # panels, models, batches


@pytest.mark.torch
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends it with what there is, and with 130; modules are imported from the working folder."""
    pytest.importorskip("torch")
    (tmp_path / "impatient.py").write_text(IMPATIENT, "utf-8")
    (tmp_path / "tiny.yaml").write_text(TINY, "utf-8")
    script = f"import sys; sys.path[:] = [{str(ROOT)!r}, *[p for p in sys.path if p]]; from cnninspect.cli import main; main()"
    arguments = ("bench", "tiny.yaml", "tiny.yaml", "--compare", "impatient:Net", "--format", "csv", "--seconds", "0")
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments, "--runs", "50"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (130, "")
    lines = [line.split(",")[:4] for line in done.stdout.splitlines()[1:]]
    assert lines == [["tiny", "model", "forward", "1"], ["impatient:Net", "import", "forward", "1"]]


@pytest.mark.torch
def test_out_of_memory() -> None:
    """The other batches are told, the one that did not fit with its layer and what would fit, and the exit code is 1."""
    pytest.importorskip("torch")
    text = "name: wide\ninput: [1, 1, 1]\nlayers: [{upsample: {size: 4096}, name: up}]\n"
    done = run("bench", "-", "--batch", "1,4194304", *QUICK, stdin=text)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.split("\n\n")[1].split("\n")[2].split()[:3] == ["forward", "4,194,304", "failed"]
    # 2**22 samples of 4096**2 numbers of 4 bytes
    told = "wide, forward, batch 4,194,304: out of memory at layer 'up' (<stdin>:3), which asked for 256 TiB; the network needs 256 TiB at least; "
    assert told in done.stdout


def test_without_torch() -> None:
    """One sentence, how to install it, and exit code 2."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=False, cwd=ROOT)
    told = "cnninspect: benchmarking needs PyTorch, which is not installed\n  = help: pip install 'cnninspect[torch]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_a_broken_model() -> None:
    """What is wrong with a model is told, and nothing is run."""
    done = run("bench", "-", stdin=BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith("error[groups-do-not-divide]: ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--batch", "1,x"),
            "--batch needs numbers from 1 to 16,777,216, got '1,x'\n  = help: for example --batch 1,8,32",
        ),
        (("--batch", "0"), "--batch needs numbers from 1 to 16,777,216, got '0'\n  = help: for example --batch 1,8,32"),
        (("--mode", "forward,trian"), "--mode has no 'trian'\n  = help: did you mean 'train'?"),
        (("--dtype", "int8"), "--dtype has no 'int8'\n  = help: it takes float32, bfloat16, float16, float64"),
        (("--optimizer", "adamx"), "--optimizer has no 'adamx'\n  = help: did you mean 'adam'?"),
        (("--runs", "0"), "--runs must be at least 1, got 0"),
        (("--seconds", "-1"), "--seconds must be a number of seconds, got -1.0"),
        (("--seed", "-1"), "--seed must be between 0 and 9223372036854775807, got -1"),
        (("--memory", "much"), "--memory needs an amount of memory, got 'much'\n  = help: for example 2GiB or 512M"),
        (
            ("--memory", "2GiB"),
            "--memory needs --largest-batch\n  = help: add --largest-batch, or leave --memory out",
        ),
        (("--top", "3"), "--top needs --layers\n  = help: add --layers, or leave --top out"),
        (
            ("--plot", "a.svg", "-o", "./a.svg"),
            "--plot and --output both name 'a.svg'\n  = help: name another file for one of them",
        ),
        (("--plot", "a.png"), "--plot writes .svg, not 'a.png'\n  = help: end the name with .svg"),
        (
            ("--vs", "-"),
            "standard input can be read once, and '-' is given twice\n  = help: name a file for one of them",
        ),
    ],
    ids=" ".join,
)
def test_options_that_mean_nothing(options: tuple[str, ...], message: str) -> None:
    """Each is refused before anything is read, in its own words."""
    done = run("bench", "-", *options, stdin=TINY)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"cnninspect: {message}\n")


@pytest.mark.torch
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--compare", "no.such.place:net"),
            "there is no module 'no' to import 'no.such.place:net' from\n  = help: install it, or put it into this folder or on PYTHONPATH",
        ),
        (
            ("--largest-batch",),
            "the largest batch on cpu needs a limit: memory there has no end of its own\n"
            "  = help: say how much it may take, such as --memory 2GiB",
        ),
    ],
    ids=["compare", "largest"],
)
def test_what_cannot_be_run(options: tuple[str, ...], message: str) -> None:
    """What cannot be imported or measured is told in a sentence, with exit code 2."""
    pytest.importorskip("torch")
    done = run("bench", "-", *options, "--device", "cpu", stdin=TINY)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"cnninspect: {message}\n")
